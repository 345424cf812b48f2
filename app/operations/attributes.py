"""Keeping the index of what sites' pages say of customers: an entry for each of whom one does.

Nobody who writes or shows a page waits for it. Each process looks every few seconds at the visits
that go on: what is said of somebody who has become a customer by now, or is another thing than
before, makes their entry anew. The index is a hint; what is shown is read from the visits.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import and_, bindparam, or_, select, update

from app import clock
from app.errors import Unavailable
from app.models import database, visitors, visits
from app.models.jobs import Job
from app.models.search import ATTRIBUTES, Entry
from app.models.search import index as kept
from app.models.visits import NO_ATTRIBUTES, SILENT_MS
from app.operations import search
from app.operations.transaction import Transaction, transaction

MOST = 100  # people at a time of those who are on a site
TOGETHER = 5  # people, a transaction
REST = 3  # of what they take, so much longer it rests
LOOKED_AT = 1_000  # visits at a time
MOST_MISSED = 2_000  # people, an hour
TRIES = 3  # with people of whom another thing is said meanwhile
v, t = visits.table.c, visitors.tokens.c
SAYS_SOMETHING = v.attributes != NO_ATTRIBUTES
NEXT = (
    select(t.user_id)
    .join_from(visits.table, visitors.tokens, t.token_hash == v.token_hash)
    .where(
        v.seen_at > bindparam("since"),
        or_(SAYS_SOMETHING, v.said_of < 0),
        v.said_of.is_distinct_from(t.user_id),
    )
    .limit(bindparam("most"))
)
EVERYBODY = (
    select(t.user_id)
    .distinct()
    .join_from(visits.table, visitors.tokens, t.token_hash == v.token_hash)
    .where(SAYS_SOMETHING, t.user_id > bindparam("after"))
    .order_by(t.user_id)
    .limit(bindparam("most"))
)
# All visits by their key, and of each whether it is still to be indexed.
VISITS = (
    select(
        v.token_hash,
        t.user_id,
        and_(or_(SAYS_SOMETHING, v.said_of < 0), v.said_of.is_distinct_from(t.user_id)).label(
            "is_missed"
        ),
    )
    .outerjoin_from(visits.table, visitors.tokens, t.token_hash == v.token_hash)
    .where(v.token_hash > bindparam("after"))
    .order_by(v.token_hash)
    .limit(bindparam("most"))
)
OF_PEOPLE = (
    select(v.token_hash, v.seen_at, v.attributes, v.said_of, t.user_id)
    .join_from(visits.table, visitors.tokens, t.token_hash == v.token_hash)
    .where(t.user_id.in_(bindparam("ids", expanding=True)))
    .order_by(v.token_hash)
)
# In the order in which they are written, so that two processes do not wait for each other.
LOCKED = OF_PEOPLE.with_for_update(of=visits.table)
STANDS = (
    update(visits.table)
    .where(v.token_hash == bindparam("of_token"))
    .values(said_of=bindparam("of_user"))
)
OF_ATTRIBUTES = search.written(ATTRIBUTES)
log = structlog.get_logger(__name__)


def catch_up() -> None:
    """Makes the entries of those who are on a site, so many at most."""
    if not current_app.config["VISITS"]:
        return
    about = {"since": clock.now() - 2 * SILENT_MS, "most": MOST}
    index(sorted({row.user_id for row in database.rows(NEXT, **about)}), is_anew=False)


def index(ids: Sequence[int], *, is_anew: bool = True, rest: float = REST) -> None:
    """Makes the entries of these people; those that stand as they should only where `is_anew`.

    Others have their turn between some and the next ones. Of whom it fails has none, and the log
    says so; and nobody has one where no visits are shown. Raises `Unavailable`.
    """
    is_shown = current_app.config["VISITS"]
    for some in parts_of(ids):
        began = time.monotonic()
        try:
            if is_shown:
                index_together(some, is_anew)
            else:
                leave_out(some, is_done=False)
        except Unavailable:
            raise
        except Exception:  # one of them is to cost no other one theirs
            if len(some) == 1:
                log.exception("attributes not indexed", user_id=some[0])
                leave_out(some, is_done=True)
            else:
                for each in some:
                    index([each], is_anew=is_anew, rest=0)
        time.sleep(rest * (time.monotonic() - began))


def parts_of(ids: Sequence[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while some := list(islice(rest, TOGETHER)):
        yield some


def index_together(ids: Sequence[int], is_anew: bool) -> None:
    """Their words are made before anything is locked, and written where all is still said that
    they were made of; where not, they are made once more."""
    for _ in range(TRIES):
        read = by_person(database.rows(OF_PEOPLE, ids=list(ids)))
        wanted = [who for who in ids if is_anew or not stands(who, read[who])]
        if not wanted:
            return
        words = {who: words_of(who, read[who]) for who in wanted}
        with transaction() as tx:
            now = by_person(tx.run(LOCKED, {"ids": wanted}).all())
            same = [who for who in wanted if told(now[who]) == told(read[who])]
            # Another process has made them meanwhile.
            same = [who for who in same if is_anew or not stands(who, now[who])]
            write(tx, {who: words[who] for who in same})
            stand(tx, [row for who in same for row in now[who]])
        ids = [who for who in wanted if told(now[who]) != told(read[who])]


def by_person(rows: Sequence[Any]) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.user_id].append(row)
    return found


def told(rows: Sequence[Any]) -> list[tuple[str, str]]:
    return [(row.token_hash, row.attributes) for row in rows]


def stands(who: int, rows: Sequence[Any]) -> bool:
    """Whether the entry has what these visits say, as far as they say anything."""
    return all(
        row.said_of == who or (row.said_of is None and row.attributes == NO_ATTRIBUTES)
        for row in rows
    )


def words_of(who: int, rows: Sequence[Any]) -> dict[str, Any] | None:
    """Their entry as it is written; None where nothing is said of them."""
    newest = sorted(rows, key=lambda row: -int(row.seen_at))
    text = "\n".join(visits.said(row.attributes for row in newest))
    return kept(ATTRIBUTES).written(Entry(who, text)) if text else None


def write(tx: Transaction, words: dict[int, dict[str, Any] | None]) -> None:
    forget(tx, [who for who, entry in words.items() if entry is None])
    entries = [entry for _, entry in sorted(words.items()) if entry is not None]
    if entries:
        tx.connection.execute(OF_ATTRIBUTES.keep[tx.connection.dialect.name], entries)


def stand(tx: Transaction, rows: Sequence[Any], *, is_done: bool = True) -> None:
    if rows:
        values = [
            {"of_token": row.token_hash, "of_user": row.user_id if is_done else None}
            for row in rows
        ]
        tx.connection.execute(STANDS, sorted(values, key=lambda each: each["of_token"]))


def leave_out(ids: Sequence[int], *, is_done: bool) -> None:
    """They have no entry; where that `is_done`, until another thing is said of them: it is not
    tried again and again."""
    with transaction() as tx:
        rows = tx.run(LOCKED, {"ids": list(ids)}).all()
        forget(tx, ids)
        stand(tx, rows, is_done=is_done)


def index_all(rest: float = REST) -> int:
    """Those of everybody of whom anything is said; how many they are."""
    done = after = 0
    while True:
        rows = database.rows(EVERYBODY, after=after, most=MOST)
        index([row.user_id for row in rows], rest=rest)
        done += len(rows)
        if len(rows) < MOST:
            return done
        after = rows[-1].user_id


def index_missed() -> None:
    """Those of whoever left before it was done, since no process was there: so many at most, the
    others an hour later."""
    if not current_app.config["VISITS"]:
        return
    after, missed = "", set[int]()
    while len(missed) < MOST_MISSED:
        rows = database.rows(VISITS, after=after, most=LOOKED_AT)
        missed |= {row.user_id for row in rows if row.user_id is not None and row.is_missed}
        if len(rows) < LOOKED_AT:
            break
        after = rows[-1].token_hash
        time.sleep(0)  # others have their turn
    index(sorted(missed)[:MOST_MISSED], is_anew=False)


def index_people(ids: Sequence[int] | None = None) -> None:
    """The job: these people, or everybody."""
    if ids is None:
        index_all()
    else:
        index(ids)


def later(tx: Transaction, *ids: int) -> None:
    """What is said of them is said of another one now, or no more: a job makes their entries
    anew."""
    if ids:
        tx.later(Job("index_attributes", {"ids": list(ids)}))


def forget(tx: Transaction, ids: Sequence[int]) -> None:
    """The entries of these people, of whom nothing is said any more."""
    if ids:
        values: dict[str, Any] = {"ids": list(ids)}
        tx.run(OF_ATTRIBUTES.remove[tx.connection.dialect.name], values)
