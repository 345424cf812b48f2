"""Several processes on one port, as whoever starts them with `WEB_CONCURRENCY` meets them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from app.queries import counts
from tests.conftest import settings_for
from tests.live.clients import Client
from tests.live.conftest import Place
from tests.live.test_processes import talk
from tests.live.test_restarts import Talk, stored
from tests.nursery import ROOT
from tests.people import People
from tests.servers import MODES, wait_until

SIZE = 3
Start = Callable[..., Place]


@pytest.fixture(params=MODES)
def wide(request: pytest.FixtureRequest, place_with: Start, redis_url: str) -> Place:
    return place_with(
        request.param, REDIS_URL=redis_url, WEB_CONCURRENCY=f"{SIZE}", RATE_LIMITS="off"
    )


def owner(client: Client) -> str:
    """The number of the process that the client's session lives in."""
    return str(client.sio.eio.sid).rpartition(".")[2]


def elsewhere(them: Client, connect: Callable[[], Client]) -> Client:
    """A client in another process than theirs."""
    for _ in range(100):
        client = connect()
        if owner(client) != owner(them):
            return client
        client.close()
    raise AssertionError("there is one process alone")


def is_whole(place: Place) -> bool:
    """Whether so many serve as shall."""
    return len(place.server.workers()) == SIZE == place.hearing()


def test_what_happens_in_one_process_is_told_in_the_others(wide: Place) -> None:
    people = People()
    wait_until(lambda: is_whole(wide), 30)
    lena = wide.client(people.lena)
    ana = elsewhere(lena, lambda: wide.client(people.ana))
    talk(people, lena, ana)
    wide.server.flask("users", "deactivate", people.ana.email)
    wait_until(lambda: not ana.is_connected)
    lena.wait_for("presence", userId=people.ana.id, isOnline=False)
    text = requests.get(f"{wide.server.url}/metrics", timeout=10).text
    assert "deskbell_messages_total 2.0" in text
    wait_until(
        lambda: "deskbell_sockets 1.0" in requests.get(f"{wide.server.url}/metrics", timeout=9).text
    )


def test_who_polls_may_ask_any_process(wide: Place) -> None:
    people = People()
    wait_until(lambda: is_whole(wide), 30)
    token = wide.token(people.lena)
    address = f"{wide.server.url}/socket.io/?EIO=4&transport=polling"
    owners: set[str] = set()
    for number in range(100):  # each request comes by a connection of its own
        if number > 11 and len(owners) > 1:
            break
        opened = requests.get(address, timeout=10).text
        sid = opened.partition('"sid":"')[2].partition('"')[0]
        owners.add(sid.rpartition(".")[2])
        here = f"{address}&sid={sid}"
        says = f'40/live,{{"token":"{token}"}}'
        assert requests.post(here, says.encode(), timeout=10).text == "OK"
        assert requests.get(here, timeout=10).text.startswith("40/live,{")
        said = f'42/live,1["send_message",{{"message":"Hello","clientId":"{number}"}}]'
        assert requests.post(here, said.encode(), timeout=10).text == "OK"
        heard = ""
        while "43/live,1" not in heard:
            heard += requests.get(here, timeout=10).text
        assert '"ok":true' in heard
        assert requests.post(here, b"1" * 400_000, timeout=10).status_code == 400
    assert len(owners) > 1
    for nobody in ("nobody", "nobody.1", "nobody.99", "nobody.../x", f"nobody.{'9' * 30}"):
        answer = requests.get(f"{address}&sid={nobody}", timeout=10)
        assert (answer.status_code, "Invalid session" in answer.text) == (400, True)


def test_who_polls_first_comes_to_have_a_websocket(wide: Place) -> None:
    people = People()
    wait_until(lambda: is_whole(wide), 30)

    def connect() -> Client:
        client = Client()
        wide.clients.append(client)
        client.sio.connect(
            wide.server.url,
            auth={"token": wide.token(people.lena)},
            namespaces=["/live"],
            transports=["polling", "websocket"],
        )
        return client

    clients = [connect() for _ in range(8)]
    clients.append(elsewhere(clients[0], connect))
    for number, client in enumerate(clients):
        assert client.sio.transport() == "websocket"
        client.send("Hello", f"{number}")
    texts = ["x" * 4000 for _ in range(5)]
    for number, client in enumerate(clients):
        for more, text in enumerate(texts):
            assert client.send(text, f"{number}-{more}")["message"] == text
    for client in clients:
        client.sio.disconnect()
    assert wide.server.stop() == 0
    assert "Traceback" not in wide.server.output()


def test_who_polls_holds_up_no_process_that_ends(wide: Place) -> None:
    """Over connections that are kept, of sessions of its own and of others."""
    people = People()
    wait_until(lambda: is_whole(wide), 30)
    for _ in range(8):
        client = Client(reconnection=True, reconnection_delay=0.1)
        wide.clients.append(client)
        client.connect(wide.server.url, {"token": wide.token(people.lena)}, transport="polling")
    leaving = min(wide.server.workers())
    started = time.monotonic()
    os.kill(leaving, signal.SIGTERM)
    wait_until(lambda: leaving not in wide.server.workers(), 15)
    assert time.monotonic() - started < 6
    wait_until(lambda: all(client.is_connected for client in wide.clients), 15)


def test_a_log_that_takes_nothing_ends_nobody(place_with: Start, redis_url: str) -> None:
    place = place_with("eventlet", REDIS_URL=redis_url, WEB_CONCURRENCY=f"{SIZE}")
    place.server.stop()
    place.server.log = Path("/dev/full")
    place.server.start()
    wait_until(lambda: is_whole(place), 30)
    killed = min(place.server.workers())
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: is_whole(place) and killed not in place.server.workers(), 30)


def test_one_that_is_killed_is_followed_by_another_one(wide: Place) -> None:
    people = People()
    wait_until(lambda: is_whole(wide), 30)
    before = wide.server.workers()
    tabs = [Client(reconnection=True, reconnection_delay=0.1) for _ in range(6)]
    for tab in tabs:
        wide.clients.append(tab)
        tab.connect(wide.server.url, {"token": wide.token(people.lena)})
    sent = [tab.send("Hello", f"{number}")["id"] for number, tab in enumerate(tabs)]
    for pid in before:
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda pid=pid: pid not in wide.server.workers())
        wait_until(lambda: is_whole(wide), 60)
    assert wide.server.workers().isdisjoint(before)
    wait_until(lambda: all(tab.is_connected for tab in tabs), 15)
    sent += [tab.send("Again", f"again {number}")["id"] for number, tab in enumerate(tabs)]
    chat_id = tabs[0].ask("send_message", {"message": "Again", "clientId": "again 0"})["message"]
    assert [message.id for message in stored(chat_id["chatId"])] == sent
    assert counts.wrong() == {}


def test_sigterm_ends_all_of_them_and_loses_nothing_acknowledged(wide: Place) -> None:
    people = People()
    wait_until(lambda: is_whole(wide), 30)
    all_of_them = wide.server.workers()
    with Talk(wide, people) as talk:
        started = time.monotonic()
        assert wide.server.stop(15) == 0
        assert time.monotonic() - started < 11
    assert not [pid for pid in all_of_them if Path(f"/proc/{pid}").exists()]
    assert set(talk.acknowledged) <= {message.id for message in stored(talk.chat_id)}
    assert counts.wrong() == {}
    assert "Traceback" not in wide.server.output()


def test_sighup_replaces_all_of_them_and_nobody_is_refused(wide: Place) -> None:
    people = People()
    wait_until(lambda: is_whole(wide), 30)
    before = wide.server.workers()
    refused: list[str] = []
    is_over = threading.Event()

    def knock() -> None:
        while not is_over.wait(0.01):
            try:
                answer = requests.get(f"{wide.server.url}/healthz", timeout=10)
                if answer.status_code != 200:
                    refused.append(f"{answer.status_code} {answer.text}")
            except requests.RequestException as error:
                refused.append(str(error))

    knocking = threading.Thread(target=knock)
    knocking.start()
    with Talk(wide, people) as talk:
        assert wide.server.process is not None
        wide.server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "has been followed by" in wide.server.output(), 90)
        wait_until(lambda: is_whole(wide) and wide.server.workers().isdisjoint(before), 30)
    is_over.set()
    knocking.join(20)
    assert refused == []
    assert set(talk.acknowledged) <= {message.id for message in stored(talk.chat_id)}
    assert counts.wrong() == {}
    assert "Traceback" not in wide.server.output()


def test_one_that_hangs_as_it_should_end_is_killed(place_with: Start, redis_url: str) -> None:
    place = place_with("eventlet", REDIS_URL=redis_url, WEB_CONCURRENCY=f"{SIZE}")
    wait_until(lambda: is_whole(place), 30)
    hanging = min(place.server.workers())
    os.kill(hanging, signal.SIGSTOP)
    assert place.server.process is not None
    place.server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: hanging not in place.server.workers(), 60)
    wait_until(lambda: is_whole(place), 30)


def test_without_who_looks_after_them_they_end(wide: Place) -> None:
    wait_until(lambda: is_whole(wide), 30)
    all_of_them = wide.server.workers()
    words = Path(f"/proc/{min(all_of_them)}/environ").read_bytes().split(b"\0")
    (given,) = (word for word in words if word.startswith(b"DESKBELL_WORKER="))
    folder = Path(given.decode().rpartition(" ")[2])
    assert folder.is_dir()
    wide.server.end(signal.SIGKILL)
    wait_until(lambda: not [p for p in all_of_them if Path(f"/proc/{p}").exists()], 15)
    assert not folder.exists()


def begun_with(folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "wsgi.py"],
        cwd=ROOT,
        env=settings_for(folder / "deskbell.db", PORT="0", **settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_several_are_refused_without_redis(tmp_path: Path) -> None:
    ended = begun_with(tmp_path, WEB_CONCURRENCY="2")
    assert ended.returncode == 1
    assert (
        ended.stderr.strip()
        == "deskbell: REDIS_URL: several processes (WEB_CONCURRENCY) need it too"
    )
    assert "WEB_CONCURRENCY='many'" in begun_with(tmp_path, WEB_CONCURRENCY="many").stderr


def test_what_the_first_one_cannot_do_ends_them_all(tmp_path: Path, redis_url: str) -> None:
    ended = begun_with(
        tmp_path,
        WEB_CONCURRENCY="2",
        REDIS_URL=redis_url,
        APP_ENV="production",
        DATABASE_URL="postgresql+psycopg2://127.0.0.1:1/nothing",
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.strip() == "deskbell: the database is away (DATABASE_URL)"
