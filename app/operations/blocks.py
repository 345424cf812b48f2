"""Blocking a chat: nobody writes in it until it is unblocked."""

from app import clock
from app.models.chats import ChatState, Status
from app.models.users import Actor
from app.operations import access, assignments, versions
from app.operations.transaction import transaction


def block(staff: Actor, chat_id: int) -> ChatState:
    """Staff alone may block. Again is fine."""
    access.require_staff(staff)
    with transaction() as tx:
        chat = access.chat_for(staff, chat_id, tx)
        if chat.is_blocked:
            return chat
        changes = {"needs_reply": False, "waiting_since": None}
        return versions.changed(tx, chat, status=Status.BLOCKED.value, **changes)


def unblock(staff: Actor, chat_id: int) -> ChatState:
    """The chat is closed then, or waits again if its customer had the last word."""
    access.require_staff(staff)
    with transaction() as tx:
        chat = access.chat_for(staff, chat_id, tx)
        if not chat.is_blocked:
            return chat
        if chat.awaits_answer and chat.is_support:
            return assignments.queue(tx, chat)
        changes = {"status": Status.CLOSED.value, "closed_at": clock.now()}
        return versions.changed(tx, chat, **changes)
