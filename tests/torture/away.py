"""An agent's browser dies with open chats, and nobody says goodbye for it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import update

from app import clock
from app.models.chats import Status
from app.models.users import table as users
from app.operations.transaction import transaction
from tests.live.clients import Client
from tests.live.conftest import Place
from tests.people import People
from tests.servers import ROOT, wait_until
from tests.torture.figures import Figure
from tests.torture.keeper import chat_of
from tests.torture.places import starting
from tests.torture.windows import OpenPlace

AWAY, PING, PRESENCE = 2, 2, 3
SETTINGS = {
    "AWAY_SECONDS": str(AWAY),
    "PRESENCE_SECONDS": str(PRESENCE),
    "PING_SECONDS": str(PING),
}
# Until it is noticed, then the grace, then until somebody looks (realtime/process.py).
CUT, SILENT, KILLED = AWAY + 10, 2 * PING + AWAY + 10, 20 + PRESENCE + AWAY + 10


def dies(place: Place, agent: Client) -> float:
    """The agent's machine loses its line."""
    agent.sio.eio.ws.sock.close()
    return CUT


def falls_silent(place: Place, agent: Client) -> float:
    """Their machine has gone and nobody has told the server, which hears nothing more."""
    agent.sio.eio._send_packet = lambda *_: None  # not even an answer to a ping
    return SILENT


def is_killed_too(place: Place, agent: Client) -> float:
    """The server dies with the agent on it, and starts again without them."""
    place.server.kill()
    agent.close()
    place.server.start()
    return KILLED


Death = Callable[[Place, Client], float]


def unattended(place: Place, how: Death) -> Figure:
    """A customer waits for the answer of an agent who is no longer there."""
    people = People(has_addresses=False)
    lena, ana = place.client(people.lena), place.client(people.ana)
    chat_id = lena.send("Hello", "hello")["chatId"]
    ana.send("Hi, I look into it", "hi", chatId=chat_id)
    lena.send("And?", "and")
    assert chat_of(chat_id).agent_id == people.ana.id
    assert is_seen(place)
    limit = how(place, ana)
    started = time.monotonic()
    if not lena.is_connected:
        lena = place.client(people.lena)
    lena.join(chat_id, 0)
    wait_until(lambda: chat_of(chat_id).status == Status.WAITING, limit)
    took = time.monotonic() - started
    told = lena.wait_for("chat_changed", chatId=chat_id)
    assert told["chat"]["status"] == "waiting"
    assert told["chat"]["agent"] is None
    line = lena.wait_for("new_message", chatId=chat_id)["message"]
    assert line["message"] == "Ana Weber is away, the chat is waiting for an agent"
    waiting = place.rest(people.ben, "GET", "/chats?status=waiting").json()["chats"]
    assert chat_id in [chat["id"] for chat in waiting]
    assert is_seen(place)
    place.hang_up()
    name = how.__name__.replace("_", " ")
    return Figure(
        17,
        f"an agent {name}: the customer is back in the queue",
        f"{took:.0f} s with a grace of {AWAY} s, visible, 0 unattended",
        f"{limit:.0f} s",
    )


def found_by_the_check(place: Place) -> Figure:
    """While no server looks after it, `flask chats unattended` finds what nobody sees."""
    people = People(has_addresses=False)
    lena, ana = place.client(people.lena), place.client(people.ana)
    chat_id = lena.send("Hello", "hello")["chatId"]
    ana.send("Hi", "hi", chatId=chat_id)
    lena.send("And?", "and")
    place.server.kill()
    place.hang_up()
    long_ago = clock.now() - 3600 * 1000
    with transaction() as tx:
        tx.run(update(users).where(users.c.id == people.ana.id).values(last_seen_at=long_ago), {})
    wait_until(lambda: not is_seen(place), PRESENCE + 10)
    place.server.start()
    wait_until(lambda: chat_of(chat_id).status == Status.WAITING, KILLED)
    assert is_seen(place)
    return Figure(17, "`flask chats unattended`", "exit 1 with one, 0 without", "finds it")


def is_seen(place: Place) -> bool:
    """Whether the check says that no waiting customer is out of everybody's sight."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "chats", "unattended"],
        cwd=ROOT,
        env=place.server.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode in (0, 1), done.stderr
    assert ("0 unattended" in done.stdout) == (done.returncode == 0)
    return done.returncode == 0


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder, OpenPlace) as start:
        place = start(**SETTINGS)
        for how in (dies, falls_silent, is_killed_too):
            yield unattended(place, how)
        yield found_by_the_check(place)
