"""A reader stops reading while its chat goes on, loudly."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import websocket

from app.cli import factories
from tests.live.conftest import Place
from tests.live.raw import Raw
from tests.people import People
from tests.servers import MODES, wait_until
from tests.torture.crowd import Crowd, Sender, senders_of
from tests.torture.figures import Figure, percentile
from tests.torture.places import starting
from tests.torture.windows import OpenPlace

LENGTH = 50_000
LOUD = 4
OTHERS = 10
PAUSE = 0.05
LOUD_PAUSE = 0.08  # as much as one can read who does
P99_SECONDS = 0.5
BOUND_BYTES = 32_000_000  # of which SQLite keeps 16 for each connection as its file grows
SETTINGS = {"MESSAGE_LENGTH": str(LENGTH)}


class Reader:
    """One who has joined a chat; counts what it hears, or does not even read it."""

    def __init__(self, place: Place, token: str, chat_id: int) -> None:
        self.line = Raw(place.server.url)
        self.line.enter(token)
        self.line.say(f'42/live,1["join_chat",{{"chatId":{chat_id}}}]')
        assert self.line.answer()["ok"]
        self.heard = 0
        self.thread = threading.Thread(target=self.read, daemon=True)

    def read(self) -> None:
        try:
            while frame := self.line.socket.recv():
                if frame == "2":
                    self.line.say("3")
                self.heard += frame.startswith('42/live,["new_message"')
        except (websocket.WebSocketException, OSError):
            pass


def stopped_reading(place: OpenPlace, *, megabytes: int) -> Figure:
    """So much is said in a chat that one has open and no longer reads."""
    people = People(has_addresses=False)
    customers = factories.people([(f"Other {n}", "customer", None) for n in range(OTHERS)])
    hello = place.client(people.lena).send("Hello", "hello")
    place.hang_up()
    stopped, reading = (
        Reader(place, place.token(who), hello["chatId"]) for who in (people.ben, people.ana)
    )
    reading.thread.start()
    # Or the kernel would keep megabytes for it.
    stopped.line.socket.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    before, most = place.server.memory(), 0
    wait_until(lambda: place.server.holds()["sessions"] == 2)
    token, messages = place.token(people.lena), megabytes * 1_000_000 // LENGTH // LOUD
    loud = [Sender(place.server.port, token, f"loud-{n}") for n in range(LOUD)]
    with Crowd(senders_of(place, customers), ["And me?"] * 100_000, PAUSE) as others:
        with Crowd(loud, ["x" * LENGTH] * messages, LOUD_PAUSE) as crowd:
            while not crowd.is_done:
                most = max(most, place.server.memory())
                time.sleep(0.02)
            crowd.finish()
        wait_until(lambda: reading.heard >= messages * LOUD, 30)
        took = [seconds for sender in others.senders for seconds in sender.took]
    wait_until(lambda: place.server.holds()["sessions"] == 1, 20, lambda: f"{place.server.holds()}")
    assert reading.thread.is_alive()
    p99, grown = percentile(took, 99), most - before
    reading.line.close()
    stopped.line.close()
    assert all(sender.cuts == 0 for sender in others.senders)
    assert p99 < P99_SECONDS, f"p99 {p99:.3f} s"
    assert grown < BOUND_BYTES, f"{grown:,} bytes"
    return Figure(
        14,
        f"{megabytes} MB past a reader who stopped, {place.mode}",
        f"dropped, memory +{grown / 1e6:.0f} MB, others' p99 {p99 * 1000:.0f} ms of {len(took):,}",
        "+32 MB, 500 ms",
    )


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder, OpenPlace) as start:
        for mode in MODES:
            place = start(mode, **SETTINGS)
            yield stopped_reading(place, megabytes=50)
            place.server.stop()
