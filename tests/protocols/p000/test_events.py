"""Every event of protocol 000, good and bad."""

from collections.abc import Callable
from typing import Any

import pytest

from app.cli.factories import state
from app.models.users import Actor
from app.operations import blocks, closures
from tests.live.clients import Client
from tests.live.conftest import Place
from tests.people import People

Socket = Callable[..., Client]


@pytest.fixture
def joined(socket: Socket) -> Callable[[Actor], Client]:
    """A socket that has said who it is."""

    def join(who: Actor) -> Client:
        client = socket(who, "/")
        assert client.ask("user:join", {"userId": who.id, "userName": who.name})["ok"]
        return client

    return join


Joined = Callable[[Actor], Client]


def send(client: Client, text: str, **more: Any) -> dict[str, Any]:
    answer = client.ask("message:send", {"message": text, **more})
    assert answer["ok"], answer
    message: dict[str, Any] = answer["message"]
    return message


def test_a_join_by_a_token_in_the_event(socket: Socket, place: Place, people: People) -> None:
    lena = socket(None, "/")
    hello = {"userId": people.lena.id, "userName": "Lena", "role": "CUSTOMER"}
    assert lena.ask("user:join", hello)["error"]["code"] == "unauthorized"
    assert lena.ask("user:join", hello | {"token": place.token(people.lena)}) == {
        "ok": True,
        "userId": people.lena.id,
        "role": "CUSTOMER",
    }
    assert send(lena, "Hello")["sender"] == "CUSTOMER"


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ({"userId": 10**6}, "user_not_found"),
        ({"userId": "ana"}, "user_not_found"),
        ({"role": "ADMIN"}, "not_you"),
        ({"token": "no token at all"}, "token_invalid"),
        ({"token": 7}, "token_invalid"),
        ("Lena", "malformed"),
        ([1], "malformed"),
    ],
)
def test_nobody_becomes_somebody_by_saying_so(
    socket: Socket, people: People, claim: Any, code: str
) -> None:
    lena = socket(people.lena, "/")
    answer = lena.ask("user:join", claim)
    assert answer["ok"] is False
    assert answer["error"]["code"] == code
    lena.tell("user:join", claim)
    lena.catch_up()
    assert lena.ask("user:join", {"userId": str(people.lena.id)})["ok"]


def test_staff_hears_when_staff_joins(joined: Joined, people: People) -> None:
    lena, ana = joined(people.lena), joined(people.ana)
    assert len(ana.all("admin:online")) == 1
    joined(people.ben)
    ana.hears("admin:online", [{}, {}])
    lena.catch_up()
    assert lena.all("admin:online") == []


def test_a_message_reaches_its_customer_and_staff_alone(joined: Joined, people: People) -> None:
    lena, tab, marcus, ana, ben = (
        joined(who) for who in (people.lena, people.lena, people.marcus, people.ana, people.ben)
    )
    sent = send(lena, "Hello")
    for client, unread in ((lena, 0), (tab, 0), (ana, 1), (ben, 1)):
        client.catch_up()
        told = sent | {"conversation": sent["conversation"] | {"unreadCount": unread}}
        assert client.all("message:received") == [told]
    marcus.catch_up()
    assert marcus.all("message:received") == []


def test_a_repeat_stores_nothing(joined: Joined, people: People) -> None:
    lena = joined(people.lena)
    first = send(lena, "Hello", clientId="once")
    assert send(lena, "Hello again", clientId="once")["id"] == first["id"]
    chat_id = first["conversationId"]
    assert len(lena.ask("conversation:getMessages", {"conversationId": chat_id})) == 1
    lena.catch_up()
    assert len(lena.all("message:received")) == 1


def test_a_message_to_a_closed_conversation_makes_it_pending(
    joined: Joined, people: People
) -> None:
    lena, ana = joined(people.lena), joined(people.ana)
    chat_id = send(lena, "Hello")["conversationId"]
    send(ana, "Hi", conversationId=chat_id)
    closures.close(people.ana, chat_id)
    (listed,) = [c for c in ana.ask("admin:getConversations", {}) if c["id"] == chat_id]
    assert listed["status"] == "CLOSED"
    assert send(lena, "One more thing")["conversation"]["status"] == "PENDING"


BAD_SENDS: list[tuple[Any, str]] = [
    ({}, "invalid"),
    (None, "invalid"),
    ("Hello", "malformed"),
    ([], "malformed"),
    ({"message": None}, "invalid"),
    ({"message": 5}, "invalid"),
    ({"message": "  \n"}, "invalid"),
    ({"message": "x" * 5001}, "too_long"),
    ({"message": "Hello", "conversationId": 0}, "invalid"),
    ({"message": "Hello", "conversationId": -1}, "invalid"),
    ({"message": "Hello", "conversationId": 10**20}, "invalid"),
    ({"message": "Hello", "conversationId": "seven"}, "invalid"),
    ({"message": "Hello", "conversationId": True}, "invalid"),
    ({"message": "Hello", "conversationId": 2**50}, "conversation_not_found"),
    ({"message": "Hello", "clientId": "x" * 65}, "invalid"),
    ({"message": "Hello", "sender": "ADMIN"}, "not_you"),
    ({"message": "Hello", "sender": "SYSTEM"}, "not_you"),
    ({"message": "Hello", "userId": 1_000_000}, "user_not_found"),
    ({"message": "Hello", "isFromSupport": True}, "not_you"),
]


@pytest.mark.parametrize(("payload", "code"), BAD_SENDS)
def test_a_bad_send_is_refused_and_stores_nothing(
    joined: Joined, people: People, payload: Any, code: str
) -> None:
    lena = joined(people.lena)
    chat_id = send(lena, "Hello")["conversationId"]
    before = state(chat_id)
    assert lena.ask("message:send", payload)["error"]["code"] == code
    lena.tell("message:send", payload)
    assert state(chat_id) == before
    assert send(lena, "Still here")["conversationId"] == chat_id


def test_without_a_callback_an_error_is_an_event(
    place: Place, joined: Joined, people: People
) -> None:
    lena = joined(people.lena)
    lena.sio.emit("message:send", {"message": ""}, namespace="/")
    assert lena.wait_for("message:error")["code"] == "invalid"


def test_what_is_not_ones_own_is_not_there(joined: Joined, people: People) -> None:
    lena, marcus, petra = (joined(who) for who in (people.lena, people.marcus, people.petra))
    chat_id = send(lena, "Hello")["conversationId"]
    before = state(chat_id)
    for stranger in (marcus, petra):
        for number in (chat_id, 2**50):
            asked = {"conversationId": number}
            answer = stranger.ask("conversation:getMessages", asked)
            assert answer == {
                "error": {"code": "conversation_not_found", "message": "That chat is not there."}
            }
            sent = stranger.ask("message:send", {"message": "Hi", **asked})
            assert sent["error"] == answer["error"]
        assert stranger.ask("admin:getConversations", {})["error"]["code"] == "forbidden"
    assert state(chat_id) == before


def test_nothing_is_told_to_who_has_not_said_who_they_are(socket: Socket) -> None:
    nobody = socket(None, "/")
    for event, payload in (
        ("message:send", {"message": "Hello", "sender": "ADMIN"}),
        ("admin:getConversations", {}),
        ("conversation:getMessages", {"conversationId": 1}),
    ):
        assert nobody.ask(event, payload)["error"]["code"] == "unauthorized"
    assert nobody.is_connected


def test_staff_must_say_which_conversation(joined: Joined, people: People) -> None:
    ana = joined(people.ana)
    error = ana.ask("message:send", {"message": "Hello"})["error"]
    assert (error["code"], set(error["fields"])) == ("invalid", {"conversationId"})


def test_a_blocked_conversation_takes_nothing(joined: Joined, people: People) -> None:
    lena = joined(people.lena)
    chat_id = send(lena, "Hello")["conversationId"]
    blocks.block(people.ana, chat_id)
    assert lena.ask("message:send", {"message": "Hello?"})["error"]["code"] == "chat_blocked"


def test_fetching_marks_as_read_and_pages(joined: Joined, people: People) -> None:
    lena, ana = joined(people.lena), joined(people.ana)
    chat_id = {send(lena, f"message {number}")["conversationId"] for number in range(5)}.pop()
    page = ana.ask("conversation:getMessages", {"conversationId": chat_id, "limit": 2})
    assert [(m["content"], m["isRead"]) for m in page] == [
        ("message 3", True),
        ("message 4", True),
    ]
    page = ana.ask("conversation:getMessages", {"conversationId": chat_id, "limit": 2, "page": 3})
    assert [m["content"] for m in page] == ["message 0"]
    page = lena.ask("conversation:getMessages", {"conversationId": str(chat_id), "limit": 1000})
    assert [m["isRead"] for m in page] == [True] * 5
    for wrong in ({"limit": 0}, {"page": 0}, {"limit": "many"}, {"conversationId": None}):
        answer = ana.ask("conversation:getMessages", {"conversationId": chat_id} | wrong)
        assert answer["error"]["code"] == "invalid"


def test_system_lines_are_no_messages(joined: Joined, people: People) -> None:
    lena, ana = joined(people.lena), joined(people.ana)
    chat_id = send(lena, "Hello")["conversationId"]
    send(ana, "Hi", conversationId=chat_id)
    page = lena.ask("conversation:getMessages", {"conversationId": chat_id})
    assert [m["content"] for m in page] == ["Hello", "Hi"]
    lena.catch_up()
    assert [m["content"] for m in lena.all("message:received")] == ["Hello", "Hi"]
