"""Putting a chat away; a message brings it back."""

from app import clock
from app.models.chats import ChatState, Status
from app.models.users import Actor
from app.operations import access, assignments, versions
from app.operations.transaction import transaction


def archive(actor: Actor, chat_id: int) -> ChatState:
    """Away for both sides. Staff and the parties may do it; again is fine."""
    with transaction() as tx:
        chat = access.chat_for(actor, chat_id, tx)
        assignments.check_not_blocked(chat)
        if chat.status == Status.ARCHIVED:
            return chat
        changes = {"needs_reply": False, "waiting_since": None}
        closed_at = chat.closed_at or clock.now()
        return versions.changed(
            tx, chat, status=Status.ARCHIVED.value, closed_at=closed_at, **changes
        )


def unarchive(actor: Actor, chat_id: int) -> ChatState:
    """Back among the closed ones."""
    with transaction() as tx:
        chat = access.chat_for(actor, chat_id, tx)
        if chat.status != Status.ARCHIVED:
            return chat
        return versions.changed(tx, chat, status=Status.CLOSED.value)
