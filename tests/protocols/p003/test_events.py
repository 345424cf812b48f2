"""Every event of protocol 003, good and bad."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from app.cli.factories import state
from app.files import checking
from app.models.users import Actor
from app.operations import blocks, chats, closures, users
from tests.files import arrived_here, picture
from tests.live.clients import Client, Refused
from tests.live.conftest import SENDS, Place
from tests.live.test_connections import BAD_TOKENS
from tests.people import People
from tests.protocols.conftest import given
from tests.servers import wait_until

Socket = Callable[..., Client]
Rest = Callable[..., requests.Response]


@pytest.fixture
def user(socket: Socket) -> Callable[[Actor], Client]:
    """A socket of this person."""
    return lambda who: socket(who, "/")


User = Callable[[Actor], Client]


def send(client: Client, text: str, **more: Any) -> dict[str, Any]:
    answer = client.ask("send_message", {"message": text, **more})
    assert answer["ok"], answer
    message: dict[str, Any] = answer["message"]
    return message


def entered(client: Client, chat_id: str) -> Client:
    assert client.ask("join_chat", {"chatId": chat_id}) == {"ok": True, "chatId": chat_id}
    return client


def heard(client: Client, name: str) -> list[Any]:
    client.catch_up()
    return client.all(name)


# Who is heard at all


@pytest.mark.parametrize("kind", sorted(BAD_TOKENS.keys() - {"null"}))  # which is none at all
def test_a_token_that_does_not_hold_connects_nobody(
    place: Place, people: People, kind: str
) -> None:
    with pytest.raises(Refused) as refused:
        place.connect({"token": BAD_TOKENS[kind](people.lena)}, namespace="/")
    assert refused.value.args[0]["data"]["code"] == "token_invalid"


EVENTS: list[tuple[str, Any]] = [
    ("join_chat", {"chatId": "1"}),
    ("join_chat", "1"),
    ("leave_chat", {"chatId": "1"}),
    ("send_message", {"message": "Hello"}),
    ("typing", {"chatId": "1", "isTyping": True}),
]


@pytest.mark.parametrize(("event", "payload"), EVENTS, ids=str)
def test_without_a_token_every_event_is_refused(socket: Socket, event: str, payload: Any) -> None:
    nobody = socket(None, "/")
    assert nobody.ask(event, payload)["error"]["code"] == "unauthorized"
    nobody.sio.emit(event, payload, namespace="/")
    assert nobody.wait_for("error")["code"] == "unauthorized"
    assert nobody.is_connected


@pytest.mark.parametrize(("event", "payload"), EVENTS, ids=str)
def test_a_token_that_came_later_than_the_handshake_is_none(
    socket: Socket, place: Place, people: People, event: str, payload: Any
) -> None:
    late = socket(None, "/")
    assert late.ask("user:join", {"token": place.token(people.lena)})["ok"]
    assert late.ask(event, payload)["error"]["code"] == "token_missing"
    assert chats.open_own(people.lena)[0].last_seq == 0
    assert late.ask("message:send", {"message": "In words of another protocol"})["ok"]


def test_a_token_in_an_event_makes_nobody_somebody(
    socket: Socket, place: Place, people: People
) -> None:
    nobody = socket(None, "/")
    hello = {"message": "Hello", "token": place.token(people.lena)}
    assert nobody.ask("send_message", hello)["error"]["code"] == "unauthorized"
    assert chats.open_own(people.lena)[0].last_seq == 0


def test_who_was_deactivated_is_refused_and_dropped(user: User, people: People) -> None:
    lena = user(people.lena)
    chat_id = send(lena, "Hello")["chat"]
    before = state(int(chat_id))
    users.deactivate(people.lena.email)
    wait_until(lambda: not lena.is_connected, 5)
    assert state(int(chat_id)) == before


# Sending


def test_a_first_message_opens_a_chat_and_its_writer_hears_what_follows(
    user: User, people: People
) -> None:
    lena, ana = user(people.lena), user(people.ana)
    first = send(lena, "Hello")
    assert first["sender"] == {
        "_id": str(people.lena.id),
        "name": people.lena.name,
        "email": people.lena.email,
        "role": "user",
    }
    reply = send(ana, "Hi", chatId=first["chat"])
    second = send(lena, "I have a question")
    assert second["chat"] == first["chat"]
    assert heard(lena, "new_message") == [first, reply, second]


def test_a_message_reaches_the_room_and_news_of_it_staff(user: User, people: People) -> None:
    chat_id = send(user(people.lena), "Hello")["chat"]
    lena, tab, outside = (user(people.lena) for _ in range(3))
    ana, ben, marcus, petra = (
        user(who) for who in (people.ana, people.ben, people.marcus, people.petra)
    )
    for client in (lena, tab, ana):
        entered(client, chat_id)
    sent = send(lena, "Is anybody there?", chatId=chat_id)
    for client in (lena, tab, ana):
        assert heard(client, "new_message") == [sent]
    news = {"chatId": chat_id, "message": sent, "user": sent["sender"]}
    for client in (ana, ben):
        assert heard(client, "new_chat_message") == [news]
    for client in (lena, tab, outside, marcus, petra):
        assert heard(client, "new_chat_message") == []
    for client in (ben, outside, marcus, petra):
        assert heard(client, "new_message") == []


def test_a_reply_takes_the_chat_and_is_news_to_nobody(user: User, people: People) -> None:
    lena, ana, ben = user(people.lena), user(people.ana), user(people.ben)
    chat_id = send(lena, "Hello")["chat"]
    for client in (ana, ben):
        client.wait_for("new_chat_message")
        client.heard.clear()
    reply = send(ana, "Hi", chatId=chat_id)
    assert reply["sender"]["role"] == "admin"
    send(ben, "Me too", chatId=chat_id)
    assert state(int(chat_id)).agent_id == people.ana.id
    assert [m["message"] for m in heard(lena, "new_message")] == ["Hello", "Hi", "Me too"]
    for client in (ana, ben):
        assert heard(client, "new_chat_message") == heard(client, "new_message") == []


def test_a_message_to_a_providers_chat_is_news_to_the_provider(user: User, people: People) -> None:
    chat, _ = chats.open_between(people.petra, people.petra.id, people.lena.id)
    lena, petra = user(people.lena), user(people.petra)
    sent = send(lena, "When does it come?", chatId=str(chat.id))
    told = {"chatId": str(chat.id), "message": sent, "user": sent["sender"]}
    assert heard(petra, "new_chat_message") == [told]
    assert send(petra, "Tomorrow", chatId=str(chat.id))["sender"]["role"] == "admin"


@pytest.mark.parametrize("kind", ["text", "image", "file"])
def test_a_message_keeps_the_type_that_it_was_given(user: User, people: People, kind: str) -> None:
    lena = user(people.lena)
    assert send(lena, "chair.jpg", messageType=kind)["messageType"] == kind


def test_what_is_uploaded_is_heard_of_as_an_image_or_a_file(
    user: User, rest: Rest, people: People
) -> None:
    lena, ana = user(people.lena), user(people.ana)
    chat_id = send(lena, "Hello")["chat"]
    entered(ana, chat_id)
    wanted = []
    for content, name, kind in ((picture(), "scan", "image"), (b"words", "photo.png", "file")):
        file = arrived_here(people.lena, content, name)
        checking.check(file.id)
        said = {"message": "", "attachments": [file.id]}
        given(rest(people.lena, "POST", f"/api/v1/chats/{chat_id}/messages", json=said), 201)
        wanted.append((kind, name))
    wait_until(lambda: len(ana.all("new_message")) == len(wanted))
    told = [(each["messageType"], each["message"]) for each in heard(ana, "new_message")]
    assert told == wanted


def test_a_place_is_heard_of_by_its_coordinates(user: User, rest: Rest, people: People) -> None:
    """Of which 003 has no word of its own; they are sent by another door, by either side."""
    lena, ana = user(people.lena), user(people.ana)
    chat_id = send(lena, "Hello")["chat"]
    entered(ana, chat_id)
    where = {"latitude": 52.520007, "longitude": -13.404954, "accuracy": 12}
    said = {"message": "", "attachments": [where]}
    for who, other in ((people.lena, ana), (people.ana, lena)):
        given(rest(who, "POST", f"/api/v1/chats/{chat_id}/messages", json=said), 201)

        def told(other: Client = other, who: Actor = who) -> list[tuple[str, str]]:
            news = other.all("new_message")
            of_them = [each for each in news if each["sender"]["email"] == who.email]
            return [(each["messageType"], each["message"]) for each in of_them]

        wait_until(lambda told=told: ("text", "52.52001, -13.40495") in told())


def test_a_repeat_stores_nothing(user: User, people: People) -> None:
    lena = user(people.lena)
    first = send(lena, "Hello", clientId="once")
    assert send(lena, "Hello again", clientId="once") == first
    assert send(lena, "Hello again", clientId="once", chatId=first["chat"]) == first
    assert state(int(first["chat"])).staff_unread == 1
    assert heard(lena, "new_message") == [first]


BAD_SENDS: list[tuple[Any, str]] = [
    ({}, "invalid"),
    (None, "invalid"),
    ("Hello", "malformed"),
    ([], "malformed"),
    (7, "malformed"),
    ({"message": None}, "invalid"),
    ({"message": 5}, "invalid"),
    ({"message": {"text": "Hello"}}, "invalid"),
    ({"message": ""}, "invalid"),
    ({"message": "  \n"}, "invalid"),
    ({"message": "x" * 5001}, "too_long"),
    ({"message": "Hello", "chatId": 0}, "invalid"),
    ({"message": "Hello", "chatId": -1}, "invalid"),
    ({"message": "Hello", "chatId": 10**20}, "invalid"),
    ({"message": "Hello", "chatId": "seven"}, "invalid"),
    ({"message": "Hello", "chatId": True}, "invalid"),
    ({"message": "Hello", "chatId": [1]}, "invalid"),
    ({"message": "Hello", "chatId": str(2**50)}, "chat_not_found"),
    ({"message": "Hello", "clientId": "x" * 65}, "invalid"),
    ({"message": "Hello", "clientId": 5}, "invalid"),
    ({"message": "Hello", "messageType": "SYSTEM"}, "invalid"),
    ({"message": "Hello", "messageType": "system"}, "invalid"),
    ({"message": "Hello", "messageType": "video"}, "invalid"),
    ({"message": "Hello", "messageType": None}, "invalid"),
    ({"message": "Hello", "sender": "1"}, "not_you"),
    ({"message": "Hello", "senderId": 10**6}, "not_you"),
    ({"message": "Hello", "userId": 10**6}, "not_you"),
    ({"message": "Hello", "email": "ana@example.com"}, "not_you"),
    ({"message": "Hello", "role": "admin"}, "not_you"),
    ({"message": "Hello", "sender": {"_id": "1", "role": "admin"}}, "not_you"),
]


@pytest.mark.parametrize(("payload", "code"), BAD_SENDS, ids=str)
def test_a_bad_send_is_refused_and_stores_nothing(
    user: User, people: People, payload: Any, code: str
) -> None:
    lena = user(people.lena)
    chat_id = send(lena, "Hello")["chat"]
    before = state(int(chat_id))
    assert lena.ask("send_message", payload)["error"]["code"] == code
    lena.sio.emit("send_message", payload, namespace="/")
    assert lena.wait_for("error")["code"] == code
    assert state(int(chat_id)) == before
    assert send(lena, "Still here")["chat"] == chat_id


def test_a_claim_that_agrees_is_no_harm(user: User, people: People) -> None:
    lena, me = user(people.lena), str(people.lena.id)
    for claim in (
        {"sender": me},
        {"sender": {"_id": me, "name": "Lena"}},
        {"senderId": people.lena.id, "role": "user", "email": people.lena.email},
    ):
        assert send(lena, "Hello", **claim)["sender"]["_id"] == me


def test_staff_must_say_which_chat(user: User, people: People) -> None:
    for who in (people.ana, people.petra):
        error = user(who).ask("send_message", {"message": "Hello"})["error"]
        assert (error["code"], set(error["fields"])) == ("invalid", {"chatId"})


def test_a_message_to_a_closed_chat_makes_it_active_again(user: User, people: People) -> None:
    lena, ana = user(people.lena), user(people.ana)
    chat_id = send(lena, "Hello")["chat"]
    send(ana, "Hi", chatId=chat_id)
    closures.close(people.ana, int(chat_id))
    assert send(lena, "One more thing")["chat"] == chat_id
    now = state(int(chat_id))
    assert (now.is_waiting, now.agent_id) == (True, None)


def test_a_blocked_chat_takes_nothing(user: User, people: People) -> None:
    lena = user(people.lena)
    chat_id = send(lena, "Hello")["chat"]
    blocks.block(people.ana, int(chat_id))
    before = state(int(chat_id))
    for named in ({}, {"chatId": chat_id}):
        error = lena.ask("send_message", {"message": "Hello?", **named})["error"]
        assert error["code"] == "chat_blocked"
    assert state(int(chat_id)) == before


def test_first_messages_at_once_open_one_chat(user: User, people: People) -> None:
    tabs = [user(people.lena) for _ in range(5)]
    for number, tab in enumerate(tabs):
        tab.tell("send_message", {"message": f"message {number}"})
    sent = [tab.wait_for("ack")["message"] for tab in tabs]
    assert len({message["chat"] for message in sent}) == 1
    assert len({message["_id"] for message in sent}) == 5
    assert state(int(sent[0]["chat"])).staff_unread == 5


def test_who_sends_too_fast_is_told_when_to_try_again(user: User, people: People) -> None:
    lena = user(people.lena)
    answers = [lena.ask("send_message", {"message": f"{n}"}) for n in range(SENDS + 1)]
    refused = [answer["error"] for answer in answers if not answer["ok"]]
    assert {error["code"] for error in refused} == {"too_fast"}
    assert all(error["retryAfter"] > 0 for error in refused)
    chat_id = int(answers[0]["message"]["chat"])
    assert state(chat_id).staff_unread == len(answers) - len(refused)


# Rooms


@pytest.mark.parametrize("named", [str, int, lambda n: {"chatId": n}, lambda n: {"chatId": str(n)}])
def test_a_chat_is_joined_and_left_by_its_id_in_any_form(
    user: User, people: People, named: Callable[[int], Any]
) -> None:
    lena, ana = user(people.lena), user(people.ana)
    chat_id = send(lena, "Hello")["chat"]
    assert ana.ask("join_chat", named(int(chat_id))) == {"ok": True, "chatId": chat_id}
    first = send(lena, "one")
    assert ana.ask("leave_chat", named(int(chat_id))) == {"ok": True, "chatId": chat_id}
    send(lena, "two")
    ana.hears("new_message", [first])


BAD_IDS = [None, {}, [], "", "seven", 0, -1, 10**20, True, 1.5, {"chatId": None}, {"chatId": {}}]


@pytest.mark.parametrize("payload", BAD_IDS, ids=str)
@pytest.mark.parametrize("event", ["join_chat", "leave_chat"])
def test_what_is_no_id_is_refused(user: User, people: People, event: str, payload: Any) -> None:
    lena = user(people.lena)
    assert lena.ask(event, payload)["error"]["code"] in ("invalid", "malformed")
    assert send(lena, "Still here")


def test_what_is_not_ones_own_is_not_there(user: User, people: People) -> None:
    lena = user(people.lena)
    chat_id = send(lena, "Hello")["chat"]
    before = state(int(chat_id))
    for who in (people.marcus, people.petra):
        stranger = user(who)
        for number in (chat_id, str(2**50)):
            for event, more in (
                ("join_chat", {}),
                ("send_message", {"message": "Hi"}),
                ("typing", {"isTyping": True}),
            ):
                error = stranger.ask(event, {"chatId": number, **more})["error"]
                assert error == {"code": "chat_not_found", "message": "That chat is not there."}
        assert stranger.ask("leave_chat", {"chatId": chat_id})["ok"]  # which tells nothing
        send(lena, "Still mine")
        assert heard(stranger, "new_message") == heard(stranger, "new_chat_message") == []
    assert state(int(chat_id)).last_sender_id == before.last_sender_id
    assert heard(lena, "user_typing") == []


# Typing


def test_typing_reaches_the_room_but_the_typist(user: User, people: People) -> None:
    chat_id = send(user(people.lena), "Hello")["chat"]
    lena, tab, ana = (user(who) for who in (people.lena, people.lena, people.ana))
    ben, marcus = user(people.ben), user(people.marcus)
    for client in (lena, tab, ana):
        entered(client, chat_id)
    for is_typing in (True, False):
        assert lena.ask("typing", {"chatId": chat_id, "isTyping": is_typing}) == {"ok": True}
    told = [
        {"chatId": chat_id, "userId": str(people.lena.id), "isTyping": is_typing}
        for is_typing in (True, False)
    ]
    assert heard(ana, "user_typing") == told
    for client in (lena, tab, ben, marcus):
        assert heard(client, "user_typing") == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"isTyping": None}, "invalid"),
        ({"isTyping": "true"}, "invalid"),
        ({"isTyping": 1}, "invalid"),
        ({"chatId": None}, "invalid"),
        ({"chatId": "seven"}, "invalid"),
        ({"chatId": -1}, "invalid"),
        ({"userId": "1"}, "not_you"),
        ({"role": "admin"}, "not_you"),
    ],
    ids=str,
)
def test_bad_typing_is_refused_and_told_to_nobody(
    user: User, people: People, wrong: dict[str, Any], code: str
) -> None:
    lena, ana = user(people.lena), user(people.ana)
    chat_id = send(lena, "Hello")["chat"]
    entered(ana, chat_id)
    payload = {"chatId": chat_id, "isTyping": True} | wrong
    assert lena.ask("typing", payload)["error"]["code"] == code
    assert lena.ask("typing", "on")["error"]["code"] == "malformed"
    assert heard(ana, "user_typing") == []


def test_without_a_callback_nothing_is_answered_but_errors(user: User, people: People) -> None:
    lena = user(people.lena)
    chat_id = send(lena, "Hello")["chat"]
    lena.sio.emit("join_chat", chat_id, namespace="/")
    lena.sio.emit("join_chat", "999999999", namespace="/")
    error = lena.wait_for("error")
    assert set(error) == {"code", "message"}
    assert len(heard(lena, "error")) == 1
