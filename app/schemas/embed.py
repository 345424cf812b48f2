"""What the chat on another site says to the desk, and hears."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from app.models.users import Actor
from app.schemas.messages import MessageIn
from app.schemas.wire import Wire

# 32 bytes in base64url, made by the browser.
Credential = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{43}$")]


# As the site's own server signs it (`app/operations/claims.py`).
Identity = Annotated[str, Field(max_length=5000)]


class Hello(Wire):
    """A page has loaded the chat."""

    token: Credential | None = None
    version: Annotated[str, Field(max_length=16)] = ""


class Visit(Wire):
    """Somebody is here; `identity` is what the site says of them, where it says something."""

    token: Credential
    identity: Identity | None = None


class FirstMessage(MessageIn, Visit):
    language: Annotated[str, Field(max_length=100)] = ""


def visit_out(actor: Actor, access_token: str, seconds: int) -> dict[str, Any]:
    """Who the visitor is, and what proves it for so many seconds."""
    person = {"id": actor.id, "name": actor.name, "pageKey": actor.page_key}
    return {"user": person, "accessToken": access_token, "expiresIn": seconds}
