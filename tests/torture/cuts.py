"""The line is cut in the middle of a chat, by a proxy that knows what passes through it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from app import clock
from app.cli import factories
from app.models.users import Actor
from app.queries import counts
from tests.live.conftest import Place
from tests.people import People
from tests.servers import MODES
from tests.torture.crowd import Line, Sender, check_kept_once
from tests.torture.figures import Figure, percentile
from tests.torture.keeper import Keeper, chat_of, fresh
from tests.torture.places import starting

BEFORE_SEND, BEFORE_ACK, AFTER_ACK = (
    "before the send",
    "before the acknowledgement",
    "after the acknowledgement",
)
MOMENTS = (BEFORE_SEND, BEFORE_ACK, AFTER_ACK)
SENDS = re.compile(rb'42/live,(\d+)\["send_message".*"clientId": ?("[^"]+")', re.DOTALL)
SYNC_SECONDS = 1.0
SECONDS = 60


class Proxy:
    """Passes everything on until it is told to cut the line at the next message."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.cut: str | None = None
        self.cuts = 0

    async def __aenter__(self) -> Proxy:
        self.server = await asyncio.start_server(self.pass_on, "127.0.0.1", 0)
        self.port: int = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()

    async def pass_on(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection("127.0.0.1", self.target)
        heard = Overheard()
        up = asyncio.create_task(self.pump(client, to_server, heard.of_client))
        down = asyncio.create_task(self.pump(server, to_client, heard.of_server))
        try:
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (up, down):
                task.cancel()
            for line in (to_server, to_client):
                line.close()
        for line in (to_server, to_client):
            with contextlib.suppress(OSError):
                await line.wait_closed()

    async def pump(
        self,
        source: asyncio.StreamReader,
        to: asyncio.StreamWriter,
        hear: Callable[[bytes, bool], set[str]],
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                moments = hear(data, self.cut is not None)
                if self.cuts_now(moments - {AFTER_ACK}):
                    return
                to.write(data)
                await to.drain()
                if self.cuts_now(moments & {AFTER_ACK}):
                    return

    def cuts_now(self, moments: set[str]) -> bool:
        if self.cut not in moments:
            return False
        self.cut = None
        self.cuts += 1
        return True


class Overheard:
    """Knows of one line at which moments of a message it is."""

    def __init__(self) -> None:
        self.client, self.server = Ear(), Ear()
        self.name = self.answer = b"nothing yet"

    def of_client(self, data: bytes, is_wanted: bool) -> set[str]:
        """Remembers the message by which its line is to be cut."""
        sends = [sent for said in self.client.hear(data) if (sent := SENDS.match(said))]
        if sends and is_wanted:
            self.answer, self.name = b"43/live,%s[" % sends[-1][1], sends[-1][2]
        return {BEFORE_SEND} if sends else set()

    def of_server(self, data: bytes, _is_wanted: bool) -> set[str]:
        """The sender may learn of it by the event as well, which comes first."""
        told = self.server.hear(data)
        if any(said.startswith(self.answer) for said in told):
            return {BEFORE_ACK, AFTER_ACK}
        return {BEFORE_ACK} if any(self.name in said for said in told) else set()


class Ear:
    """Hears one direction of a WebSocket, masked or not; of plain HTTP it hears nothing."""

    def __init__(self) -> None:
        self.unheard = b""
        self.is_open = self.is_deaf = False

    def hear(self, data: bytes) -> list[bytes]:
        """What is said in full now."""
        if self.is_deaf:
            return []
        self.unheard += data
        if not self.is_open:
            self.open()
        said = []
        while self.is_open and (frame := first_frame(self.unheard)):
            said.append(frame[0])
            self.unheard = self.unheard[frame[1] :]
        return said

    def open(self) -> None:
        head, end, rest = self.unheard.partition(b"\r\n\r\n")
        if end:
            self.is_open = b"\r\nupgrade: websocket" in head.lower()
            self.is_deaf = not self.is_open
            self.unheard = rest


def first_frame(data: bytes) -> tuple[bytes, int] | None:
    """What it says, unmasked, and where it ends; nothing before all of it is there."""
    if len(data) < 2:
        return None
    size, start = data[1] & 0x7F, 2
    if size >= 126:
        start = 4 if size == 126 else 10
        size = int.from_bytes(data[2:start])
    mask = bytes(4)
    if data[1] & 0x80:
        mask, start = data[start : start + 4], start + 4
    end = start + size
    if len(data) < end:
        return None
    return bytes(byte ^ mask[at % 4] for at, byte in enumerate(data[start:end])), end


class Chatter(Sender):
    """A client as ours: sends again what was not acknowledged, and keeps up with its chat."""

    def __init__(self, port: int, token: str, name: str, chat_id: int) -> None:
        super().__init__(port, token, name, chat_id)
        self.keeper = Keeper(chat_id)
        self.on_event = self.hear
        self.turn = asyncio.Lock()  # one at a time asks what was missed

    def hear(self, packet: bytes) -> None:
        name, said = json.loads(packet[packet.index(b"[") :])
        if not self.keeper.hear(name, said):
            asyncio.get_running_loop().create_task(self.catch_up("sync"))

    async def connected(self) -> Line:
        before = self.line
        line = await super().connected()
        if line is not before:
            await self.catch_up("join_chat")
        return line

    async def catch_up(self, event: str) -> None:
        async with self.turn:
            has_more = True
            while has_more and self.line is not None:
                asked = {"chatId": self.keeper.chat_id, "after": self.keeper.version}
                try:
                    answer = await self.line.ask(event, asked)
                except OSError:
                    return  # the next line asks again
                assert answer["ok"], answer
                has_more, event = self.keeper.take(answer), "sync"

    async def read_all(self) -> None:
        with contextlib.suppress(OSError, TimeoutError):
            line = await self.connected()
            upto = {"chatId": self.keeper.chat_id, "upTo": self.keeper.version}
            await line.ask("mark_read", upto)


async def chat_over_cut_lines(
    place: Place, chat_id: int, people: tuple[Actor, Actor], cuts: int
) -> tuple[list[Chatter], int]:
    """Both talk at once; by turns their lines are cut, at every moment that matters."""
    async with contextlib.AsyncExitStack() as stack:
        proxies = [await stack.enter_async_context(Proxy(place.server.port)) for _ in people]
        chatters = [
            Chatter(proxy.port, place.token(who), f"chatter-{who.id}", chat_id)
            for proxy, who in zip(proxies, people, strict=True)
        ]
        for number in range(cuts):
            moment = MOMENTS[number % 3]
            which = random.randrange(2)
            proxies[which].cut = moment
            said = f"{number}: {moment}"
            await asyncio.gather(*(c.send(said, f"{c.name}, {number}") for c in chatters))
            if number % 4 == 0:
                await asyncio.gather(*(chatter.read_all() for chatter in chatters))
            assert proxies[which].cut is None, moment
        await asyncio.wait_for(all_caught_up(chatters), SECONDS)
        for chatter in chatters:
            await chatter.lose()
        return chatters, sum(proxy.cuts for proxy in proxies)


async def all_caught_up(chatters: list[Chatter]) -> None:
    """Until each has heard or asked for all there is."""
    newest = chat_of(chatters[0].keeper.chat_id).version
    while any(chatter.keeper.version < newest for chatter in chatters):
        for chatter in chatters:
            with contextlib.suppress(OSError, TimeoutError):
                await chatter.connected()
        await asyncio.sleep(0.02)


def cut(place: Place, *, cuts: int) -> Figure:
    """Two people chat while the line of one or the other is cut so many times."""
    people = People(has_addresses=False)
    chat_id = place.client(people.lena).send("Hello", "hello")["chatId"]
    place.client(people.ana).send("Hi", "hi", chatId=chat_id)
    talk = chat_over_cut_lines(place, chat_id, (people.lena, people.ana), cuts)
    chatters, done = asyncio.run(talk)
    assert done == cuts
    truth = fresh(chat_id)
    for chatter in chatters:
        assert chatter.keeper.state() == truth
        assert len(chatter.acknowledged) == cuts
    check_kept_once(m for chatter in chatters for m in chatter.acknowledged.values())
    assert len([m for m in truth[1] if m["sender"]]) == 2 * cuts + 2
    assert counts.wrong() == {}
    place.hang_up()
    return Figure(
        3,
        f"the line cut {cuts} times mid-chat, {place.mode}",
        f"{2 * cuts} sent, both ends equal the database",
        "equal",
    )


def resumed(place: Place, *, changes: int, times: int) -> Figure:
    """So many changes were missed; a client comes back and asks for them in pages."""
    people = People(has_addresses=False)
    now = clock.now()
    story = (
        factories.ChatPast(people.lena, now).say(people.lena, "Hello", now).take(people.ana, now)
    )
    known = story.chat["version"]
    while story.chat["version"] < known + changes:
        story.say(random.choice([people.lena, people.ana]), "A change like any other", now)
    story.read(people.ana, now)
    (chat_id,) = factories.save([story])
    took, truth = [], fresh(chat_id)
    for _ in range(times):
        client, keeper = place.client(people.lena), Keeper(chat_id)
        keeper.take(client.ask("join_chat", {"chatId": chat_id}))
        keeper.version = known  # as if it had been away since then
        pages, has_more, started = 0, True, time.perf_counter()
        while has_more:
            asked = {"chatId": chat_id, "after": keeper.version}
            answer = client.ask("sync", asked)
            has_more, pages = keeper.take(answer), pages + 1
            assert len(answer["messages"]) <= 100
        took.append(time.perf_counter() - started)
        client.close()
        assert pages >= changes // 100
        assert keeper.version == truth[0]["version"]
        assert truth[1][-changes:] == keeper.state()[1][-changes:]
    p95 = percentile(took, 95)
    assert p95 < SYNC_SECONDS, f"p95 {p95:.2f} s"
    place.hang_up()
    return Figure(
        5,
        f"{changes:,} missed changes by sync in pages, {place.mode}",
        f"p95 {p95 * 1000:.0f} ms of {times}",
        "1000 ms",
    )


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder) as start:
        for mode in MODES:
            place = start(mode)
            yield cut(place, cuts=100)
            yield resumed(place, changes=5000, times=20)
