"""Who is let in while they go, and who comes back with other rights, leave nothing behind."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask

from app import budgets
from app.auth.tokens import access_token
from app.budgets import BURST, CONNECT_COST, PAUSE_SECONDS, Budgets
from app.operations import limits, users
from app.protocols.speakers import speaking
from app.realtime import live
from app.sockets.connections import connections
from app.sockets.server import LiveServer, sockets
from tests.people import People


@dataclass
class Line:
    """A client's connection to the server of this process, as Engine.IO hands it on."""

    server: LiveServer
    eio_sid: str
    sent: list[Any] = field(default_factory=list)

    def open(self, namespace: str, auth: dict[str, Any] | None) -> str | None:
        self.come()
        self.server._handle_connect(self.eio_sid, namespace, auth)
        sid: str | None = self.server.manager.sid_from_eio_sid(self.eio_sid, namespace)
        return sid

    def come(self) -> None:
        self.server.environ[self.eio_sid] = {"REMOTE_ADDR": "10.1.2.3"}
        self.server.at[self.eio_sid] = "10.1.2.3"
        self.server.held["10.1.2.3"] = 1

    def go(self) -> None:
        self.server._handle_eio_disconnect(self.eio_sid, "transport close")


@pytest.fixture
def line(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    line = Line(sockets.server, "a connection of a test")
    monkeypatch.setattr(line.server, "_send_packet", lambda _eio, packet: line.sent.append(packet))
    yield line
    line.go()
    assert connections.by_sid == {}
    assert connections.strangers == {}
    assert "10.1.2.3" not in connections.by_address
    assert not speaking


@pytest.mark.parametrize("namespace", ["/live", "/", "/chat"])
def test_who_goes_while_they_are_let_in_was_never_there(
    line: Line, people: People, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove = live.tokens.actor_of_token

    def slow(token: object) -> Any:
        line.go()  # as it may while a database is waited for
        return prove(token)

    monkeypatch.setattr(live.tokens, "actor_of_token", slow)
    line.open(namespace, {"token": access_token(people.lena)})
    assert connections.people() == set()


@pytest.mark.parametrize(("namespace", "hello"), [("/", "user:join"), ("/chat", "authenticate")])
def test_a_stranger_who_is_dropped_while_they_say_who_they_are_is_nobody(
    line: Line, people: People, namespace: str, hello: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sid = line.open(namespace, None)
    assert sid in connections.strangers
    prove = live.tokens.actor_of_token

    def slow(token: object) -> Any:
        line.go()
        return prove(token)

    monkeypatch.setattr(live.tokens, "actor_of_token", slow)
    answer = line.server.dispatchers[namespace](
        sid, hello, [{"token": access_token(people.lena)}], True
    )
    assert answer["error"]["code"] == "unauthorized"
    assert connections.people() == set()


def test_an_agent_who_is_one_no_more_leaves_the_rooms_of_staff(
    app: Flask, line: Line, people: People
) -> None:
    sid = str(line.open("/chat", {"token": access_token(people.ana)}))
    say = line.server.dispatchers["/chat"]
    assert say(sid, "authenticate", [{}], True)["ok"]
    assert sid in line.server.manager.rooms["/chat"]["001:staff"]
    app.extensions["deliverers"] = ()  # before the socket is ended, which takes a moment
    users.set_role(people.ana.email, "customer")
    now = people.ana._replace(role="customer", auth_version=2)
    assert say(sid, "authenticate", [{"token": access_token(now)}], True)["ok"]
    assert connections.by_sid[sid].actor.role == "customer"
    assert "001:staff" not in line.server.manager.rooms["/chat"]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long nothing was read of a line, while time stands still."""
    waited: list[float] = []
    monkeypatch.setattr(budgets.time, "monotonic", lambda: 1000.0)
    monkeypatch.setattr(sockets.server.eio, "asides", Budgets())
    monkeypatch.setattr(sockets.server.eio, "sleep", waited.append)
    return waited


@pytest.mark.parametrize(
    ("said", "cost"),
    [
        ('2/live,["send_message",{}]', 1),
        ('2/nowhere,["send_message",{}]', 1),
        ("1/live,", 1),
        ("3/live,1[]", 1),
        ("0/nowhere,", CONNECT_COST),
        ('0/chat,{"token":"x"}', CONNECT_COST),
    ],
)
def test_who_says_too_much_that_is_no_event_is_read_slowly(
    line: Line, pauses: list[float], said: str, cost: int
) -> None:
    line.come()
    for _ in range(BURST // cost):
        line.server._handle_eio_message(line.eio_sid, said)
    assert pauses == []
    for _ in range(3):
        line.server._handle_eio_message(line.eio_sid, said)
    assert pauses == [PAUSE_SECONDS] * 3
    line.server._handle_eio_message("another line", "3/live,1[]")
    assert len(pauses) == 3


def test_who_goes_while_nothing_is_read_of_them_leaves_nothing_behind(
    line: Line, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    line.come()
    for _ in range(BURST // CONNECT_COST):
        line.server._handle_eio_message(line.eio_sid, "0/nowhere,")
    monkeypatch.setattr(line.server.eio, "sleep", lambda _seconds: line.go())
    line.server._handle_eio_message(line.eio_sid, '0/chat,{"token":"x"}')
    assert line.eio_sid not in str(line.server.manager.rooms)
    assert not line.server.manager.pending_connect.get("/chat")


def test_whoever_goes_is_not_waited_for(line: Line, people: People, pauses: list[float]) -> None:
    assert line.open("/live", {"token": access_token(people.lena)})
    for _ in range(BURST):
        line.server._handle_eio_message(line.eio_sid, "3/live,1[]")
    pauses.clear()
    line.server._handle_eio_disconnect(line.eio_sid, line.server.reason.CLIENT_DISCONNECT)
    assert pauses == []


def test_events_are_their_speakers_to_answer_for(
    line: Line, people: People, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PAUSE_SECONDS", 0)
    assert line.open("/live", {"token": access_token(people.lena)})
    for _ in range(2 * BURST):
        line.server._handle_eio_message(line.eio_sid, '2/live,1["nothing",{}]')
    assert pauses == []
