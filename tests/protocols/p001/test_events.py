"""Every event of protocol 001, good and bad."""

from collections.abc import Callable
from typing import Any

import pytest

from app.auth.tokens import access_token
from app.cli.factories import state
from app.operations import blocks, chats, closures
from app.operations import messages as sending
from app.operations.messages import Draft
from app.queries import messages
from tests.live.clients import Client, Refused
from tests.live.conftest import Place
from tests.live.test_connections import cookie
from tests.people import People
from tests.protocols.conftest import given, outdate
from tests.protocols.p001.conftest import Speak, send

Socket = Callable[..., Client]


def hear_nothing(*clients: Client) -> None:
    """Whatever is heard from now on came after this."""
    for client in clients:
        client.catch_up()
        client.heard.clear()


# authenticate


def test_authenticating_is_answered_by_an_event_and_by_the_callback(
    socket: Socket, place: Place, people: People
) -> None:
    for who, role in ((people.lena, "USER"), (people.ana, "ADMIN"), (people.ada, "ADMIN")):
        client = socket(None, "/chat")
        hello = {"userId": who.id, "email": who.email, "role": role, "token": place.token(who)}
        known = {"userId": who.id, "role": role}
        assert client.ask("authenticate", hello) == {"ok": True, **known}
        assert client.all("authenticated") == [known]
        client.sio.emit("authenticate", {}, namespace="/chat")
        client.catch_up()
        assert client.all("authenticated") == [known, known]


def test_a_page_of_ours_needs_no_token(place: Place, people: People) -> None:
    options = {"websocket_extra_options": {"origin": place.server.url}}
    headers = {"Cookie": cookie(place, people.lena)}
    lena = place.connect(None, options=options, headers=headers, namespace="/chat")
    claims = {"userId": people.lena.id, "email": people.lena.email, "role": "USER"}
    lena.sio.emit("authenticate", claims, namespace="/chat")
    assert lena.wait_for("authenticated") == {"userId": people.lena.id, "role": "USER"}
    assert send(lena, "Hello")["senderId"] == people.lena.id


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"userId": 10**6}, "not_you"),
        ({"userId": "ana"}, "not_you"),
        ({"email": "ana@example.com"}, "not_you"),
        ({"role": "ADMIN"}, "not_you"),
        ({"role": "SYSTEM"}, "not_you"),
        ({"token": "no token at all"}, "token_invalid"),
        ({"token": 7}, "token_invalid"),
        ("Lena", "malformed"),
        ([1], "malformed"),
    ],
)
def test_nobody_becomes_somebody_by_saying_so(
    socket: Socket, people: People, claims: Any, code: str
) -> None:
    lena = socket(people.lena, "/chat")
    assert lena.ask("authenticate", claims)["error"]["code"] == code
    if code == "token_invalid":
        return  # a token that does not hold ends the connection
    lena.sio.emit("authenticate", claims, namespace="/chat")
    assert lena.wait_for("error")["code"] == code
    assert lena.all("authenticated") == []
    assert lena.ask("authenticate", {"userId": str(people.lena.id), "role": "user"})["ok"]


def test_a_token_that_does_not_hold_is_refused_at_connect(
    place: Place, socket: Socket, people: People
) -> None:
    with place.app.app_context():
        expired = access_token(people.lena, -3600)
    for token in (expired, "no token", ""):
        with pytest.raises(Refused) as refused:
            place.connect({"token": token}, namespace="/chat")
        assert refused.value.args[0]["data"]["code"] == "token_invalid"
    nobody = socket(None, "/chat")
    assert nobody.ask("authenticate", {"token": expired})["error"]["code"] == "token_invalid"
    assert nobody.ask("authenticate", {"token": place.token(people.lena)})["ok"]


def test_who_has_said_nothing_does_and_hears_nothing(
    socket: Socket, speak: Speak, people: People
) -> None:
    nobody, lena = socket(None, "/chat"), speak(people.lena)
    chat_id = send(lena, "Hello")["conversationId"]
    for event, payload in (
        ("authenticate", {"userId": people.ana.id, "role": "ADMIN"}),
        ("sendMessage", {"content": "Hello"}),
        ("markAsRead", {"conversationId": chat_id}),
        ("typing", {"conversationId": chat_id, "isTyping": True}),
    ):
        assert nobody.ask(event, payload)["error"]["code"] == "unauthorized"
        nobody.sio.emit(event, payload, namespace="/chat")
        assert nobody.wait_for("error")["code"] == "unauthorized"
        nobody.heard.clear()
    send(lena, "Still there?")
    nobody.catch_up()
    assert nobody.all("newMessage") == []
    assert state(chat_id).staff_unread == 2


# sendMessage


def test_a_message_reaches_its_user_and_staff_alone(speak: Speak, people: People) -> None:
    lena, tab, marcus, petra, ana, ben = (
        speak(who)
        for who in (
            people.lena, people.lena, people.marcus, people.petra, people.ana, people.ben,
        )
    )  # fmt: skip
    sent = send(lena, "Hello")
    for client in (lena, tab, ana, ben, marcus, petra):
        client.catch_up()
        assert client.all("newMessage") == ([] if client in (marcus, petra) else [sent])
    assert sent == {
        "id": sent["id"],
        "conversationId": sent["conversationId"],
        "senderId": people.lena.id,
        "content": "Hello",
        "isRead": False,
        "createdAt": sent["createdAt"],
    }
    assert sent["createdAt"].endswith("Z")


def test_a_providers_conversation_reaches_its_provider(speak: Speak, people: People) -> None:
    chat, _ = chats.open_between(people.petra, people.petra.id, people.lena.id, 7)
    lena, petra, marcus = (speak(who) for who in (people.lena, people.petra, people.marcus))
    send(lena, "About the chair", conversationId=chat.id)
    send(petra, "Yes?", conversationId=chat.id)
    petra.ask("markAsRead", {"conversationId": chat.id})
    lena.ask("typing", {"conversationId": chat.id, "isTyping": True})
    lena.ask("typing", {"conversationId": chat.id, "isTyping": False})
    for client in (lena, petra, marcus):
        client.catch_up()
        heard = [message["content"] for message in client.all("newMessage")]
        assert heard == ([] if client is marcus else ["About the chair", "Yes?"])
    assert [read["readerId"] for read in lena.all("messagesRead")] == [people.petra.id]
    assert [signal["isTyping"] for signal in petra.all("userTyping")] == [True, False]
    assert lena.all("userTyping") == marcus.all("userTyping") == marcus.all("messagesRead") == []


def test_the_first_message_opens_a_conversation_and_the_next_goes_there(
    speak: Speak, people: People
) -> None:
    lena, ana = speak(people.lena), speak(people.ana)
    chat_id = send(lena, "Hello")["conversationId"]
    assert send(lena, "Anybody?", userId=people.lena.id)["conversationId"] == chat_id
    assert send(lena, "Here?", conversationId=None)["conversationId"] == chat_id
    assert send(ana, "Hi", conversationId=str(chat_id))["conversationId"] == chat_id
    assert state(chat_id).agent_id == people.ana.id


def test_staff_starts_a_conversation_with_a_user(speak: Speak, people: People) -> None:
    lena, marcus, ana = (speak(who) for who in (people.lena, people.marcus, people.ana))
    started = send(ana, "Your order is here", userId=people.lena.id)
    assert lena.wait_for("newMessage") == started
    chat_id = started["conversationId"]
    assert state(chat_id).customer_id == people.lena.id
    assert send(ana, "Are you there?", userId=str(people.lena.id))["conversationId"] == chat_id
    both = {"conversationId": chat_id, "userId": people.lena.id}
    assert send(ana, "Well", **both)["conversationId"] == chat_id
    assert send(lena, "Yes", conversationId=chat_id)["conversationId"] == chat_id
    marcus.catch_up()
    assert marcus.all("newMessage") == []


def test_staff_must_say_to_whom(speak: Speak, people: People) -> None:
    lena, ana = speak(people.lena), speak(people.ana)
    chat_id = send(lena, "Hello")["conversationId"]
    before = state(chat_id)
    error = ana.ask("sendMessage", {"content": "Hello"})["error"]
    assert (error["code"], list(error["fields"])) == ("invalid", ["conversationId"])
    for user_id in (people.ana.id, people.ben.id, people.petra.id, 2**50):
        error = ana.ask("sendMessage", {"content": "Hello", "userId": user_id})["error"]
        assert error["code"] == "not_found"
    other = {"conversationId": chat_id, "userId": people.marcus.id}
    error = ana.ask("sendMessage", {"content": "Hello", **other})["error"]
    assert (error["code"], list(error["fields"])) == ("invalid", ["userId"])
    assert state(chat_id) == before


def test_nobody_but_staff_writes_to_a_user_by_their_id(speak: Speak, people: People) -> None:
    for who in (people.marcus, people.petra):
        client = speak(who)
        payload = {"content": "Hello", "userId": people.lena.id}
        assert client.ask("sendMessage", payload)["error"]["code"] == "not_you"
        client.sio.emit("sendMessage", payload, namespace="/chat")
        assert client.wait_for("error")["code"] == "not_you"
    with_nobody = speak(people.petra).ask("sendMessage", {"content": "Hello"})
    assert list(with_nobody["error"]["fields"]) == ["conversationId"]


@pytest.mark.parametrize("by_staff", [False, True])
def test_a_repeat_stores_and_tells_nothing(speak: Speak, people: People, by_staff: bool) -> None:
    lena, ana = speak(people.lena), speak(people.ana)
    sender, to = (ana, {"userId": people.lena.id}) if by_staff else (lena, {})
    first = send(sender, "Hello", clientId="once", **to)
    assert send(sender, "Hello again", clientId="once", **to) == first
    for client in (lena, ana):
        client.catch_up()
        assert client.all("newMessage") == [first]
    assert messages.count(first["conversationId"]) == 1


def test_a_message_to_a_closed_conversation_makes_it_active(speak: Speak, people: People) -> None:
    lena = speak(people.lena)
    chat_id = send(lena, "Hello")["conversationId"]
    closures.close(people.ana, chat_id)
    assert send(lena, "One more thing")["conversationId"] == chat_id
    assert state(chat_id).is_waiting


BAD_SENDS: list[tuple[Any, str]] = [
    ({}, "invalid"),
    (None, "invalid"),
    ("Hello", "malformed"),
    ([], "malformed"),
    (7, "malformed"),
    ({"content": None}, "invalid"),
    ({"content": 5}, "invalid"),
    ({"content": ["Hello"]}, "invalid"),
    ({"content": ""}, "invalid"),
    ({"content": "  \n"}, "invalid"),
    ({"content": "x" * 5001}, "too_long"),
    ({"content": "Hello", "conversationId": 0}, "invalid"),
    ({"content": "Hello", "conversationId": -1}, "invalid"),
    ({"content": "Hello", "conversationId": 10**20}, "invalid"),
    ({"content": "Hello", "conversationId": 1.5}, "invalid"),
    ({"content": "Hello", "conversationId": "seven"}, "invalid"),
    ({"content": "Hello", "conversationId": True}, "invalid"),
    ({"content": "Hello", "conversationId": {}}, "invalid"),
    ({"content": "Hello", "conversationId": 2**50}, "chat_not_found"),
    ({"content": "Hello", "userId": -1}, "invalid"),
    ({"content": "Hello", "userId": "seven"}, "invalid"),
    ({"content": "Hello", "userId": 10**6}, "not_you"),
    ({"content": "Hello", "senderId": 10**6}, "not_you"),
    ({"content": "Hello", "role": "ADMIN"}, "not_you"),
    ({"content": "Hello", "email": "ana@example.com"}, "not_you"),
    ({"content": "Hello", "sender": "SYSTEM"}, "not_you"),
    ({"content": "Hello", "isFromSupport": True}, "not_you"),
    ({"content": "Hello", "clientId": "x" * 65}, "invalid"),
    ({"content": "Hello", "clientId": ""}, "invalid"),
    ({"content": "Hello", "clientId": 7}, "invalid"),
]


@pytest.mark.parametrize(("payload", "code"), BAD_SENDS, ids=lambda value: str(value)[:60])
def test_a_bad_send_is_refused_and_stores_nothing(
    speak: Speak, people: People, payload: Any, code: str
) -> None:
    lena = speak(people.lena)
    chat_id = send(lena, "Hello")["conversationId"]
    before = state(chat_id)
    assert lena.ask("sendMessage", payload)["error"]["code"] == code
    lena.sio.emit("sendMessage", payload, namespace="/chat")
    error = lena.wait_for("error")
    assert error["code"] == code
    assert error["message"]
    assert state(chat_id) == before
    assert send(lena, "Still here")["conversationId"] == chat_id


@pytest.mark.parametrize("content", ["", "x" * 5001])
def test_a_wrong_field_is_told_by_its_name(speak: Speak, people: People, content: str) -> None:
    error = speak(people.lena).ask("sendMessage", {"content": content})["error"]
    assert list(error["fields"]) == ["content"]


def test_5000_characters_fit(speak: Speak, people: People) -> None:
    assert send(speak(people.lena), "ü" * 5000)["content"] == "ü" * 5000


def test_what_is_not_ones_own_is_not_there(speak: Speak, people: People) -> None:
    chat_id = send(speak(people.lena), "Hello")["conversationId"]
    before = state(chat_id)
    for who in (people.marcus, people.petra):
        client = speak(who)
        for number in (chat_id, 2**50):
            for event, more in (
                ("sendMessage", {"content": "Hi"}),
                ("markAsRead", {}),
                ("typing", {"isTyping": True}),
            ):
                error = client.ask(event, {"conversationId": number} | more)["error"]
                assert error == {"code": "chat_not_found", "message": "That chat is not there."}
    assert state(chat_id) == before


def test_a_blocked_conversation_takes_nothing(speak: Speak, people: People) -> None:
    lena, ana = speak(people.lena), speak(people.ana)
    chat_id = send(lena, "Hello")["conversationId"]
    blocks.block(people.ana, chat_id)
    hear_nothing(lena, ana)
    for client, to in (
        (lena, {}),
        (lena, {"conversationId": chat_id}),
        (ana, {"conversationId": chat_id}),
        (ana, {"userId": people.lena.id}),
    ):
        answer = client.ask("sendMessage", {"content": "Hello?"} | to)
        assert answer["error"]["code"] == "chat_blocked"
    for client in (lena, ana):
        client.catch_up()
        assert client.all("newMessage") == []


def test_system_lines_are_no_messages(place: Place, speak: Speak, people: People) -> None:
    lena, ana = speak(people.lena), speak(people.ana)
    chat_id = send(lena, "Hello")["conversationId"]
    given(place.rest(people.ana, "PUT", f"/chats/{chat_id}/assignment"))
    given(place.rest(people.ana, "PUT", f"/chats/{chat_id}/closure"))
    assert messages.count(chat_id, with_lines=True) == 3
    for client in (lena, ana):
        client.catch_up()
        assert [message["content"] for message in client.all("newMessage")] == ["Hello"]


# markAsRead


def test_reading_is_told_to_both_sides(speak: Speak, people: People) -> None:
    lena, marcus, ana, ben = (
        speak(who) for who in (people.lena, people.marcus, people.ana, people.ben)
    )
    chat_id = send(lena, "one")["conversationId"]
    send(lena, "two")
    assert ana.ask("markAsRead", {"conversationId": chat_id}) == {"ok": True, "updated": 2}
    assert ana.ask("markAsRead", {"conversationId": str(chat_id)}) == {"ok": True, "updated": 0}
    told = lena.wait_for("messagesRead")
    assert told == {
        "conversationId": chat_id,
        "readerId": people.ana.id,
        "readAt": told["readAt"],
    }
    for client in (lena, ana, ben, marcus):
        client.catch_up()
        assert client.all("messagesRead") == ([] if client is marcus else [told])
    hear_nothing(lena, ana)
    send(ana, "three", conversationId=chat_id)
    assert lena.ask("markAsRead", {"conversationId": chat_id})["updated"] == 1
    assert ana.wait_for("messagesRead")["readerId"] == people.lena.id


def test_what_was_received_and_not_read_is_not_told(
    place: Place, speak: Speak, people: People
) -> None:
    lena = speak(people.lena)
    chat_id = send(lena, "Hello")["conversationId"]
    receipts = f"/chats/{chat_id}/receipts"
    given(place.rest(people.ana, "PUT", receipts, deliveredUpTo=state(chat_id).last_seq))
    lena.catch_up()
    assert lena.all("messagesRead") == []
    given(place.rest(people.ana, "PUT", receipts, readUpTo=state(chat_id).last_seq))
    assert lena.wait_for("messagesRead")["readerId"] == people.ana.id


def test_staff_reads_nothing_for_a_provider(speak: Speak, people: People) -> None:
    chat, _ = chats.open_between(people.petra, people.petra.id, people.lena.id)
    sending.send(people.lena, chat.id, Draft("Hello"))
    answer = speak(people.ana).ask("markAsRead", {"conversationId": chat.id})
    assert answer["error"]["code"] == "forbidden"
    assert state(chat.id).staff_unread == 1


# typing


def test_typing_reaches_everybody_but_the_typist(speak: Speak, people: People) -> None:
    lena, tab, marcus, ana, desk = (
        speak(who) for who in (people.lena, people.lena, people.marcus, people.ana, people.ana)
    )
    chat_id = send(lena, "Hello")["conversationId"]
    signal = {"conversationId": chat_id, "isTyping": True}
    assert lena.ask("typing", signal | {"userId": people.lena.id}) == {"ok": True}
    assert ana.ask("typing", signal | {"isTyping": False}) == {"ok": True}
    by_lena = {"conversationId": chat_id, "userId": people.lena.id, "isTyping": True}
    by_ana = {"conversationId": chat_id, "userId": people.ana.id, "isTyping": False}
    for client, heard in (
        (lena, [by_ana]),
        (tab, [by_ana]),
        (ana, [by_lena]),
        (desk, [by_lena]),
        (marcus, []),
    ):
        client.hears("userTyping", heard)


BAD_REFS: list[Any] = [None, 0, -1, 10**20, 1.5, "seven", "", True, [], {}]


@pytest.mark.parametrize("conversation_id", BAD_REFS, ids=str)
@pytest.mark.parametrize("event", ["markAsRead", "typing"])
def test_a_bad_conversation_is_refused(
    speak: Speak, people: People, event: str, conversation_id: Any
) -> None:
    lena = speak(people.lena)
    chat_id = send(lena, "Hello")["conversationId"]
    payload = {"conversationId": conversation_id, "isTyping": True}
    error = lena.ask(event, payload)["error"]
    assert (error["code"], list(error["fields"])) == ("invalid", ["conversationId"])
    assert lena.ask(event, {})["error"]["code"] == "invalid"
    assert lena.ask(event, [])["error"]["code"] == "malformed"
    lena.sio.emit(event, payload, namespace="/chat")
    assert lena.wait_for("error")["code"] == "invalid"
    assert lena.ask(event, {"conversationId": chat_id, "isTyping": False})["ok"]


@pytest.mark.parametrize("is_typing", [None, "yes", "true", 1, [], {}], ids=str)
def test_typing_is_a_yes_or_a_no(speak: Speak, people: People, is_typing: Any) -> None:
    lena, ana = speak(people.lena), speak(people.ana)
    chat_id = send(lena, "Hello")["conversationId"]
    wrong = {"conversationId": chat_id, "isTyping": is_typing}
    assert lena.ask("typing", wrong)["error"]["code"] == "invalid"
    as_another = {"conversationId": chat_id, "isTyping": True, "userId": people.ana.id}
    assert lena.ask("typing", as_another)["error"]["code"] == "not_you"
    ana.catch_up()
    assert ana.all("userTyping") == []


# The namespace


def test_an_event_that_is_not_there(speak: Speak, people: People) -> None:
    lena = speak(people.lena)
    for event in ("joinAll", "connect", "disconnect", "newMessage"):
        assert lena.ask(event, {})["error"]["code"] == "unknown_event"
    assert send(lena, "Still here")


def test_who_has_authenticated_speaks_001_whatever_the_payload(
    speak: Speak, people: People
) -> None:
    lena = speak(people.lena)
    chat_id = send(lena, "Hello")["conversationId"]
    of_another = {"roomId": str(chat_id), "message": "Hello"}
    assert list(lena.ask("sendMessage", of_another)["error"]["fields"]) == ["content"]
    assert send(lena, "Hello", roomId=str(chat_id))["conversationId"] == chat_id


def test_a_token_is_enough_to_send(socket: Socket, people: People) -> None:
    lena = socket(people.lena, "/chat")
    sent = send(lena, "Hello")
    assert lena.wait_for("newMessage") == sent


def test_a_deactivated_account_does_nothing_more(speak: Speak, people: People) -> None:
    lena = speak(people.lena)
    chat_id = send(lena, "Hello")["conversationId"]
    outdate(people.lena)
    assert lena.ask("sendMessage", {"content": "Hello"})["error"]["code"] == "unauthorized"
    assert messages.count(chat_id) == 1
