"""The disk that files lie on is full, and has room again, while people talk."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from tests.files import PART, picture
from tests.live.conftest import Place
from tests.people import People
from tests.servers import MODES, wait_until
from tests.torture.figures import Figure
from tests.torture.full import MayNotMount, small_disk, take_all_room
from tests.torture.places import Start, starting

DISK_KB = 240_000  # somewhat more than files leave to others
SECONDS = 60


def filled(start: Start, folder: Path, mode: str) -> Figure:
    """What has come waits, what comes is refused in words, text goes on; then all of it comes."""
    with small_disk(folder / mode, DISK_KB) as disk:
        place = start(mode, UPLOADS=str(disk), FILE_BYTES_A_DAY="1000000000")
        try:
            return fill_and_empty(place, disk / "ballast")
        finally:
            place.server.stop()


def fill_and_empty(place: Place, ballast: Path) -> Figure:
    people = People()
    lena = place.client(people.lena)
    contents = [picture(700, 500), random.randbytes(300_000), picture(900, 600)]
    # Looking at the first has hardly begun when there is no more room for what is made of it.
    waiting = [announced(place, people, content) for content in contents]
    assert [put(*each) for each in waiting[:2]] == [204, 204]
    take_all_room(ballast)
    refused = requests.patch(
        waiting[2][0], waiting[2][1], headers=PART | {"Upload-Offset": "0"}, timeout=15
    )
    assert refused.status_code == 503, refused.text
    assert "out of reach just now" in refused.text
    assert int(refused.headers["Retry-After"]) > 0
    for number in range(20):
        assert lena.ask("send_message", {"message": "Still?", "clientId": f"{number}"})["ok"]
    ballast.unlink()
    wait_until(lambda: put(*waiting[2]) == 204, 10, place.server.output)
    ids = [each[2] for each in waiting]
    wait_until(lambda: shown(place, people, ids), SECONDS, place.server.output)
    sent = place.rest(people.lena, "POST", "/messages", message="Here", attachments=ids)
    assert sent.status_code == 201, sent.text
    return Figure(
        59,
        f"files' disk full, {place.mode}",
        "refused in words, 20 of 20 said meanwhile, all files shown after",
        "none lost",
    )


def announced(place: Place, people: People, content: bytes) -> tuple[str, bytes, int]:
    file: dict[str, Any] = place.rest(
        people.lena, "POST", "/files", name="a", size=len(content)
    ).json()
    return place.server.url + file["uploadUrl"], content, file["id"]


def put(at: str, content: bytes, _id: int) -> int:
    head = PART | {"Upload-Offset": "0"}
    return requests.patch(at, content, headers=head, timeout=15).status_code


def shown(place: Place, people: People, ids: list[int]) -> bool:
    said = [place.rest(people.lena, "GET", f"/files/{each}").json()["status"] for each in ids]
    assert "refused" not in said
    return said == ["ready"] * len(ids)


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder) as start:
        for mode in MODES:
            try:
                yield filled(start, folder, mode)
            except MayNotMount:
                yield Figure(59, f"files' disk full, {mode}", "not measured: may not mount", "")
