"""Who answers a chat."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatBlocked, NotFound, NotSupportChat
from app.models.users import Actor
from app.operations import assignments
from app.rest import STAFF
from app.schemas.chats import Assign, ChatOut, chat_out


@endpoint(
    "PUT",
    "/chats/<id:chat_id>/assignment",
    body=Assign,
    answer=ChatOut,
    only=STAFF,
    raises=(*assignments.CLAIM_REFUSALS, NotFound),
)
def assign(actor: Actor, chat_id: int, body: Assign) -> dict[str, Any]:
    """Take a chat, or hand it to a colleague.

    Without `agentId` one takes it oneself; when somebody has it, the 409's message names them.
    With `agentId` it is handed over, whoever has it.
    """
    if body.agent_id is None:
        return chat_out(assignments.claim(actor, chat_id))
    return chat_out(assignments.assign(actor, chat_id, body.agent_id))


@endpoint(
    "DELETE",
    "/chats/<id:chat_id>/assignment",
    answer=ChatOut,
    only=STAFF,
    raises=(ChatBlocked, NotSupportChat),
)
def release(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Give a chat back to the queue."""
    return chat_out(assignments.release(actor, chat_id))
