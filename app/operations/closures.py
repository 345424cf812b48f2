"""Closing a chat and opening it again."""

from app import clock
from app.models.chats import ChatState, Status
from app.models.messages import Line
from app.models.users import Actor
from app.operations import access, assignments, ratings, versions
from app.operations.transaction import Transaction, transaction


def close(actor: Actor, chat_id: int) -> ChatState:
    """The chat is done: staff, its provider and its customer may say so. Again is fine."""
    with transaction() as tx:
        return closed(tx, access.chat_for(actor, chat_id, tx), actor)


def closed(tx: Transaction, chat: ChatState, actor: Actor | None) -> ChatState:
    """A chat that goes on does so no more; its customer may be asked what it was like. Without an
    actor a rule says so."""
    assignments.check_not_blocked(chat)
    if chat.is_over:
        if versions.held_since(tx, chat):  # to the desk it was over all along
            return versions.changed(tx, chat, closed_at=clock.now())
        return chat
    changes = {"status": Status.CLOSED.value, "closed_at": clock.now(), "needs_reply": False}
    after = versions.changed(tx, chat, waiting_since=None, **changes)
    ratings.ask(tx, after)
    if actor is None:
        return versions.line(tx, after, Line.RULE_CLOSED)
    return versions.line(tx, after, Line.CLOSED, actor.name)


def reopen(actor: Actor, chat_id: int) -> ChatState:
    """Staff takes a finished chat up again; its customer puts it back into the queue.

    Not one after which the customer has begun another: that goes on.
    """
    with transaction() as tx:
        return reopened(tx, access.chat_for(actor, chat_id, tx), actor)


def reopened(tx: Transaction, chat: ChatState, actor: Actor) -> ChatState:
    assignments.check_not_blocked(chat)
    if not chat.is_over:
        return chat
    assignments.check_not_merged(chat)
    if not chat.is_support:
        changes = {"closed_at": None, "needs_reply": chat.awaits_answer}
        opened = versions.changed(tx, chat, status=Status.OPEN.value, **changes)
        return versions.line(tx, opened, Line.REOPENED, actor.name)
    if actor.is_staff:
        return assignments.take(tx, chat, actor)
    assignments.check_newest(tx, chat)
    return assignments.queue(tx, chat, Line.QUEUED)
