"""CHAT_MESSAGE_LIMIT, CHAT_TYPING_TIMEOUT and CHAT_MAX_CONNECTIONS_PER_USER do what they say."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.operations import messages
from app.operations.messages import Draft
from tests.live.clients import Client
from tests.live.conftest import LIMITS, Place
from tests.people import People
from tests.protocols.conftest import given
from tests.servers import wait_until

Chat = Callable[..., Client]
SETTINGS = {
    "CHAT_MESSAGE_LIMIT": "3",
    "CHAT_TYPING_TIMEOUT": "200",
    "CHAT_MAX_CONNECTIONS_PER_USER": "2",
}


@pytest.fixture(scope="module")
def shared_place(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server with settings of its own."""
    place = Place(tmp_path_factory.mktemp("p004"), migrated, "eventlet", **LIMITS | SETTINGS)
    yield place
    assert place.server.stop() == 0
    assert place.server.output().count("Traceback") == 0, place.server.output()


@pytest.mark.parametrize("asked", [{}, {"limit": 3}, {"limit": 4}, {"limit": 10**30}])
def test_a_page_has_at_most_so_many_messages(
    rest: Callable[..., Any], people: People, between: int, asked: dict[str, int]
) -> None:
    for number in range(5):
        messages.send(people.lena, between, Draft(str(number)))
    path = f"/api/provider-customer-chat/conversations/{between}/messages"
    page = given(rest(people.petra, "GET", path, params=asked))
    assert (len(page["messages"]), page["limit"], page["total"]) == (3, 3, 5)
    assert given(rest(people.petra, "GET", path, params={"limit": 2}))["limit"] == 2


def test_who_says_nothing_more_has_stopped_typing(
    chat: Chat, rest: Callable[..., Any], people: People, between: int
) -> None:
    lena, petra = chat(people.lena, between), chat(people.petra, between)
    assert lena.ask("chat-typing", {"conversationId": between, "isTyping": True})["ok"]
    petra.wait_for("chat-user-typing", isTyping=True)
    stopped = petra.wait_for("chat-user-typing", seconds=3, isTyping=False)
    assert stopped["userId"] == people.lena.id
    path = f"/api/provider-customer-chat/conversations/{between}/typing"
    assert given(rest(people.petra, "GET", path)) == []
    lena.catch_up()
    assert lena.all("chat-user-typing") == []


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_the_oldest_connection_is_told_why_and_gives_way(
    chat: Chat, place: Place, people: People, between: int, transport: str
) -> None:
    auth = {"token": place.token(people.lena)}
    oldest = place.connect(auth, namespace="/", transport=transport)
    assert oldest.ask("chat-authenticate", {})["ok"]
    petra = chat(people.petra, between)
    second, third = chat(people.lena, between), chat(people.lena, between)
    error = oldest.wait_for("chat-error")
    assert (error["code"], set(error)) == ("too_many_connections", {"code", "message"})
    wait_until(lambda: not oldest.is_connected, 10, lambda: "it is still connected")
    for client in (second, third, petra):
        client.catch_up()
        assert client.all("chat-error") == []
        assert client.is_connected
    asked = {"conversationId": between, "content": "Hello"}
    assert petra.ask("chat-send-message", asked)["ok"]
    second.wait_for("chat-new-message")


def test_sockets_that_do_not_speak_it_do_not_count(
    chat: Chat, socket: Callable[..., Client], people: People
) -> None:
    others = [socket(people.lena, namespace) for namespace in ("/", "/chat", "/live")]
    mine = [chat(people.lena), chat(people.lena)]
    for client in (*others, *mine):
        client.catch_up()
        assert client.is_connected
        assert client.all("chat-error") == []


def test_a_socket_counts_from_its_first_event_on(
    chat: Chat, socket: Callable[..., Client], people: People, between: int
) -> None:
    first, second = chat(people.lena), chat(people.lena)
    third = socket(people.lena, "/")
    assert third.ask("chat-join-conversation", {"conversationId": between})["ok"]
    assert first.wait_for("chat-error")["code"] == "too_many_connections"
    for client in (second, third):
        client.catch_up()
        assert client.is_connected
