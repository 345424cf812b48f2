"""Another process has a lock and takes its time: who waits for it holds up nobody."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

import pytest
import requests
from sqlalchemy import text

from app.extensions import db
from tests import wide
from tests.live.conftest import Place
from tests.people import People
from tests.servers import MODES

ROUNDS = 20


@pytest.fixture(params=MODES)
def alone(request: pytest.FixtureRequest, place_with: Callable[..., Place]) -> Place:
    return place_with(request.param)


@pytest.fixture(params=MODES)
def on_postgresql(
    request: pytest.FixtureRequest,
    place_with: Callable[..., Place],
    postgres_settings: dict[str, str],
) -> Place:
    return place_with(request.param, DATABASE_URL=postgres_settings["DATABASE_URL"])


@wide.of_sqlite
def test_while_a_message_waits_for_a_lock_everything_else_goes_on(alone: Place) -> None:
    with closing(sqlite3.connect(alone.database, isolation_level=None)) as other:
        goes_on_meanwhile(
            alone,
            lambda chat_id: other.execute("BEGIN IMMEDIATE"),
            lambda: other.execute("ROLLBACK"),
        )


def test_while_a_query_of_one_takes_its_time_everything_else_goes_on(on_postgresql: Place) -> None:
    """In the driver, which waits in C unless it is told otherwise."""
    with db.engine.connect() as other:
        goes_on_meanwhile(
            on_postgresql,
            lambda chat_id: other.execute(
                text("SELECT id FROM chats WHERE id = :id FOR UPDATE"), {"id": chat_id}
            ),
            other.rollback,
        )


def goes_on_meanwhile(
    place: Place, lock: Callable[[int], object], unlock: Callable[[], object]
) -> None:
    people = People(has_addresses=False)
    lena, ana = place.client(people.lena), place.client(people.ana)
    chat_id = lena.send("Hello", "a")["chatId"]
    lock(chat_id)
    lena.tell("send_message", {"chatId": chat_id, "message": "Patience", "clientId": "b"})

    # Who waited for the lock would wait for what comes after these, and be answered by no one.
    for _ in range(ROUNDS):
        assert ana.join(chat_id)["messages"][-1]["message"] == "Hello"
        assert requests.get(f"{place.server.url}/healthz", timeout=5).ok
        time.sleep(0.05)  # no faster than a person may
    assert lena.all("ack") == []

    unlock()
    answer = lena.wait_for("ack", ok=True)
    assert answer["message"]["message"] == "Patience"
    ana.wait_for("new_message", chatId=chat_id)
