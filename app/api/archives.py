"""Putting a chat away and taking it out again."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatBlocked
from app.models.users import Actor
from app.operations import archives
from app.queries.holds import as_told
from app.schemas.chats import ChatOut, chat_out


@endpoint("PUT", "/chats/<id:chat_id>/archive", answer=ChatOut, raises=(ChatBlocked,))
def archive(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Put a chat away, for both sides; a message brings it back."""
    return chat_out(as_told(actor, archives.archive(actor, chat_id)))


@endpoint("DELETE", "/chats/<id:chat_id>/archive", answer=ChatOut)
def unarchive(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Take a chat out again; it is closed then."""
    return chat_out(as_told(actor, archives.unarchive(actor, chat_id)))
