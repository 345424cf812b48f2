"""One transaction: everything within is committed and then announced, or nothing happened."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from sqlite3 import OperationalError as SqliteError
from threading import Lock
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Connection, CursorResult, Engine
from sqlalchemy.dialects.postgresql import insert  # SQLite renders its ON CONFLICT as well
from sqlalchemy.exc import OperationalError
from sqlalchemy.sql import Executable

from app import clock
from app.announce import announce
from app.errors import Unavailable
from app.events import Event, JobStored
from app.extensions import db
from app.models import jobs
from app.models.database import AWAY, SQLITE_BUSY_MS, away

# How long another process's lock is waited for: in all, within SQLite, and between two tries.
BUSY_SECONDS = SQLITE_BUSY_MS / 1000
BLOCKING_MS = 5
SHORTEST_PAUSE, LONGEST_PAUSE = 0.002, 0.05

LATER = insert(jobs.table).on_conflict_do_nothing()

Begin = Callable[[], AbstractContextManager[Connection]]


def init_app(app: Flask) -> None:
    """How a connection that writes is had: from the pool, or in SQLite by turns."""
    with app.app_context():
        engine = db.engine
    begin: Begin = SqliteWriter(engine) if engine.dialect.name == "sqlite" else engine.begin
    app.extensions["begin"] = begin


class Transaction:
    """A connection that writes, and what will be announced once it has committed."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.said: list[Event] = []

    def run(self, statement: Executable, values: Mapping[str, Any]) -> CursorResult[Any]:
        return self.connection.execute(statement, values)  # type: ignore[return-value]

    def add(self, statement: Executable, values: Mapping[str, Any]) -> int:
        """Runs an INSERT; the id of the new row."""
        key = self.run(statement, values).inserted_primary_key
        return int(key[0]) if key else 0

    def say(self, event: Event) -> None:
        self.said.append(event)

    def later(self, job: jobs.Job) -> None:
        """Stores what is to be done after the commit, unless one of its key waits already."""
        now = clock.now()
        values = {
            "kind": job.kind,
            "payload": json.dumps(job.payload),
            "run_at": max(job.run_at, now),
            "attempts": 0,
            "unique_key": job.unique_key,
            "created_at": now,
        }
        is_stored = self.run(LATER, values).rowcount
        if is_stored and job.run_at <= now and JobStored() not in self.said:
            self.say(JobStored())


@contextmanager
def transaction() -> Iterator[Transaction]:
    """Begin, commit at the end of the block, announce. An exception rolls everything back.

    Nothing in the block may yield to other work: in a cooperative mode that would let every other
    writer wait for a lock that is not going to be released.
    """
    try:
        begin: Begin = current_app.extensions["begin"]
        with begin() as connection:
            tx = Transaction(connection)
            yield tx
    except AWAY as error:
        raise away(error) from error
    if tx.said:
        announce(tx.said)


class SqliteWriter:
    """SQLite has one writer: the threads of this process take turns on one connection.

    Among them a wait ends at once. For another process that writes it is waited here, in pauses:
    SQLite's own wait would stop everything else that a cooperative process does.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.turn = Lock()
        self.connection: Connection | None = None

    @contextmanager
    def __call__(self) -> Iterator[Connection]:
        give_up_at = time.monotonic() + BUSY_SECONDS
        if not self.turn.acquire(timeout=BUSY_SECONDS):
            raise Unavailable
        try:
            connection, raw = self.opened()
            try:
                begin_immediate(raw, give_up_at)
                with connection.begin():
                    yield connection
            except BaseException as error:
                if raw.in_transaction or isinstance(error, (OperationalError, SqliteError)):
                    connection.close()
                raise
        finally:
            self.turn.release()

    def opened(self) -> tuple[Connection, sqlite3.Connection]:
        connection = self.connection
        if connection is None or connection.closed:
            connection = self.connection = self.engine.connect()
            connection.detach()  # no reader is given it later, with its short patience
            raw_of(connection).execute(f"PRAGMA busy_timeout = {BLOCKING_MS}")
        return connection, raw_of(connection)


def raw_of(connection: Connection) -> sqlite3.Connection:
    return connection.connection.dbapi_connection  # type: ignore[return-value]


def begin_immediate(raw: sqlite3.Connection, give_up_at: float) -> None:
    """Takes the lock at once; tries again while another process has it, ever less often.

    Who starts by reading and then writes can fail on a lock that no waiting helps. Readers need
    no transaction.
    """
    pause = SHORTEST_PAUSE
    while True:
        try:
            raw.execute("BEGIN IMMEDIATE")
            return
        except SqliteError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            if time.monotonic() + pause > give_up_at:
                raise
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
