"""Many log in at once, wrongly and rightly: each is a hash, and the chat goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import requests

from tests.people import People
from tests.servers import MODES
from tests.torture.figures import Figure, percentile
from tests.torture.places import starting
from tests.torture.windows import OpenPlace

SENDS = 40
PAUSE = 0.05
HELD_UP = 1.0  # seconds: with the hashes on the loop it was five
MEMORY = 60_000_000  # a thread that hashes keeps 20 MB


def stormed(place: OpenPlace, *, lines: int) -> Figure:
    """So many log in as fast as they are answered, while somebody writes at a customer's pace."""
    lena = place.client(People(has_addresses=False).lena)
    calm = sent(lena)
    over, counted = threading.Event(), [0] * lines

    def storm(line: int) -> None:
        login = {"email": f"nobody{line}@example.org", "password": "wrong one"}
        with requests.Session() as session:
            while not over.is_set():
                answer = session.post(f"{place.server.url}/auth/login", json=login, timeout=60)
                assert answer.status_code == 401, answer.text
                counted[line] += 1

    threads = [threading.Thread(target=storm, args=(line,)) for line in range(lines)]
    before = place.server.memory()
    for thread in threads:
        thread.start()
    stormy = sent(lena)
    over.set()
    for thread in threads:
        thread.join()
    grown = place.server.memory() - before
    place.hang_up()
    assert sum(counted) > lines
    assert stormy < HELD_UP, f"{calm:.3f} s became {stormy:.3f} s"
    assert grown < MEMORY, f"{grown:,} bytes"
    return Figure(
        31,
        f"a storm of logins by {lines} lines, {place.mode}",
        f"others' p90 {calm * 1000:.0f} -> {stormy * 1000:.0f} ms, {sum(counted)} looked at,"
        f" memory +{grown / 1e6:.0f} MB",
        f"{HELD_UP * 1000:.0f} ms, +{MEMORY / 1e6:.0f} MB",
    )


def sent(client) -> float:  # type: ignore[no-untyped-def]
    """The p90 of what sending took."""
    took = []
    for _ in range(SENDS):
        started = time.perf_counter()
        client.send("Hello", f"{time.monotonic_ns()}")
        took.append(time.perf_counter() - started)
        time.sleep(PAUSE)
    return percentile(took, 90)


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder, OpenPlace) as start:
        for mode in MODES:
            place = start(mode)
            yield stormed(place, lines=40)
            place.server.stop()
