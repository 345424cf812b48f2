"""Logging in, renewing, logging out. The same stands at `/auth/…`, where older clients look."""

from typing import Any

from flask import current_app

from app.api.endpoint import endpoint
from app.auth.password import check_login
from app.auth.tokens import access_token
from app.errors import BadCredentials, TokenInvalid, TooFast
from app.models.users import Actor
from app.operations import tokens
from app.schemas.auth import Login, LoginOut, Renewal, login_out


@endpoint(
    "POST",
    "/auth/login",
    shortcut="/auth/login",
    body=Login,
    answer=LoginOut,
    is_public=True,
    takes_address=True,
    raises=(BadCredentials, TooFast),
)
def login(body: Login, address: str) -> dict[str, Any]:
    """Log in.

    The access token goes into the header `Authorization: Bearer …` of every other call, and into
    `auth.token` of a live connection. A wrong password and an unknown address answer alike.
    """
    actor = check_login(body.email, body.password, address)
    return proof(*tokens.issue(actor))


@endpoint(
    "POST",
    "/auth/refresh",
    shortcut="/auth/refresh",
    body=Renewal,
    answer=LoginOut,
    is_public=True,
    raises=(TokenInvalid,),
)
def refresh(body: Renewal) -> dict[str, Any]:
    """Renew an access token.

    A refresh token works once; the answer brings the next. One that comes a second time ends the
    whole login, since somebody else must have it too.
    """
    return proof(*tokens.refresh(body.refresh_token))


@endpoint("POST", "/auth/logout", shortcut="/auth/logout", body=Renewal, status=204, is_public=True)
def logout(body: Renewal) -> None:
    """Log out.

    Ends the login that the refresh token belongs to, with its access tokens and live connections;
    an unknown one is no matter.
    """
    tokens.revoke(body.refresh_token)


def proof(actor: Actor, refresh_token: str) -> dict[str, Any]:
    seconds = current_app.config["ACCESS_TOKEN_SECONDS"]
    return login_out(actor, access_token(actor), refresh_token, seconds)
