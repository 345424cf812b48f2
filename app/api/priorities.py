"""How urgent a chat is."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatBlocked, ChatNotFound, NewerChat, NotSupportChat, TooFast
from app.models.users import Actor
from app.operations import access, priorities
from app.rest import STAFF
from app.schemas.priorities import NewPriority, PriorityOut, priority_out

PATH = "/chats/<id:chat_id>/priority"
REFUSALS = (ChatNotFound, ChatBlocked, NewerChat, NotSupportChat, TooFast)


@endpoint("GET", PATH, answer=PriorityOut, only=STAFF, raises=(ChatNotFound,))
def get_priority(actor: Actor, chat_id: int) -> dict[str, Any]:
    """How urgent a chat is."""
    return priority_out(access.chat_for(actor, chat_id))


@endpoint("PUT", PATH, body=NewPriority, answer=PriorityOut, only=STAFF, raises=REFUSALS)
def set_priority(actor: Actor, chat_id: int, body: NewPriority) -> dict[str, Any]:
    """Say how urgent a support chat is; its customer sees nothing of it. Again is fine."""
    return priority_out(priorities.prioritise(actor, chat_id, body.priority))
