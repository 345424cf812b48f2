"""What belongs to a session of another process is answered there."""

import io
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.sockets.neighbours import HEAD, Neighbours, owner_of
from tests.servers import wait_until

LARGEST = 1000


class Owner:
    """A process that answers with what it was asked, once it is let."""

    def __init__(self, folder: Path) -> None:
        self.neighbours = Neighbours(1, str(folder), LARGEST)
        self.may = threading.Event()
        self.asked: list[dict[str, Any]] = []
        self.neighbours.serve(self.handle, self.start, time.sleep)

    @staticmethod
    def start(task: Any, *args: Any) -> None:
        threading.Thread(target=task, args=args, daemon=True).start()

    def handle(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked.append(environ)
        assert self.may.wait(10)
        start_response("200 OK", [("X-Said", environ["HTTP_SAYS"])])
        return [environ["wsgi.input"].read()]


class Asker:
    """Another process on the port."""

    def __init__(self, folder: Path) -> None:
        self.neighbours = Neighbours(2, str(folder), LARGEST)
        self.answers: list[Any] = []

    def ask(self, sid: str, body: bytes = b"", **more: str) -> Any:
        environ = {"QUERY_STRING": f"EIO=4&sid={sid}", "HTTP_SAYS": "ü", **more}
        environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
        answered: list[Any] = []
        parts = self.neighbours.answer(environ, lambda *said: answered.extend(said))
        return None if parts is None else (*answered, b"".join(parts))


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    owner = Owner(tmp_path)
    yield owner
    owner.may.set()  # whatever failed, nobody waits on


@pytest.fixture
def asker(tmp_path: Path) -> Asker:
    return Asker(tmp_path)


def test_it_is_asked_with_the_body_and_its_answer_is_given(owner: Owner, asker: Asker) -> None:
    owner.may.set()
    status, headers, body = asker.ask("abc.1", b"x" * LARGEST)
    assert (status, headers, body) == ("200 OK", [("X-Said", "ü")], b"x" * LARGEST)
    assert asker.ask("abc.1", b"x" * (LARGEST + 1))[2] == b""  # its length says what it was
    assert owner.asked[-1]["CONTENT_LENGTH"] == str(LARGEST + 1)


@pytest.mark.parametrize(
    "sid",
    ["", "abc", "abc.2", "abc.3", "abc.", "abc.../1", "abc.1x", f"abc.{'1' * 10}", "abc.\u0661"],
)
def test_what_is_ones_own_or_nobodys_is_left_to_oneself(
    owner: Owner, asker: Asker, sid: str
) -> None:
    assert asker.ask(sid) is None
    assert owner.asked == []
    assert asker.neighbours.handed == set()


def test_who_waits_for_an_answer_is_known_on_both_sides(owner: Owner, asker: Asker) -> None:
    """Neither end leaves before it is there, but who asked lets go of it."""
    waiting = threading.Thread(target=lambda: asker.answers.append(asker.ask("abc.1")))
    waiting.start()
    wait_until(lambda: owner.asked)
    assert len(owner.neighbours.answering) == len(asker.neighbours.handed) == 1
    asker.neighbours.let_go()
    waiting.join(10)
    assert asker.answers[0][0] == "502 Bad Gateway"
    assert asker.ask("abc.1")[0] == "502 Bad Gateway"  # it would wait again
    wait_until(lambda: len(owner.neighbours.answering) == 1)  # nothing stays of one without words
    owner.may.set()
    wait_until(lambda: not owner.neighbours.answering)
    assert len(owner.asked) == 1


def test_an_owner_that_ends_in_the_middle_is_no_answer(owner: Owner, asker: Asker) -> None:
    waiting = threading.Thread(target=lambda: asker.answers.append(asker.ask("abc.1")))
    waiting.start()
    wait_until(lambda: owner.asked)
    (line,) = owner.neighbours.answering
    line.shutdown(socket.SHUT_RDWR)
    waiting.join(10)
    owner.may.set()
    assert asker.answers[0][0] == "502 Bad Gateway"


def test_a_connection_that_is_handed_over_without_a_word_is_closed(
    owner: Owner, asker: Asker
) -> None:
    here, there = socket.socketpair()
    with here, there, socket.socket(socket.AF_UNIX) as line:
        line.connect(str(asker.neighbours.folder / "1"))
        socket.send_fds(line, [HEAD.pack(9, 0)], [there.fileno()])
        line.close()
        there.close()
        here.settimeout(10)
        assert here.recv(1) == b""
    assert owner.asked == []


def test_the_owner_is_what_the_id_ends_with() -> None:
    assert owner_of({"QUERY_STRING": "transport=polling&sid=a.b.17"}) == 17
    assert owner_of({}) is None
