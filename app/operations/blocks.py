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
    """The chat is closed then, or waits again, as long as before, if its customer did."""
    access.require_staff(staff)
    with transaction() as tx:
        chat = access.chat_for(staff, chat_id, tx)
        if not chat.is_blocked:
            return chat
        # One that was over already stays so. Only after such a one can there be a newer chat.
        if chat.closed_at is None and chat.awaits_answer and chat.is_support:
            return assignments.queue(tx, chat, since=chat.active_at)
        changes = {"status": Status.CLOSED.value, "closed_at": chat.closed_at or clock.now()}
        return versions.changed(tx, chat, **changes)
