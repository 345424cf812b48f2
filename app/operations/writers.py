"""How the database is written to: in SQLite by turns, and with a commit for all who come together.

A commit costs what the disk takes, whatever is in it. So whoever wants to write while another one
writes, or while a commit is on its way to the disk, joins those who wait: each takes the turn
after the other within one transaction, and the last of them commits for all. Nobody waits for
company: who is alone commits at once.
"""

import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from sqlite3 import OperationalError as SqliteError
from types import TracebackType

from flask import Flask
from sqlalchemy import Connection, Engine

from app.announce import announce
from app.concurrency import Beside, waited_for
from app.events import Event
from app.extensions import db
from app.locks import Gate, kinds
from app.models.database import AWAY, SQLITE_BUSY_MS, away
from app.operations.transaction import Transaction

# How long another process's lock is waited for: in all, within SQLite, and between two tries.
BUSY_SECONDS = SQLITE_BUSY_MS / 1000
BLOCKING_MS = 5
SHORTEST_PAUSE, LONGEST_PAUSE = 0.002, 0.05
MOST_TOGETHER = 64  # changes in a commit: the first of them waits for the last

Begin = Callable[[], AbstractContextManager[Transaction]]


def init_app(app: Flask) -> None:
    with app.app_context():
        engine = db.engine
    begin: Begin = EngineWriter(engine)
    if engine.dialect.name == "sqlite":
        begin = SqliteWriter(engine, app.config["SHORTCUTS"])
    app.extensions["begin"] = begin


class EngineWriter:
    """A connection of the pool for each: PostgreSQL lets several write, and their commits share
    the disk by themselves.

    What `hears` is there is called before the end of each that has said something.
    """

    hears: Callable[[Transaction], None] | None = None

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def __call__(self) -> Iterator[Transaction]:
        try:
            with self.engine.begin() as connection:
                tx = Transaction(connection)
                yield tx
                hears = self.hears  # which another thread may change meanwhile
                if tx.said and hears is not None:
                    hears(tx)
        except AWAY as error:
            raise away(error) from error
        if tx.said:
            announce(tx.said)


class Group:
    """Changes that share a commit, and what becomes of it."""

    def __init__(self, connection: Connection, before: "Group | None", is_told: Gate) -> None:
        self.connection = connection  # which is not opened anew meanwhile
        self.before = before  # what is announced first
        self.raw = raw_of(connection)
        self.size = 0  # how many have had their turn, refused ones as well
        self.has_changes = False
        self.said: list[Event] = []
        self.is_told = is_told  # shut until all of it is stored and announced, or nothing is
        self.error: BaseException | None = None
        self.is_shaken = False  # by an error of the database: the next one opens it anew

    @property
    def takes_more(self) -> bool:
        return self.size < MOST_TOGETHER and self.error is None

    def fail(self, error: BaseException) -> None:
        self.error = told(error)

    def wait_for_those_before(self) -> BaseException | None:
        """Until they are announced. As with the commit, no interruption ends this."""
        before, self.before = self.before, None
        return None if before is None else waited_for(before.is_told.is_set, before.is_told.wait)

    def undo(self, error: BaseException) -> None:
        """Of one who is refused; what cannot be undone alone is undone with all the others'."""
        self.is_shaken = self.is_shaken or isinstance(error, AWAY)
        try:
            self.raw.execute("ROLLBACK TO one")
            self.raw.execute("RELEASE one")
        except Exception as lost:
            self.fail(error if isinstance(error, AWAY) else lost)


class SqliteWriter:
    """SQLite has one writer: all of this process take turns on one connection.

    Each has a savepoint within what is common to a group, so what is refused costs the others
    nothing. Whether done or refused, each waits for the commit: both may rest on what another one
    of the group has just written. The commit runs beside the loop; whoever makes it then announces
    all that was said, in its order, once the group before has been announced.

    Among them a wait ends at once. For another process that writes it is waited here, in pauses:
    SQLite's own wait would stop everything else that a cooperative process does.

    What `hears` is there is called before the end of each that has said something.
    """

    hears: Callable[[Transaction], None] | None = None

    def __init__(self, engine: Engine, shortcuts: bool) -> None:
        self.engine = engine
        new_turn, self.new_gate = kinds(shortcuts)
        self.turn = new_turn()  # on the connection and the group
        self.group: Group | None = None
        self.last: Group | None = None
        self.connection: Connection | None = None
        self.waiting: deque[None] = deque()  # for the turn; what threads count without a lock
        self.beside = Beside()

    def __call__(self) -> "Change":
        return Change(self)

    def take_turn(self) -> None:
        self.waiting.append(None)
        try:
            self.turn.acquire()
        except BaseException:
            self.waiting.pop()
            self.end_what_is_left()
            raise
        self.waiting.pop()

    def joined(self, give_up_at: float) -> Group:
        if self.group is None:
            connection, raw = self.opened()
            begin_immediate(raw, give_up_at)
            self.group = self.last = Group(connection, self.last, self.new_gate())
        return self.group

    def pass_on(self) -> None:
        """To whoever waits for the turn, as long as the group is not too big; else it ends."""
        if not self.waiting or self.group is None or not self.group.takes_more:
            return self.end()
        self.turn.release()
        self.end_what_is_left()

    def end_what_is_left(self) -> None:
        """Those to whom the turn was passed on may have been ended meanwhile."""
        if not self.waiting and self.group is not None and self.turn.acquire(blocking=False):
            self.end()

    def end(self) -> None:
        """Commits for all of the group, lets the next one begin, announces."""
        group, self.group = self.group, None
        if group is None:
            return self.turn.release()
        try:
            try:
                interruption = self.commit(group)
            finally:
                self.turn.release()
            interruption = group.wait_for_those_before() or interruption
            if group.said and group.error is None:
                announce(group.said)
        finally:
            group.is_told.set()
        if interruption is not None:
            raise interruption

    def commit(self, group: Group) -> BaseException | None:
        """The group has an error after it if nothing of it is stored.

        What would have ended whoever commits while they wait is given back: the others go first.
        """
        interruption: BaseException | None = None
        try:
            if group.has_changes and group.error is None:
                interruption = self.beside.do(group.raw.commit)
        except BaseException as error:
            if isinstance(error, sqlite3.Error) or group.raw.in_transaction:
                group.fail(error)
            else:
                interruption = error  # it came just after the commit
        try:
            group.raw.rollback()  # all were refused, or it failed
            group.connection.rollback()  # SQLAlchemy's own idea of a transaction
        except Exception:
            group.is_shaken = True
        if group.error is not None or group.is_shaken:
            with suppress(Exception):
                group.connection.close()
        return interruption

    def opened(self) -> tuple[Connection, sqlite3.Connection]:
        connection = self.connection
        if connection is None or connection.closed:
            connection = self.connection = self.engine.connect()
            connection.detach()  # no reader is given it later, with its short patience
            raw_of(connection).execute(f"PRAGMA busy_timeout = {BLOCKING_MS}")
        return connection, raw_of(connection)


class Change:
    """What one of them does in their turn, between two savepoints, and the wait for the commit."""

    __slots__ = ("group", "tx", "writer")

    def __init__(self, writer: SqliteWriter) -> None:
        self.writer = writer

    def __enter__(self) -> Transaction:
        give_up_at = time.monotonic() + BUSY_SECONDS
        self.writer.take_turn()
        try:
            self.group = self.writer.joined(give_up_at)
        except BaseException as error:
            self.writer.pass_on()
            raise told(error) from error
        self.group.size += 1
        try:
            self.group.raw.execute("SAVEPOINT one")
        except BaseException as error:
            self.end(error)
        self.tx = Transaction(self.group.connection)
        return self.tx

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is None:
            try:
                hears = self.writer.hears  # which another thread may change meanwhile
                if hears is not None and self.tx.said:
                    hears(self.tx)
                self.group.raw.execute("RELEASE one")
                self.group.has_changes = True
                self.group.said += self.tx.said
            except BaseException as broken:
                error = broken
        self.end(error)

    def end(self, refusal: BaseException | None) -> None:
        """Raises what has refused it, or the whole group."""
        group = self.group
        try:
            if refusal is not None:
                group.undo(refusal)
        finally:
            self.writer.pass_on()
        group.is_told.wait()
        if group.error is not None:
            raise group.error
        if refusal is not None:
            if isinstance(refusal, AWAY):
                raise away(refusal) from refusal
            raise refusal


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


def told(error: BaseException) -> BaseException:
    """As it is raised."""
    return away(error) if isinstance(error, AWAY) else error
