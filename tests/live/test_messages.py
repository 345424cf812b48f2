"""Sending over a socket: acknowledged once, told to everybody, refused in words."""

from typing import Any

import pytest

from app.queries import counts
from app.queries import messages as history
from app.schemas.messages import MessageOut
from tests.live.conftest import BY_LIBRARIES, SENDS, Place
from tests.people import People
from tests.races import at_once
from tests.servers import MODES


@pytest.fixture(scope="module", params=[*MODES, BY_LIBRARIES])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_message_is_acknowledged_whole_and_told_to_its_sender_too(
    place: Place, people: People
) -> None:
    lena = place.client(people.lena)
    first = lena.send("Hello", "a")
    chat_id = first["chatId"]
    lena.join(chat_id)
    sent = lena.send("I am Lena 🙏\r\nand I wait", "b", replyTo=first["id"])
    assert set(sent) == {field.alias for field in MessageOut.model_fields.values()}
    assert MessageOut.model_validate(sent).created_at.endswith("Z")
    expected = {
        "chatId": chat_id,
        "seq": first["seq"] + 1,
        "version": first["seq"] + 1,
        "clientId": "b",
        "sender": {"id": people.lena.id, "name": "Lena Ortiz", "role": "customer"},
        "message": "I am Lena 🙏\nand I wait",
        "messageType": "text",
        "replyTo": first["id"],
        "attachments": [],
        "reactions": [],
        "status": "sent",
        "deliveredAt": None,
        "readAt": None,
        "editedAt": None,
        "deletedAt": None,
        "rejectedAt": None,
    }
    assert {name: sent[name] for name in expected} == expected
    told = {"chatId": chat_id, "version": sent["version"], "message": sent}
    assert lena.wait_for("new_message") == told


def test_every_tab_of_the_sender_and_the_agent_get_the_same_event(
    place: Place, people: People
) -> None:
    chat_id = place.client(people.lena).send("Hello", "a")["chatId"]
    tabs = [place.client(who) for who in (people.lena, people.lena, people.ana)]
    for tab in tabs:
        tab.join(chat_id)
    sent = tabs[0].send("One for all", "b")
    for tab in tabs:
        tab.catch_up()
        assert [told["message"] for told in tab.all("new_message")] == [sent]


def test_a_repeat_is_acknowledged_alike_and_told_once(place: Place, people: People) -> None:
    lena = place.client(people.lena)
    chat_id = lena.send("Hello", "a")["chatId"]
    lena.join(chat_id)
    first = lena.send("Once", "b")
    assert lena.send("Once", "b") == first
    assert lena.send("Once", "b", chatId=chat_id) == first
    lena.catch_up()
    assert len(lena.all("new_message")) == 1


# What a standard client makes of a cut text, of bytes and of what is far too much.
ODD: dict[str, tuple[Any, str]] = {
    "half a character": ("abc\ud83d", "malformed"),
    "the other half": ("\\\udc4d and more", "malformed"),
    "bytes": (b"Hello", "malformed"),
    "several bytes": ([b"Hello", b"", b"all"], "malformed"),
    "300,000 characters": ("x" * 300_000, "too_long"),
}
BAD: dict[str, tuple[tuple[Any, ...], str]] = {
    "no payload": ((), "invalid"),
    "null": ((None,), "malformed"),
    "a list": ((["message", "Hello"],), "malformed"),
    "a string": (("Hello",), "malformed"),
    "a number": ((7,), "malformed"),
    "no message": (({"clientId": "a"},), "invalid"),
    "no clientId": (({"message": "Hello"},), "invalid"),
    "message null": (({"message": None, "clientId": "a"},), "invalid"),
    "message a number": (({"message": 5, "clientId": "a"},), "invalid"),
    "message a list": (({"message": ["Hello"], "clientId": "a"},), "invalid"),
    "message an object": (({"message": {"a": 1}, "clientId": "a"},), "invalid"),
    "message empty": (({"message": "", "clientId": "a"},), "invalid"),
    "message of blanks": (({"message": " \r\n\t ", "clientId": "a"},), "invalid"),
    "message of NUL": (({"message": "\x00\x00", "clientId": "a"},), "invalid"),
    "message of 5,001": (({"message": "x" * 5001, "clientId": "a"},), "too_long"),
    "clientId null": (({"message": "Hello", "clientId": None},), "invalid"),
    "clientId empty": (({"message": "Hello", "clientId": ""},), "invalid"),
    "clientId of 65": (({"message": "Hello", "clientId": "a" * 65},), "invalid"),
    "clientId a number": (({"message": "Hello", "clientId": 1},), "invalid"),
    "chatId zero": (({"message": "Hello", "clientId": "a", "chatId": 0},), "invalid"),
    "chatId negative": (({"message": "Hello", "clientId": "a", "chatId": -1},), "invalid"),
    "chatId huge": (({"message": "Hello", "clientId": "a", "chatId": 2**53},), "invalid"),
    "chatId beyond 64 bits": (({"message": "Hello", "clientId": "a", "chatId": 2**63},), "invalid"),
    **{
        f"chatId {text!r}": (({"message": "Hello", "clientId": "a", "chatId": text},), "invalid")
        for text in ("4_5", "+45", " 45 ", "45.0", "٤")
    },
    "chatId true": (({"message": "Hello", "clientId": "a", "chatId": True},), "invalid"),
    "chatId a fraction": (({"message": "Hello", "clientId": "a", "chatId": 1.5},), "invalid"),
    "chatId a list": (({"message": "Hello", "clientId": "a", "chatId": [1]},), "invalid"),
    "no such chat": (({"message": "Hi", "clientId": "a", "chatId": 99**7},), "chat_not_found"),
    "a system line": (({"message": "Hi", "clientId": "a", "messageType": "system"},), "invalid"),
    "an unknown type": (({"message": "Hi", "clientId": "a", "messageType": "poem"},), "invalid"),
    "a reply to nothing": (({"message": "Hi", "clientId": "a", "replyTo": 2**50},), "invalid"),
    "an attachment": (({"message": "Hi", "clientId": "a", "attachments": [{}]},), "invalid"),
    **{name: (({"message": text, "clientId": "a"},), code) for name, (text, code) in ODD.items()},
}  # fmt: skip


@pytest.mark.parametrize(("payload", "code"), BAD.values(), ids=BAD)
def test_a_bad_payload_is_refused_in_words_and_the_connection_lives(
    place: Place, people: People, payload: tuple[Any, ...], code: str
) -> None:
    lena = place.client(people.lena)
    answer = lena.ask("send_message", *payload)
    assert (answer["ok"], answer["error"]["code"]) == (False, code)
    assert answer["error"]["message"]
    assert set(answer) == {"ok", "error"}
    opened = lena.send("Still here", "b")
    assert [m.text for m in history.before(opened["chatId"]).messages] == ["Still here"]


@pytest.mark.parametrize(("text", "code"), ODD.values(), ids=ODD)
def test_what_cannot_be_read_is_refused_by_polling_too(
    place: Place, people: People, text: Any, code: str
) -> None:
    lena = place.client(people.lena, transport="polling")
    for number in range(2):
        answer = lena.ask("send_message", {"message": text, "clientId": "a"})
        assert (answer["ok"], answer["error"]["code"]) == (False, code)
        lena.send("Still here", str(number))


def test_a_whole_character_in_escapes_is_no_half_one(place: Place, people: People) -> None:
    said = "\\ud83d is written \U0001f44d \\"
    assert place.client(people.lena).send(said, "a")["message"] == said


def test_nul_is_taken_out_and_what_the_server_decides_cannot_be_sent(
    place: Place, people: People
) -> None:
    lena = place.client(people.lena)
    forged = {"role": "admin", "senderId": people.ada.id, "sender": {"id": people.ada.id}}
    forged |= {"seq": 1, "version": 99, "id": 1, "status": "read", "createdAt": "1999-01-01"}
    sent = lena.send("a\x00b", "a", **forged)
    assert sent["message"] == "ab"
    assert sent["sender"] == {"id": people.lena.id, "name": "Lena Ortiz", "role": "customer"}
    assert (sent["status"], sent["createdAt"][:2]) == ("sent", "20")
    assert sent["version"] == sent["seq"] < 10


def test_5000_characters_are_counted_as_the_writer_counts_them(
    place: Place, people: People
) -> None:
    sent = place.client(people.lena).send("🙏" * 5000, "a")
    assert len(sent["message"]) == 5000


@pytest.mark.parametrize("event", ["send_message", "join_chat", "sync", "mark_read", "typing"])
def test_another_customers_chat_is_not_there(place: Place, people: People, event: str) -> None:
    lena = place.client(people.lena)
    chat_id = lena.send("Hello", "a")["chatId"]
    payload = {"chatId": chat_id, "message": "Hi", "clientId": "b", "after": 0, "upTo": 1}
    payload |= {"isTyping": True}
    assert lena.ask(event, payload)["ok"]  # the payload is good: it is who asks
    for stranger in (people.marcus, people.petra):
        answer = place.client(stranger).ask(event, payload)
        assert answer["error"]["code"] == "chat_not_found"


def test_who_sends_too_fast_is_told_when_to_come_back(place: Place, people: People) -> None:
    lena = place.client(people.lena)
    answers = [
        lena.ask("send_message", {"message": "Quick", "clientId": str(number)})
        for number in range(SENDS + 1)
    ]
    assert all(answer["ok"] for answer in answers[:SENDS])
    refused = answers[SENDS]["error"]
    assert refused["code"] == "too_fast"
    assert 0 < refused["retryAfter"] <= 10
    chat_id = answers[0]["message"]["chatId"]
    assert len(history.before(chat_id, limit=100).messages) == SENDS
    assert place.client(people.marcus).send("I am another", "a")


def test_events_and_acknowledgements_come_in_the_order_of_the_sends(
    place: Place, people: People
) -> None:
    chat_id = place.client(people.lena).send("Hello", "a")["chatId"]
    ana = place.client(people.ana)
    ana.join(chat_id)
    ana.send("I take it", "take", chatId=chat_id)
    ana.heard.clear()
    for number in range(30):
        ana.tell(
            "send_message", {"chatId": chat_id, "message": str(number), "clientId": f"{number}"}
        )
    ana.catch_up()
    heard = [(h.name, h.data["message"]) for h in ana.heard if h.name in ("ack", "new_message")]
    assert [m["message"] for name, m in heard if name == "ack"] == [str(n) for n in range(30)]
    # Each event stands before its acknowledgement: who has the one has the other.
    assert [(name, m["clientId"]) for name, m in heard] == [
        (name, str(n)) for n in range(30) for name in ("new_message", "ack")
    ]
    versions = [m["version"] for name, m in heard if name == "new_message"]
    assert versions == list(range(versions[0], versions[0] + 30))


def test_twenty_first_messages_at_once_open_one_chat(place: Place, people: People) -> None:
    tabs = [place.client(people.lena) for _ in range(20)]
    sent = at_once(lambda number: tabs[number].send(f"First {number}", f"{number}"), 20)
    assert len({m["chatId"] for m in sent}) == 1
    seqs = sorted(m["seq"] for m in sent)
    assert seqs == list(range(seqs[0], seqs[0] + 20))
    assert len(history.before(sent[0]["chatId"]).messages) == 20
    assert counts.wrong() == {}


def test_one_client_id_sent_twenty_times_at_once_is_one_message(
    place: Place, people: People
) -> None:
    tabs = [place.client(people.lena) for _ in range(20)]
    sent = at_once(lambda number: tabs[number].send("Only once", "the same"), 20)
    assert all(m == sent[0] for m in sent)
    assert [m.id for m in history.before(sent[0]["chatId"]).messages] == [sent[0]["id"]]


def test_a_reply_from_two_agents_at_once_is_two_messages_and_one_holder(
    place: Place, people: People
) -> None:
    chat_id = place.client(people.lena).send("Hello", "a")["chatId"]
    agents = [place.client(who) for who in (people.ana, people.ben)]
    at_once(lambda number: agents[number].send("Hi", "hi", chatId=chat_id), 2)
    page = history.before(chat_id).messages
    assert [m.text for m in page if m.sender_id and m.sender_id != people.lena.id] == ["Hi", "Hi"]
    assert [m.line for m in page if m.is_line] == ["joined"]
