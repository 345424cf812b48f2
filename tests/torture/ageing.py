"""What is old goes (`RETENTION_DAYS`) while people talk: who sends waits no longer for it."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

from sqlalchemy import Connection, delete, insert, select, text, update

from app import clock
from app.cli import factories
from app.extensions import db
from app.models import database
from app.models.jobs import table as jobs
from app.models.search import NAME, progress
from app.queries import counts
from tests.live.conftest import Place
from tests.servers import wait_until
from tests.torture.crowd import Crowd, senders_of
from tests.torture.figures import Figure, percentile
from tests.torture.places import starting

DAY_MS = 24 * 3600 * 1000
DAYS = 365
EACH = 100  # messages of a chat that is over
SENDERS = 10
P99_MS = 100
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most)"
CHATS = text(
    f"{NUMBERS} INSERT INTO chats (customer_id, status, version, last_text, last_sender_id,"
    " last_seq, active_at, needs_reply, customer_delivered, customer_read, customer_unread,"
    " staff_delivered, staff_read, staff_unread, created_at, updated_at, closed_at)"
    " SELECT :customer, :status, :messages, 'Thanks', :customer, :messages, :at, :asks, :messages,"
    " :messages, 0, :messages, :messages, 0, :at, :at, :closed FROM n"
)
MESSAGES = text(
    f"{NUMBERS} INSERT INTO messages (chat_id, seq, version, sender_id, message_type, text,"
    " created_at) SELECT c.id, n.i, n.i, :customer, 'text',"
    " 'The parcel number ' || (c.id * 7 + n.i) || ' has not come, and I wait for it', :at + n.i"
    " FROM chats c, n WHERE c.id > :after AND c.version = :most ORDER BY c.id, n.i"
)
WORDS = text(
    "INSERT OR REPLACE INTO message_words(rowid, words)"
    " SELECT id, text || ' c' || chat_id FROM messages WHERE id > :after"
)


def said(
    connection: Connection, customer: int, chats: int, each: int, at: int, status: str
) -> None:
    """So many chats with so many messages each, all read."""
    last = {
        name: connection.execute(text(f"SELECT coalesce(max(id), 0) FROM {name}")).scalar()
        for name in ("chats", "messages")
    }
    closed = at if status == "closed" else None
    of = {"customer": customer, "at": at, "status": status, "messages": each, "closed": closed}
    of |= {"asks": closed is None}
    connection.execute(CHATS, of | {"most": chats})
    connection.execute(MESSAGES, of | {"most": each, "after": last["chats"]})
    connection.execute(WORDS, {"after": last["messages"]})


def aged(
    place: Place, *, old_chats: int, living: int, each: int, rate: int, most_ms: float
) -> Figure:
    """Of twice as many messages half goes: whole chats that are over, and what is old in those that
    go on."""
    customers = factories.people([(f"Sender {n}", "customer", None) for n in range(SENDERS + 1)])
    wait_until(has_run, 30)  # once, as the server began: of nothing
    now, long_ago = clock.now(), clock.now() - (DAYS + 30) * DAY_MS
    gone = old_chats * EACH + living * (each - 1)
    with db.engine.begin() as connection:
        other = customers.pop().id
        said(connection, other, old_chats, EACH, long_ago, "closed")
        said(connection, other, living, each, long_ago, "open")
        said(connection, other, gone // EACH, EACH, now - DAY_MS, "closed")
        newest = connection.execute(text("SELECT max(id) FROM messages")).scalar()
        connection.execute(delete(progress))
        connection.execute(insert(progress).values(name=NAME, upto=newest))
    with Crowd(senders_of(place, customers), ["And on"] * 1_000_000, SENDERS / rate) as crowd:
        crowd.wait_for(rate * 2, 60)
        before = [seconds for sender in crowd.senders for seconds in sender.took]
        marks = [len(sender.took) for sender in crowd.senders]
        largest, over = [0], Event()
        watch = Thread(target=watched, args=(Path(f"{place.database}-wal"), largest, over))
        watch.start()
        began = time.monotonic()
        wait_until(begin_anew, 30)
        wait_until(lambda: is_over(gone), 1200, lambda: f"{left()} are left")
        seconds = time.monotonic() - began
        over.set()
        watch.join()
        took = [
            each
            for sender, mark in zip(crowd.senders, marks, strict=True)
            for each in sender.took[mark:]
        ]
    assert all(sender.cuts == 0 for sender in crowd.senders)
    assert counts.wrong() == {}
    assert left() == living, "the last message of each that goes on stays, and nothing else"
    p99, usual = percentile(took, 99) * 1000, percentile(before, 99) * 1000
    assert p99 < most_ms, f"p99 {p99:.0f} ms ({usual:.0f} before)"
    return Figure(
        84,
        f"{gone:,} of {2 * gone:,} messages go while {len(took) / seconds:.0f} a second are sent",
        f"{seconds:.0f} s, p99 {p99:.0f} ms ({usual:.0f} before), log {largest[0] / 1e6:.0f} MB",
        f"p99 {most_ms:.0f} ms",
    )


def has_run() -> bool:
    due = (jobs.c.kind == "forget_old_chats") & (jobs.c.run_at > clock.now() + DAY_MS // 2)
    return bool(database.rows(select(jobs.c.id).where(due, jobs.c.lease_id.is_(None))))


def begin_anew() -> bool:
    """Whether the job that comes once a day was there to be done at once."""
    is_there = (jobs.c.kind == "forget_old_chats") & jobs.c.lease_id.is_(None)
    with db.engine.begin() as connection:
        due = update(jobs).where(is_there).values(run_at=clock.now())
        return bool(connection.execute(due).rowcount)


def left() -> int:
    old = clock.now() - DAYS * DAY_MS
    found = text("SELECT count(*) FROM messages WHERE created_at < :old")
    return int(database.scalar(found, old=old))


def is_over(gone: int) -> bool:
    """Whether the job is done: the log says that all of it is gone."""
    time.sleep(1)
    told = text(
        "SELECT coalesce(sum(json_extract(details, '$.messages')), 0),"
        " coalesce(sum(json_extract(details, '$.chats')), 0)"
        " FROM audit WHERE action = 'retention_ran'"
    )
    messages, chats = database.row(told)
    return bool(messages + chats * EACH >= gone)


def watched(log: Path, largest: list[int], over: Event) -> None:
    while not over.wait(0.2):
        if log.exists():
            largest[0] = max(largest[0], log.stat().st_size)


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder) as start:
        place = start(RETENTION_DAYS=str(DAYS))
        figure = aged(place, old_chats=4_000, living=20, each=5_000, rate=100, most_ms=P99_MS)
        yield figure
