"""Thousands come and go, politely or not; others come and never say another word."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Iterator
from pathlib import Path

import requests

from app.cli import factories
from tests.people import People
from tests.servers import MODES, wait_until
from tests.torture.crowd import line_to
from tests.torture.figures import Figure
from tests.torture.places import starting
from tests.torture.windows import OpenPlace

AT_ONCE = 20
CUSTOMERS = 20
WARM_UP = 3000  # until allocators and caches have what they keep
SILENT_LIMIT = 45  # a ping every 20 s, and 20 s to answer it


async def come_and_go(place: OpenPlace, tokens: list[str], times: int) -> None:
    """Each joins, most say something, some just vanish, others say goodbye."""
    left = iter(range(times))

    async def visit() -> None:
        for number in left:
            line = await line_to(place.server.port, random.choice(tokens))
            said = {"message": "Hello", "clientId": f"{time.monotonic_ns()}-{number}"}
            if number % 3:
                answer = await line.ask("send_message", said)
                await line.ask("join_chat", {"chatId": answer["message"]["chatId"]})
            if number % 2:
                line.write("41/live,")
                line.transport.close()
            else:
                line.hang_up()

    await asyncio.gather(*(visit() for _ in range(AT_ONCE)))


def came_and_went(place: OpenPlace, *, times: int, warm_up: int = WARM_UP) -> Figure:
    """So many connections, after which the process holds what it held before."""
    people = People(has_addresses=False)
    customers = factories.people([(f"Visitor {n}", "customer", None) for n in range(CUSTOMERS)])
    tokens = [place.token(who) for who in customers]
    resident = place.client(people.ana)  # who stays, and must not notice
    asyncio.run(come_and_go(place, tokens, warm_up))
    before = settled(place, {})
    memory = place.server.memory()
    asyncio.run(come_and_go(place, tokens, times))
    after = settled(place, before)
    grown = place.server.memory() / memory - 1
    assert no_more(after, before), (before, after)
    assert grown < 0.05, f"{memory:,} bytes became {grown:.1%} more"
    assert resident.is_connected
    resident.catch_up()
    place.hang_up()
    return Figure(
        15,
        f"{times:,} connects and disconnects, {place.mode}",
        f"{sum(before.values())} things held as before, memory {grown:+.1%}",
        "as before, within 5 %",
    )


def settled(place: OpenPlace, wanted: dict[str, int]) -> dict[str, int]:
    """What is held once it is what is wanted; without a wish, once it no longer changes."""
    seen = [place.server.holds()]

    def is_settled() -> bool:
        seen.append(place.server.holds())
        if seen[-1]["connections"] > 1:
            return False
        return no_more(seen[-1], wanted) if wanted else seen[-1] == seen[-2]

    with contextlib.suppress(AssertionError):
        wait_until(is_settled, 30)
    return seen[-1]


def no_more(held: dict[str, int], before: dict[str, int]) -> bool:
    """Of nothing is there more than before."""
    return all(held[name] <= before[name] for name in before)


def fell_silent(place: OpenPlace, *, lines: int, seconds: float) -> Figure:
    """Connections without another word: some never joined, some did, some only poll."""
    people = People(has_addresses=False)
    resident = place.client(people.ana)
    before = settled(place, {})
    token = place.token(people.lena)
    loop = asyncio.new_event_loop()
    silent = []
    for number in range(lines):
        if number % 3:  # the others only poll, once
            line = loop.run_until_complete(line_to(place.server.port, token))
            line.transport.pause_reading()  # its machine is gone; nobody has told the server
            silent.append(line)
        else:
            polling = f"{place.server.url}/socket.io/?EIO=4&transport=polling"
            assert requests.get(polling, timeout=10).ok
    started = time.monotonic()
    assert place.server.holds()["sessions"] >= before["sessions"] + lines
    wait_until(lambda: settled_to(place, before), seconds, lambda: f"{place.server.holds()}")
    took = time.monotonic() - started
    resident.catch_up()
    for line in silent:
        line.hang_up()
    loop.run_until_complete(asyncio.sleep(0.1))
    loop.close()
    place.hang_up()
    return Figure(
        15,
        f"{lines} half-open or silent connections, {place.mode}",
        f"all gone after {took:.0f} s",
        f"{seconds:.0f} s",
    )


def settled_to(place: OpenPlace, before: dict[str, int]) -> bool:
    held = place.server.holds()
    return all(held[name] <= before[name] for name in ("sessions", "connections", "rooms", "born"))


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder, OpenPlace) as start:
        for mode in MODES:
            place = start(mode)
            yield came_and_went(place, times=10_000)
            yield fell_silent(place, lines=100, seconds=SILENT_LIMIT)
            place.server.stop()
