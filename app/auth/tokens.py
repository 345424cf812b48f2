"""Access tokens: short-lived, signed with one pinned algorithm, void with the user's version."""

import hmac
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import jwt
import orjson
from flask import current_app, request

from app import clock
from app.errors import TokenInvalid, TokenMissing
from app.models import database
from app.models.logins import ACTOR_BY_LOGIN
from app.models.users import Actor
from app.operations import access

ALGORITHM = "HS256"
ISSUER = AUDIENCE = "deskbell"
LEEWAY_SECONDS = 30
REQUIRED = ["iss", "aud", "exp", "iat", "sub", "ver", "use"]
KNOWN = {*REQUIRED, "until", "login"}
#: What a token of ours begins with, and nobody needs to read.
HEAD = jwt.encode({}, "-" * 32, algorithm=ALGORITHM).partition(".")[0] + "."


def access_token(actor: Actor, seconds: int | None = None) -> str:
    """A token that proves the actor for so long, by default for `ACCESS_TOKEN_SECONDS`."""
    now = clock.now() // 1000
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + (seconds or current_app.config["ACCESS_TOKEN_SECONDS"]),
        "sub": str(actor.id),
        "ver": actor.auth_version,
        "use": "access",
        "until": actor.identified_until,
    }
    if actor.login is not None:
        claims["login"] = actor.login
    return jwt.encode(claims, current_app.config["JWT_SECRET"], algorithm=ALGORITHM)


def actor_of_token(token: object) -> Actor:
    """Whom the token proves. Raises `Unauthorized` when it does not hold, whatever the reason."""
    claims = claims_of(token)
    login = claims.get("login")
    values = {"user_id": int(claims["sub"]), "auth_version": claims["ver"], "login": login}
    found = database.row(ACTOR_BY_LOGIN, **values)
    if found is None:
        raise TokenInvalid
    actor = Actor.of(found, login, claims.get("until"))
    if login and "until" not in claims:  # of a version that did not say so
        actor = access.newly_identified(actor)
    return access.check_identified(actor)


def bearer() -> Actor:
    """The actor of this request's `Authorization: Bearer` header. Raises `Unauthorized`."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise TokenMissing
    return actor_of_token(token.strip())


def by_library(token: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            current_app.config["JWT_SECRET"],
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            audience=AUDIENCE,
            leeway=LEEWAY_SECONDS,
            options={"require": REQUIRED},
        )
    except jwt.PyJWTError as error:
        raise TokenInvalid from error
    return claims


def as_written_here(token: str) -> dict[str, Any] | None:
    """The claims of a token as `access_token` writes it, at an eighth of what the library takes,
    which is a tenth of a connect. None for any other: what is wrong with it, the library says."""
    signed, _, signature = token.rpartition(".")
    if not token.isascii() or not signed.startswith(HEAD):
        return None
    secret = current_app.config["JWT_SECRET"].encode()
    proof = urlsafe_b64encode(hmac.digest(secret, signed.encode(), "sha256")).rstrip(b"=")
    if not hmac.compare_digest(proof, signature.encode()):
        return None
    try:
        claims = orjson.loads(urlsafe_b64decode(signed[len(HEAD) :] + "=="))
    except ValueError:
        return None
    if type(claims) is not dict or not set(REQUIRED) <= claims.keys() <= KNOWN:
        return None
    if claims["iss"] != ISSUER or claims["aud"] != AUDIENCE or type(claims["sub"]) is not str:
        return None
    if type(claims["iat"]) is not int or type(claims["exp"]) is not int:
        return None
    now = time.time()
    if claims["iat"] > now + LEEWAY_SECONDS or claims["exp"] <= now - LEEWAY_SECONDS:
        return None
    return claims


def claims_of(token: object) -> dict[str, Any]:
    if not isinstance(token, str) or len(token) > 4096:
        raise TokenInvalid
    claims = (current_app.config["SHORTCUTS"] and as_written_here(token)) or by_library(token)
    if claims["use"] != "access" or not re.fullmatch("[0-9]{1,16}", claims["sub"]):
        raise TokenInvalid
    if not isinstance(claims.get("login"), str | None):
        raise TokenInvalid
    if not isinstance(claims.get("until"), int | None):
        raise TokenInvalid
    if type(claims["ver"]) is not int or not 0 < claims["ver"] < 2**31:
        raise TokenInvalid
    return claims
