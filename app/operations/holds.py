"""Held messages: staff lets one through, or rejects it."""

from typing import Any

from sqlalchemy import bindparam, select

from app import clock
from app.errors import NotHeld
from app.events import MessageReleased, SnoozeChanged
from app.models import messages
from app.models.audits import Action
from app.models.chats import ChatState, Side, Status
from app.models.messages import Line, MessageState, Quote
from app.models.users import Actor
from app.operations import access, assignments, audits, edits, limits, receipts, triggers, versions
from app.operations.messages import QUOTED
from app.operations.transaction import Transaction, transaction

m = messages.table.c
LAST_CLOSING = (
    select(m.line)
    .where(m.chat_id == bindparam("chat_id"), m.line.in_([Line.CLOSED, Line.RULE_CLOSED]))
    .order_by(m.seq.desc())
    .limit(1)
)


def release(staff: Actor, message_id: int) -> MessageState:
    """Everybody sees the message, in its place; the inbox hears of it as of a new one.

    What was released already is answered as it is. Raises `MessageNotFound`, `Unauthorized`,
    `Forbidden`, `NotHeld` for one that is gone, `ChatBlocked`, `TooFast`.
    """
    access.require_staff(staff)
    limits.sends(staff)
    with transaction() as tx:
        message, chat = access.locked_message(staff, message_id, tx)
        if message.held_at is None and message.deleted_at is None:
            return message
        if not message.is_held:
            raise NotHeld
        assignments.check_not_blocked(chat)
        audits.record(tx, Action.MESSAGE_RELEASED, staff, chat_id=chat.id, subject_id=message.id)
        return released(tx, chat, message)


def reject(staff: Actor, message_id: int) -> MessageState:
    """Its text and its files are gone, and it stays in its sender's chat as one that was not
    delivered. Again is fine. Raises as `release`; `NotHeld` for one that everybody sees by now.
    """
    access.require_staff(staff)
    limits.sends(staff)
    with transaction() as tx:
        message, chat = access.locked_message(staff, message_id, tx)
        if message.held_at is not None and message.deleted_at is not None:
            return message
        if not message.is_held:
            raise NotHeld
        audits.record(tx, Action.MESSAGE_REJECTED, staff, chat_id=chat.id, subject_id=message.id)
        return edits.removed(tx, chat, message, is_rejected=True)


def released(tx: Transaction, chat: ChatState, message: MessageState) -> MessageState:
    before = chat
    chat, began_waiting = ready(tx, chat, message)
    now, version = clock.now(), chat.version + 1
    is_read = message.seq <= chat.staff_read
    changes: dict[str, Any] = {"held_at": None, "version": version}
    if is_read:  # whoever has read what stands below has it before them now
        changes |= {"delivered_at": message.delivered_at or now, "read_at": message.read_at or now}
    after = message._replace(**changes)
    tx.run(versions.writing(tuple(changes)), changes | {"message_id": message.id})
    moved: dict[str, Any] = {
        "version": version,
        "active_at": now,
        "updated_at": now,
        "snoozed_until": None,
        "asked_at": chat.asked_at or now,
        "staff_unread": receipts.unread(tx, chat, Side.STAFF, chat.staff_read),
        "held_seq": versions.with_held(tx, chat).held_seq,
    }
    if message.seq > chat.last_seq:
        moved |= edits.said_last(chat, after)
    elif chat.is_support:
        moved["unread_mark"] = version  # something was said since below it
    stored = versions.store(tx, chat, chat._replace(**moved))
    triggers.said(tx, before, message, began_waiting=began_waiting)
    if before.is_snoozed:
        tx.say(SnoozeChanged(stored))
    quote = quote_of(tx, after)
    tx.say(MessageReleased(stored, after, began_waiting, quote, was_shown=message.was_shown))
    return after


def ready(tx: Transaction, chat: ChatState, message: MessageState) -> tuple[ChatState, bool]:
    """The chat in the state that its customer's message puts it into, and whether it waits now that
    did not. One after which another has begun stays as it is, and so does one that somebody
    closed after the message was written: had nobody held it, it would be closed as well. A rule did
    not know that anybody had written."""
    if chat.is_open or (chat.is_waiting and chat.waiting_since is not None):
        return chat, False
    is_closed_since = chat.closed_at is not None and chat.closed_at >= message.created_at
    if is_closed_since and not is_closed_by_rule(tx, chat):
        return chat, False
    if access.has_newer_now(chat, tx):
        return chat, False
    if chat.is_support:
        return assignments.queue(tx, chat), True
    return versions.changed(tx, chat, status=Status.OPEN.value, closed_at=None), False


def is_closed_by_rule(tx: Transaction, chat: ChatState) -> bool:
    """And nobody has put it away since, which would be somebody's doing."""
    if chat.status != Status.CLOSED:
        return False
    return bool(tx.run(LAST_CLOSING, {"chat_id": chat.id}).scalar() == Line.RULE_CLOSED)


def quote_of(tx: Transaction, message: MessageState) -> Quote | None:
    if message.reply_to_id is None:
        return None
    key = {"message_id": message.reply_to_id, "chat_id": message.chat_id}
    found = tx.run(QUOTED, key).first()
    return found and Quote._make(found)
