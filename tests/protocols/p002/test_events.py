"""Every event of protocol 002, good and bad."""

from collections.abc import Callable
from typing import Any

import pytest

from app.auth.tokens import access_token
from app.cli.factories import state
from app.models.users import Actor
from app.operations import blocks, chats, closures
from app.queries import messages
from tests.live.clients import Client, Refused
from tests.live.conftest import SENDS, Place
from tests.live.test_connections import cookie
from tests.people import People
from tests.protocols.conftest import given, outdate
from tests.protocols.p002.conftest import Speak, said, send
from tests.races import at_once

Socket = Callable[..., Client]


@pytest.fixture
def room_id(people: People) -> int:
    """Lena's room, which is empty."""
    chat, _ = chats.open_own(people.lena)
    return chat.id


def heard(client: Client, event: str) -> list[Any]:
    client.catch_up()
    return client.all(event)


# register


def test_registering_by_a_token_in_the_event(socket: Socket, place: Place, people: People) -> None:
    for who, role in ((people.lena, "customer"), (people.maya, "manager"), (people.ada, "admin")):
        client = socket(None, "/chat")
        hello = {"userId": str(who.id), "token": place.token(who)}
        answer = client.ask("register", hello)
        assert answer == {"ok": True, "userId": str(who.id), "role": role}
        assert client.ask("register", {"userId": who.id, "role": who.role})["ok"]


def test_a_page_of_ours_needs_no_token(place: Place, people: People, room_id: int) -> None:
    options = {"websocket_extra_options": {"origin": place.server.url}}
    headers = {"Cookie": cookie(place, people.lena)}
    lena = place.connect(None, options=options, headers=headers, namespace="/chat")
    assert lena.ask("register", {"userId": str(people.lena.id)})["ok"]
    assert send(lena, room_id, "Hello")["senderId"] == str(people.lena.id)


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"userId": "1000000"}, "not_you"),
        ({"userId": "ana"}, "not_you"),
        ({"role": "admin"}, "not_you"),
        ({"role": "manager"}, "not_you"),
        ({"token": "no token at all"}, "token_invalid"),
        ({"token": {}}, "token_invalid"),
        ("Lena", "malformed"),
        ([], "malformed"),
    ],
    ids=str,
)
def test_nobody_becomes_somebody_by_saying_so(
    socket: Socket, people: People, claims: Any, code: str
) -> None:
    lena = socket(people.lena, "/chat")
    assert lena.ask("register", claims)["error"]["code"] == code
    if code == "token_invalid":
        return
    lena.sio.emit("register", claims, namespace="/chat")
    assert lena.wait_for("error")["code"] == code
    assert lena.ask("register", {"userId": str(people.lena.id)})["ok"]


def test_a_token_that_does_not_hold_is_refused(
    place: Place, socket: Socket, people: People
) -> None:
    expired = access_token(people.lena, -3600)
    for token in (expired, "no token"):
        with pytest.raises(Refused) as refused:
            place.connect({"token": token}, namespace="/chat")
        assert refused.value.args[0]["data"]["code"] == "token_invalid"
        nobody = socket(None, "/chat")
        assert nobody.ask("register", {"token": token})["error"]["code"] == "token_invalid"


def test_who_has_said_nothing_does_and_hears_nothing(
    socket: Socket, speak: Speak, people: People, room_id: int
) -> None:
    nobody, room = socket(None, "/chat"), {"roomId": str(room_id)}
    for event, payload in (
        ("register", {"userId": str(people.ana.id)}),
        ("joinRoom", room),
        ("sendMessage", room | {"senderId": str(people.lena.id), "message": "Hello"}),
        ("typing", room | {"userId": str(people.lena.id), "isTyping": True}),
    ):
        assert nobody.ask(event, payload)["error"]["code"] == "unauthorized"
        nobody.sio.emit(event, payload, namespace="/chat")
        assert nobody.wait_for("error")["code"] == "unauthorized"
        nobody.heard.clear()
    send(speak(people.lena, room_id), room_id, "Hello")
    assert heard(nobody, "newMessage") == heard(nobody, "newChatRequest") == []
    assert messages.count(room_id) == 1


# joinRoom


def test_only_who_has_joined_hears_a_room(speak: Speak, people: People, room_id: int) -> None:
    lena, tab = speak(people.lena, room_id), speak(people.lena)
    ana, ben = speak(people.ana, room_id), speak(people.ben)
    sent = send(lena, room_id, "Hello")
    answer = send(ana, room_id, "Hi", isFromSupport=True)
    for client in (lena, ana):
        assert heard(client, "newMessage") == [sent, answer]
    for client in (tab, ben):
        assert heard(client, "newMessage") == []
    assert sent == {
        "id": sent["id"],
        "chatRoomId": str(room_id),
        "senderId": str(people.lena.id),
        "message": "Hello",
        "isRead": False,
        "isFromSupport": False,
        "createdAt": sent["createdAt"],
    }
    assert (answer["isFromSupport"], answer["senderId"]) == (True, str(people.ana.id))


def test_a_room_is_joined_by_a_number_too_and_again(
    speak: Speak, people: People, room_id: int
) -> None:
    lena = speak(people.lena, room_id)
    assert lena.ask("joinRoom", {"roomId": room_id}) == {"ok": True, "roomId": str(room_id)}
    sent = send(lena, room_id, "Hello")
    assert heard(lena, "newMessage") == [sent]


def test_an_agent_is_in_many_rooms(speak: Speak, people: People) -> None:
    hers, his = said(people.lena, "one"), said(people.marcus, "two")
    ana = speak(people.ana, hers, his)
    heard_of = [send(speak(people.lena), hers, "three"), send(speak(people.marcus), his, "four")]
    assert heard(ana, "newMessage") == heard_of
    assert [message["chatRoomId"] for message in heard_of] == [str(hers), str(his)]


def test_what_is_not_ones_own_is_not_there(speak: Speak, people: People, room_id: int) -> None:
    lena = speak(people.lena, room_id)
    send(lena, room_id, "Hello")
    for who in (people.marcus, people.petra):
        client = speak(who)
        for number in (room_id, 2**50):
            for event, more in (
                ("joinRoom", {}),
                ("sendMessage", {"message": "Hi", "senderId": str(who.id)}),
                ("typing", {"isTyping": True, "userId": str(who.id)}),
            ):
                error = client.ask(event, {"roomId": str(number)} | more)["error"]
                assert error == {"code": "chat_not_found", "message": "That chat is not there."}
        lena.heard.clear()
        sent = send(lena, room_id, "Is anybody there?")
        assert heard(lena, "newMessage") == [sent]
        assert heard(client, "newMessage") == heard(client, "userTyping") == []
    assert messages.count(room_id) == 3


BAD_ROOMS: list[Any] = [None, "0", -1, str(10**20), 1.5, "room-uuid", "", True, [], {}]


@pytest.mark.parametrize("bad", BAD_ROOMS, ids=str)
@pytest.mark.parametrize("event", ["joinRoom", "sendMessage", "typing"])
def test_a_bad_room_is_refused(
    speak: Speak, people: People, room_id: int, event: str, bad: Any
) -> None:
    lena = speak(people.lena)
    payload = {"roomId": bad, "message": "Hello", "isTyping": True}
    error = lena.ask(event, payload)["error"]
    assert (error["code"], list(error["fields"])) == ("invalid", ["roomId"])
    lena.sio.emit(event, payload, namespace="/chat")
    assert lena.wait_for("error")["code"] == "invalid"
    assert lena.ask(event, [])["error"]["code"] == "malformed"
    del payload["roomId"]
    assert lena.ask(event, payload)["error"]["code"] == "invalid"
    assert lena.ask("joinRoom", {"roomId": str(room_id)})["ok"]
    assert messages.count(room_id) == 0


# sendMessage


BAD_SENDS: list[tuple[Any, str]] = [
    ({"message": None}, "invalid"),
    ({"message": 5}, "invalid"),
    ({"message": ["Hello"]}, "invalid"),
    ({"message": ""}, "invalid"),
    ({"message": " \n "}, "invalid"),
    ({"message": "x" * 5001}, "too_long"),
    ({"senderId": "1000000"}, "not_you"),
    ({"senderId": "SYSTEM"}, "not_you"),
    ({"isFromSupport": True}, "not_you"),
    ({"isFromSupport": "true"}, "not_you"),
    ({"isFromSupport": "yes"}, "not_you"),
    ({"userId": "1000000"}, "not_you"),
    ({"role": "admin"}, "not_you"),
    ({"sender": "SYSTEM"}, "not_you"),
    ({"clientId": "x" * 65}, "invalid"),
    ({"clientId": ""}, "invalid"),
    ({"clientId": 7}, "invalid"),
]


@pytest.mark.parametrize(("wrong", "code"), BAD_SENDS, ids=lambda value: str(value)[:60])
def test_a_bad_send_is_refused_and_stores_nothing(
    speak: Speak, people: People, room_id: int, wrong: dict[str, Any], code: str
) -> None:
    lena = speak(people.lena, room_id)
    before = state(room_id)
    payload = {"roomId": str(room_id), "senderId": str(people.lena.id), "message": "Hello"} | wrong
    assert lena.ask("sendMessage", payload)["error"]["code"] == code
    lena.sio.emit("sendMessage", payload, namespace="/chat")
    error = lena.wait_for("error")
    assert error["code"] == code
    assert error["message"]
    assert state(room_id) == before
    assert send(lena, room_id, "Still here")
    assert [message["message"] for message in heard(lena, "newMessage")] == ["Still here"]


def test_support_does_not_pass_for_a_customer(speak: Speak, people: People) -> None:
    room_id = said(people.lena, "Hello")
    ana = speak(people.ana)
    payload = {"roomId": str(room_id), "message": "Hi"}
    for claim in ({"isFromSupport": False}, {"senderId": str(people.lena.id)}):
        assert ana.ask("sendMessage", payload | claim)["error"]["code"] == "not_you"
    assert messages.count(room_id) == 1
    assert send(ana, room_id, "Hi")["isFromSupport"] is True  # who says nothing is who they are


def test_a_message_has_5000_characters(speak: Speak, people: People, room_id: int) -> None:
    assert send(speak(people.lena), room_id, "ü" * 5000)["message"] == "ü" * 5000


def test_a_repeat_stores_and_tells_nothing(speak: Speak, people: People, room_id: int) -> None:
    lena, ana = speak(people.lena, room_id), speak(people.ana, room_id)
    first = send(lena, room_id, "Hello", clientId="once")
    assert send(lena, room_id, "Hello again", clientId="once") == first
    for client in (lena, ana):
        assert heard(client, "newMessage") == [first]
    assert len(heard(ana, "newChatRequest")) == 1


def test_a_blocked_room_takes_nothing(speak: Speak, people: People) -> None:
    room_id = said(people.lena, "Hello")
    blocks.block(people.ana, room_id)
    for who in (people.lena, people.ana):
        client = speak(who, room_id)
        answer = client.ask("sendMessage", {"roomId": str(room_id), "message": "Hello?"})
        assert answer["error"]["code"] == "chat_blocked"
        assert heard(client, "newMessage") == []
    assert messages.count(room_id) == 1


# newChatRequest


def test_staff_is_told_when_a_chat_begins_to_wait(
    speak: Speak, people: People, room_id: int
) -> None:
    desk = [speak(who) for who in (people.ana, people.maya, people.ada)]
    lena, petra = speak(people.lena, room_id), speak(people.petra)
    for client in desk:
        assert heard(client, "newChatRequest") == []  # an empty room is no request
    send(lena, room_id, "Hello")
    send(lena, room_id, "Anybody?")
    request = {"roomId": str(room_id), "userName": people.lena.name, "message": "Hello"}
    for client in desk:
        assert heard(client, "newChatRequest") == [request]
    closures.close(people.ana, room_id)
    send(lena, room_id, "One more thing")
    for client in desk:
        again = request | {"message": "One more thing"}
        assert heard(client, "newChatRequest") == [request, again]
    for client in (lena, petra):
        assert heard(client, "newChatRequest") == []


def test_a_request_is_told_whatever_the_customer_speaks(
    speak: Speak, socket: Socket, people: People
) -> None:
    ana, marcus, ben = (
        speak(people.ana),
        socket(people.marcus, "/live"),
        socket(people.ben, "/chat"),
    )
    chat_id = marcus.send("Hello", "a")["chatId"]
    request = {"roomId": str(chat_id), "userName": people.marcus.name, "message": "Hello"}
    assert heard(ana, "newChatRequest") == [request]
    to_lena = {"content": "Your order is here", "userId": people.lena.id}
    assert ben.ask("sendMessage", to_lena)["ok"]  # a payload without a room is another protocol's
    assert heard(ana, "newChatRequest") == [request]  # what staff begins waits for nobody


# supportJoined


def joined(who: Actor) -> dict[str, str]:
    return {"agentName": who.name, "message": f"{who.name} joined"}


def test_a_customer_is_told_who_has_come(
    place: Place, speak: Speak, people: People, room_id: int
) -> None:
    said(people.lena, "Hello")
    lena, tab, marcus, ana = (
        speak(who) for who in (people.lena, people.lena, people.marcus, people.ana)
    )
    ana.ask("joinRoom", {"roomId": str(room_id)})
    for _again in range(2):
        given(place.rest(people.ana, "PUT", f"/chats/{room_id}/assignment"))
    for client in (lena, tab):
        assert heard(client, "supportJoined") == [joined(people.ana)]
    # Handed over, the room is another's.
    given(place.rest(people.ana, "PUT", f"/chats/{room_id}/assignment", agentId=people.ben.id))
    for client in (lena, tab):
        assert heard(client, "supportJoined") == [joined(people.ana), joined(people.ben)]
    for client in (marcus, ana):
        assert heard(client, "supportJoined") == []


def test_an_agents_own_message_takes_a_room(speak: Speak, people: People, room_id: int) -> None:
    said(people.lena, "Hello")
    lena, ana, ben = speak(people.lena, room_id), speak(people.ana), speak(people.ben)
    send(ana, room_id, "Hi")
    send(ana, room_id, "How can I help?")
    send(ben, room_id, "I know that chair")  # who helps out has not taken it over
    assert heard(lena, "supportJoined") == [joined(people.ana)]
    assert [name for name, _ in lena.heard if name != "ack"] == ["supportJoined"] + [
        "newMessage"
    ] * 3
    assert state(room_id).agent_id == people.ana.id


def test_nobody_joins_who_only_closes_or_gives_back(
    place: Place, speak: Speak, people: People, room_id: int
) -> None:
    said(people.lena, "Hello")
    lena = speak(people.lena)
    for method, noun in (
        ("PUT", "closure"),
        ("DELETE", "closure"),  # staff takes it up again, and that is to join
        ("DELETE", "assignment"),
        ("PUT", "block"),
        ("DELETE", "block"),
        ("PUT", "archive"),
    ):
        assert place.rest(people.ana, method, f"/chats/{room_id}/{noun}").ok, noun
    assert heard(lena, "supportJoined") == [joined(people.ana)]


def test_who_begins_a_chat_has_joined_it(place: Place, speak: Speak, people: People) -> None:
    lena, marcus = speak(people.lena), speak(people.marcus)
    given(place.rest(people.ana, "POST", "/chats", customerId=people.lena.id), 201)
    given(place.rest(people.ana, "POST", "/chats", customerId=people.lena.id))
    assert heard(lena, "supportJoined") == [joined(people.ana)]
    assert heard(marcus, "supportJoined") == []


# typing


def test_typing_reaches_the_room_but_its_typist(speak: Speak, people: People, room_id: int) -> None:
    lena, tab, ana = (speak(who, room_id) for who in (people.lena, people.lena, people.ana))
    ben, marcus = speak(people.ben), speak(people.marcus)
    signal = {"roomId": str(room_id), "isTyping": True}
    assert lena.ask("typing", signal | {"userId": str(people.lena.id)}) == {"ok": True}
    assert ana.ask("typing", signal | {"isTyping": False}) == {"ok": True}
    by_lena = {"userId": str(people.lena.id), "isTyping": True, "roomId": str(room_id)}
    by_ana = {"userId": str(people.ana.id), "isTyping": False, "roomId": str(room_id)}
    for client, told in (
        (lena, [by_ana]),
        (tab, [by_ana]),
        (ana, [by_lena]),
        (ben, []),
        (marcus, []),
    ):
        assert heard(client, "userTyping") == told


@pytest.mark.parametrize("is_typing", [None, "yes", "true", 1, [], {}], ids=str)
def test_typing_is_a_yes_or_a_no(
    speak: Speak, people: People, room_id: int, is_typing: Any
) -> None:
    lena, ana = speak(people.lena), speak(people.ana, room_id)
    wrong = {"roomId": str(room_id), "isTyping": is_typing}
    assert lena.ask("typing", wrong)["error"]["code"] == "invalid"
    as_another = {"roomId": str(room_id), "isTyping": True, "userId": str(people.ana.id)}
    assert lena.ask("typing", as_another)["error"]["code"] == "not_you"
    assert heard(ana, "userTyping") == []


# The namespace, which another protocol shares


def test_a_payload_with_a_room_is_002_before_anything_is_said(
    socket: Socket, people: People, room_id: int
) -> None:
    lena = socket(people.lena, "/chat")
    assert send(lena, room_id, "Hello")["chatRoomId"] == str(room_id)
    marcus = socket(people.marcus, "/chat")
    answer = marcus.ask("sendMessage", {"content": "Hello"})
    assert isinstance(answer["message"]["conversationId"], int)


def test_who_has_registered_speaks_002_whatever_the_payload(
    speak: Speak, people: People, room_id: int
) -> None:
    lena = speak(people.lena, room_id)
    answer = lena.ask("sendMessage", {"content": "Hello", "conversationId": room_id})
    assert sorted(answer["error"]["fields"]) == ["message", "roomId"]
    sent = send(lena, room_id, "Hello", conversationId=7)
    assert heard(lena, "newMessage") == [sent]


def test_two_protocols_in_one_namespace_hear_each_their_own(
    speak: Speak, socket: Socket, people: People, room_id: int
) -> None:
    lena, ana, ben = speak(people.lena, room_id), socket(people.ana, "/chat"), speak(people.ben)
    assert ana.ask("authenticate", {})["ok"]
    sent = send(lena, room_id, "Hello")
    (heard_by_ana,) = heard(ana, "newMessage")
    assert (heard_by_ana["id"], heard_by_ana["content"]) == (int(sent["id"]), "Hello")
    assert heard(ana, "newChatRequest") == heard(ben, "newMessage") == []
    assert heard(lena, "newMessage") == [sent]


def test_who_registers_after_authenticating_hears_002_alone(
    speak: Speak, socket: Socket, people: People, room_id: int
) -> None:
    lena, ana = speak(people.lena, room_id), socket(people.ana, "/chat")
    assert ana.ask("authenticate", {})["ok"]
    assert ana.ask("register", {"userId": str(people.ana.id)})["ok"]
    send(lena, room_id, "Hello")
    assert len(heard(ana, "newChatRequest")) == 1
    assert heard(ana, "newMessage") == []


def test_who_has_registered_is_held_to_it(
    speak: Speak, socket: Socket, people: People, room_id: int
) -> None:
    lena = speak(people.lena, room_id)
    answer = lena.ask("markAsRead", {"conversationId": room_id})
    assert answer["error"]["code"] == "unknown_event"
    sent = send(lena, room_id, "Hello")
    assert heard(lena, "newMessage") == [sent]
    ana = socket(people.ana, "/chat")
    assert ana.ask("authenticate", {})["ok"]
    assert ana.ask("joinRoom", {"roomId": str(room_id)})["error"]["code"] == "unknown_event"
    assert ana.ask("register", {})["ok"]  # another hello, and it speaks the other
    assert ana.ask("joinRoom", {"roomId": str(room_id)})["ok"]
    assert ana.ask("authenticate", {})["ok"]
    assert ana.ask("markAsRead", {"conversationId": room_id})["updated"] == 1


def test_before_any_hello_each_payload_tells(socket: Socket, people: People, room_id: int) -> None:
    lena = socket(people.lena, "/chat")
    assert lena.ask("sendMessage", {"content": "Hello"})["message"]["content"] == "Hello"
    assert send(lena, room_id, "Again")["chatRoomId"] == str(room_id)
    assert lena.ask("joinRoom", {"roomId": str(room_id)})["ok"]
    assert heard(lena, "newMessage")[0]["content"] == "Hello"


def test_an_event_that_is_not_there(speak: Speak, people: People, room_id: int) -> None:
    lena = speak(people.lena)
    for event in ("leaveEverything", "connect", "disconnect", "newChatRequest"):
        assert lena.ask(event, {})["error"]["code"] == "unknown_event"
    assert send(lena, room_id, "Still here")


def test_a_deactivated_account_does_nothing_more(
    speak: Speak, people: People, room_id: int
) -> None:
    lena = speak(people.lena)
    outdate(people.lena)
    payload = {"roomId": str(room_id), "message": "Hello"}
    assert lena.ask("sendMessage", payload)["error"]["code"] == "unauthorized"
    assert messages.count(room_id) == 0


def test_the_same_message_at_once_is_stored_once(
    speak: Speak, people: People, room_id: int
) -> None:
    tabs = [speak(people.lena, room_id) for _ in range(4)]
    sent = at_once(lambda n: send(tabs[n], room_id, "Hello", clientId="once"), len(tabs))
    assert len({message["id"] for message in sent}) == 1
    for tab in tabs:
        assert heard(tab, "newMessage") == sent[:1]


def test_who_sends_too_fast_is_told_so(speak: Speak, people: People, room_id: int) -> None:
    lena, payload = speak(people.lena), {"roomId": str(room_id), "message": "Hello"}
    answers = [lena.ask("sendMessage", payload) for _ in range(SENDS + 1)]
    assert [answer["ok"] for answer in answers] == [True] * SENDS + [False]
    error = answers[-1]["error"]
    assert error["code"] == "too_fast"
    assert error["retryAfter"] > 0
    lena.sio.emit("sendMessage", payload, namespace="/chat")
    assert lena.wait_for("error")["code"] == "too_fast"
    assert messages.count(room_id) == SENDS
