"""What reports count is kept beside the messages that say it, chat by chat, and proved right.

Nothing of it is on the way of a message: what is kept of a chat holds for one of its versions, and
every change that counts is another one. A chat that nothing happens in for a while is kept anew.
"""

import random
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import structlog
from sqlalchemy import and_, bindparam, delete, func, insert, not_, select, true

from app import clock
from app.models import chats, database, messages
from app.models.insight import (
    COUNTS,
    IS_KEPT,
    KEPT,
    asked_in,
    kept,
    kept_messages,
    kept_questions,
    said_in,
    sums_of,
)
from app.operations.transaction import Transaction, transaction

QUIET_MS = 10 * 60 * 1000  # since when nothing has happened in a chat that is kept
TOGETHER = 1000  # chats, that are looked for
STEPS = 2000  # versions of chats that are kept in a transaction: no more messages than that
PAUSE = 0.02  # seconds, for others
SAMPLE = 200  # chats, about, that are proved each time
log = structlog.get_logger(__name__)

c, m = chats.table.c, messages.table.c
IDS: Any = bindparam("ids", expanding=True)
THESE = c.id.in_(IDS)
CHANGED = (
    select(c.id, c.version)
    .where(COUNTS, not_(IS_KEPT), c.updated_at < bindparam("before"), c.id > bindparam("after"))
    .order_by(c.id)
    .limit(TOGETHER)
)
# What they say is not changed meanwhile: who does that has this lock for themselves. Those that
# somebody has are left for the next time: nobody waits for us, nor we for them.
LOCKED = (
    select(c.id, COUNTS.label("counts"))
    .where(THESE)
    .order_by(c.id)
    .with_for_update(skip_locked=True, key_share=True, of=chats.table)
)
FORGET = [delete(table).where(table.c.chat_id.in_(IDS)) for table in reversed(KEPT)]
KEEP_SAID = insert(kept_messages).from_select(list(kept_messages.c), said_in(THESE))
KEEP_ASKED = insert(kept_questions).from_select(list(kept_questions.c), asked_in(THESE))
KEEP = insert(kept).from_select(list(kept.c), sums_of(THESE))
OF_MESSAGES = [
    delete(table).where(table.c.chat_id.in_(select(m.chat_id).where(m.id.in_(IDS))))
    for table in reversed(KEPT)
]


def keep_quiet() -> int:
    """Keeps what chats say in which something has happened since they were kept, and nothing for
    a while; how many."""
    before, after, done = clock.now() - QUIET_MS, 0, 0
    while True:
        statement = CHANGED.params(before=before, after=after)
        (found,) = database.rows_aside(statement)  # all chats are gone through for it
        for some in in_parts(found):
            done += keep(some)
            time.sleep(PAUSE)
        if len(found) < TOGETHER:
            return done
        after = found[-1][0]


def in_parts(found: Iterable[Any]) -> Iterator[list[int]]:
    """The ids of these chats by their versions, as many at a time as a transaction takes."""
    some: list[int] = []
    versions = 0
    for chat_id, version in found:
        if some and versions + version > STEPS:
            yield some
            some, versions = [], 0
        some.append(chat_id)
        versions += version
    if some:
        yield some


def keep(ids: Sequence[int]) -> int:
    """Keeps what these chats say now, as far as they count and nobody is changing them; how many
    that are."""
    with transaction() as tx:
        locked = tx.run(LOCKED, {"ids": ids}).all()
        for statement in FORGET:
            tx.run(statement, {"ids": [row.id for row in locked]})
        # One may have been erased since it was looked for.
        key = {"ids": [row.id for row in locked if row.counts]}
        tx.run(KEEP_SAID, key)
        tx.run(KEEP_ASKED, key)
        return int(tx.run(KEEP, key).rowcount)


def forget_messages(tx: Transaction, ids: Sequence[int]) -> None:
    """What is kept of the chats of these messages holds no longer: they are about to be removed,
    which is no other version of a chat."""
    for statement in OF_MESSAGES:
        tx.run(statement, {"ids": ids})


def check() -> dict[int, list[str]]:
    """By chat: what is kept of it and is not what its messages say, in words."""
    return wrong_among(true())


def wrong_among(which: Any) -> dict[int, list[str]]:
    """The same, of chats of which this is true of what is kept."""
    versions = select(kept.c.chat_id, kept.c.version).where(which).order_by(kept.c.chat_id)
    (found,) = database.rows_aside(versions)
    wrong: dict[int, list[str]] = {}
    for some in in_parts(found):
        wrong |= wrong_of(some)
    return wrong


def wrong_of(ids: Sequence[int]) -> dict[int, list[str]]:
    """The same, of these chats."""
    of_these = and_(c.id.in_(ids), IS_KEPT)
    statements = []
    for table, as_said in ((kept_messages, said_in), (kept_questions, asked_in), (kept, sums_of)):
        stored = select(table).join(chats.table, c.id == table.c.chat_id).where(of_these)
        statements += [stored, as_said(of_these)]
    found: list[set[Any]] = [set(map(tuple, rows)) for rows in database.rows_aside(*statements)]
    wrong: dict[int, list[str]] = {}
    said, true_said, asked, true_asked, sums, true_sums = found
    compared = [("messages", said, true_said), ("question", asked, true_asked)]
    compared.append(("sums", sums, true_sums))
    for what, stands, is_so in compared:
        for told, rows in (("kept", stands - is_so), ("not kept", is_so - stands)):
            for row in sorted(rows, key=str):
                wrong.setdefault(row[0], []).append(f"{what} {row[1:]}: {told}, against the rows")
    return wrong


def mend(wrong: dict[int, list[str]]) -> None:
    """Keeps these chats anew."""
    ids = list(wrong)
    for first in range(0, len(ids), TOGETHER):
        versions = select(c.id, c.version).where(c.id.in_(ids[first : first + TOGETHER]))
        (found,) = database.rows_aside(versions)
        for some in in_parts(found):
            keep(some)
            time.sleep(PAUSE)


def check_some() -> None:
    """Proves what is kept of some chats, others each time, and mends it."""
    (((count,),),) = database.rows_aside(select(func.count()).select_from(kept))
    parts = -(-count // SAMPLE) or 1
    wrong = wrong_among(kept.c.chat_id % parts == random.randrange(parts))  # noqa: S311
    if wrong:
        log.warning("what reports count was off, and is counted anew", chats=sorted(wrong))
        mend(wrong)
