"""What the database is asked, whichever way it goes there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from sqlalchemy import Connection, event

from app.extensions import db
from app.models import statements
from app.models.statements import Form


@contextmanager
def recorded() -> Iterator[list[str]]:
    """The SQL that is run meanwhile, but for BEGIN."""
    run: list[str] = []

    def note(sql: str, _values: Any) -> None:
        if not sql.startswith("BEGIN"):
            run.append(sql)

    with heard(note):
        yield run


@contextmanager
def heard(note: Callable[[str, Any], None]) -> Iterator[None]:
    """Each statement that is run meanwhile is told, with its values."""

    def general(_connection: Any, _cursor: Any, sql: str, values: Any, *_: Any) -> None:
        note(sql, values)

    def prepared(connection: Connection, form: Form, values: Any) -> Any:
        note(form.sql, values)
        return execute(connection, form, values)

    execute = statements.execute
    event.listen(db.engine, "before_cursor_execute", general)
    try:
        with mock.patch.object(statements, "execute", prepared):
            yield
    finally:
        event.remove(db.engine, "before_cursor_execute", general)
