"""One customer asks as fast as the line allows; the others must not notice, and it must be told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import re
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

from app.cli import factories
from app.operations import messages
from app.operations.messages import Draft
from tests.people import People
from tests.servers import MODES
from tests.torture.crowd import Sender, senders_of
from tests.torture.figures import Figure, percentile
from tests.torture.malformed import Talk
from tests.torture.places import starting
from tests.torture.windows import OpenPlace

SOCKETS = 10  # as many as one person may hold
AT_ONCE = 50  # said without waiting for an answer
PAUSE = 1.05  # a customer's pace
BUSY = 0.5  # of a core, neighbours included
NOTICED = 0.05  # seconds: on a busy machine less is noise
EVENTS = {
    "sends": ("/live", "send_message", {"message": "Buy!"}),
    "typing": ("/live", "typing", {"chatId": "{chat}", "isTyping": True}),
    "joins": ("/live", "join_chat", {"chatId": "{chat}"}),
    "syncs": ("/live", "sync", {"chatId": "{chat}", "after": 0}),
    "events that are not there": ("/live", "nothing", {}),
    "reads of 000": ("/", "conversation:getMessages", {"conversationId": "{chat}"}),
    "joins of 003": ("/", "join_chat", {"chatId": "{chat}"}),
    "reads of 001": ("/chat", "markAsRead", {"conversationId": "{chat}"}),
}
ASIDES = {  # what is no event, of which nobody is told
    "events of a namespace not joined": '42/chat,1["markAsRead",{}]',
    "handshakes with a namespace that is not there": "40/nowhere,",
    "handshakes anew": "40/live,{}",
    "handshakes that prove nothing": '40/chat,{"token":"x"}',
    "answers to nothing": "43/live,1[]",
    "pongs": "3",
    "pings": (0x9, b""),
    "pieces": (0x0, b"", False),
}
Flood = Callable[[Counter[str]], Coroutine[Any, Any, None]]


class Neighbours:
    """Customers at a customer's pace, and how long their messages take."""

    def __init__(self, place: OpenPlace, how_many: int) -> None:
        self.place, self.how_many = place, how_many

    async def took(self, seconds: float) -> list[float]:
        who = factories.people([(f"Neighbour {n}", "customer", None) for n in range(self.how_many)])
        senders = senders_of(self.place, who)
        rounds = max(2, round(seconds / PAUSE))

        async def run(sender: Sender, late: float) -> None:
            await asyncio.sleep(late)
            await sender.run(["Hello"] * rounds, PAUSE)

        await asyncio.gather(*(run(s, PAUSE * n / len(senders)) for n, s in enumerate(senders)))
        for sender in senders:
            if sender.line:
                sender.line.hang_up()
        return [each for sender in senders for each in sender.took[1:]]


def by_events(place: OpenPlace, token: str, chat: int, name: str) -> Flood:
    """The same event again and again, over as many sockets as there may be."""
    namespace, event, payload = EVENTS[name]
    filled = {key: chat if value == "{chat}" else value for key, value in payload.items()}
    at = "" if namespace == "/" else f"{namespace},"
    return by_lines(place, token, at, f"42{at}1{json.dumps([event, filled])}")


def by_lines(place: OpenPlace, token: str, at: str, said: Any) -> Flood:
    """A packet, or a frame, again and again."""

    async def flood(told: Counter[str]) -> None:
        async def line() -> None:
            talk = await Talk.begin(place.server.port, None)
            talk.say(f'40{at}{{"token":"{token}"}}')
            if said == ASIDES["pieces"]:
                talk.write(0x1, b"", False)
            hearing = asyncio.create_task(hear(talk, told))
            try:
                while not talk.over:
                    for _ in range(AT_ONCE):
                        talk.say(said) if isinstance(said, str) else talk.write(*said)
                    told["asked"] += AT_ONCE
                    await talk.writer.drain()
                    await asyncio.sleep(0)
            finally:
                hearing.cancel()
                await talk.end()

        await asyncio.gather(*(line() for _ in range(SOCKETS)), return_exceptions=True)

    return flood


async def hear(talk: Talk, told: Counter[str]) -> None:
    while heard := await talk.heard():
        note(heard, told)


def note(heard: str, told: Counter[str]) -> None:
    """Counts an answer; a refusal says why in words, and when to come back."""
    if '"too_fast"' in heard:
        told["too fast"] += 1
        assert re.search(r'"retryAfter":[0-9.]+', heard), heard
        assert "Try again in" in heard, heard
    elif "40" not in heard[:2]:
        told["answered"] += 1


def by_connects(place: OpenPlace, token: str) -> Flood:
    """Connects, and hangs up as soon as it is let in."""

    async def flood(told: Counter[str]) -> None:
        async def line() -> None:
            while True:
                with contextlib.suppress(OSError, AssertionError, asyncio.IncompleteReadError):
                    talk = await Talk.begin(place.server.port, None)
                    talk.say(f'40/live,{{"token":"{token}"}}')
                    told["asked"] += 1
                    note(await talk.heard(), told)
                    await talk.end()

        await asyncio.gather(*(line() for _ in range(SOCKETS)))

    return flood


def by_rest(place: OpenPlace, token: str, path: str) -> Flood:
    """GETs over kept connections."""
    said = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()

    async def flood(told: Counter[str]) -> None:
        async def line() -> None:
            while True:
                with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                    reader, writer = await asyncio.open_connection("127.0.0.1", place.server.port)
                    while True:
                        writer.write(said)
                        told["asked"] += 1
                        head = await reader.readuntil(b"\r\n\r\n")
                        size = re.search(rb"Content-Length: (\d+)", head, re.IGNORECASE)
                        body = await reader.readexactly(int(size[1]) if size else 0)
                        note(body.decode(), told)
                        if b"close" in head:
                            break
                    writer.close()

        await asyncio.gather(*(line() for _ in range(SOCKETS)))

    return flood


class Elsewhere:
    """The flood comes from a process of its own, or the others would wait for it in ours."""

    def __init__(self, flood: Flood) -> None:
        context = multiprocessing.get_context("fork")
        self.over, self.results = context.Event(), context.Queue()
        self.process = context.Process(target=self.work, args=(flood,))

    def work(self, flood: Flood) -> None:
        told: Counter[str] = Counter()

        async def until_over() -> None:
            flooding = asyncio.create_task(flood(told))
            while not self.over.is_set() and not flooding.done():
                await asyncio.sleep(0.05)
            told["ended by itself"] = flooding.done()
            flooding.cancel()

        asyncio.run(until_over())
        self.results.put(told)

    def __enter__(self) -> Elsewhere:
        self.process.start()
        time.sleep(0.5)  # by then it has spent what it may
        self.started = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.lasted = time.monotonic() - self.started
        self.over.set()
        self.told: Counter[str] = self.results.get(timeout=20)
        self.process.join(20)
        assert not self.told["ended by itself"], self.told


def flooded(
    place: OpenPlace, name: str, *, neighbours: int, seconds: float, is_alone: bool
) -> Figure:
    """One floods: they are told so, and the others are served.

    It costs a bounded part of a core; where nothing else runs on the machine (`is_alone`), the
    others' sends take as long as before.
    """
    flooder = People(has_addresses=False).marcus
    chat = messages.send(flooder, None, Draft("Hello", "hello")).chat_id
    token = place.token(flooder)
    if name == "connects":
        flood = by_connects(place, token)
    elif name.startswith("GET "):
        flood = by_rest(place, token, name.removeprefix("GET ").replace("{chat}", str(chat)))
    elif name in ASIDES:
        flood = by_lines(place, token, "/live,", ASIDES[name])
    else:
        flood = by_events(place, token, chat, name)
    crowd = Neighbours(place, neighbours)
    before = asyncio.run(crowd.took(seconds))
    with Elsewhere(flood) as elsewhere:
        spent = -sum(place.server.measured().cpu_times()[:2])
        during = asyncio.run(crowd.took(seconds))
        spent += sum(place.server.measured().cpu_times()[:2])
    told, lasted = elsewhere.told, elsewhere.lasted
    calm, stormy = percentile(before, 90), percentile(during, 90)
    assert (told["too fast"] > 0) == (name not in ASIDES), told
    assert spent / lasted < BUSY, f"{spent / lasted:.0%} of a core; {told}"
    noticed = f"{calm:.3f} s became {stormy:.3f} s; {told}"
    assert not is_alone or stormy < max(2 * calm, NOTICED), noticed
    place.hang_up()
    return Figure(
        30,
        f"a flood of {name}, {place.mode}",
        f"others' p90 {calm * 1000:.0f} -> {stormy * 1000:.0f} ms; {told['asked']:,} asked,"
        f" {told['answered'] / lasted:.0f} served a second, {told['too fast']:,} told to wait;"
        f" {spent / lasted:.0%} of a core",
        f"not twice, or {NOTICED * 1000:.0f} ms",
    )


KINDS = [*EVENTS, *ASIDES, "connects", "GET /chat/conversations", "GET /api/v1/chats/{chat}/sync"]


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder, OpenPlace) as start:
        for mode in MODES:
            place = start(mode, RATE_LIMITS="on", SOCKETS_PER_ADDRESS="200")
            for name in KINDS:
                yield flooded(place, name, neighbours=40, seconds=5, is_alone=True)
            place.server.stop()
