"""The disk is full, and has room again."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from app.queries import counts
from tests.live.clients import Client
from tests.live.conftest import Place
from tests.people import People
from tests.servers import MODES, wait_until
from tests.torture.crowd import check_kept_once
from tests.torture.figures import Figure
from tests.torture.places import OPEN_WIDE, is_intact, migrated

DISK_KB = 4096
TEXT = "Is there room for this? " * 40


class MayNotMount(Exception):
    """Only who may mount can fill a disk of their own."""


@contextlib.contextmanager
def small_disk(folder: Path, kilobytes: int = DISK_KB) -> Iterator[Path]:
    """A file system of its own of a few megabytes. Raises `MayNotMount`."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    try:
        subprocess.run(words, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise MayNotMount from error
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def filled(folder: Path, mode: str) -> Figure:
    """Messages until the disk is full; then reading, and sending once there is room."""
    ballast = folder / "disk" / "ballast"
    with small_disk(folder / "disk") as disk:
        # The log lies on the same disk, as it often does, and has more to say than there is room.
        place = Place(disk, migrated(folder), mode, LOG_LEVEL="DEBUG", **OPEN_WIDE)
        try:
            with place.app.app_context():
                return fill_and_empty(place, ballast)
        finally:
            place.hang_up()
            place.server.stop()


def fill_and_empty(place: Place, ballast: Path) -> Figure:
    people = People()
    lena, ana = place.client(people.lena), place.client(people.ana)
    acknowledged = [lena.send("Hello", "hello")]
    chat_id = acknowledged[0]["chatId"]
    take_all_room(ballast)
    refused, number = 0, 0
    while refused < 20:
        number += 1
        answer = say(lena, number)
        if answer["ok"]:
            acknowledged.append(answer["message"])
            take_all_room(ballast)  # what a checkpoint gave back
            assert number < 3000, "the disk was never full"
            continue
        refused += 1
        assert answer["error"]["code"] == "unavailable", answer
        by_rest = place.rest(people.lena, "POST", "/messages", message=TEXT, clientId=f"{number}")
        assert by_rest.status_code in (201, 503), by_rest.text
        if by_rest.status_code == 201:  # a smaller one may still fit into the log's last page
            acknowledged.append(by_rest.json())
    # Reading works, over what is connected and for who comes now.
    assert len(ana.join(chat_id)["messages"]) == min(50, len(acknowledged))
    latecomer = place.client(people.ben)
    assert latecomer.join(chat_id)["version"] == acknowledged[-1]["version"]
    listed = place.rest(people.ana, "GET", f"/chats/{chat_id}/messages")
    assert listed.json()["messages"][-1]["id"] == acknowledged[-1]["id"]
    for client in (lena, ana, latecomer):
        assert client.is_connected
    ballast.unlink()
    started = time.monotonic()
    wait_until(lambda: say(lena, number)["ok"], 10)
    back = time.monotonic() - started
    acknowledged.append(say(lena, number)["message"])
    place.server.kill()
    assert is_intact(place.database)
    kept = check_kept_once(acknowledged)
    assert len({row.id for row in kept}) == len({m["id"] for m in acknowledged})
    assert counts.wrong() == {}
    return Figure(
        9,
        f"disk full: {refused} sends refused, read, room again, {place.mode}",
        f"`unavailable`, intact, sends again after {back * 1000:.0f} ms",
        "retried, intact",
    )


def say(client: Client, number: int) -> dict:
    answer: dict = client.ask("send_message", {"message": TEXT, "clientId": f"{number}"})
    return answer


def take_all_room(ballast: Path) -> None:
    with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def large(folder: Path) -> Iterator[Figure]:
    for mode in MODES:
        own = folder / mode
        own.mkdir()
        try:
            yield filled(own, mode)
        except MayNotMount:
            yield Figure(9, f"disk full, {mode}", "not measured: may not mount", "")
