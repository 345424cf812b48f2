"""Managers look on at chats, and take them over."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatBlocked, ChatNotFound, NewerChat, NotSupportChat
from app.models.users import Actor
from app.operations import supervision
from app.rest import MANAGERS
from app.schemas.chats import ChatOut, chat_out

REFUSALS = (ChatNotFound, ChatBlocked, NewerChat, NotSupportChat)


@endpoint("PUT", "/chats/<id:chat_id>/watch", answer=ChatOut, only=MANAGERS, raises=(ChatNotFound,))
def watch(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Look on at a chat: nothing of it changes, and it is written down, once an hour."""
    return chat_out(supervision.watch(actor, chat_id))


@endpoint("PUT", "/chats/<id:chat_id>/takeover", answer=ChatOut, only=MANAGERS, raises=REFUSALS)
def take_over(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Take a chat over, whoever has it, who is told. Again is fine."""
    return chat_out(supervision.take_over(actor, chat_id))
