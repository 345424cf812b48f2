"""The connection that the thread that serves keeps for its reads."""

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import bindparam, func, select

from app.errors import Unavailable
from app.models import database, users
from app.models import messages as said
from app.models.database import KeptConnection
from app.models.statements import Prepared
from app.operations import messages
from app.operations.messages import Draft
from tests.people import People

NAMES = select(users.table.c.name).where(users.table.c.id == bindparam("id"))
COUNTED = select(func.count()).select_from(users.table)


@pytest.fixture
def kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> KeptConnection:
    found = KeptConnection(app.extensions["reader"])
    monkeypatch.setitem(app.extensions, "kept reader", found)
    return found


def test_it_reads_what_was_stored_last(people: People, kept: KeptConnection) -> None:
    before = database.scalar(COUNTED)
    first = kept.connection
    for statement in (NAMES, Prepared(NAMES)):
        assert database.row(statement, id=people.lena.id) == (people.lena.name,)
        assert database.rows(statement, id=people.lena.id) == [(people.lena.name,)]
        assert database.row(statement, id=0) is None
    message = messages.send(people.lena, None, Draft("Hello"))
    assert database.scalar(COUNTED) == before
    assert database.scalar(select(func.max(said.table.c.id))) == message.id
    assert kept.connection is first
    assert first is not None
    assert not first.in_transaction()


def test_after_an_error_it_is_another_one(kept: KeptConnection, people: People) -> None:
    database.scalar(COUNTED)
    first = kept.connection
    assert first is not None

    def fail(_result: Any) -> None:
        raise database.SqliteError("disk I/O error")

    with pytest.raises(Unavailable):
        database.read(COUNTED, {}, fail)
    assert first.closed
    assert database.scalar(COUNTED) > 0
    assert kept.connection is not first


def test_other_threads_have_their_own(app: Flask, people: People, kept: KeptConnection) -> None:
    found: list[int] = []

    def read() -> None:
        with app.app_context():
            found.append(database.scalar(COUNTED))

    there = threading.Thread(target=read)
    there.start()
    there.join()
    assert found[0] > 0
    assert kept.connection is None
