"""Statements made once: SQLAlchemy writes their SQL, and the driver runs it.

To compile, to set up a context, and to make rows that know their columns' names costs several
times what the database does. What is asked for each message or sign of typing is therefore made
once for each kind of database, and gives plain tuples. Everything else goes the general way.

PostgreSQL keeps them as well, for each connection: to parse and to plan one costs it several times
what it takes to carry it out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Insert, Select
from sqlalchemy.exc import DBAPIError

KEPT = "deskbell.kept"  # in what is known of a connection: the names of what it keeps
Values = Mapping[str, Any]


class Prepared:
    """A statement of SQLAlchemy Core, all of whose values have a name.

    `columns` are those that an INSERT is given values for.
    """

    def __init__(self, statement: Any, columns: Iterable[str] = ()) -> None:
        self.statement, self.columns = statement, tuple(columns)
        self.forms: dict[str, Form] = {}

    def run(self, connection: Connection, values: Values) -> "Result":
        """Raises what SQLAlchemy does: `IntegrityError`, `OperationalError`, …"""
        dialect = connection.dialect
        form = self.forms.get(dialect.name)
        if form is None:
            form = self.forms[dialect.name] = Form(self.statement, self.columns, dialect)
        try:
            return Result(execute(connection, form, form.bound(values)), form)
        except dialect.loaded_dbapi.Error as error:
            raise as_of_sqlalchemy(error, connection, form.sql) from error

    def add(self, connection: Connection, values: Values) -> int:
        """Runs an INSERT; the id of the new row."""
        result = self.run(connection, values)
        row = result.first() if result.form.returns_id else None
        return int(row[0] if row else result.cursor.lastrowid)


class Result:
    """What a statement gave: rows as tuples, or how many it wrote."""

    __slots__ = ("cursor", "form")

    def __init__(self, cursor: Any, form: "Form") -> None:
        self.cursor, self.form = cursor, form

    @property
    def rowcount(self) -> int:
        return int(self.cursor.rowcount)

    def first(self) -> tuple[Any, ...] | None:
        row = self.cursor.fetchone()
        self.cursor.close()  # or SQLite would go on reading
        return row if row is None else self.form.read(row)

    def all(self) -> Sequence[tuple[Any, ...]]:
        return [self.form.read(row) for row in self.cursor.fetchall()]


class Form:
    """The SQL of a statement for one kind of database, and what values need on their way."""

    def __init__(self, statement: Any, columns: Sequence[str], dialect: Any) -> None:
        self.returns_id = isinstance(statement, Insert) and not dialect.postfetch_lastrowid
        if self.returns_id:
            statement = statement.returning(*statement.table.primary_key)  # type: ignore[attr-defined]
        compiled: Any = statement.compile(dialect=dialect, column_keys=columns or None)
        self.sql = str(compiled)
        # None: the driver takes them by name.
        self.in_places = places_of(compiled.positiontup)
        self.kept = KeptForm(compiled) if dialect.name == "postgresql" else None
        binds = compiled.binds.items()
        self.fixed = {name: bind.effective_value for name, bind in binds if not bind.required}
        to_write = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in binds
            if bind.required
        }
        self.writes = [(name, convert) for name, convert in to_write.items() if convert]
        chosen = statement.selected_columns if isinstance(statement, Select) else ()
        to_read = [
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in chosen
        ]
        self.reads = [(place, convert) for place, convert in enumerate(to_read) if convert]

    def bound(self, values: Values) -> Any:
        if self.fixed or self.writes:
            values = self.fixed | dict(values)
            for name, convert in self.writes:
                values[name] = convert(values[name])
        return values if self.in_places is None else self.in_places(values)

    def read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        if not self.reads:
            return row
        read = list(row)
        for place, convert in self.reads:
            read[place] = convert(read[place])
        return tuple(read)


def places_of(names: Sequence[str] | None) -> Callable[[Values], Any] | None:
    """Values by name, put into their places."""
    if names is None:
        return None
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: tuple(values[name] for name in names)


class Places(dict[str, str]):
    """The places of named values, in the order in which they are first asked for."""

    def __missing__(self, name: str) -> str:
        self[name] = f"${len(self) + 1}"
        return self[name]


class KeptForm:
    """What PostgreSQL is told to keep a statement under a name, and to carry out what it keeps."""

    numbers = count(1)

    def __init__(self, compiled: Any) -> None:
        self.name = f"deskbell_{next(self.numbers)}"
        places = Places()
        self.keep = f"PREPARE {self.name} AS {str(compiled) % places}"
        values = ", ".join(f"%({name})s" for name in places)
        self.call = f"EXECUTE {self.name} ({values})" if places else f"EXECUTE {self.name}"


def execute(connection: Connection, form: Form, values: Any) -> Any:
    """The driver's cursor, when it has run this."""
    if form.in_places is not None:  # SQLite's driver makes the cursor on the way
        return connection.connection.dbapi_connection.execute(form.sql, values)  # type: ignore[union-attr]
    cursor = connection.connection.cursor()
    kept = None if form.kept is None else connection.info.get(KEPT)
    if kept is None or form.kept is None:
        cursor.execute(form.sql, values)
        return cursor
    if form.kept.name not in kept:
        cursor.execute(form.kept.keep)
        kept.add(form.kept.name)
    cursor.execute(form.kept.call, values)
    return cursor


def as_of_sqlalchemy(error: Any, connection: Connection, sql: str) -> Any:
    """The error as SQLAlchemy would raise it; a connection that is lost is given up, as it does."""
    dialect = connection.dialect
    is_lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    if is_lost:
        connection.invalidate(error)
        connection.engine.dispose(close=False)  # the others of the pool will be lost as well
    leave_values_out(error)
    return DBAPIError.instance(
        sql,
        None,  # no value of ours belongs into an error
        error,
        dialect.loaded_dbapi.Error,
        connection_invalidated=is_lost,
        dialect=dialect,
    )


def leave_values_out(error: Any) -> None:
    """PostgreSQL repeats below the first line what was to be stored, and a log would keep it."""
    error.args = (str(error.args[0]).partition("\n")[0] if error.args else "",)
