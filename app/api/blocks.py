"""Blocking a chat."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatNotFound
from app.models.users import Actor
from app.operations import access
from app.operations import blocks as operations
from app.queries import blocks
from app.rest import STAFF
from app.schemas.blocks import Block, BlockOut, block_out
from app.schemas.chats import ChatOut, chat_out

PATH = "/chats/<id:chat_id>/block"


@endpoint("GET", PATH, answer=BlockOut, only=STAFF, raises=(ChatNotFound,))
def blocked(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Whether a chat is blocked, by whom, why and until when."""
    chat = access.chat_for(actor, chat_id)
    return block_out(chat, blocks.of_chat(chat))


@endpoint("PUT", PATH, body=Block, answer=ChatOut, only=STAFF)
def block(actor: Actor, chat_id: int, body: Block) -> dict[str, Any]:
    """Block a chat: nobody writes in it until it is unblocked, or the time is over."""
    return chat_out(operations.block(actor, chat_id, body.reason, body.until_ms))


@endpoint("DELETE", PATH, answer=ChatOut, only=STAFF)
def unblock(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Unblock a chat: it waits again if its customer had the last word, else it is closed."""
    return chat_out(operations.unblock(actor, chat_id))
