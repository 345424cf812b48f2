"""Logging in, renewing and logging out, on the wire."""

from typing import Annotated, Any

from pydantic import Field

from app.models.users import EMAIL_LENGTH, Actor
from app.schemas.users import AccountOut, account_out
from app.schemas.wire import Text, Wire

Token = Annotated[str, Field(min_length=1, max_length=512)]


class Login(Wire):
    email: Annotated[Text, Field(min_length=1, max_length=EMAIL_LENGTH)]
    password: Annotated[str, Field(min_length=1, max_length=1024)]


class Renewal(Wire):
    refresh_token: Token


class LoginOut(Wire):
    """One access token under the three names that clients know it by."""

    access_token: str
    access_token_too: str = Field(alias="access_token")
    token: str
    refresh_token: str = Field(description="for one renewal; a new one comes with each")
    expires_in: int = Field(description="seconds that the access token holds")
    user: AccountOut


def login_out(actor: Actor, token: str, refresh_token: str, expires_in: int) -> dict[str, Any]:
    return {
        "accessToken": token,
        "access_token": token,
        "token": token,
        "refreshToken": refresh_token,
        "expiresIn": expires_in,
        "user": account_out(actor),
    }
