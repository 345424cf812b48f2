"""Too big, in every way in which a packet can be: it ends its own line and costs no memory."""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import requests

from tests.people import People
from tests.servers import MODES, wait_until
from tests.torture.figures import Figure
from tests.torture.malformed import Talk
from tests.torture.places import starting
from tests.torture.windows import OpenPlace

MEMORY = 5_000_000
PATIENCE = 15
MASK = b"\0\0\0\0"  # masked by nothing
Attack = Callable[[Talk], None]


def head(first: int, size: int) -> bytes:
    return struct.pack(">BBQ", first, 0x80 | 127, size) + MASK


def frame_of_60_megabytes(talk: Talk) -> None:
    talk.writer.write(head(0x82, 60_000_000))
    for _ in range(600):
        talk.writer.write(b"x" * 100_000)


def frame_of_all_bytes_there_are(talk: Talk) -> None:
    talk.writer.write(head(0x81, 2**63 - 1) + b"x" * 1_000_000)


def fragments_without_end(talk: Talk) -> None:
    talk.writer.write(head(0x01, 50_000) + b"4" * 50_000)
    for _ in range(1200):
        talk.writer.write(head(0x00, 50_000) + b"x" * 50_000)


def empty_fragments_without_end(talk: Talk) -> None:
    talk.writer.write(head(0x01, 1) + b"4")
    talk.writer.write((b"\x00\x80" + MASK) * 300_000)
    talk.writer.write(head(0x00, 1_200_000) + b"x" * 1_200_000)


def compression_bomb(talk: Talk) -> None:
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = squeezed.compress(b"4" * 200_000_000) + squeezed.flush(zlib.Z_SYNC_FLUSH)
    talk.writer.write(head(0xC1, len(bomb)) + bomb)  # the bit that says so


def millions_of_attachments_announced(talk: Talk) -> None:
    talk.say('459999999-/live,1["send_message",{"_placeholder":true,"num":0}]')


def attachments_of_64_kilobytes(talk: Talk) -> None:
    talk.say('451500-/live,1["send_message",{"_placeholder":true,"num":0}]')
    for _ in range(1500):
        talk.write(0x2, b"x" * 65_536)


ATTACKS: list[Attack] = [
    frame_of_60_megabytes,
    frame_of_all_bytes_there_are,
    fragments_without_end,
    empty_fragments_without_end,
    compression_bomb,
    millions_of_attachments_announced,
    attachments_of_64_kilobytes,
]


async def ended(port: int, token: str, attack: Attack) -> float:
    """Seconds until the server hung up."""
    talk = await Talk.begin(port, token)
    started = time.monotonic()

    async def push() -> None:
        with contextlib.suppress(OSError):
            attack(talk)
            await talk.writer.drain()

    pushing = asyncio.create_task(push())
    while not talk.over:
        await asyncio.wait_for(talk.heard(), PATIENCE)
    took = time.monotonic() - started
    pushing.cancel()
    await talk.end()
    return took


def refused(place: OpenPlace, *, times: int) -> Iterator[Figure]:
    """Each attack so many times: its line ends, memory stays, somebody else goes on."""
    people = People(has_addresses=False)
    lena, token = place.client(people.lena), place.token(people.marcus)
    for attack in ATTACKS:  # whatever is loaded and allocated once
        asyncio.run(ended(place.server.port, token, attack))
    for attack in ATTACKS:
        before, most, slowest = place.server.memory(), 0, 0.0
        for _ in range(times):
            slowest = max(slowest, asyncio.run(ended(place.server.port, token, attack)))
            most = max(most, place.server.memory() - before)
        assert most < MEMORY, f"{attack.__name__}: {most:,} bytes more"
        assert lena.send("Undisturbed", f"{attack.__name__}")
        yield Figure(
            25,
            f"{attack.__name__.replace('_', ' ')}, {times} times, {place.mode}",
            f"ended within {slowest * 1000:.0f} ms, memory {most / 1e6:+.1f} MB",
            f"ended, {MEMORY / 1e6:.0f} MB",
        )
    wait_until(lambda: place.server.holds()["connections"] == 1, 10)
    place.hang_up()


def posted_too_much(place: OpenPlace) -> Figure:
    """60 MB said by polling, with and without a length."""
    polling = f"{place.server.url}/socket.io/?EIO=4&transport=polling"
    before = place.server.memory()
    for body in (b"4" * 60_000_000, iter([b"4" * 100_000] * 600)):
        sid = json.loads(requests.get(polling, timeout=10).text[1:])["sid"]
        with contextlib.suppress(requests.RequestException):
            answer = requests.post(f"{polling}&sid={sid}", data=body, timeout=PATIENCE)
            assert answer.status_code == 400 or not isinstance(body, bytes), answer
    grown = place.server.memory() - before
    assert grown < MEMORY, f"{grown:,} bytes more"
    return Figure(
        25, f"60 MB by polling, {place.mode}", f"refused, memory {grown / 1e6:+.1f} MB", "5 MB"
    )


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder, OpenPlace) as start:
        for mode in MODES:
            place = start(mode)
            yield from refused(place, times=10)
            yield posted_too_much(place)
            place.server.stop()
