"""Another process writes to the same SQLite file and takes its time."""

import sqlite3
import time
from collections.abc import Callable

import pytest
import requests

from tests import wide
from tests.live.conftest import Place
from tests.people import People
from tests.servers import MODES

pytestmark = wide.of_sqlite

ROUNDS = 20


@pytest.fixture(params=MODES)
def alone(request: pytest.FixtureRequest, place_with: Callable[..., Place]) -> Place:
    return place_with(request.param)


def test_while_a_message_waits_for_a_lock_everything_else_goes_on(alone: Place) -> None:
    people = People()
    lena, ana = alone.client(people.lena), alone.client(people.ana)
    chat_id = lena.send("Hello", "a")["chatId"]
    other = sqlite3.connect(alone.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    lena.tell("send_message", {"chatId": chat_id, "message": "Patience", "clientId": "b"})

    # Who waited for the lock would wait for what comes after these, and be answered by no one.
    for _ in range(ROUNDS):
        assert ana.join(chat_id)["messages"][-1]["message"] == "Hello"
        assert requests.get(f"{alone.server.url}/healthz", timeout=5).ok
        time.sleep(0.05)  # no faster than a person may
    assert lena.all("ack") == []

    other.execute("ROLLBACK")
    answer = lena.wait_for("ack", ok=True)
    assert answer["message"]["message"] == "Patience"
    ana.wait_for("new_message", chatId=chat_id)
    other.close()
