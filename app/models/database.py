"""How the database is opened, and the one way to read from it.

Everything is read and written with SQLAlchemy Core: rows are plain values, loaded once, that no
session follows. A read is a statement of its own; a write stands in `operations/transaction.py`.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from sqlite3 import OperationalError as SqliteError
from threading import Semaphore
from typing import Any, TypeVar

import structlog
from flask import Flask, current_app
from sqlalchemy import Connection, Dialect, Engine, ExceptionContext, event
from sqlalchemy.exc import OperationalError, TimeoutError
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler

from app import concurrency
from app.errors import Unavailable
from app.extensions import db, this_app
from app.models.statements import KEPT, Prepared, leave_values_out

SQLITE_BUSY_MS = 15_000
ASIDE_WAIT_S = 30  # for the turn of a select that takes long
ASIDE_MOST_S = 30  # that such selects may take
STEPS = 100_000  # of SQLite, between two looks at the clock
# Locked for too long, disk full, connection lost, none free: nothing is stored, and it may pass.
AWAY = (OperationalError, TimeoutError, SqliteError)
T = TypeVar("T")
log = structlog.get_logger(__name__)


def init_app(app: Flask) -> None:
    """Pragmas and BEGINs of SQLite; a PostgreSQL driver that lets others run while it waits, and
    is told of no transaction around what is only read: two turns to the server and back."""
    with app.app_context():
        engine = app.extensions["reader"] = db.engine
    app.extensions["aside"] = Semaphore(1)
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine, app.config["SQLITE_SYNCHRONOUS"])
    else:
        concurrency.let_psycopg_yield()
        event.listen(engine, "handle_error", leave_values_out_of)
        app.extensions["reader"] = engine.execution_options(isolation_level="AUTOCOMMIT")
        if app.config["DATABASE_PREPARES"]:
            event.listen(engine, "connect", lambda _, record: record.info.update({KEPT: set()}))


def leave_values_out_of(context: ExceptionContext) -> None:
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            leave_values_out(error)


def prepare_sqlite(engine: Engine, synchronous: str) -> None:
    """WAL, foreign keys, a busy timeout; BEGIN is ours."""

    @event.listens_for(engine, "connect")
    def open_connection(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver starts no transaction by itself
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA synchronous = {synchronous}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA cache_size = -16000")
        # What is removed or written over is zeros in the file at once (docs/privacy.md).
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()


def rows(statement: Executable | Prepared, **values: Any) -> Sequence[Any]:
    """All rows of a select: those of a prepared one are tuples."""
    return read(statement, values, lambda result: result.all())  # type: ignore[no-any-return]


def row(statement: Executable | Prepared, **values: Any) -> Any:
    """The first row of a select, or None."""
    return read(statement, values, lambda result: result.first())


def scalar(statement: Executable | Prepared, **values: Any) -> Any:
    """The first column of the first row, or None."""
    found = row(statement, **values)
    return None if found is None else found[0]


def rows_aside(*statements: Any) -> list[Sequence[Any]]:
    """All rows of each of these selects: `taken_aside` as they are."""
    return taken_aside(list, *statements)


def taken_aside(take: Callable[[list[Sequence[Any]]], T], *statements: Any) -> T:
    """What `take` makes of all rows of each of these selects, which take long, as plain values of
    one moment. It is made where they are read: many numbers are sorted for a while.

    One who asks is served at a time in a process, before a connection is taken: the others wait
    for their turn, and chats go on. SQLite would hold up the loop: it is asked in a thread of its
    own, by a connection of its own. Raises `Unavailable`, also for what takes too long.
    """
    app = this_app()
    engine: Engine = app.extensions["reader"]
    turn: Semaphore = app.extensions["aside"]
    if not turn.acquire(timeout=ASIDE_WAIT_S):
        log.warning("no turn for a long select")
        raise Unavailable
    try:
        path = engine.url.database
        if engine.dialect.name != "sqlite" or concurrency.mode() == "threading" or not path:
            return concurrency.in_own_thread(take, rows_of_moment(statements))
        asked = [compiled(statement, engine) for statement in statements]
        return concurrency.in_own_thread(lambda: take(rows_of_file(path, asked)))
    except SqliteError as error:
        raise away(error) from error
    finally:
        turn.release()


def rows_of_moment(statements: Sequence[Any]) -> list[Sequence[Any]]:
    with snapshot() as connection:
        if connection.dialect.name != "sqlite":
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {ASIDE_MOST_S * 1000}")
        return [connection.execute(statement).all() for statement in statements]


def compiled(statement: Any, engine: Engine) -> tuple[str, list[Any]]:
    """SQL and the values of its places."""
    made = written(statement, engine.dialect)
    values = made.params
    return str(made), [values[name] for name in made.positiontup or ()]


@lru_cache(maxsize=16)
def written(statement: Any, dialect: Dialect) -> SQLCompiler:
    """One that is asked again and again, as a board's is, is compiled once."""
    made: SQLCompiler = statement.compile(
        dialect=dialect, compile_kwargs={"render_postcompile": True}
    )
    return made


def rows_of_file(path: str, asked: Sequence[tuple[str, list[Any]]]) -> list[Sequence[Any]]:
    until = time.monotonic() + ASIDE_MOST_S
    address = f"{Path(path).absolute().as_uri()}?mode=ro"
    # Without transactions of the driver: the one that is begun is of one moment.
    options: dict[str, Any] = {"uri": True, "isolation_level": None}
    with closing(sqlite3.connect(address, SQLITE_BUSY_MS / 1000, **options)) as connection:
        connection.set_progress_handler(lambda: time.monotonic() > until, STEPS)
        connection.execute("BEGIN")
        return [connection.execute(sql, values).fetchall() for sql, values in asked]


def read(
    statement: Executable | Prepared, values: Mapping[str, Any], take: Callable[[Any], Any]
) -> Any:
    """What is taken of a select's result. Raises `Unavailable`."""
    kept: KeptConnection | None = this_app().extensions.get("kept reader")
    if kept is not None and kept.is_here():
        return kept.read(statement, values, take)
    with reading() as connection:
        return take(run(connection, statement, values))


def run(connection: Connection, statement: Executable | Prepared, values: Mapping[str, Any]) -> Any:
    """A `CursorResult`, or what of it a prepared statement has."""
    if isinstance(statement, Prepared):
        return statement.run(connection, values)
    return connection.execute(statement, values)


@contextmanager
def reading() -> Iterator[Connection]:
    """A connection for a select, without a transaction around it. Raises `Unavailable`."""
    try:
        with current_app.extensions["reader"].connect() as connection:
            yield connection
    except AWAY as error:
        raise away(error) from error


class KeptConnection:
    """One for all single reads of the thread that serves.

    To take one from the pool and to give it back costs more than most of these reads. SQLite lets
    nobody else have a turn meanwhile, so that no two of them are ever on their way.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.connection: Connection | None = None
        self.thread = concurrency.thread_counter()
        self.home = self.thread()

    def is_here(self) -> bool:
        return self.thread() == self.home

    def read(
        self, statement: Executable | Prepared, values: Mapping[str, Any], take: Callable
    ) -> Any:
        connection = self.connection
        try:
            if connection is None:
                connection = self.connection = self.engine.connect()
                connection.detach()
            found = take(run(connection, statement, values))
            if connection.in_transaction():
                connection.rollback()
            return found
        except BaseException as error:
            self.connection = None
            if connection is not None:
                with suppress(Exception):
                    connection.close()
            if isinstance(error, AWAY):
                raise away(error) from error
            raise


def keep_one_to_read(app: Flask) -> None:
    """From here on in a process that serves, in the thread that calls this and does all of it."""
    engine = app.extensions["reader"]
    is_served_by_one_thread = concurrency.mode() != "threading"
    if engine.dialect.name == "sqlite" and is_served_by_one_thread and app.config["SHORTCUTS"]:
        app.extensions["kept reader"] = KeptConnection(engine)


def away(error: Exception) -> Unavailable:
    """What to raise for an error of `AWAY`, of which whoever runs Deskbell reads the cause."""
    log.warning("database away", error=str(getattr(error, "orig", error)))
    return Unavailable()


def empty_log() -> bool:
    """SQLite's write-ahead log goes into the file, and what it still held of older pages is gone.

    False while somebody reads what is older; PostgreSQL sees to its own.
    """
    if db.engine.dialect.name != "sqlite":
        return True
    with reading() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")  # a wait would stop the process
        try:
            is_busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {SQLITE_BUSY_MS}")
    return not is_busy


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection whose reads all see one moment."""
    level = "AUTOCOMMIT" if db.engine.dialect.name == "sqlite" else "REPEATABLE READ"
    with reading() as connection:
        connection.execution_options(isolation_level=level)
        if level == "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN")
        try:
            yield connection
        finally:
            if level == "AUTOCOMMIT":
                connection.exec_driver_sql("ROLLBACK")
