"""Hundreds of clients for minutes: no error, and no more memory than after the warm-up."""

import time
from collections.abc import Iterator
from pathlib import Path

from app.cli import factories
from app.queries import counts
from tests.people import People
from tests.torture.crowd import Crowd, acknowledged_by, check_kept_once, senders_of
from tests.torture.figures import Figure, percentile
from tests.torture.places import starting
from tests.torture.windows import OpenPlace

PAUSE = 5.0  # between two messages of one client
SAMPLE_SECONDS = 1
GROWTH = 0.05


def soaked(
    place: OpenPlace, *, clients: int, seconds: float, pause: float = PAUSE, growth: float = GROWTH
) -> Figure:
    """So many clients send for so long; the first third is the warm-up."""
    people = People(has_addresses=False)
    customers = factories.people([(f"Client {n}", "customer", None) for n in range(clients)])
    agent = place.client(people.ana)
    senders = senders_of(place, customers)
    memory: list[int] = []
    with Crowd(senders, ["How long will it take?"] * 1_000_000, pause) as crowd:
        crowd.wait_for(clients, 120)
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            time.sleep(SAMPLE_SECONDS)
            crowd.check()
            memory.append(place.server.memory())
    warm, end = memory[len(memory) // 3], memory[-1]
    acknowledged = acknowledged_by(senders)
    check_kept_once(acknowledged)
    assert sum(sender.cuts for sender in senders) == 0
    assert [code for sender in senders for code in sender.told] == []
    assert agent.is_connected
    assert counts.wrong() == {}
    assert "Traceback" not in place.server.output()
    assert end / warm - 1 < growth, f"{warm:,} bytes became {end:,}"
    place.hang_up()
    took = [each for sender in senders for each in sender.took]
    return Figure(
        16,
        f"{clients} clients for {seconds:.0f} s, {len(acknowledged):,} messages, {place.mode}",
        f"0 errors, p99 {percentile(took, 99) * 1000:.0f} ms, memory {end / warm - 1:+.1%} "
        f"({end / 1e6:.0f} MB)",
        "0 errors, +5 %",
    )


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder, OpenPlace) as start:
        yield soaked(start(), clients=500, seconds=300)
