"""What a transaction promises when the database does not take it."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from sqlalchemy import text

from app.errors import ChatNotFound, Unavailable
from app.extensions import db
from app.models import database
from app.operations import messages, writers
from app.operations.messages import Draft
from app.queries import messages as history
from tests import wide
from tests.people import People
from tests.races import at_once


@pytest.fixture
def chat_id(people: People) -> int:
    return messages.send(people.lena, None, Draft("Hello", "a")).chat_id


@pytest.fixture
def other(chat_id: int) -> Iterator[sqlite3.Connection]:
    """Another process, which writes and takes its time."""
    connection = sqlite3.connect(db.engine.url.database or "", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


def texts(chat_id: int) -> list[str]:
    return [message.text for message in history.before(chat_id).messages]


@wide.of_sqlite
def test_a_database_that_stays_locked_is_said_to_be_unavailable_and_serves_again(
    people: People, chat_id: int, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "BUSY_SECONDS", 0.2)
    with pytest.raises(Unavailable):
        messages.send(people.lena, chat_id, Draft("Locked out", "b"))
    other.execute("ROLLBACK")
    messages.send(people.lena, chat_id, Draft("Back", "b"))
    assert texts(chat_id) == ["Hello", "Back"]


@wide.of_sqlite
def test_a_lock_is_waited_for_in_pauses_in_which_others_run(
    people: People, chat_id: int, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused: list[float] = []

    def pause(seconds: float) -> None:
        paused.append(seconds)
        if len(paused) == 10:
            other.execute("ROLLBACK")

    monkeypatch.setattr(time, "sleep", pause)
    started = time.monotonic()
    messages.send(people.lena, chat_id, Draft("In the end", "b"))
    assert time.monotonic() - started < 1  # of which little is SQLite's own waiting
    assert len(paused) == 10
    assert paused == sorted(paused)
    assert paused[0] < paused[-1] == writers.LONGEST_PAUSE
    assert texts(chat_id) == ["Hello", "In the end"]


@wide.of_sqlite
def test_however_many_wait_for_a_lock_all_give_up_in_time(
    app: Flask,
    people: People,
    chat_id: int,
    other: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app.config["RATE_LIMITS"] = False
    monkeypatch.setattr(writers, "BUSY_SECONDS", 0.3)
    started = time.monotonic()
    waited = at_once(lambda n: messages.send(people.lena, chat_id, Draft("No", f"{n}")), 12)
    assert time.monotonic() - started < 12 * 0.3  # none waits as long once more
    assert [type(each) for each in waited] == [Unavailable] * 12
    other.execute("ROLLBACK")
    messages.send(people.lena, chat_id, Draft("A turn", "b"))
    assert texts(chat_id) == ["Hello", "A turn"]


@wide.of_sqlite
def test_what_is_refused_costs_no_new_connection(app: Flask, people: People, chat_id: int) -> None:
    kept = app.extensions["begin"].connection
    with pytest.raises(ChatNotFound):
        messages.send(people.lena, chat_id + 1, Draft("Where?", "b"))
    messages.send(people.lena, chat_id, Draft("Hello", "a"))  # a repeat: the INSERT is refused
    messages.send(people.lena, chat_id, Draft("Again", "c"))
    assert app.extensions["begin"].connection is kept
    assert not kept.closed


def test_with_no_connection_free_one_is_told_to_come_back(
    people: People, chat_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db.engine.pool, "_timeout", 0.05)
    with ExitStack() as taken:
        with pytest.raises(Unavailable):  # noqa: PT012
            for _ in range(100):
                taken.enter_context(database.snapshot())
        for ask in (database.rows, database.row, database.scalar):
            with pytest.raises(Unavailable):
                ask(text("SELECT 1"))
    assert texts(chat_id) == ["Hello"]


@wide.of_sqlite
def test_what_cannot_be_read_is_unavailable(app: Flask) -> None:
    with db.engine.connect() as connection:
        connection.execute(text("DROP TABLE presence"))
    with pytest.raises(Unavailable):
        database.scalar(text("SELECT count(*) FROM presence"))
