"""Many upload at the same time while others talk."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import func, select

from app.cli import factories
from app.files import links
from app.models import database
from app.models import files as table
from app.models.files import FileState, FileStatus
from app.operations import files
from tests.files import PART, picture
from tests.live.conftest import Place
from tests.servers import MODES, wait_until
from tests.torture.crowd import Crowd, senders_of
from tests.torture.figures import Figure, percentile
from tests.torture.places import Start, starting

PIECES, PIECE = 20, 8_000
PAUSE = 0.5  # seconds between two pieces of an upload, on the average
OTHERS, TALK = 10, 0.1
P99_SECONDS = 0.1
SETTINGS = {"FILE_BYTES_A_DAY": "1000000000"}
HERE = select(func.count()).where(table.table.c.status != FileStatus.ARRIVING)
SHOWN = select(func.count()).where(table.table.c.status == FileStatus.READY)


async def upload(at: str, content: bytes) -> bytes:
    """Sends it slowly, as a phone does; the first line of the answer."""
    url = urlsplit(at)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    head = {**PART, "Host": url.netloc, "Content-Length": str(len(content)), "Upload-Offset": "0"}
    said = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    writer.write(f"PATCH {url.path} HTTP/1.1\r\n{said}\r\n".encode())
    for start in range(0, len(content), PIECE):
        await asyncio.sleep(random.uniform(0, 2 * PAUSE))
        writer.write(content[start : start + PIECE])
        await writer.drain()
    answer = await reader.readline()
    writer.close()
    return answer


async def upload_all(ways: list[tuple[str, bytes]]) -> list[bytes]:
    return list(await asyncio.gather(*(upload(*way) for way in ways)))


def at_the_same_time(place: Place, *, uploads: int) -> Figure:
    """So many files come in, one in ten a picture, and all are there and shown afterwards."""
    customers = factories.people([(f"Other {n}", "customer", None) for n in range(OTHERS)])
    senders = factories.people([(f"Sender {n}", "customer", None) for n in range(10)])
    ways: list[tuple[str, bytes]] = []
    for number in range(uploads):
        who = senders[number % len(senders)]
        content = picture(200, 150) if number % 10 == 0 else random.randbytes(PIECES * PIECE)
        file: FileState = files.announce(who, f"{number}.bin", len(content))
        ways.append((place.server.url + links.address(who, file, links.UPLOAD), content))
    answers: list[bytes] = []
    uploading = threading.Thread(target=lambda: answers.extend(asyncio.run(upload_all(ways))))
    with Crowd(senders_of(place, customers), ["And me?"] * 100_000, TALK) as others:
        uploading.start()
        uploading.join()
        took = [seconds for sender in others.senders for seconds in sender.took]
        wait_until(lambda: database.scalar(SHOWN) == uploads, 300, place.server.output)
        after = [seconds for sender in others.senders for seconds in sender.took[1:]]
    assert answers == [b"HTTP/1.1 204 NO CONTENT\r\n"] * uploads, set(answers)
    assert database.scalar(HERE) == uploads
    p99, whole = percentile(took, 99), percentile(after, 99)
    assert max(p99, whole) < P99_SECONDS, f"p99 {p99:.3f} s, until all were shown {whole:.3f} s"
    return Figure(
        57,
        f"{uploads:,} uploads at once, {place.mode}",
        f"all shown; others' p99 {p99 * 1000:.0f} ms, {whole * 1000:.0f} of {len(after):,}",
        "none lost, 100 ms",
    )


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder) as start:
        for mode in MODES:
            yield ended(start, mode)


def ended(start: Start, mode: str) -> Figure:
    place = start(mode, **SETTINGS)
    figure = at_the_same_time(place, uploads=1_000)
    place.server.stop()
    return figure
