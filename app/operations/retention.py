"""What is kept for so long and no longer (`RETENTION_DAYS`), and what is put away by then.

A bit at a time, so that nobody who writes waits for it. Done again it does no harm.
"""

import time
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy import bindparam, exists, func, select, update

from app import clock
from app.events import ChatChanged
from app.extensions import this_app
from app.models import chats, database, messages, notes, users
from app.models.audits import Action
from app.models.chats import ChatState, Status
from app.models.jobs import Job
from app.models.users import Role
from app.operations import access, audits, erasures, search, versions
from app.operations.transaction import transaction

DAY_MS = 24 * 3600 * 1000
TOGETHER = 200  # rows that are looked at, and then others are served
PAUSE = 0.02  # seconds
NOTED_SECONDS = 60.0
COUNTED = ("chats", "messages", "notes", "visitors")
log = structlog.get_logger(__name__)

c, m, n, u = chats.table.c, messages.table.c, notes.table.c, users.table.c
OVER = (Status.CLOSED.value, Status.ARCHIVED.value)
OLD_CHATS = (
    select(c.id)
    .where(
        c.status.in_(bindparam("wanted", expanding=True)),
        c.active_at > 0,
        c.active_at < bindparam("before"),
        c.id > bindparam("after"),
    )
    .order_by(c.id)
    .limit(TOGETHER)
)
CHAT = chats.SELECT_CHATS.where(c.id == bindparam("chat_id")).with_for_update(of=chats.table)
# Ids come in the order of time, but for what is committed late.
OLD_MESSAGES = (
    select(m.id, m.chat_id, m.seq)
    .where(m.id > bindparam("after"), m.created_at < bindparam("before"))
    .order_by(m.id)
    .limit(TOGETHER)
)
STILL_THERE = select(m.id, m.seq, m.sender_id).where(
    m.id.in_(bindparam("ids", expanding=True)), m.chat_id == bindparam("chat_id")
)
FORGET_QUOTED = (
    update(messages.table)
    .where(m.reply_to_id.in_(bindparam("ids", expanding=True)))
    .values(reply_to_id=None)
)
OLD_NOTES = select(n.id).where(n.created_at < bindparam("before")).order_by(n.id).limit(TOGETHER)
FORGET_MENTIONS = erasures.those(notes.mentions, "note_id")
FORGET_NOTES = erasures.those(notes.table, "id")
# Visitors of whom nothing is left but what they said of themselves.
FORGOTTEN = (
    select(u.id)
    .where(
        u.role == Role.CUSTOMER,
        u.email.is_(None),
        u.erased_at.is_(None),
        u.merged_into_id.is_(None),
        u.created_at < bindparam("before"),
        func.coalesce(u.last_seen_at, 0) < bindparam("before"),
        ~exists().where(c.customer_id == u.id, c.active_at > 0),
        u.id > bindparam("after"),
    )
    .order_by(u.id)
    .limit(TOGETHER)
)


def forget_old() -> None:
    """Removes what is older than `RETENTION_DAYS`: whole chats that are over, in others what both
    sides have read, notes, and visitors of whom nothing else is left.

    The last message of a chat that is not over stays, and what somebody has yet to read.
    """
    days = this_app().config["RETENTION_DAYS"]
    if not days:
        return
    before = clock.now() - days * DAY_MS
    tally = Tally(days)
    try:
        for chat_id in old_chats(OVER, before):
            tally.add("chats", forget_chat(chat_id, before))
        forget_messages(before, tally)
        forget_notes(before, tally)
        forget_visitors(before, tally)
    finally:
        tally.write_down()
    if tally.all["chats"] or tally.all["messages"]:
        search.sweep()
        database.empty_log()
    log.info("what is old is gone", **tally.all)


class Tally:
    """What a run has removed, written into the log as it goes on: with the first of it and then
    every minute, so that one that is cut leaves what was known to be gone."""

    def __init__(self, days: int) -> None:
        self.days = days
        self.all = dict.fromkeys(COUNTED, 0)
        self.left = dict.fromkeys(COUNTED, 0)  # to be written down
        self.due = 0.0

    def add(self, what: str, number: int) -> None:
        self.all[what] += number
        self.left[what] += number
        if number and time.monotonic() >= self.due:
            self.write_down()

    def write_down(self) -> None:
        if not any(self.left.values()):
            return
        with transaction() as tx:
            details: dict[str, Any] = {"days": self.days} | self.left
            audits.record(tx, Action.RETENTION_RAN, **details)
        self.left = dict.fromkeys(COUNTED, 0)
        self.due = time.monotonic() + NOTED_SECONDS


def archive_old() -> None:
    """Puts away chats that are closed and quiet for `AUTO_ARCHIVE_DAYS`: they are out of the list,
    and found as before. What their customer writes brings one back."""
    days = this_app().config["AUTO_ARCHIVE_DAYS"]
    if not days:
        return
    before = clock.now() - days * DAY_MS
    for chat_id in old_chats((Status.CLOSED.value,), before):
        with transaction() as tx:
            found = tx.run(CHAT, {"chat_id": chat_id}).first()
            chat = found and access.locked(found, tx)
            if chat and chat.status == Status.CLOSED and chat.active_at < before:
                versions.changed(tx, chat, status=Status.ARCHIVED.value, unread_mark=None)
        time.sleep(PAUSE)


def old_chats(wanted: Sequence[str], before: int) -> list[int]:
    """By id, those in these states with nothing new since."""
    ids: list[int] = []
    while True:
        values: dict[str, Any] = {"wanted": list(wanted), "before": before}
        found = database.rows(OLD_CHATS, after=ids[-1] if ids else 0, **values)
        ids += [row.id for row in found]
        if len(found) < TOGETHER:
            return ids


def forget_chat(chat_id: int, before: int) -> bool:
    """Removes a chat, for as long as it is over and quiet: somebody may write meanwhile. Whether
    it is gone."""
    gone = erasures.erase_chat(chat_id, (), lambda chat: chat.is_over and chat.active_at < before)
    time.sleep(PAUSE)
    return gone.chats > 0


def forget_messages(before: int, tally: Tally) -> None:
    """Removes what both sides have read of chats that are not over."""
    after = 0
    while True:
        found = database.rows(OLD_MESSAGES, after=after, before=before)
        rows = sorted(found, key=lambda row: row.chat_id)
        for chat_id, some in groupby(rows, key=lambda row: row.chat_id):
            tally.add("messages", forget_some(chat_id, [row.id for row in some]))
        if len(found) < TOGETHER:
            return
        after = found[-1].id
        time.sleep(PAUSE)


def forget_some(chat_id: int, ids: Sequence[int]) -> int:
    with transaction() as tx:
        row = tx.run(CHAT, {"chat_id": chat_id}).first()
        if row is None:
            return 0
        chat = access.locked(row, tx)
        there = tx.run(STILL_THERE, {"ids": list(ids), "chat_id": chat_id})
        theirs = [each.id for each in there if is_read(chat, each) and each.seq != chat.last_seq]
        if theirs:
            tx.run(FORGET_QUOTED, {"ids": theirs})
            erasures.remove_messages(tx, theirs)
            after = chat if chat.held_seq is None else versions.with_held(tx, chat)
            if after.held_seq != chat.held_seq:  # its row in the inbox says so
                after = after._replace(version=chat.version + 1, updated_at=clock.now())
                tx.say(ChatChanged(versions.store(tx, chat, after), before=Status(chat.status)))
        return len(theirs)


def is_read(chat: ChatState, message: Any) -> bool:
    """By the side that it was said to; a system line is said to nobody."""
    if message.sender_id is None:
        return True
    by_customer = message.sender_id == chat.customer_id
    return bool(message.seq <= (chat.staff_read if by_customer else chat.customer_read))


def forget_notes(before: int, tally: Tally) -> None:
    while True:
        with transaction() as tx:
            ids = [row.id for row in tx.run(OLD_NOTES, {"before": before})]
            if ids:
                tx.run(FORGET_MENTIONS, {"ids": ids})
                tx.run(FORGET_NOTES, {"ids": ids})
                search.remove_notes(tx, ids)
        tally.add("notes", len(ids))
        if len(ids) < TOGETHER:
            return
        time.sleep(PAUSE)


def forget_visitors(before: int, tally: Tally) -> None:
    """Erases visitors who have no chat any more, and have not been here since."""
    after = 0
    while True:
        found = [row.id for row in database.rows(FORGOTTEN, after=after, before=before)]
        for user_id in found:
            with transaction() as tx:
                erasures.mark(tx, user_id)
                key = f"{erasures.KIND}:{user_id}"
                tx.later(Job(erasures.KIND, {"customer_id": user_id}, unique_key=key))
        tally.add("visitors", len(found))
        if len(found) < TOGETHER:
            return
        after = found[-1]
        time.sleep(PAUSE)
