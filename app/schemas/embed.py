"""What the chat on another site says to the desk, and hears."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from app.models.users import Actor
from app.schemas.messages import MessageIn
from app.schemas.wire import Wire

# 32 bytes in base64url, made by the browser.
Credential = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{43}$")]


class Hello(Wire):
    """A page has loaded the chat."""

    token: Credential | None = None
    version: Annotated[str, Field(max_length=16)] = ""


class Visit(Wire):
    token: Credential


class FirstMessage(MessageIn, Visit):
    language: Annotated[str, Field(max_length=100)] = ""
    said_name: Annotated[str, Field(max_length=1000)] = ""
    said_email: Annotated[str, Field(max_length=1000)] = ""


def visit_out(actor: Actor, access_token: str, seconds: int) -> dict[str, Any]:
    """Who the visitor is, and what proves it for so many seconds."""
    person = {"id": actor.id, "name": actor.name, "pageKey": actor.page_key}
    return {"user": person, "accessToken": access_token, "expiresIn": seconds}
