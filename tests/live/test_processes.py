"""Two processes with Redis between them: each serves its own sockets, and nobody notices."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from app.extensions import db
from tests.live.clients import Client
from tests.live.conftest import Place
from tests.people import People
from tests.servers import Server, free_port, wait_until


@pytest.fixture(params=["eventlet", "threading"])
def two(
    request: pytest.FixtureRequest, redis_url: str, migrated: Path, tmp_path: Path
) -> Iterator[tuple[Place, Place]]:
    """Two servers on one database."""
    here = Place(tmp_path, migrated, request.param, REDIS_URL=redis_url)
    there = object.__new__(Place)
    vars(there).update(vars(here) | {"clients": []})
    settings = here.settings | {"ASYNC_MODE": request.param}
    there.server = Server(settings, tmp_path / "other.log").start()
    with here.app.app_context():
        yield here, there
        for place in (here, there):
            place.hang_up()
            assert place.server.stop() == 0
            assert "Traceback" not in place.server.output(), place.server.output()
        db.engine.dispose()


def talk(people: People, lena: Client, ana: Client) -> None:
    """Each hears what the other does, wherever that is."""
    sent = lena.send("Hello", "a")
    chat_id = sent["chatId"]
    ana.wait_for("new_chat_message", chatId=chat_id)
    ana.join(chat_id)
    lena.join(chat_id)
    ana.send("Hi", "b", chatId=chat_id)
    wait_until(lambda: "Hi" in [e["message"]["message"] for e in lena.all("new_message")])
    lena.ask("typing", {"chatId": chat_id, "isTyping": True})
    ana.wait_for("user_typing", userId=people.lena.id, isTyping=True)
    ana.ask("mark_read", {"chatId": chat_id, "upTo": sent["seq"]})
    lena.wait_for("receipts", userId=people.ana.id, readUpTo=sent["seq"])


def test_what_happens_in_one_process_reaches_the_sockets_of_the_other(
    two: tuple[Place, Place],
) -> None:
    here, there = two
    people = People()
    lena, ana = here.client(people.lena), there.client(people.ana)
    wait_until(lambda: here.hearing() == 2)
    talk(people, lena, ana)


def test_staff_in_one_process_hears_who_joins_in_the_other_by_protocol_000(
    two: tuple[Place, Place],
) -> None:
    here, there = two
    people = People()
    lena, ana = here.client(people.lena), here.client(people.ana, namespace="/")
    ben, maya = (there.client(who, namespace="/") for who in (people.ben, people.maya))
    colleague = there.client(people.maya)
    wait_until(lambda: here.hearing() == 2)
    chat_id = lena.send("Hello", "a")["chatId"]
    lena.join(chat_id)
    assert maya.ask("user:join", {})["ok"]
    colleague.send("Hi", "b", chatId=chat_id)
    # What one process tells comes in its order: with this, her coming has been told here as well.
    wait_until(lambda: "Hi" in [e["message"]["message"] for e in lena.all("new_message")])
    assert ana.ask("user:join", {})["ok"]
    wait_until(lambda: len(maya.all("admin:online")) == 2)
    assert len(ana.all("admin:online")) == 1
    assert ben.ask("user:join", {})["ok"]
    wait_until(lambda: len(ana.all("admin:online")) == 2)
    assert len(ben.all("admin:online")) == 1


def test_who_looked_in_a_process_that_was_killed_looks_no_more(
    redis_url: str, migrated: Path, tmp_path: Path
) -> None:
    here = Place(tmp_path, migrated, "eventlet", REDIS_URL=redis_url, PRESENCE_SECONDS="3")
    there = Server(here.settings | {"ASYNC_MODE": "eventlet"}, tmp_path / "other.log").start()
    with here.app.app_context():
        people = People()
        chat_id = here.client(people.lena).send("Hello", "a")["chatId"]
        ana = here.client(people.ana, is_page=True)
        ben = Client()
        ben.connect(there.url, {"token": here.token(people.ben), "page": True})
        wait_until(lambda: here.hearing() == 2)
        for client in (ana, ben):
            client.join(chat_id)
        both = [{"id": who.id, "name": who.name} for who in (people.ana, people.ben)]
        ana.wait_for("viewers", chatId=chat_id, viewers=both)
        ben.let_go()
        there.kill()
        wait_until(lambda: ana.all("viewers", chat_id)[-1]["viewers"] == both[:1], 20)
        here.hang_up()
        db.engine.dispose()
    assert here.server.stop() == 0


def test_readiness_knows_the_queue(two: tuple[Place, Place]) -> None:
    here, _ = two
    ready = requests.get(f"{here.server.url}/readyz", timeout=5)
    assert ready.json() == {"ok": True, "checks": {"database": True, "files": True, "queue": True}}


def test_without_redis_each_process_goes_on_alone(migrated: Path, tmp_path: Path) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    place = Place(tmp_path, migrated, "eventlet", REDIS_URL=nowhere, CUSTOMER_SENDS="3 per minute")
    with place.app.app_context():
        people = People()
        lena, ana = place.client(people.lena), place.client(people.ana)
        for number in range(3):
            lena.send("Hello", str(number))
        refused = lena.ask("send_message", {"message": "Hello", "clientId": "3"})
        assert refused["error"]["code"] == "too_fast"
        wait_until(lambda: len(ana.all("new_chat_message")) == 3)
        ready = requests.get(f"{place.server.url}/readyz", timeout=5)
        assert (ready.status_code, ready.json()["checks"]["queue"]) == (503, False)
        place.hang_up()
        db.engine.dispose()
    assert place.server.stop() == 0


def test_a_redis_that_answers_nothing_holds_nobody_up(migrated: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes connections, and that is all
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        place = Place(
            tmp_path, migrated, "eventlet", REDIS_URL=url, CUSTOMER_SENDS="100 per minute"
        )
        with place.app.app_context():
            people = People()
            lena, ana = place.client(people.lena), place.client(people.ana)
            began = time.monotonic()
            for number in range(20):
                last = lena.send("Hello", str(number))
            took = time.monotonic() - began
            # Rows come together where many were sent in a moment; the newest is told in any case.
            ana.wait_for("new_chat_message", chatId=last["chatId"], version=last["version"])
            place.hang_up()
            db.engine.dispose()
        assert place.server.stop() == 0
    assert took < 20 * 0.5  # without a limit on the wait each of them takes longer
