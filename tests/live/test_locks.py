"""Another process writes to the same SQLite file and takes its time."""

import sqlite3
import threading
import time
from collections.abc import Callable

import pytest
import requests

from tests.live.conftest import Place
from tests.people import People
from tests.servers import MODES

LOCKED_SECONDS = 1.5


@pytest.fixture(params=MODES)
def alone(request: pytest.FixtureRequest, place_with: Callable[..., Place]) -> Place:
    return place_with(request.param)


def test_while_a_message_waits_for_a_lock_everything_else_goes_on(alone: Place) -> None:
    people = People()
    lena, ana = alone.client(people.lena), alone.client(people.ana)
    chat_id = lena.send("Hello", "a")["chatId"]
    other = sqlite3.connect(alone.database, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(LOCKED_SECONDS, other.execute, ["ROLLBACK"]).start()
    started = time.monotonic()
    lena.tell("send_message", {"chatId": chat_id, "message": "Patience", "clientId": "b"})

    slowest = 0.0
    while time.monotonic() - started < LOCKED_SECONDS - 0.5:
        asked = time.monotonic()
        assert ana.join(chat_id)["messages"][-1]["message"] == "Hello"
        assert requests.get(f"{alone.server.url}/healthz", timeout=5).ok
        slowest = max(slowest, time.monotonic() - asked)
        time.sleep(0.05)  # no faster than a person may
    assert slowest < 0.5
    assert lena.all("ack") == []

    answer = lena.wait_for("ack", ok=True)
    assert answer["message"]["message"] == "Patience"
    assert time.monotonic() - started < LOCKED_SECONDS + 1
    ana.wait_for("new_message", chatId=chat_id)
    other.close()
