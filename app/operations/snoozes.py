"""Putting a chat aside until a time, or until its customer writes."""

from sqlalchemy import bindparam

from app import clock
from app.errors import NotOpen
from app.events import SnoozeChanged
from app.models import chats
from app.models.chats import ChatState
from app.models.jobs import Job
from app.models.users import Actor
from app.operations import access, assignments, times, versions
from app.operations.transaction import Transaction, transaction

DUE = chats.SELECT_CHATS.where(
    chats.table.c.id == bindparam("chat_id"), chats.table.c.snoozed_until <= bindparam("now")
).with_for_update(of=chats.table)


def snooze(staff: Actor, chat_id: int, until: int) -> ChatState:
    """Out of the lists until then (ms); another time takes the place of the one before.

    It is back before that when its customer writes, or its status or agent changes. No party sees
    anything of it. Raises `Invalid` for a time that is over or too far off, `NotOpen`.
    """
    access.require_staff(staff)
    times.check_to_come(until)
    with transaction() as tx:
        return snoozed(tx, access.chat_for(staff, chat_id, tx), until)


def snoozed(tx: Transaction, chat: ChatState, until: int) -> ChatState:
    assignments.check_support(chat)
    if not chat.is_open:
        raise NotOpen
    if chat.snoozed_until == until:
        return chat
    tx.later(Job("wake_chat", {"chat_id": chat.id}, until, f"wake:{chat.id}:{until}"))
    return put(tx, chat, chat._replace(snoozed_until=until))


def wake(staff: Actor, chat_id: int) -> ChatState:
    """Back in the lists. Again is fine."""
    access.require_staff(staff)
    with transaction() as tx:
        return woken(tx, access.chat_for(staff, chat_id, tx))


def woken(tx: Transaction, chat: ChatState) -> ChatState:
    return put(tx, chat, chat._replace(snoozed_until=None)) if chat.is_snoozed else chat


def wake_due(chat_id: int) -> None:
    """Its time has come, unless another one was chosen since: somebody wanted to go on with it,
    so it needs a reply, whoever had the last word."""
    with transaction() as tx:
        found = tx.run(DUE, {"chat_id": chat_id, "now": clock.now()}).first()
        if found is not None:
            chat = access.locked(found, tx)
            put(tx, chat, chat._replace(snoozed_until=None, needs_reply=True), is_due=True)


def put(tx: Transaction, before: ChatState, after: ChatState, *, is_due: bool = False) -> ChatState:
    """No version of it, of which a customer would hear."""
    tx.say(SnoozeChanged(versions.store(tx, before, after), is_due))
    return after
