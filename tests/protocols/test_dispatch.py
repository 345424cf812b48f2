"""What the older protocols share: who is let in, whose a socket is, which events there are."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask

from app.auth.tokens import access_token
from app.budgets import A_SECOND, BURST
from app.models.users import Actor
from app.operations import messages, users
from app.operations.messages import Draft
from app.protocols import KNOWN
from app.protocols.p000.protocol import protocol as p000
from app.protocols.speakers import speaking
from app.queries import presence
from app.sockets.server import sockets
from tests import wide
from tests.live.clients import Client, Refused
from tests.live.conftest import SOCKETS_PER_USER, Place, within
from tests.live.raw import raw
from tests.live.test_connections import BAD_TOKENS, cookie, sockets_of
from tests.people import People
from tests.protocols.conftest import outdate
from tests.servers import wait_until

Socket = Callable[..., Client]
NAMESPACES = ("/", "/chat")
# By namespace an event that says who one is, the field of a 000 or 001 message, and its sending.
HELLO = {"/": "user:join", "/chat": "authenticate"}
SAY = {"/": ("message:send", "message"), "/chat": ("sendMessage", "content")}
BY_EVENT = [
    pytest.param(protocol.namespace, event, id=f"{name}-{event}")
    for name, protocol in KNOWN.items()
    for event in protocol.taken
]


def says(client: Client, text: str) -> dict[str, Any]:
    """The message that a customer's socket has sent."""
    event, field = SAY[client.namespace]
    answer = client.ask(event, {field: text})
    assert answer["ok"], answer
    message: dict[str, Any] = answer["message"]
    return message


def code_of(answer: dict[str, Any]) -> str:
    code: str = answer["error"]["code"]
    return code


def is_from(message: dict[str, Any], who: Actor) -> bool:
    """Whether a message went into the chat of this customer, by what is stored."""
    return messages.send(who, None, Draft("Which chat is it?")).chat_id == int(
        message["conversationId"]
    )


def by_session(place: Place, who: Actor, namespace: str, origin: str | None) -> Client:
    """A socket that brings the login session of a browser, from a page of this origin."""
    extra = {"origin": origin} if origin else {"suppress_origin": True}
    options = {"websocket_extra_options": extra}
    headers = {"Cookie": cookie(place, who)}
    return place.connect({}, namespace=namespace, options=options, headers=headers)


# Who is let in


def test_who_does_not_say_who_they_are_is_dropped(
    socket: Socket, place: Place, people: People
) -> None:
    strangers = [socket(None, namespace) for namespace in NAMESPACES]
    known = [socket(people.lena, namespace) for namespace in NAMESPACES]
    late = [socket(None, namespace) for namespace in NAMESPACES]
    for client in late:
        hello = {"token": place.token(people.lena)}
        assert client.ask(HELLO[client.namespace], hello)["ok"]
    assert all(client.is_connected for client in (*strangers, *known, *late))
    wait_until(lambda: not any(client.is_connected for client in strangers), 20)
    assert all(client.is_connected for client in (*known, *late))
    for client in (*known, *late):
        says(client, "Still here")


@pytest.mark.parametrize(("namespace", "event"), BY_EVENT)
def test_until_then_every_event_is_refused(socket: Socket, namespace: str, event: str) -> None:
    nobody = socket(None, namespace)
    for payload in ({}, {"userId": 1, "role": "ADMIN"}, "1", None):
        answer = nobody.ask(event, payload)
        assert answer.get("ok") in (False, None)
        assert code_of(answer) in ("unauthorized", "malformed")
    assert code_of(nobody.ask(event, {})) == "unauthorized"
    assert nobody.is_connected


@pytest.mark.parametrize("kind", sorted(BAD_TOKENS.keys() - {"null"}))  # which is none at all
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_token_that_does_not_hold_lets_nobody_in(
    place: Place, people: People, namespace: str, kind: str
) -> None:
    token = BAD_TOKENS[kind](people.lena)
    with pytest.raises(Refused) as refused:
        place.connect({"token": token}, namespace=namespace)
    assert refused.value.args[0]["data"]["code"] == "token_invalid"
    late = place.connect(None, namespace=namespace)
    assert code_of(late.ask(HELLO[namespace], {"token": token})) == "token_invalid"
    assert code_of(late.ask(HELLO[namespace], {})) == "unauthorized"


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_token_may_come_in_the_header_of_the_handshake(
    place: Place, people: People, namespace: str
) -> None:
    def connect(token: str) -> Client:
        headers = {"Authorization": f"Bearer {token}"}
        return place.connect(None, namespace=namespace, headers=headers)

    assert is_from(says(connect(place.token(people.lena)), "Hello"), people.lena)
    with pytest.raises(Refused) as refused:
        connect("no token at all")
    assert refused.value.args[0]["data"]["code"] == "token_invalid"


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_the_login_session_of_a_page_of_ours_counts(
    place: Place, people: People, namespace: str
) -> None:
    lena = by_session(place, people.lena, namespace, place.server.url)
    assert is_from(says(lena, "Hello"), people.lena)
    users.set_password(people.lena.email, "another password")
    later = by_session(place, people.lena, namespace, place.server.url)
    assert code_of(later.ask(SAY[namespace][0], {})) == "unauthorized"


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_login_session_that_comes_from_elsewhere_does_not_count(
    place: Place, people: People, namespace: str
) -> None:
    unsaid = by_session(place, people.lena, namespace, None)
    event, field = SAY[namespace]
    assert code_of(unsaid.ask(event, {field: "Hello"})) == "unauthorized"
    for origin in ("https://evil.example", "null"):
        with pytest.raises(Refused):
            by_session(place, people.lena, namespace, origin)


def test_by_a_login_session_003_is_spoken_without_a_word(place: Place, people: People) -> None:
    ana = by_session(place, people.ana, "/", place.server.url)
    lena = by_session(place, people.lena, "/", place.server.url)
    sent = lena.ask("send_message", {"message": "Hello"})["message"]
    assert ana.wait_for("new_chat_message")["message"] == sent
    assert ana.ask("join_chat", sent["chat"])["ok"]


# Whose a socket is


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_who_proved_who_they_are_becomes_nobody_else(
    socket: Socket, place: Place, people: People, namespace: str
) -> None:
    at_connect = socket(people.lena, namespace)
    in_event = socket(None, namespace)
    by_cookie = by_session(place, people.lena, namespace, place.server.url)
    for client in (in_event, by_cookie):
        assert client.ask(HELLO[namespace], {"token": place.token(people.lena)})["ok"]
    for client in (at_connect, in_event, by_cookie):
        answer = client.ask(HELLO[namespace], {"token": place.token(people.marcus)})
        assert code_of(answer) == "not_you"
        assert is_from(says(client, "Still me"), people.lena)


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_token_overrules_a_login_session(place: Place, people: People, namespace: str) -> None:
    ana = by_session(place, people.ana, namespace, place.server.url)
    assert ana.ask(HELLO[namespace], {})["ok"]
    assert ana.ask(HELLO[namespace], {"token": place.token(people.marcus)})["ok"]
    assert is_from(says(ana, "I am Marcus now"), people.marcus)
    ana.heard.clear()
    lena = place.client(people.lena)
    lena.send("For staff", "a")
    ana.catch_up()
    assert ana.heard == []  # what came to Ana no longer comes


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_token_in_an_event_that_is_no_hello_counts_for_nothing(
    place: Place, people: People, namespace: str
) -> None:
    lena = by_session(place, people.lena, namespace, place.server.url)
    event, field = SAY[namespace]
    answer = lena.ask(event, {field: "Hello", "token": place.token(people.marcus)})
    assert is_from(answer["message"], people.lena)
    assert lena.ask(HELLO[namespace], {"token": place.token(people.marcus)})["ok"]


def test_a_socket_that_says_who_it_is_in_another_protocol_leaves_003(
    socket: Socket, people: People
) -> None:
    silent, joined = socket(people.ana, "/"), socket(people.ana, "/")
    assert joined.ask("user:join", {})["ok"]
    joined.heard.clear()
    lena = socket(people.lena, "/")
    says(lena, "Hello")
    silent.wait_for("new_chat_message")
    joined.wait_for("message:received")
    for client, heard in ((silent, "new_chat_message"), (joined, "message:received")):
        client.catch_up()
        assert {each.name for each in client.heard} == {heard}


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_socket_that_may_not_become_somebody_yet_stays_whose_it_was(
    place: Place, people: People, namespace: str
) -> None:
    token = place.token(people.marcus)
    with raw(place.server.url) as flood:
        flood.enter(token)
        for _ in range(BURST + A_SECOND):
            flood.say('42/live,["more than anybody needs"]')

        def refused() -> Client | None:
            lena = by_session(place, people.lena, namespace, place.server.url)
            answer = lena.ask(HELLO[namespace], {"token": token})
            return None if answer["ok"] or code_of(answer) != "too_fast" else lena

        found: list[Client | None] = []
        wait_until(lambda: found.append(refused()) or found[-1])
    lena = found[-1]
    assert lena is not None
    # Nobody's, it would count for no limit, and nobody would ever end it.
    assert is_from(says(lena, "Still me"), people.lena)


# How many, and how long


@wide.of_one_process
def test_a_persons_sockets_count_together_and_the_oldest_gives_way(
    socket: Socket, place: Place, people: People
) -> None:
    kinds = ("/live", *NAMESPACES)
    tabs = [socket(people.lena, kinds[n % len(kinds)]) for n in range(SOCKETS_PER_USER)]
    assert all(tab.is_connected for tab in tabs)
    socket(people.lena, "/chat")
    wait_until(lambda: not tabs[0].is_connected)
    late = socket(None, "/")
    assert tabs[1].is_connected  # a stranger is nobody's
    assert late.ask("user:join", {"token": place.token(people.lena)})["ok"]
    wait_until(lambda: not tabs[1].is_connected)
    assert all(tab.is_connected for tab in tabs[2:])


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_who_is_deactivated_is_dropped_and_stays_out(
    socket: Socket, place: Place, people: People, namespace: str
) -> None:
    lena, marcus = socket(people.lena, namespace), socket(people.marcus, namespace)
    says(lena, "Hello")
    users.deactivate(people.lena.email)
    wait_until(lambda: not lena.is_connected, 5)
    with pytest.raises(Refused):
        socket(people.lena, namespace)
    says(marcus, "Undisturbed")


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_right_is_checked_at_every_event(socket: Socket, people: People, namespace: str) -> None:
    lena = socket(people.lena, namespace)
    says(lena, "Hello")
    outdate(people.lena)
    event, field = SAY[namespace]
    assert code_of(lena.ask(event, {field: "Hello"})) == "unauthorized"
    wait_until(lambda: not lena.is_connected)


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_socket_is_counted_once_it_is_somebodys(
    socket: Socket, place: Place, people: People, namespace: str
) -> None:
    before = sockets_of(place)
    socket(None, namespace)
    client = socket(people.lena, namespace)
    wait_until(lambda: sockets_of(place) == before + 1)
    client.close()
    wait_until(lambda: sockets_of(place) == before)


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_who_is_here_by_an_older_protocol_is_seen_by_the_others(
    socket: Socket, place: Place, people: People, namespace: str
) -> None:
    watcher = place.client(people.ana)
    lena = socket(people.lena, namespace)
    watcher.wait_for("presence", userId=people.lena.id, isOnline=True)
    assert presence.is_online(people.lena.id)
    lena.close()
    watcher.wait_for("presence", userId=people.lena.id, isOnline=False)
    wait_until(lambda: not presence.is_online(people.lena.id))


# Which events there are


@pytest.mark.parametrize(
    "event",
    # The server's own names as well: `connect` and `disconnect` run nothing when a client says so.
    ["", "nonsense", "__init__", "message", "connect", "disconnect", "new_message", "x" * 500],
)
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_an_event_that_is_not_there_is_refused_in_words(
    socket: Socket, people: People, namespace: str, event: str
) -> None:
    lena = socket(people.lena, namespace)
    for payload in ([], [{"token": "x"}], [None, {"auth": 1}], ["x", 5]):
        answer = lena.ask(event, *payload)
        assert (answer["ok"], code_of(answer)) == (False, "unknown_event")
    assert is_from(says(lena, "Still here"), people.lena)


def test_without_a_callback_it_is_told_in_the_words_that_the_socket_speaks(
    socket: Socket, people: People
) -> None:
    for namespace, hello, error_event in (
        ("/", None, "error"),
        ("/", "user:join", "message:error"),
        ("/chat", "authenticate", "error"),
    ):
        lena = socket(people.lena, namespace)
        if hello:
            assert lena.ask(hello, {})["ok"]
        lena.sio.emit("nonsense", {}, namespace=namespace)
        assert lena.wait_for(error_event)["code"] == "unknown_event"


def test_what_is_refused_is_told_in_the_language_of_the_handshake(
    place: Place, people: People
) -> None:
    told = [
        place.connect({"token": place.token(people.lena), "locale": locale}, namespace="/").ask(
            "nonsense"
        )["error"]
        for locale in ("en", "de", "xx", 5)
    ]
    assert {error["code"] for error in told} == {"unknown_event"}
    assert told[0] == told[2] == told[3] != told[1]


@pytest.fixture
def alone(app: Flask) -> Iterator[Callable[[Actor], Any]]:
    """Connects people to `/` within this process."""
    clients = []

    def connect(who: Actor) -> Any:
        clients.append(sockets.test_client(app, namespace="/", auth={"token": access_token(who)}))
        return clients[-1]

    yield connect
    for client in clients:
        if client.is_connected("/"):
            client.disconnect("/")


def test_a_handler_that_fails_is_never_taken_for_success(
    app: Flask, alone: Callable[[Actor], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("a fault of ours")

    people = People()
    broken = {name: replace(taken, handler=fail) for name, taken in p000.taken.items()}
    monkeypatch.setattr(p000, "taken", broken)
    lena = alone(people.lena)
    answer = lena.emit("message:send", {"message": "Hello"}, callback=True)
    assert (answer["ok"], code_of(answer)) == (False, "internal")
    assert "fault" not in answer["error"]["message"]
    listed = lena.emit("admin:getConversations", {}, callback=True)
    assert set(listed) == {"error"}


def test_whom_nobody_speaks_to_costs_nothing(
    app: Flask, alone: Callable[[Actor], Any], statements: list[str]
) -> None:
    people = People()
    before = dict(speaking)
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    messages.send(people.ana, chat_id, Draft("Hi"))
    statements.clear()
    messages.send(people.ana, chat_id, Draft("Hi"))
    alone_costs = len(statements)
    ana = alone(people.ana)
    assert dict(speaking) != before
    ana.disconnect("/")
    assert dict(speaking) == before
    statements.clear()
    messages.send(people.ana, chat_id, Draft("Hi"))
    assert len(statements) == alone_costs


# What is off


@pytest.fixture(scope="module")
def fewer(
    request: pytest.FixtureRequest, migrated: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """A server that does not speak all five."""
    folder = tmp_path_factory.mktemp("fewer")
    settings = {"PROTOCOLS": request.param, "SOCKETS_PER_ADDRESS": "4"}
    place = Place(folder, migrated, "eventlet", **settings)
    yield place
    assert place.server.stop() == 0


@pytest.mark.parametrize("fewer", ["none", "000,001"], indirect=True)
def test_a_protocol_that_is_off_has_no_route_no_namespace_and_no_event(fewer: Place) -> None:
    on = [KNOWN[name] for name in fewer.app.config["PROTOCOLS"]]
    known = {(each.namespace, event) for each in on for event in each.taken}
    for _ in within(fewer):
        lena = People(has_addresses=False).lena
        for protocol in KNOWN.values():
            for endpoint in protocol.door.endpoints:
                assert is_routed(fewer, endpoint.rules[0]) == (protocol in on), endpoint.rules
            for event in protocol.taken:
                there = (protocol.namespace, event) in known
                assert is_taken(fewer, lena, protocol.namespace, event) == there, event


def is_routed(place: Place, rule: str) -> bool:
    """Whether there is something at the address, by a method that nothing has."""
    url = place.server.url + re.sub("<id:[a-z_]+>", "1", rule)
    return requests.request("PROPFIND", url, timeout=15).status_code == 405


def is_taken(place: Place, who: Actor, namespace: str, event: str) -> bool:
    """Whether there is such a namespace, and such an event in it."""
    try:
        client = place.connect({"token": place.token(who)}, namespace=namespace)
    except Refused:
        return False
    answer = client.ask(event, {})
    place.hang_up()
    return not (isinstance(answer, dict) and answer.get("error", {}).get("code") == "unknown_event")


@pytest.mark.parametrize("fewer", ["000,001"], indirect=True)
def test_strangers_count_among_the_sockets_of_an_address(fewer: Place) -> None:
    for _ in within(fewer):
        wait_until(lambda: not lets_in(fewer))
        assert 0 < sum(client.is_connected for client in fewer.clients) <= 4
        with pytest.raises(Refused) as refused:
            fewer.connect(None, namespace="/chat")
        assert refused.value.args[0]["data"]["code"] == "too_many_connections"
        fewer.clients[0].close()
        wait_until(lambda: lets_in(fewer))


def lets_in(place: Place) -> bool:
    try:
        return place.connect(None, namespace="/").is_connected
    except Refused:
        return False


@pytest.mark.parametrize(
    ("namespace", "event", "error_event"),
    [("/", "message:send", "message:error"), ("/chat", "sendMessage", "error")],
)
@pytest.mark.parametrize("text", ["abc\ud83d", b"Hello"], ids=["half a character", "bytes"])
def test_what_cannot_be_read_is_refused_and_the_connection_lives(
    socket: Socket, people: People, namespace: str, event: str, error_event: str, text: Any
) -> None:
    lena = socket(people.lena, namespace)
    payload = {"message": text, "content": text}
    answer = lena.ask(event, payload)
    assert (answer["ok"], answer["error"]["code"]) == (False, "malformed")
    assert lena.ask(event, {"message": "Hello", "content": "Hello"})["ok"]
    lena.sio.emit(event, payload, namespace=namespace)
    assert lena.wait_for(error_event, code="malformed")["message"]
    assert lena.ask(event, {"message": "Still here", "content": "Still here"})["ok"]


def test_before_any_hello_each_payload_tells_what_it_is(socket: Socket, people: People) -> None:
    lena = socket(people.lena, "/chat")
    room = says(lena, "Hello")["conversationId"]
    for name, wanted in (
        ("roomId", {"roomId": room}),
        ("conversationId", {"conversationId": room}),
    ):
        for _ in range(2):
            assert lena.ask("typing", {name: room, "isTyping": True})["ok"]
        assert lena.ask("typing", wanted)["error"]["fields"].keys() == {"isTyping"}
    assert lena.ask("sendMessage", {"content": "And on"})["message"]["content"] == "And on"
