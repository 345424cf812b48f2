"""The server is asked to end in the middle of everything, and started again."""

import contextlib
import itertools
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from app.cli import factories
from app.models.users import Actor
from app.queries import counts
from tests.live.clients import Client
from tests.live.conftest import Place
from tests.people import People
from tests.servers import MODES, wait_until
from tests.torture.crowd import Crowd, acknowledged_by, check_kept, senders_of
from tests.torture.figures import Figure
from tests.torture.places import starting

END_SECONDS = 10
NUMBERS = itertools.count(1)


class HalfRequest:
    """A REST call whose body comes in two halves, the second one late."""

    def __init__(self, place: Place, who: Actor, chat_id: int) -> None:
        name = f"in flight {next(NUMBERS)}"
        body = json.dumps({"message": "In flight", "clientId": name}).encode()
        head = (
            f"POST /api/v1/chats/{chat_id}/messages HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {place.token(who)}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        ).encode()
        self.rest = body[10:]
        self.line = socket.create_connection(("127.0.0.1", place.server.port), 15)
        self.line.sendall(head + body[:10])

    def finish(self) -> int:
        """Sends the rest; the status of the answer, 0 when there was none."""
        answer = b""
        with contextlib.suppress(OSError):
            self.line.sendall(self.rest)
            while data := self.line.recv(65536):
                answer += data
        self.line.close()
        return int(answer.split()[1]) if answer else 0


def ended(place: Place, *, senders: int, sends: int, ends: int) -> Figure:
    """SIGTERM so many times while so many send; each time a request is in flight."""
    people = People(has_addresses=False)
    customers = factories.people([(f"Sender {n}", "customer", None) for n in range(senders)])
    hello = place.client(people.lena).send("Hello", "hello")
    crowd = Crowd(senders_of(place, customers), ["Still there?"] * sends)
    slowest = 0.0
    with crowd:
        for number in range(ends):
            crowd.wait_for(senders * sends * (number + 1) // (ends + 2), 120)
            slowest = max(slowest, end_once(place, people, hello["chatId"]))
            place.server.start()
        crowd.finish()
    acknowledged = acknowledged_by(crowd.senders)
    assert len(acknowledged) == senders * sends
    # Lena's own chat aside: what was in flight is there, once.
    check_kept([*acknowledged, hello])
    assert counts.wrong() == {}
    assert "Traceback" not in place.server.output()
    return Figure(
        8,
        f"SIGTERM {ends} times during {len(acknowledged):,} sends, {place.mode}",
        f"0 lost, exit in {slowest:.1f} s, requests finished",
        "0 lost, 10 s",
    )


def end_once(place: Place, people: People, chat_id: int) -> float:
    """Seconds until the server had ended; everybody was told and who was served was answered."""
    listener = Client(reconnection=False)
    listener.connect(place.server.url, {"token": place.token(people.marcus)})
    flight = HalfRequest(place, people.lena, chat_id)
    listener.catch_up()  # by now the server reads the request
    status: list[int] = []
    process = place.server.process
    assert process is not None
    started = time.monotonic()
    process.terminate()
    wait_until(lambda: listener.all("restarting") or not listener.is_connected, END_SECONDS)
    # Longer than what the server waits anyway, so that only who waits for it answers it.
    finishing = threading.Timer(1.5, lambda: status.append(flight.finish()))
    finishing.start()
    assert process.wait(END_SECONDS + 2) == 0
    took = time.monotonic() - started
    place.server.process = None
    finishing.join()
    listener.close()
    assert took < END_SECONDS
    assert listener.all("restarting") == [{}]
    assert status == [201]
    return took


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder) as start:
        for mode in MODES:
            place = start(mode)
            yield ended(place, senders=50, sends=40, ends=3)
            place.server.stop()
