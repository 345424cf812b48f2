"""Closing a chat and opening it again."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatBlocked, NewerChat
from app.models.users import Actor
from app.operations import closures
from app.queries.holds import as_told
from app.schemas.chats import ChatOut, chat_out


@endpoint("PUT", "/chats/<id:chat_id>/closure", answer=ChatOut, raises=(ChatBlocked,))
def close(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Close a chat.

    Staff and the chat's own parties may. A closed chat stays as it is.
    """
    return chat_out(as_told(actor, closures.close(actor, chat_id)))


@endpoint("DELETE", "/chats/<id:chat_id>/closure", answer=ChatOut, raises=(ChatBlocked, NewerChat))
def reopen(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Reopen a chat.

    Staff take it; a customer puts it back into the queue. A support chat after which the customer
    has begun another stays finished.
    """
    return chat_out(as_told(actor, closures.reopen(actor, chat_id)))
