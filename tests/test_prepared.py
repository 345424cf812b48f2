"""What is run by the driver itself is as if SQLAlchemy had run it."""

import traceback

import pytest
from flask import Flask
from sqlalchemy import Boolean, Connection, bindparam, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from app import create_app
from app.errors import Unavailable
from app.extensions import db
from app.models import chats, database, messages
from app.models.chats import SELECT_CHATS
from app.models.statements import Prepared
from app.operations.messages import Draft, send
from app.operations.transaction import transaction
from app.operations.versions import INSERT_MESSAGE, NOTHING_YET, storing
from tests.people import People

SAID = "xyzzy"


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def chat_id(request: pytest.FixtureRequest) -> int:
    request.getfixturevalue({"SQLite": "app", "PostgreSQL": "on_postgres"}[request.param])
    return send(People().lena, None, Draft("Hello", "a")).chat_id


def test_its_rows_are_those_of_sqlalchemy(chat_id: int) -> None:
    prepared = Prepared(SELECT_CHATS.where(chats.table.c.id == bindparam("chat_id")))
    general = tuple(database.row(prepared.statement, chat_id=chat_id))
    assert database.row(prepared, chat_id=chat_id) == general
    assert database.rows(prepared, chat_id=chat_id) == [general]
    assert database.scalar(prepared, chat_id=chat_id) == chat_id
    kinds = [isinstance(column.type, Boolean) for column in prepared.statement.selected_columns]
    assert any(kinds)
    assert [type(value) is bool for value in general] == kinds


def test_of_nothing_found_it_says_so(chat_id: int) -> None:
    prepared = Prepared(SELECT_CHATS.where(chats.table.c.id == bindparam("chat_id")))
    assert database.row(prepared, chat_id=chat_id + 1) is None
    assert database.rows(prepared, chat_id=chat_id + 1) == []
    assert database.scalar(prepared, chat_id=chat_id + 1) is None


def test_a_value_that_stands_in_the_statement_is_bound(chat_id: int) -> None:
    status = select(chats.table.c.id).where(
        chats.table.c.id == bindparam("chat_id"), chats.table.c.status == "waiting"
    )
    assert database.scalar(Prepared(status), chat_id=chat_id) == chat_id


def test_it_tells_how_many_rows_it_wrote(chat_id: int) -> None:
    mark = Prepared(
        update(chats.table)
        .where(chats.table.c.id >= bindparam("from_id"))
        .values(needs_reply=bindparam("needs_reply"))
    )
    with transaction() as tx:
        assert tx.run(mark, {"from_id": chat_id, "needs_reply": False}).rowcount == 1
        assert tx.run(mark, {"from_id": chat_id + 1, "needs_reply": True}).rowcount == 0
    shown = select(chats.table.c.needs_reply).where(chats.table.c.id == chat_id)
    assert database.scalar(shown) is False


def test_an_insert_gives_the_id_of_its_row(chat_id: int) -> None:
    values = NOTHING_YET._replace(
        chat_id=chat_id, seq=100, version=100, message_type="text", text="Hi", created_at=1
    )._asdict()
    with transaction() as tx:
        made = tx.add(INSERT_MESSAGE, values)
    row = select(messages.table.c.seq).where(messages.table.c.id == made)
    assert database.scalar(row) == 100


def test_its_errors_are_those_of_sqlalchemy_without_what_was_said(chat_id: int) -> None:
    values = NOTHING_YET._replace(
        chat_id=chat_id, seq=3, version=3, message_type="text", text="A secret", created_at=1
    )._asdict()
    with pytest.raises(IntegrityError) as refused, transaction() as tx:
        tx.add(INSERT_MESSAGE, values)
    assert "A secret" not in str(refused.value)
    with pytest.raises((OperationalError, ProgrammingError)), db.engine.connect() as connection:
        Prepared(text("SELECT 1 FROM nowhere")).run(connection, {})


def test_what_writes_the_same_columns_is_made_once(chat_id: int) -> None:
    assert storing(("version",)) is storing(("version",))
    assert storing(("version",)) is not storing(("version", "active_at"))


def kept(connection: Connection) -> list[str]:
    """The names of what PostgreSQL keeps for this connection."""
    return list(connection.execute(text("SELECT name FROM pg_prepared_statements")).scalars())


def test_postgresql_keeps_it_for_a_connection_and_for_the_next_one_anew(on_postgres: Flask) -> None:
    chat_id = send(People().lena, None, Draft("Hello", "a")).chat_id
    db.engine.dispose()
    prepared = Prepared(SELECT_CHATS.where(chats.table.c.id == bindparam("chat_id")))
    with db.engine.connect() as connection:
        for _ in range(3):
            assert database.run(connection, prepared, {"chat_id": chat_id}).first()
        assert len(kept(connection)) == 1
        connection.rollback()
        assert database.run(connection, prepared, {"chat_id": chat_id}).first()
        connection.invalidate()
    with db.engine.connect() as connection:
        assert kept(connection) == []
        assert database.run(connection, prepared, {"chat_id": chat_id}).first()
        assert len(kept(connection)) == 1


def test_where_a_pooler_is_between_nothing_is_kept(postgres_settings: dict[str, str]) -> None:
    app = create_app(postgres_settings | {"DATABASE_PREPARES": "off"})
    with app.app_context():
        prepared = Prepared(SELECT_CHATS.where(chats.table.c.id == bindparam("chat_id")))
        with db.engine.connect() as connection:
            assert database.run(connection, prepared, {"chat_id": 0}).first() is None
            assert kept(connection) == []
        db.engine.dispose()


def test_what_is_only_read_has_no_transaction_around_it(on_postgres: Flask) -> None:
    state = "SELECT state FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = :name"
    with database.reading() as connection:
        connection.execute(text("SELECT 1"))
        with db.engine.connect() as other:
            states = other.execute(text(state), {"name": db.engine.url.database}).scalars().all()
    assert states == ["idle"]  # and not "idle in transaction"


def test_an_error_does_not_repeat_what_was_to_be_stored(chat_id: int) -> None:
    """Neither way: what people write would stand in a log."""
    missing = select(text("nothing")).select_from(chats.table)
    missing = missing.where(chats.table.c.last_text == bindparam("word"))
    for way in (missing, Prepared(missing)):
        with pytest.raises((OperationalError, ProgrammingError, Unavailable)) as failed:
            database.rows(way, word=SAID)
        told = "".join(traceback.format_exception(failed.value))
        assert "nothing" in told
        assert SAID not in told
