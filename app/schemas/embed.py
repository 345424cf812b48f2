"""What the chat on another site says to the desk, and hears."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from app.models.users import Actor
from app.schemas.files import NewFile
from app.schemas.messages import MessageIn
from app.schemas.wire import Wire

ATTRIBUTES, ATTRIBUTE_NAME_LENGTH, ATTRIBUTE_LENGTH = 20, 40, 200

# 32 bytes in base64url, made by the browser.
Credential = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{43}$")]


# As the site's own server signs it (`app/operations/claims.py`).
Identity = Annotated[str, Field(max_length=5000)]


class Hello(Wire):
    """A page has loaded the chat."""

    token: Credential | None = None
    version: Annotated[str, Field(max_length=16, pattern="^[A-Za-z0-9._-]*$")] = ""
    problem: Literal["", "frame_blocked"] = ""


class Visit(Wire):
    """Somebody is here; `identity` is what the site says of them, where it says something."""

    token: Credential
    identity: Identity | None = None


class FirstWords(Visit):
    """By which a visitor comes to be, and what they say of themselves."""

    language: Annotated[str, Field(max_length=100)] = ""
    said_name: Annotated[str, Field(max_length=1000)] = ""
    said_email: Annotated[str, Field(max_length=1000)] = ""


class FirstMessage(MessageIn, FirstWords): ...


class FirstFile(NewFile, FirstWords): ...


# What a site's page says beside the chat: a few plain values, never HTML.
Attribute = bool | int | float | Annotated[str, Field(max_length=ATTRIBUTE_LENGTH)] | None
AttributeName = Annotated[str, Field(min_length=1, max_length=ATTRIBUTE_NAME_LENGTH)]


class PageSeen(Wire):
    """Where somebody is; longer texts are cut."""

    url: str = ""
    title: str = ""
    referrer: str = ""


class Presence(Wire):
    """Somebody is on a page. `isStranger` asks whether they were written to meanwhile."""

    token: Credential
    page: PageSeen
    language: Annotated[str, Field(max_length=100)] = ""
    time_zone: Annotated[str, Field(max_length=100)] = ""
    attributes: dict[AttributeName, Attribute] = Field(default_factory=dict, max_length=ATTRIBUTES)
    is_stranger: bool = False


def visit_out(actor: Actor, access_token: str, seconds: int) -> dict[str, Any]:
    """Who the visitor is, and what proves it for so many seconds."""
    person = {"id": actor.id, "name": actor.name, "pageKey": actor.page_key}
    return {"user": person, "accessToken": access_token, "expiresIn": seconds}
