"""API keys as a bearer: for `/api/v1` alone, and there for what their scopes say."""

from flask import request

from app import clock
from app.errors import TokenInvalid
from app.models import database
from app.models.keys import BY_HASH, PREFIX, KeyState
from app.models.users import Actor
from app.operations import keys, limits

LONGEST = 100
FIELDS = len(KeyState._fields)


def brought() -> str | None:
    """The key of this request's `Authorization` header, if it brings one."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    is_key = kind.lower() == "bearer" and token.strip().startswith(PREFIX)
    return token.strip() if is_key else None


def actor_of_key(token: str) -> Actor:
    """For whom the key acts, and its scopes. They are not there by that, so nobody is given a chat
    for it. Raises `TokenInvalid` when it does not hold, whatever the reason, `TooFast`."""
    if len(token) > LONGEST:
        raise TokenInvalid
    found = database.row(BY_HASH, key_hash=keys.digest(token))
    if found is None:
        raise TokenInvalid
    key, actor = KeyState._make(found[:FIELDS]), Actor.of(found[FIELDS:])
    if not actor.is_staff or (key.expires_at is not None and key.expires_at <= clock.now()):
        raise TokenInvalid
    limits.asks(actor.id)
    keys.used(key)
    return actor._replace(scopes=key.good_for)
