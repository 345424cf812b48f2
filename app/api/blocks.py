"""Blocking a chat."""

from typing import Any

from app.api.endpoint import endpoint
from app.models.users import Actor
from app.operations import blocks
from app.rest import STAFF
from app.schemas.chats import ChatOut, chat_out


@endpoint("PUT", "/chats/<id:chat_id>/block", answer=ChatOut, only=STAFF)
def block(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Block a chat: nobody writes in it until it is unblocked."""
    return chat_out(blocks.block(actor, chat_id))


@endpoint("DELETE", "/chats/<id:chat_id>/block", answer=ChatOut, only=STAFF)
def unblock(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Unblock a chat: it waits again if its customer had the last word, else it is closed."""
    return chat_out(blocks.unblock(actor, chat_id))
