"""Every event of protocol 004, good and bad: by a customer, by a provider, by staff."""

from collections.abc import Callable
from typing import Any

import pytest
from socketio.exceptions import ConnectionError as Refused

from app.auth.tokens import access_token
from app.cli.factories import person, state
from app.files import checking
from app.models.users import Actor
from app.operations import archives, assignments, blocks, chats, closures, messages
from app.operations.messages import Draft
from app.protocols.p004.mapping import message_out
from app.queries import messages as history
from app.realtime import process
from tests.files import (
    VOICE,
    arrived_here,
    let_be_looked_at,
    looked_at,
    now,
    picture,
    recorded,
)
from tests.live.clients import Client
from tests.live.conftest import SENDS, Place
from tests.people import People
from tests.protocols.conftest import given

LONG = 60  # seconds, where programs look at files on a busy machine
Socket = Callable[..., Client]
Chat = Callable[..., Client]

EVENTS: list[tuple[str, dict[str, Any]]] = [
    ("chat-authenticate", {}),
    ("chat-join-conversation", {"conversationId": 1}),
    ("chat-leave-conversation", {"conversationId": 1}),
    ("chat-send-message", {"content": "Hello"}),
    ("chat-typing", {"conversationId": 1, "isTyping": True}),
    ("chat-update-message-status", {"messageId": 1, "status": "READ"}),
]


def send(client: Client, text: str, **more: Any) -> dict[str, Any]:
    answer = client.ask("chat-send-message", {"content": text, **more})
    assert answer["ok"], answer
    message: dict[str, Any] = answer["message"]
    return message


def heard(client: Client) -> list[dict[str, Any]]:
    """The messages that came in by themselves."""
    client.catch_up()
    return [each["message"] for each in client.all("chat-new-message")]


def expired(who: Actor) -> str:
    return access_token(who, seconds=-3600)


# Who it is


def test_a_token_in_the_event_says_who_it_is(socket: Socket, place: Place, people: People) -> None:
    lena = socket(None, "/")
    for name, payload in EVENTS:
        assert lena.ask(name, payload)["error"]["code"] == "unauthorized"
    hello = {"userId": people.lena.id, "token": place.token(people.lena)}
    assert lena.ask("chat-authenticate", hello) == {"ok": True, "userId": people.lena.id}
    assert lena.all("chat-authenticated") == [{"userId": people.lena.id}]
    assert send(lena, "Hello")["senderId"] == people.lena.id


@pytest.mark.parametrize("who", ["lena", "petra", "ana"])
def test_it_is_answered_by_an_event_without_a_callback(
    socket: Socket, place: Place, people: People, who: str
) -> None:
    actor: Actor = getattr(people, who)
    client = socket(None, "/")
    hello = {"userId": str(actor.id), "token": place.token(actor)}
    client.sio.emit("chat-authenticate", hello, namespace="/")
    assert client.wait_for("chat-authenticated") == {"userId": actor.id}


def test_a_role_that_one_has_may_be_claimed(chat: Chat, people: People) -> None:
    roles = {"lena": "customer", "petra": "provider", "ana": "provider"}
    for who, role in roles.items():
        client = chat(getattr(people, who))
        assert client.ask("chat-authenticate", {"role": role})["ok"]
        other = {"role": ({*roles.values()} - {role}).pop()}
        assert client.ask("chat-authenticate", other)["error"]["code"] == "not_you"


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ({"userId": 10**6}, "not_you"),
        ({"userId": "petra"}, "not_you"),
        ({"userId": -1}, "not_you"),
        ({"email": "petra@example.com"}, "not_you"),
        ({"token": "no token at all"}, "token_invalid"),
        ({"token": 7}, "token_invalid"),
        ({"token": ""}, "token_invalid"),
        ("Lena", "malformed"),
        ([1], "malformed"),
    ],
)
def test_nobody_becomes_somebody_by_saying_so(
    socket: Socket, people: People, claim: Any, code: str
) -> None:
    lena = socket(people.lena, "/")
    assert lena.ask("chat-authenticate", claim)["error"]["code"] == code
    lena.catch_up()
    assert lena.all("chat-authenticated") == []
    assert lena.ask("chat-authenticate", {"userId": str(people.lena.id)})["ok"]


def test_an_expired_token_proves_nothing(socket: Socket, place: Place, people: People) -> None:
    with pytest.raises(Refused, match="token_invalid"):
        place.connect({"token": expired(people.lena)}, namespace="/")
    stranger = socket(None, "/")
    answer = stranger.ask("chat-authenticate", {"token": expired(people.lena)})
    assert answer["error"]["code"] == "token_invalid"
    assert stranger.is_connected


def test_anothers_token_does_not_turn_a_proven_connection(
    chat: Chat, place: Place, people: People
) -> None:
    lena = chat(people.lena)
    answer = lena.ask("chat-authenticate", {"token": place.token(people.petra)})
    assert answer["error"]["code"] == "not_you"


def test_without_a_callback_an_error_is_an_event(socket: Socket, people: People) -> None:
    for name, payload in EVENTS:
        client = socket(None, "/")
        client.sio.emit(name, payload, namespace="/")
        assert set(client.wait_for("chat-error", code="unauthorized")) == {"code", "message"}
        client.close()


# Rooms


def test_who_has_joined_hears_a_message_and_nobody_else(
    chat: Chat, people: People, between: int
) -> None:
    lena, petra, looking = (chat(who, between) for who in (people.lena, people.petra, people.ana))
    others = [chat(who) for who in (people.lena, people.petra, people.marcus, people.ben)]
    sent = send(lena, "Hello", conversationId=between)
    for client in (lena, petra, looking):
        assert heard(client) == [sent]
    for client in others:
        assert heard(client) == []


def test_who_has_left_hears_no_more(chat: Chat, people: People, between: int) -> None:
    lena, petra = chat(people.lena, between), chat(people.petra, between)
    assert petra.all("chat-joined-conversation") == [{"conversationId": str(between)}]
    asked = {"conversationId": between}
    answer = {"ok": True, "conversationId": str(between)}
    assert petra.ask("chat-leave-conversation", asked) == answer
    send(lena, "Hello", conversationId=between)
    assert heard(petra) == []
    assert petra.ask("chat-leave-conversation", asked) == answer  # again is fine
    assert petra.ask("chat-join-conversation", asked) == answer
    again = send(lena, "Hello?", conversationId=between)
    assert heard(petra) == [again]


def test_joining_is_answered_by_an_event_without_a_callback(
    chat: Chat, people: People, between: int
) -> None:
    petra = chat(people.petra)
    petra.sio.emit("chat-join-conversation", {"conversationId": between}, namespace="/")
    assert petra.wait_for("chat-joined-conversation") == {"conversationId": str(between)}


BAD_IDS: list[Any] = [None, 0, -1, 10**20, "conv_123", True, 1.5, [1], {}]


@pytest.mark.parametrize("name", ["chat-join-conversation", "chat-leave-conversation"])
def test_a_bad_id_joins_and_leaves_nothing(
    chat: Chat, people: People, between: int, name: str
) -> None:
    lena = chat(people.lena, between)
    for wrong in BAD_IDS:
        error = lena.ask(name, {"conversationId": wrong})["error"]
        assert (error["code"], set(error["fields"])) == ("invalid", {"conversationId"})
    assert lena.ask(name, {})["error"]["code"] == "invalid"
    assert lena.ask(name, "7")["error"]["code"] == "malformed"
    assert lena.ask(name, {"conversationId": between, "userId": 1})["error"]["code"] == "not_you"
    assert len(lena.all("chat-joined-conversation")) == 1
    sent = send(lena, "Still here", conversationId=between)
    assert heard(lena) == [sent]


def test_what_is_not_ones_own_is_not_there(chat: Chat, people: People, between: int) -> None:
    lena = chat(people.lena, between)
    message_id = send(lena, "Hello", conversationId=between)["id"]
    before = state(between)
    for stranger in (people.marcus, person("Paul", "provider")):
        client = chat(stranger)
        for conversation_id in (between, 2**50):
            asked = {"conversationId": conversation_id}
            for name, more in (
                ("chat-join-conversation", {}),
                ("chat-leave-conversation", {}),
                ("chat-typing", {"isTyping": True}),
                ("chat-send-message", {"content": "Hi"}),
            ):
                assert client.ask(name, asked | more)["error"] == {
                    "code": "conversation_not_found",
                    "message": "That chat is not there.",
                }
        for number in (message_id, 2**50):
            asked = {"messageId": number, "status": "READ"}
            error = client.ask("chat-update-message-status", asked)["error"]
            assert error["code"] == "message_not_found"
        assert heard(client) == []
    assert state(between) == before
    lena.catch_up()
    assert lena.all("chat-user-typing") == []


# Messages


def test_a_message_has_the_shape_of_the_document(chat: Chat, people: People, between: int) -> None:
    lena, petra = chat(people.lena, between), chat(people.petra, between)
    question = send(lena, "Hello", conversationId=between)
    created = question["createdAt"]
    assert created.endswith("Z")
    assert question == {
        "id": question["id"],
        "conversationId": str(between),
        "senderId": people.lena.id,
        "receiverId": people.petra.id,
        "messageType": "TEXT",
        "content": "Hello",
        "attachments": None,
        "status": "SENT",
        "readAt": None,
        "deliveredAt": None,
        "createdAt": created,
        "updatedAt": created,
        "replyToId": None,
        "metadata": None,
    }
    attachments = [{"url": "https://example.com/car.jpg", "size": 7}]
    metadata = {"lang": "de", "nested": {"list": [1, None, "ü"]}}
    answer = send(
        petra,
        "A picture",
        conversationId=str(between),
        messageType="IMAGE",
        replyToId=question["id"],
        attachments=attachments,
        metadata=metadata,
    )
    assert (answer["senderId"], answer["receiverId"]) == (people.petra.id, people.lena.id)
    assert (answer["messageType"], answer["replyToId"]) == ("IMAGE", question["id"])
    assert (answer["attachments"], answer["metadata"]) == (attachments, metadata)
    assert heard(lena) == [question, answer]
    bare = send(petra, "Bare", conversationId=str(between), metadata={})
    assert bare["metadata"] == {}


@pytest.mark.parametrize("kind", ["TEXT", "IMAGE", "FILE", "LOCATION", "VOICE"])
def test_every_type_of_message_is_taken(
    chat: Chat, people: People, between: int, kind: str
) -> None:
    lena = chat(people.lena, between)
    assert send(lena, "Hello", conversationId=between, messageType=kind)["messageType"] == kind


def test_what_was_recorded_is_a_voice_message_whoever_says_so(
    chat: Chat, people: People, between: int
) -> None:
    lena = chat(people.lena, between)
    first, second = recorded(people.lena), recorded(people.lena)
    of_pages = messages.send(people.lena, between, Draft("", files=[first.id]))
    said = {"conversationId": between, "messageType": "VOICE", "attachments": [{"id": second.id}]}
    answer = send(lena, "", **said)
    assert heard(lena) == [answer]
    shown = message_out(of_pages, state(between))
    for message, file in ((shown, first), (answer, second)):
        assert message["messageType"] == "VOICE"
        assert message["attachments"] == [
            {
                "id": file.id,
                "name": "sound.webm",
                "alt": "",
                "size": file.size,
                "status": "checking",
                "refusal": None,
                "contentType": None,
                "width": None,
                "height": None,
                "voice": VOICE,
            }
        ]


def test_what_is_said_to_be_voice_and_is_none_is_a_file(
    chat: Chat, people: People, between: int
) -> None:
    lena = chat(people.lena, between)
    file = looked_at(people.lena, b"some words", "notes.txt")
    said = {"conversationId": between, "messageType": "VOICE", "attachments": [{"id": file.id}]}
    assert send(lena, "", **said)["messageType"] == "FILE"


@pytest.mark.parametrize(
    ("said", "content", "kind"),
    [
        ("IMAGE", picture(), "IMAGE"),
        ("FILE", b"some words", "FILE"),
        ("TEXT", picture(), "IMAGE"),
        ("IMAGE", b"some words", "FILE"),
    ],
)
def test_a_file_that_can_be_shown_is_heard_of_by_its_id(
    chat: Chat, people: People, between: int, said: str, content: bytes, kind: str
) -> None:
    lena, petra = chat(people.lena, between), chat(people.petra, between)
    file = arrived_here(people.lena, content, "screen.png")
    checking.check(file.id)
    file = now(file)
    more = {"conversationId": between, "messageType": said, "attachments": [{"id": file.id}]}
    sent = send(lena, "", **more)
    assert heard(petra) == heard(lena) == [sent]
    assert sent["messageType"] == kind
    (attached,) = sent["attachments"]
    assert attached == file.attached
    assert (attached["id"], attached["status"]) == (file.id, "ready")
    assert attached["contentType"] == file.content_type


@pytest.mark.parametrize(
    ("said", "content", "kind"),
    [("IMAGE", b"%PDF-1.7 and so on", "FILE"), ("FILE", picture(), "IMAGE")],
)
def test_what_a_client_says_of_its_file_holds_until_it_has_been_looked_at(
    chat: Chat, people: People, between: int, said: str, content: bytes, kind: str
) -> None:
    lena = chat(people.lena, between)
    file = arrived_here(people.lena, content, "scan")
    more = {"conversationId": between, "messageType": said, "attachments": [{"id": file.id}]}
    sent = send(lena, "", clientId="once", **more)
    assert sent["messageType"] == said
    checking.check(file.id)
    after = send(lena, "", clientId="once", **more)
    assert (after["id"], after["messageType"]) == (sent["id"], kind)
    assert after["attachments"] == [now(file).attached]


def test_a_place_is_heard_of_as_it_was_said(chat: Chat, people: People, between: int) -> None:
    lena, petra = chat(people.lena, between), chat(people.petra, between)
    where = {"latitude": 52.520007, "longitude": -13.404954, "accuracy": 12}
    by_attachment = {"attachments": [where]}
    by_metadata = {"metadata": {"latitude": 52.520007, "longitude": -13.404954, "accuracy": 12.4}}
    sent = [
        send(who, "", conversationId=between, messageType="LOCATION", **more)
        for who, more in ((lena, by_attachment), (petra, by_metadata))
    ]
    assert [(each["messageType"], each["content"]) for each in sent] == [("LOCATION", "")] * 2
    assert [each["attachments"] for each in sent] == [[where]] * 2
    assert heard(petra) == heard(lena) == sent


def test_staff_says_a_place_in_a_support_chat(chat: Chat, people: People) -> None:
    lena, ana = chat(people.lena), chat(people.ana)
    own = send(lena, "Where are you?")["conversationId"]
    where = {"latitude": 48.1, "longitude": 11.5, "accuracy": None}
    more = {"conversationId": own, "messageType": "LOCATION", "attachments": [where]}
    sent = send(ana, "", **more)
    assert (sent["senderId"], sent["messageType"]) == (people.ana.id, "LOCATION")
    assert sent["attachments"] == [where]
    assert heard(lena)[-1] == sent


def test_a_repeat_stores_nothing(chat: Chat, people: People, between: int) -> None:
    lena = chat(people.lena, between)
    first = send(lena, "Hello", conversationId=between, clientId="once")
    assert send(lena, "Hello again", conversationId=between, clientId="once") == first
    assert heard(lena) == [first]
    assert history.count(between) == 1


def test_a_first_message_opens_a_customers_own_and_joins_it(chat: Chat, people: People) -> None:
    lena = chat(people.lena)
    first = send(lena, "Hello")
    assert lena.all("chat-joined-conversation") == [{"conversationId": first["conversationId"]}]
    assert first["receiverId"] is None  # nobody is assigned
    second = send(lena, "Anybody?")
    assert second["conversationId"] == first["conversationId"]
    assert heard(lena) == [first, second]
    for who in (people.petra, people.ana):
        error = chat(who).ask("chat-send-message", {"content": "Hello"})["error"]
        assert (error["code"], set(error["fields"])) == ("invalid", {"conversationId"})


def test_what_the_server_says_is_a_message_of_nobody(chat: Chat, people: People) -> None:
    lena = chat(people.lena)
    conversation_id = int(send(lena, "Hello")["conversationId"])
    ana = chat(people.ana, conversation_id)
    answer = send(ana, "Hi", conversationId=conversation_id)
    assert (answer["senderId"], answer["receiverId"]) == (people.ana.id, people.lena.id)
    _hello, line, last = heard(lena)
    assert last == answer
    assert (line["messageType"], line["content"]) == ("SYSTEM", f"{people.ana.name} joined")
    assert (line["senderId"], line["receiverId"], line["status"]) == (None, None, "SENT")
    reply = send(lena, "Thanks", conversationId=conversation_id)
    assert reply["receiverId"] == people.ana.id
    asked = {"messageId": line["id"], "status": "READ"}
    for client in (lena, ana):
        assert client.ask("chat-update-message-status", asked)["error"]["code"] == "forbidden"


def test_a_message_brings_back_what_was_over(chat: Chat, people: People, between: int) -> None:
    lena, petra = chat(people.lena), chat(people.petra, between)
    own = int(send(lena, "Hello")["conversationId"])
    assignments.claim(people.ana, own)
    for end in (closures.close, archives.archive):
        end(people.ana, own)
        assert send(lena, "One more thing", conversationId=own)["receiverId"] is None
        assert state(own).status == "waiting"
        assignments.claim(people.ana, own)
    archives.archive(people.lena, between)
    send(petra, "One more thing", conversationId=between)
    assert state(between).status == "open"


def test_a_blocked_conversation_takes_nothing(chat: Chat, people: People, between: int) -> None:
    lena, petra = chat(people.lena, between), chat(people.petra, between)
    blocks.block(people.ana, between)
    for client in (lena, petra):
        asked = {"content": "Hello?", "conversationId": between}
        assert client.ask("chat-send-message", asked)["error"]["code"] == "chat_blocked"
        assert heard(client) == []
    assert history.count(between) == 0


def test_who_is_too_fast_is_told_when_to_come_back(
    chat: Chat, people: People, between: int
) -> None:
    lena = chat(people.lena)
    for number in range(SENDS):
        send(lena, str(number), conversationId=between, clientId=str(number))
    asked = {"content": "One more", "conversationId": between}
    error = lena.ask("chat-send-message", asked)["error"]
    assert error["code"] == "too_fast"
    assert error["retryAfter"] > 0
    assert send(lena, "0", conversationId=between, clientId="0")["content"] == "0"
    assert history.count(between) == SENDS


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _level in range(levels):
        value = {"in": value}
    return value


BAD_SENDS: list[tuple[Any, str]] = [
    ({"content": None}, "invalid"),
    ({"content": 5}, "invalid"),
    ({"content": ["Hello"]}, "invalid"),
    ({"content": "  \n"}, "invalid"),
    ({"content": "x" * 5001}, "too_long"),
    *(({"conversationId": wrong}, "invalid") for wrong in BAD_IDS if wrong is not None),
    ({"messageType": "SYSTEM"}, "invalid"),
    ({"messageType": "FAILED"}, "invalid"),
    ({"messageType": "text"}, "invalid"),
    ({"messageType": None}, "invalid"),
    ({"messageType": 1}, "invalid"),
    ({"replyToId": 2**50}, "invalid"),
    ({"replyToId": -1}, "invalid"),
    ({"replyToId": "msg_123"}, "invalid"),
    ({"attachments": "car.jpg"}, "invalid"),
    ({"attachments": ["car.jpg"]}, "invalid"),
    ({"attachments": [{"url": "a"}] * 6}, "invalid"),
    ({"attachments": [{"url": "a" * 10_001}]}, "too_long"),
    ({"attachments": [nested(30)]}, "invalid"),
    ({"metadata": [1]}, "invalid"),
    ({"metadata": "lang"}, "invalid"),
    ({"metadata": {"lang": "a" * 10_001}}, "too_long"),
    ({"metadata": nested(200)}, "invalid"),
    ({"clientId": "x" * 65}, "invalid"),
    ({"clientId": ""}, "invalid"),
    ({"clientId": 7}, "invalid"),
    ({"senderId": 10**6}, "not_you"),
    ({"senderId": "SYSTEM"}, "not_you"),
    ({"sender": "SYSTEM"}, "not_you"),
    ({"role": "provider"}, "not_you"),
    ({"isFromSupport": True}, "not_you"),
]


@pytest.mark.parametrize(("wrong", "code"), BAD_SENDS)
def test_a_bad_send_is_refused_and_stores_nothing(
    chat: Chat, people: People, between: int, wrong: dict[str, Any], code: str
) -> None:
    lena = chat(people.lena, between)
    asked = {"conversationId": between, "content": "Hello"}
    before = state(between)
    error = lena.ask("chat-send-message", asked | wrong)["error"]
    assert error["code"] == code
    if code in ("invalid", "too_long"):
        (name,) = error["fields"]
        assert name.startswith(next(iter(wrong)))
    lena.sio.emit("chat-send-message", asked | wrong, namespace="/")
    assert lena.wait_for("chat-error")["code"] == code
    assert state(between) == before
    assert heard(lena) == []
    assert send(lena, "Still here", conversationId=between)["content"] == "Still here"


def test_what_is_no_object_is_no_message(chat: Chat, people: People) -> None:
    lena = chat(people.lena)
    for wrong in ("Hello", ["Hello"], 5, True):
        assert lena.ask("chat-send-message", wrong)["error"]["code"] == "malformed"
    for wrong in ({}, None):
        assert lena.ask("chat-send-message", wrong)["error"]["code"] == "invalid"
    assert chats.open_own(people.lena)[1]  # there was none


def test_a_reply_is_to_a_message_of_the_same_conversation(
    chat: Chat, people: People, between: int
) -> None:
    lena = chat(people.lena, between)
    elsewhere = send(lena, "Hello")["id"]
    asked = {"conversationId": between, "content": "Yes", "replyToId": elsewhere}
    error = lena.ask("chat-send-message", asked)["error"]
    assert (error["code"], set(error["fields"])) == ("invalid", {"replyToId"})


# Status


def update(client: Client, message_id: Any, status: Any) -> dict[str, Any]:
    asked = {"messageId": message_id, "status": status}
    answer: dict[str, Any] = client.ask("chat-update-message-status", asked)
    return answer


@pytest.mark.parametrize("sender", ["lena", "petra"])
def test_the_receiver_moves_the_status_and_it_never_goes_back(
    chat: Chat, people: People, between: int, sender: str
) -> None:
    lena, petra = chat(people.lena, between), chat(people.petra, between)
    mine, other = (lena, petra) if sender == "lena" else (petra, lena)
    message_id = send(mine, "Hello", conversationId=between)["id"]
    for status in ("DELIVERED", "READ"):
        assert update(mine, message_id, status)["error"]["code"] == "forbidden"
    key = {"messageId": message_id, "conversationId": str(between)}

    delivered = update(other, int(message_id), "DELIVERED")
    assert delivered["ok"]
    assert delivered.items() >= (key | {"status": "DELIVERED", "readAt": None}).items()
    told = {"status": "DELIVERED", "deliveredAt": delivered["deliveredAt"]}
    assert mine.wait_for("chat-message-status-updated", LONG) == key | told

    read = update(other, message_id, "READ")
    assert (read["status"], read["deliveredAt"]) == ("READ", delivered["deliveredAt"])
    told = {"status": "READ", "readAt": read["readAt"]}
    assert mine.wait_for("chat-message-status-updated", status="READ") == key | told

    for status in ("DELIVERED", "READ"):
        assert update(other, message_id, status) == read
    for client in (mine, other):
        client.catch_up()
        assert len(client.all("chat-message-status-updated")) == 2


def test_a_status_is_told_to_who_has_joined_alone(chat: Chat, people: People, between: int) -> None:
    lena, petra = chat(people.lena, between), chat(people.petra, between)
    others = [chat(who) for who in (people.lena, people.marcus, people.ana)]
    update(petra, send(lena, "Hello", conversationId=between)["id"], "READ")
    lena.wait_for("chat-message-status-updated", LONG)
    for client in others:
        client.catch_up()
        assert client.all("chat-message-status-updated") == []


def test_each_message_that_was_passed_is_told(
    chat: Chat, people: People, between: int, rest: Callable[..., Any]
) -> None:
    lena = chat(people.lena, between)
    ids = [send(lena, f"message {number}", conversationId=between)["id"] for number in range(3)]
    path = f"/api/provider-customer-chat/conversations/{between}/read"
    assert given(rest(people.petra, "PATCH", path)) == {"updated": 3}
    lena.wait_for("chat-message-status-updated", messageId=ids[-1])
    told = lena.all("chat-message-status-updated")
    assert [(each["messageId"], each["status"]) for each in told] == [(i, "READ") for i in ids]


def test_staff_confirm_for_the_desk_and_not_for_a_provider(
    chat: Chat, people: People, between: int
) -> None:
    lena, ana = chat(people.lena, between), chat(people.ana)
    own = send(lena, "Hello")
    assert update(ana, own["id"], "READ")["status"] == "READ"
    theirs = send(lena, "Hello", conversationId=between)
    assert update(ana, theirs["id"], "READ")["error"]["code"] == "forbidden"
    assert state(between).staff_unread == 1


def test_a_bad_status_changes_nothing(chat: Chat, people: People, between: int) -> None:
    lena, petra = chat(people.lena, between), chat(people.petra, between)
    message_id = send(lena, "Hello", conversationId=between)["id"]
    before = state(between)
    for wrong in ("SENT", "FAILED", "SYSTEM", "read", "", None, 1, ["READ"]):
        assert update(petra, message_id, wrong)["error"]["code"] == "invalid"
    for wrong in BAD_IDS:
        assert update(petra, wrong, "READ")["error"]["code"] == "invalid"
    for wrong in ({}, {"messageId": message_id}, {"status": "READ"}):
        assert petra.ask("chat-update-message-status", wrong)["error"]["code"] == "invalid"
    claimed = {"messageId": message_id, "status": "READ", "userId": people.lena.id}
    error = petra.ask("chat-update-message-status", claimed)["error"]
    assert error["code"] == "not_you"
    assert state(between) == before
    lena.catch_up()
    assert lena.all("chat-message-status-updated") == []


@pytest.mark.parametrize(
    ("name", "content", "kind", "became"),
    [
        ("scan", picture(), ("FILE", "IMAGE"), {"status": "ready", "contentType": "image/png"}),
        (
            "broken.png",
            picture()[:90],
            ("IMAGE", "IMAGE"),
            {"status": "refused", "refusal": "unreadable"},
        ),
    ],
)
def test_a_file_that_was_looked_at_is_told_as_its_message(
    chat: Chat,
    people: People,
    between: int,
    rest: Callable[..., Any],
    name: str,
    content: bytes,
    kind: tuple[str, str],
    became: dict[str, Any],
) -> None:
    """Not as a new one: clients of the document show each that they hear of."""
    lena, petra = chat(people.lena, between), chat(people.petra, between)
    elsewhere = [chat(who) for who in (people.petra, people.marcus, people.ana)]
    file = arrived_here(people.lena, content, name)
    more = {"conversationId": between, "attachments": [{"id": file.id}]}
    sent = send(lena, "Look", **more)
    assert (sent["messageType"], sent["attachments"]) == (kind[0], [file.attached])
    delivered = update(petra, sent["id"], "DELIVERED")["deliveredAt"]
    let_be_looked_at(file)
    path = f"/api/provider-customer-chat/conversations/{between}/messages"
    for client in (lena, petra):
        client.wait_for("chat-message-status-updated", readAt=None)
        first, told = client.all("chat-message-status-updated")
        assert first == {
            "messageId": sent["id"],
            "conversationId": str(between),
            "status": "DELIVERED",
            "deliveredAt": delivered,
        }
        (after,) = given(rest(people.lena, "GET", path))["messages"]
        assert told == first | {"readAt": None, "message": after}
        assert after["messageType"] == kind[1]
        assert after["attachments"] == [now(file).attached]
        assert after["attachments"][0].items() >= became.items()
        same = {"messageType", "attachments", "status", "deliveredAt", "updatedAt"}
        assert {k: v for k, v in after.items() if k not in same} == {
            k: v for k, v in sent.items() if k not in same
        }
        assert heard(client) == [sent]
    for client in elsewhere:
        client.catch_up()
        assert client.all("chat-message-status-updated") == []


def test_a_file_of_a_held_message_is_told_to_who_wrote_it_alone(
    chat: Chat, people: People, place: Place
) -> None:
    words = {"name": "Rude", "effect": "hold", "words": ["mist"]}
    made = given(place.rest(people.maya, "POST", "/word-lists", **words), 201)
    lena, ana = chat(people.lena), chat(people.ana)
    file = arrived_here(people.lena, picture(), "screen.png")
    sent = send(lena, "So ein Mist", attachments=[{"id": file.id}])
    assert ana.ask("chat-join-conversation", {"conversationId": sent["conversationId"]})["ok"]
    let_be_looked_at(file)
    told = lena.wait_for("chat-message-status-updated", LONG)
    assert told["message"]["attachments"] == [now(file).attached]
    assert now(file).is_ready
    ana.catch_up()
    assert ana.all("chat-message-status-updated") == heard(ana) == []
    place.rest(people.maya, "DELETE", f"/word-lists/{made['id']}").raise_for_status()


def test_a_file_that_was_looked_at_while_an_edit_was_held_is_told_as_that_is_released(
    chat: Chat, people: People, place: Place
) -> None:
    words = {"name": "Rude", "effect": "hold", "words": ["mist"]}
    made = given(place.rest(people.maya, "POST", "/word-lists", **words), 201)
    lena, ana = chat(people.lena), chat(people.ana)
    file = arrived_here(people.lena, picture(), "screen.png")
    sent = send(lena, "Look", attachments=[{"id": file.id}])
    assert ana.ask("chat-join-conversation", {"conversationId": sent["conversationId"]})["ok"]
    at = f"/messages/{sent['id']}"
    given(place.rest(people.lena, "PATCH", at, message="So ein Mist"))
    let_be_looked_at(file)
    first = lena.wait_for("chat-message-status-updated", LONG)
    ana.catch_up()
    assert ana.all("chat-message-status-updated") == []
    place.rest(people.ana, "POST", f"{at}/release").raise_for_status()
    told = ana.wait_for("chat-message-status-updated", LONG)
    assert told["message"]["attachments"] == [now(file).attached]
    assert now(file).is_ready
    lena.catch_up()
    assert lena.all("chat-message-status-updated") == [first]
    assert heard(ana) == []
    place.rest(people.maya, "DELETE", f"/word-lists/{made['id']}").raise_for_status()


@pytest.mark.parametrize("change", ["edit", "react", "take_back"])
def test_what_else_changes_of_a_message_is_seen_when_it_is_asked_for(
    chat: Chat, people: People, between: int, rest: Callable[..., Any], change: str
) -> None:
    lena, petra = chat(people.lena, between), chat(people.petra, between)
    sent = send(lena, "Hello", conversationId=between)
    at = f"/api/v1/messages/{sent['id']}"
    if change == "edit":
        given(rest(people.lena, "PATCH", at, json={"message": "Hi"}))
    elif change == "react":
        given(rest(people.lena, "PUT", f"{at}/reactions/👍"))
    else:
        given(rest(people.lena, "DELETE", at))
    for client in (lena, petra):
        assert heard(client) == [sent]
        assert client.all("chat-message-status-updated") == []


# Typing


@pytest.mark.parametrize("who", ["lena", "petra", "ana"])
def test_typing_reaches_the_others_who_have_joined(
    chat: Chat, people: People, between: int, who: str
) -> None:
    clients = {name: chat(getattr(people, name), between) for name in ("lena", "petra", "ana")}
    typist: Actor = getattr(people, who)
    tab = chat(typist, between)
    others = [chat(actor) for actor in (people.marcus, people.ben)]
    for is_typing in (True, False):
        asked = {"conversationId": str(between), "isTyping": is_typing}
        assert clients[who].ask("chat-typing", asked) == {"ok": True}
    told = [
        {"conversationId": str(between), "userId": typist.id, "isTyping": is_typing}
        for is_typing in (True, False)
    ]
    for name, client in clients.items():
        client.hears("chat-user-typing", [] if name == who else told)
    for client in (tab, *others):
        client.catch_up()
        assert client.all("chat-user-typing") == []


def test_bad_typing_is_told_to_nobody(chat: Chat, people: People, between: int) -> None:
    lena, petra = chat(people.lena, between), chat(people.petra, between)
    for wrong in (
        {},
        {"conversationId": between},
        {"isTyping": True},
        *({"conversationId": between, "isTyping": each} for each in (None, "true", 1, [])),
        *({"conversationId": each, "isTyping": True} for each in BAD_IDS),
    ):
        assert lena.ask("chat-typing", wrong)["error"]["code"] == "invalid"
    claimed = {"conversationId": between, "isTyping": True, "userId": people.petra.id}
    assert lena.ask("chat-typing", claimed)["error"]["code"] == "not_you"
    petra.catch_up()
    assert petra.all("chat-user-typing") == []


# Presence


def test_presence_reaches_who_shares_a_conversation_and_staff_once(
    chat: Chat, people: People, between: int
) -> None:
    own = messages.send(people.lena, None, Draft("Hello")).chat_id
    assignments.claim(people.ana, own)
    petra, marcus = chat(people.petra), chat(people.marcus)
    ana, ben = chat(people.ana), chat(people.ben)
    lena = chat(people.lena)
    come = {"userId": people.lena.id, "isOnline": True, "lastSeen": None}
    for client in (petra, ana, ben):
        assert client.wait_for("chat-user-status", userId=people.lena.id) == come
    lena.close()
    for client in (petra, ana, ben):
        gone = client.wait_for("chat-user-status", userId=people.lena.id, isOnline=False)
        assert gone["lastSeen"].endswith("Z")
        client.catch_up()
        told = client.all("chat-user-status")
        assert [each["isOnline"] for each in told if each["userId"] == people.lena.id] == [
            True,
            False,
        ]
    marcus.catch_up()
    assert marcus.all("chat-user-status") == []
    assert not [each for each in lena.all("chat-user-status") if each["userId"] == people.lena.id]


def test_a_tab_of_two_is_no_absence_and_the_last_is_told_within_two_seconds(
    chat: Chat, people: People, between: int
) -> None:
    petra, ana = chat(people.petra), chat(people.ana)
    tabs = [chat(people.lena), chat(people.lena)]
    petra.wait_for("chat-user-status", isOnline=True)
    tabs.pop().close()
    chat(people.marcus)
    ana.wait_for("chat-user-status", userId=people.marcus.id)  # a look later
    petra.catch_up()
    assert [each["isOnline"] for each in petra.all("chat-user-status")] == [True]
    tabs.pop().close()
    petra.wait_for("chat-user-status", isOnline=False)
    # Seen to be missing, missing for long enough, and the look at which that is noticed.
    assert process.LOOK_SECONDS + process.AWAY_SECONDS + process.LOOK_SECONDS <= 2
