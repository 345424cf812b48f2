"""A disk that is slow: it costs who writes time, and nobody else anything."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from app.cli import factories
from app.models.users import Actor
from app.operations import messages
from app.operations.messages import Draft
from tests.live.conftest import Place
from tests.servers import MODES
from tests.torture.crowd import Sender, acknowledged_by, check_kept, line_to, senders_of
from tests.torture.figures import Figure, percentile
from tests.torture.places import Start, starting

SYNC_MS = 50
PAUSE = 0.01  # seconds between two signs of typing, and between two reads


class Taken(NamedTuple):
    """Messages a second by one who sends and by many; seconds that others waited meanwhile."""

    alone: float
    together: float
    typing: list[float]
    reading: list[float]


def slow(start: Start, mode: str, *, senders: int, seconds: float) -> Taken:
    """One sends, then many do; somebody types and somebody reads meanwhile."""
    place = start(
        mode,
        RUNS="tests.torture.sluggish",
        SYNC_MS=str(SYNC_MS),
        SQLITE_SYNCHRONOUS="FULL",
        PROTOCOLS="none",
    )
    taken = asyncio.run(measured(place, senders, seconds))
    assert taken.alone <= 1000 / SYNC_MS, "the disk is not slow"
    return taken


async def measured(place: Place, senders: int, seconds: float) -> Taken:
    writers = [(f"Writer {number}", "customer", None) for number in range(senders)]
    typist, reader, one, *many = factories.people([("Other", "customer", None)] * 3 + writers)
    alone = await rate(place, [one], seconds)
    over = asyncio.Event()
    typing = asyncio.create_task(waits(place, typist, over, "typing", isTyping=True))
    reading = asyncio.create_task(waits(place, reader, over, "sync", after=0))
    together = await rate(place, many, seconds)
    over.set()
    taken = Taken(alone, together, await typing, await reading)
    await asyncio.sleep(0)  # in which the lines are closed
    return taken


async def rate(place: Place, who: Sequence[Actor], seconds: float) -> float:
    """Messages a second that are acknowledged to these people, and kept."""
    senders = senders_of(place, who)
    for sender in senders:
        await sender.send("Hello", f"{sender.name}-hello")  # it makes the chat
    started = time.monotonic()

    async def run(sender: Sender) -> int:
        for number in itertools.count():
            if time.monotonic() > started + seconds:
                return number
            await sender.send(f"message {number}", f"{sender.name}-{number}")
        raise AssertionError

    sent = await asyncio.gather(*map(run, senders))
    took = time.monotonic() - started
    for sender in senders:
        if sender.line is not None:
            sender.line.hang_up()
    check_kept(acknowledged_by(senders))
    return sum(sent) / took


async def waits(
    place: Place, who: Actor, over: asyncio.Event, event: str, **more: object
) -> list[float]:
    """Seconds that each answer takes, until it is over."""
    chat_id = messages.send(who, None, Draft("Hello", "a")).chat_id
    line = await line_to(place.server.port, place.token(who))
    took = []
    while not over.is_set():
        started = time.perf_counter()
        answer = await line.ask(event, {"chatId": chat_id} | more)
        took.append(time.perf_counter() - started)
        assert answer["ok"], answer
        await asyncio.sleep(PAUSE)
    line.hang_up()
    return took


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder) as start:
        for mode in MODES:
            taken = slow(start, mode, senders=50, seconds=20)
            typing, reading = (percentile(each, 99) * 1000 for each in taken[2:])
            assert taken.together >= 10 * taken.alone
            assert typing < 20
            yield Figure(
                48,
                f"syncs of {SYNC_MS} ms, 50 send, {mode}",
                f"{taken.together:,.0f}/s, alone {taken.alone:.0f}/s; "
                f"p99 of typing {typing:.0f} ms, of reading {reading:.0f} ms",
                "10 times; typing 20 ms",
            )
