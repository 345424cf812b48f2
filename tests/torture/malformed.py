"""Thousands of packets that no client would send, at each layer: what is refused costs a line."""

from __future__ import annotations

import asyncio
import os
import re
import struct
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path

from tests.people import People
from tests.servers import MODES, wait_until
from tests.torture import nonsense
from tests.torture.comings import settled, settled_to
from tests.torture.figures import Figure
from tests.torture.places import starting
from tests.torture.windows import OpenPlace

A_SESSION = "a-session-that-lives"  # put into requests in its place
OPENING = (
    b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\n"
    b"Connection: close\r\n\r\n"
)
AT_ONCE = 16
PATIENCE = 20
LOG_BYTES = 400  # a line for each packet, and what is in it is not the packet
UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
FAULTS = ("Traceback", "event failed", "request failed", "unhandled error", "connect failed")
TOLD = ("Traceback", 'File "', "site-packages", "sqlalchemy", "psycopg", "werkzeug/")


class Talk:
    """A WebSocket that may say anything; `over` once the server hung up."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.over = False

    @classmethod
    async def begin(cls, port: int, token: str | None) -> Talk:
        """Let in, with a token into every namespace."""
        talk = cls(*await asyncio.open_connection("127.0.0.1", port))
        talk.writer.write(UPGRADE)
        head = await talk.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 "), head
        assert (await talk.heard()).startswith("0{")
        for namespace in ("/live", "/", "/chat") if token else ():
            talk.say(f'40{nonsense.at(namespace)}{{"token":"{token}"}}')
            while not (told := await talk.heard()).startswith("40"):
                assert told, "it was not let in"
        return talk

    def say(self, said: str | bytes) -> None:
        text = isinstance(said, str)
        self.write(1 if text else 2, said.encode("utf-8", "replace") if text else bytes(said))  # type: ignore[union-attr]

    def write(self, opcode: int, data: bytes, is_final: bool = True) -> None:
        size, first = len(data), is_final << 7 | opcode
        if size < 126:
            head = struct.pack(">BB", first, 0x80 | size)
        elif size < 65536:
            head = struct.pack(">BBH", first, 0x80 | 126, size)
        else:
            head = struct.pack(">BBQ", first, 0x80 | 127, size)
        self.writer.write(head + b"\0\0\0\0" + data)  # masked by nothing

    async def heard(self) -> str:
        """The next message, `pong` for a pong, and nothing when it is over."""
        try:
            first, size = await self.reader.readexactly(2)
            if size == 126:
                (size,) = struct.unpack(">H", await self.reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", await self.reader.readexactly(8))
            data = await self.reader.readexactly(size)
        except (OSError, asyncio.IncompleteReadError):
            self.over = True
            return ""
        if first & 0x0F == 0x8:
            self.over = True
            return ""
        return "pong" if first & 0x0F == 0xA else data.decode()

    async def told_of(self, said: str | bytes) -> list[str]:
        """Says it, and everything that is told until the server has dealt with it."""
        try:
            self.say(said)
            self.write(0x9, b"?")
            await self.writer.drain()
        except OSError:
            self.over = True
        told = []
        while not self.over and (heard := await self.heard()) != "pong":
            told.append(heard)
        return told

    async def end(self) -> None:
        self.writer.transport.abort()
        await asyncio.sleep(0)


def spoken(place: OpenPlace, layer: str, said: Iterable[str | bytes], token: str | None) -> Figure:
    """Says each over a WebSocket, and asks after each whether the server is still with us."""
    counted: Counter[str] = Counter()

    async def speaker(left: Iterator[str | bytes]) -> None:
        talk = None
        for packet in left:
            if talk is None:
                talk = await asyncio.wait_for(Talk.begin(place.server.port, token), PATIENCE)
            told = await asyncio.wait_for(talk.told_of(packet), PATIENCE)
            check_told("".join(told))
            counted["packets"] += 1
            counted["ended"] += talk.over
            counted["answered"] += any('"ok":' in each or '"error"' in each for each in told)
            if talk.over or not token or "41" in str(packet[:3]):
                await talk.end()
                talk = None
        if talk is not None:
            await talk.end()

    return measured(place, layer, at_once(speaker, said), counted)


def requested(place: OpenPlace, said: Iterable[bytes]) -> Figure:
    """Sends each request on a connection of its own, and reads the answer to its end."""
    counted: Counter[str] = Counter()

    async def caller(left: Iterator[bytes]) -> None:
        for request in left:
            if A_SESSION.encode() in request:  # of this request alone: who says nothing is dropped
                opened = await exchanged(place.server.port, OPENING)
                found = re.search(rb'"sid":"([^"]+)"', opened)
                assert found, opened
                request = request.replace(A_SESSION.encode(), found[1])
                counted["sessions"] += 1
            answer = await asyncio.wait_for(exchanged(place.server.port, request), PATIENCE)
            status = re.match(rb"HTTP/1\.[01] (\d+)", answer)
            # 501 is what a server says of a method that there is not in HTTP at all, 505 of a
            # version.
            assert not status or status[1][:1] != b"5" or status[1] in (b"501", b"505"), (
                request,
                answer,
            )
            check_told(answer.decode("utf-8", "replace"))
            counted["packets"] += 1
            counted["answered"] += bool(status)
            counted["ended"] += not status

    figure = measured(place, "HTTP", at_once(caller, said), counted)
    assert counted["sessions"]
    return figure


async def exchanged(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    try:
        writer.write(request)
        writer.write_eof()
        while data := await reader.read(65536):
            answer += data
    except OSError:
        pass
    writer.transport.abort()
    return answer


def check_told(said: str) -> None:
    """A fault of ours, or what it looks like inside, reaches nobody."""
    assert '"code":"internal"' not in said, said[:2000]
    assert not [word for word in TOLD if word in said], said[:2000]


def at_once(
    worker: Callable[[Iterator], Awaitable[None]], said: Iterable
) -> Callable[[], Awaitable[object]]:
    left = iter(said)

    async def work() -> None:
        await asyncio.gather(*(worker(left) for _ in range(AT_ONCE)))

    return work


def measured(
    place: OpenPlace, layer: str, work: Callable[[], Awaitable[object]], counted: Counter[str]
) -> Figure:
    """The server survives it as it was, its log says little, and somebody else noticed nothing."""
    resident = place.client(People(has_addresses=False).ana)
    before = settled(place, {})
    pid, log = place.server.measured().pid, os.path.getsize(place.server.log)
    asyncio.run(work())  # type: ignore[arg-type]
    if layer != "HTTP":  # whose sessions never join, and are dropped in ten seconds
        wait_until(lambda: settled_to(place, before), 30, lambda: f"{place.server.holds()}")
    assert place.server.measured().pid == pid
    assert resident.is_connected
    resident.catch_up()
    said = place.server.output()
    for fault in FAULTS:
        assert fault not in said, said[max(0, said.index(fault) - 2000) :][:6000]
    grown = (os.path.getsize(place.server.log) - log) / max(1, counted["packets"])
    assert grown < LOG_BYTES, f"{grown:.0f} bytes of log for each packet"
    place.hang_up()
    return Figure(
        24,
        f"{counted['packets']:,} malformed at {layer}, {place.mode}",
        f"{counted['ended']:,} ended, {counted['answered']:,} answered; {grown:.0f} B of log each",
        f"no fault, {LOG_BYTES} B of log each",
    )


def every_layer(place: OpenPlace, count: int) -> Iterator[Figure]:
    """So many at each layer."""
    token = place.token(People(has_addresses=False).lena)
    yield spoken(place, "Engine.IO", nonsense.engine_packets(count), None)
    yield spoken(place, "Socket.IO", nonsense.packets(count), token)
    yield spoken(place, "JSON", nonsense.texts(count), token)
    yield spoken(place, "our payloads", nonsense.payloads(count), token)
    yield requested(place, nonsense.requests(count, token, A_SESSION))


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder, OpenPlace) as start:
        for mode in MODES:
            place = start(mode, LOG_LEVEL="INFO")
            yield from every_layer(place, 10_000)
            place.server.stop()
