"""Files over the line: in each mode, cut in the middle, and through a server that is killed."""

import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from app.cli.factories import person
from app.files import checking
from app.models.users import Actor
from tests.files import PART, TUS, picture
from tests.live.conftest import Place
from tests.people import People
from tests.servers import wait_until

CONTENT = picture(600, 400)
HALF = len(CONTENT) // 2
LONG = 60  # seconds, where programs look at files on a busy machine


def announce(place: Place, who: Actor, size: int = len(CONTENT)) -> dict[str, Any]:
    answer = place.rest(who, "POST", "/files", name="screen.png", size=size)
    assert answer.status_code == 201, answer.text
    return answer.json() | {"at": place.server.url + answer.json()["uploadUrl"]}


def patch(at: str, offset: int, content: bytes) -> requests.Response:
    return requests.patch(at, content, headers=PART | {"Upload-Offset": str(offset)}, timeout=15)


def here(at: str) -> int:
    return int(requests.head(at, headers=TUS, timeout=15).headers["Upload-Offset"])


def is_shown(place: Place, who: Actor, file_id: int) -> dict[str, Any] | None:
    file: dict[str, Any] = place.rest(who, "GET", f"/files/{file_id}").json()
    return file if file["status"] == "ready" else None


def begin(at: str, content: bytes, *, of: int) -> socket.socket:
    """A part of so many bytes that goes out, and comes no further than this."""
    url = urlsplit(at)
    line = socket.create_connection((url.hostname, url.port), timeout=15)
    head = "".join(f"{name}: {value}\r\n" for name, value in PART.items())
    said = f"PATCH {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: {of}\r\n"
    line.sendall(f"{said}Upload-Offset: 0\r\n{head}\r\n".encode() + content)
    return line


def test_both_hear_of_a_file_and_again_when_it_is_shown(place: Place, people: People) -> None:
    lena = place.client(people.lena)
    file = announce(place, people.lena)
    assert patch(file["at"], 0, CONTENT[:HALF]).status_code == 204
    assert patch(file["at"], HALF, CONTENT[HALF:]).headers["Upload-Offset"] == str(len(CONTENT))
    sent = lena.ask("send_message", {"message": "", "clientId": "a", "attachments": [file["id"]]})
    chat_id = sent["message"]["chatId"]
    ana = place.client(people.ana)
    ana.ask("join_chat", {"chatId": chat_id})

    def shown() -> bool:
        told = ana.ask("sync", {"chatId": chat_id, "after": 0})["messages"]
        return [each["status"] for each in told[-1]["attachments"]] == ["ready"]

    wait_until(shown, LONG, lambda: place.server.output())
    (linked,) = ana.ask("link_files", {"fileIds": [file["id"]]})["files"]
    given = requests.get(place.server.url + linked["url"], timeout=15)
    assert (given.status_code, given.headers["Content-Type"]) == (200, "image/png")
    assert len(given.content) == linked["size"]


def test_a_line_that_is_cut_leaves_what_came_and_others_are_served(
    place: Place, people: People
) -> None:
    file = announce(place, people.lena)
    line = begin(file["at"], CONTENT[:HALF], of=len(CONTENT))
    # Whoever dawdles holds up nobody, and nobody else writes the same file meanwhile.
    wait_until(lambda: here(file["at"]) >= HALF - 65_536, LONG, lambda: place.server.output())
    assert patch(file["at"], 0, CONTENT).status_code == 409
    line.close()
    wait_until(lambda: patch(file["at"], here(file["at"]), b"").status_code == 204, LONG, "held")
    came = here(file["at"])
    assert HALF - 65_536 < came <= HALF
    rest = patch(file["at"], came, CONTENT[came:])
    assert rest.headers["Upload-Offset"] == str(len(CONTENT))
    wait_until(lambda: is_shown(place, people.lena, file["id"]), LONG, place.server.output)


def test_a_server_that_is_killed_has_what_it_acknowledged(
    place_with: Callable[..., Place],
) -> None:
    place = place_with("eventlet")
    with place.app.app_context():
        people = People()
    half, whole = announce(place, people.lena), announce(place, people.lena)
    assert patch(half["at"], 0, CONTENT[:HALF]).status_code == 204
    assert patch(whole["at"], 0, CONTENT).status_code == 204
    sent = place.rest(people.lena, "POST", "/messages", message="", attachments=[whole["id"]])
    assert sent.status_code == 201
    place.server.kill()
    place.server.start()
    assert here(half["at"]) == HALF
    assert patch(half["at"], HALF, CONTENT[HALF:]).status_code == 204
    wait_until(lambda: is_shown(place, people.lena, half["id"]), LONG, place.server.output)
    # Who looked at it has died, and whoever does so next, a minute later, has what it takes.
    with place.app.app_context():
        checking.check(whole["id"])
    assert is_shown(place, people.lena, whole["id"])


@pytest.mark.parametrize("size", [10_000_001, 8 * 10**9])
def test_what_is_too_much_is_refused_before_it_is_sent(
    place: Place, people: People, size: int
) -> None:
    answer = place.rest(people.lena, "POST", "/files", name="film.mp4", size=size)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_long")
    assert "10 MB" in answer.json()["error"]["message"]


def test_what_is_announced_and_never_sent_takes_no_disk_and_holds_up_nobody(
    place_with: Callable[..., Place], mode: str
) -> None:
    """Eight gigabytes, by eight people: nobody may have more than one in a day, or in a file."""
    size = 10**9
    place = place_with(mode, FILE_BYTES=str(size), FILE_BYTES_A_DAY=str(size))
    people = People(has_addresses=False)
    crowd = [person(f"Guest {number}", "customer") for number in range(8)]
    announced = [announce(place, who, size) for who in crowd]
    with ExitStack() as lines:
        for each in announced:
            lines.enter_context(begin(each["at"], b"", of=size))
        assert [here(each["at"]) for each in announced] == [0] * 8
        lena, ana = place.client(people.lena), place.client(people.ana)
        said = lena.ask("send_message", {"message": "Hello", "clientId": "a"})["message"]
        ana.ask("join_chat", {"chatId": said["chatId"]})
        lena.ask("send_message", {"message": "Still here", "clientId": "b"})
        wait_until(lambda: any("Still here" in str(told) for told in ana.all("new_message")))
        other = announce(place, people.lena)
        assert patch(other["at"], 0, CONTENT).status_code == 204
        wait_until(lambda: is_shown(place, people.lena, other["id"]), LONG, place.server.output)
        assert taken(place) < 3 * len(CONTENT)
        # It is all of their day, until they give it up.
        again = {"name": "film.mp4", "size": size}
        answer = place.rest(crowd[0], "POST", "/files", **again)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_much")

    def given_up(at: str) -> bool:
        return requests.delete(at, headers=TUS, timeout=15).status_code == 204

    for each in announced:
        wait_until(lambda at=each["at"]: given_up(at), LONG, place.server.output)
        assert requests.head(each["at"], headers=TUS, timeout=15).status_code == 404
    assert place.rest(crowd[0], "POST", "/files", **again).status_code == 201


def taken(place: Place) -> int:
    """Bytes of the disk on which files lie."""
    found = Path(place.settings["UPLOADS"]).rglob("*")
    return sum(path.stat().st_blocks * 512 for path in found if path.is_file())
