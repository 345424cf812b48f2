"""Reactions to messages."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatBlocked, Conflict, Forbidden, Invalid, MessageNotFound, TooFast
from app.models.users import Actor
from app.operations import reactions as operations
from app.schemas.messages import MessageOut, message_out

REACTION = "/messages/<id:message_id>/reactions/<emoji>"
REFUSALS = (MessageNotFound, Forbidden, ChatBlocked, Conflict, Invalid, TooFast)


@endpoint("PUT", REACTION, answer=MessageOut, raises=REFUSALS)
def react(actor: Actor, message_id: int, emoji: str) -> dict[str, Any]:
    """React to a message with an emoji.

    Again is fine. A message has at most twenty different ones.
    """
    return message_out(operations.react(actor, message_id, emoji))


@endpoint("DELETE", REACTION, answer=MessageOut, raises=REFUSALS)
def unreact(actor: Actor, message_id: int, emoji: str) -> dict[str, Any]:
    """React with it no longer. Again is fine."""
    return message_out(operations.unreact(actor, message_id, emoji))
