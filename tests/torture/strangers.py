"""A thousand who knock and never say who they are."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from tests.people import People
from tests.servers import MODES, wait_until
from tests.torture.figures import Figure
from tests.torture.malformed import Talk
from tests.torture.places import starting
from tests.torture.windows import OpenPlace

LIMIT = 10.0


async def silent(port: int, number: int) -> float | None:
    """Seconds until the server hung up: a third joins nothing, the others say not who they are."""
    talk = await Talk.begin(port, None)
    started = time.monotonic()
    if number % 3:
        talk.say("40" if number % 3 == 1 else "40/chat,")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(3 * LIMIT):
            while not talk.over:
                heard = await talk.heard()
                if heard == "2":
                    talk.say("3")  # whoever is silent on purpose still lives
                if heard[:2] == "41":
                    break  # out of the namespace it was in, and the line with it
            took = time.monotonic() - started
            await talk.end()
            return took
    return None


def dropped(place: OpenPlace, *, lines: int) -> Figure:
    """So many at once; all are gone in time, and whoever is known stays."""
    resident = place.client(People(has_addresses=False).lena)

    async def knock() -> list[float | None]:
        return list(
            await asyncio.gather(*(silent(place.server.port, number) for number in range(lines)))
        )

    took = asyncio.run(knock())
    assert None not in took, f"{took.count(None)} of {lines} still there"
    slowest = max(each for each in took if each is not None)
    assert slowest < LIMIT, f"{slowest:.1f} s"
    wait_until(lambda: place.server.holds()["sessions"] == 1, 15)
    assert resident.send("Still here", "a")
    place.hang_up()
    return Figure(
        26,
        f"{lines:,} handshakes that say nothing more, {place.mode}",
        f"all gone after {slowest:.1f} s",
        f"{LIMIT:.0f} s",
    )


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder, OpenPlace) as start:
        for mode in MODES:
            place = start(mode)
            yield dropped(place, lines=1000)
            place.server.stop()
