"""Putting a chat away; a message brings it back."""

from app import clock
from app.models.chats import ChatState, Status
from app.models.users import Actor
from app.operations import access, assignments, ratings, versions
from app.operations.transaction import Transaction, transaction


def archive(actor: Actor, chat_id: int) -> ChatState:
    """Away for both sides. Staff and the parties may do it; again is fine."""
    with transaction() as tx:
        return archived(tx, access.chat_for(actor, chat_id, tx))


def archived(tx: Transaction, chat: ChatState) -> ChatState:
    assignments.check_not_blocked(chat)
    is_anew = chat.is_over and versions.held_since(tx, chat)  # to its customer
    if chat.status == Status.ARCHIVED and not is_anew:
        return chat
    changes = {"needs_reply": False, "waiting_since": None, "unread_mark": None}
    closed_at = clock.now() if is_anew else chat.closed_at or clock.now()
    after = versions.changed(tx, chat, status=Status.ARCHIVED.value, closed_at=closed_at, **changes)
    if not chat.is_over:
        ratings.ask(tx, after)
    return after


def unarchive(actor: Actor, chat_id: int) -> ChatState:
    """Back among the closed ones. Raises `NewerChat` for one that was merged into another."""
    with transaction() as tx:
        return unarchived(tx, access.chat_for(actor, chat_id, tx))


def unarchived(tx: Transaction, chat: ChatState) -> ChatState:
    if chat.status != Status.ARCHIVED:
        return chat
    assignments.check_not_merged(chat)
    return versions.changed(tx, chat, status=Status.CLOSED.value)
