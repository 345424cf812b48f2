"""Messages: sending once, history, catching up, receipts, typing, what is unread."""

from typing import Any

import pytest
from flask import Flask

from app.models.chats import ChatState
from app.operations import access, assignments, chats, closures, messages, receipts
from app.operations.messages import Draft
from app.queries import inbox
from app.queries import messages as history
from app.schemas.chats import SyncOut
from app.schemas.messages import MessageOut
from tests.api.conftest import Call, given, refused
from tests.people import People


def texts(chat_id: int) -> list[str]:
    return [message.text for message in history.before(chat_id).messages if not message.line]


def test_a_message_is_sent_and_read_by_both(call: Call, people: People, chat: ChatState) -> None:
    path = f"/chats/{chat.id}/messages"
    sent = given(call(people.lena, "POST", path, json={"message": "Hello", "clientId": "a"}), 201)
    MessageOut.model_validate(sent)
    assert sent["sender"] == {"id": people.lena.id, "name": "Lena Ortiz", "role": "customer"}
    assert (sent["message"], sent["clientId"], sent["status"]) == ("Hello", "a", "sent")
    for who in (people.lena, people.ana):
        assert given(call(who, "GET", path))["messages"][-1] == sent


def test_a_repeat_answers_200_with_the_first_message(
    call: Call, people: People, chat: ChatState
) -> None:
    path = f"/chats/{chat.id}/messages"
    first = given(call(people.lena, "POST", path, json={"message": "One", "clientId": "a"}), 201)
    again = given(call(people.lena, "POST", path, json={"message": "Two", "clientId": "a"}), 200)
    assert again == first
    assert texts(chat.id) == ["Where is my order?", "One"]
    # Without one, the same words twice are two messages.
    for _ in range(2):
        given(call(people.lena, "POST", path, json={"message": "Same"}), 201)
    assert texts(chat.id)[-2:] == ["Same", "Same"]


def test_a_customer_sends_without_a_chat_and_one_is_opened(call: Call, people: People) -> None:
    body = {"message": "a", "clientId": "a"}
    first = given(call(people.lena, "POST", "/messages", json=body), 201)
    again = given(call(people.lena, "POST", "/messages", json=body), 200)
    other = given(call(people.lena, "POST", "/messages", json={"message": "b"}), 201)
    assert again == first
    assert other["chatId"] == first["chatId"]
    for who in (people.ana, people.petra):
        refused(call(who, "POST", "/messages", json={"message": "a"}), 403, "forbidden")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "message"),
        ({"message": None}, "message"),
        ({"message": 7}, "message"),
        ({"message": ["a"]}, "message"),
        ({"message": ""}, "message"),
        ({"message": " \n\t "}, "message"),
        ({"message": "\x00"}, "message"),
        ({"message": "a", "clientId": ""}, "clientId"),
        ({"message": "a", "clientId": "c" * 65}, "clientId"),
        ({"message": "a", "clientId": 7}, "clientId"),
        ({"message": "a", "messageType": "system"}, "messageType"),
        ({"message": "a", "messageType": 7}, "messageType"),
        ({"message": "a", "replyTo": "x"}, "replyTo"),
        ({"message": "a", "replyTo": -1}, "replyTo"),
        ({"message": "a", "replyTo": 2**80}, "replyTo"),
        ({"message": "a", "replyTo": 4711}, "replyTo"),
        ({"message": "a", "attachments": ["x"]}, "attachments.0.file"),
        ({"message": "a", "attachments": [{"latitude": 1}]}, "attachments.0.place.longitude"),
        ({"message": "a", "attachments": "x"}, "attachments"),
    ],
)
@pytest.mark.parametrize("path", ["/messages", "/chats/{}/messages"])
def test_a_message_that_is_none_is_told_by_its_field_and_stores_nothing(
    call: Call, people: People, chat: ChatState, path: str, body: dict[str, Any], field: str
) -> None:
    error = refused(call(people.lena, "POST", path.format(chat.id), json=body), 422, "invalid")
    assert list(error["fields"]) == [field]
    assert access.chat_for(people.lena, chat.id) == chat


def test_five_thousand_characters_are_taken_and_one_more_is_too_long(
    call: Call, people: People, chat: ChatState
) -> None:
    path = f"/chats/{chat.id}/messages"
    error = refused(call(people.lena, "POST", path, json={"message": "𝄞" * 5001}), 413, "too_long")
    assert "5001" in error["fields"]["message"] or "5,001" in error["fields"]["message"]
    assert texts(chat.id) == ["Where is my order?"]
    given(call(people.lena, "POST", path, json={"message": "𝄞" * 5000}), 201)


def test_nul_is_dropped_and_every_other_character_kept(
    call: Call, people: People, chat: ChatState
) -> None:
    path = f"/chats/{chat.id}/messages"
    said = "a\x00b\r\n<b>مرحبا</b> 👩‍👩‍👧 '; DROP TABLE messages; --"
    sent = given(call(people.lena, "POST", path, json={"message": said}), 201)
    assert sent["message"] == said.replace("\x00", "").replace("\r\n", "\n")


def test_a_sender_who_claims_to_be_somebody_else_is_who_they_are(
    call: Call, people: People, chat: ChatState
) -> None:
    claim = {"senderId": people.ana.id, "sender": {"id": 1}, "role": "admin", "isFromSupport": True}
    body = {"message": "Hello", **claim}
    sent = given(call(people.lena, "POST", f"/chats/{chat.id}/messages", json=body), 201)
    assert sent["sender"]["id"] == people.lena.id


def test_who_sends_too_fast_is_told_when_to_go_on(
    call: Call, people: People, chat: ChatState
) -> None:
    path = f"/chats/{chat.id}/messages"
    statuses = []
    for number in range(12):
        answer = call(people.lena, "POST", path, json={"message": f"{number}"})
        statuses.append(answer.status_code)
    assert statuses[0] == 201
    assert refused(answer, 429, "too_fast")["retryAfter"] > 0
    assert int(answer.headers["Retry-After"]) >= 1
    assert len(texts(chat.id)) == 1 + statuses.count(201)
    first = {"message": "again", "clientId": "first"}
    given(call(people.lena, "POST", path, json=first), 200)


def test_a_customers_message_to_a_closed_chat_makes_it_wait_and_a_reply_takes_it(
    call: Call, people: People, chat: ChatState
) -> None:
    closures.close(people.ana, chat.id)
    given(call(people.lena, "POST", f"/chats/{chat.id}/messages", json={"message": "Wait"}), 201)
    assert access.chat_for(people.ana, chat.id).status == "waiting"
    given(call(people.ana, "POST", f"/chats/{chat.id}/messages", json={"message": "Yes?"}), 201)
    assert access.chat_for(people.ana, chat.id).agent_id == people.ana.id


def test_a_customers_message_that_comes_late_goes_to_their_newest_chat(
    call: Call, people: People, chat: ChatState
) -> None:
    closures.close(people.ana, chat.id)
    newer, _ = chats.open_with(people.ana, people.lena.id)
    path, body = f"/chats/{chat.id}/messages", {"message": "Late", "clientId": "late"}
    sent = given(call(people.lena, "POST", path, json=body), 201)
    assert sent["chatId"] == newer.id
    assert given(call(people.lena, "POST", path, json=body), 200) == sent
    assert texts(newer.id) == ["Late"]


# History


@pytest.fixture
def long(app: Flask, people: People) -> tuple[int, list[int]]:
    """A chat of 120 messages, and their `seq`s."""
    app.config["RATE_LIMITS"] = False
    chat, _ = chats.open_own(people.lena)
    drafts = [Draft(f"message {number}") for number in range(120)]
    return chat.id, [messages.send(people.lena, chat.id, draft).seq for draft in drafts]


def seqs_of(page: dict[str, Any]) -> list[int]:
    return [message["seq"] for message in page["messages"]]


def test_history_pages_back_and_forth_oldest_first(
    call: Call, people: People, long: tuple[int, list[int]]
) -> None:
    chat_id, seqs = long
    path = f"/chats/{chat_id}/messages"
    newest = given(call(people.ana, "GET", path))
    assert (seqs_of(newest), newest["hasMore"]) == (seqs[-50:], True)
    before = given(call(people.ana, "GET", f"{path}?before={seqs[-50]}&limit=60"))
    assert (seqs_of(before), before["hasMore"]) == (seqs[10:70], True)
    first = given(call(people.ana, "GET", f"{path}?before={seqs[10]}"))
    assert (seqs_of(first), first["hasMore"]) == (seqs[:10], False)
    after = given(call(people.ana, "GET", f"{path}?after={seqs[99]}&limit=20"))
    assert (seqs_of(after), after["hasMore"]) == (seqs[100:], False)
    assert seqs_of(given(call(people.ana, "GET", f"{path}?after=0&limit=2"))) == seqs[:2]
    lowered = given(call(people.ana, "GET", f"{path}?limit=5000"))
    assert seqs_of(lowered) == seqs[-100:]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("before=0", "before"),
        ("before=-1", "before"),
        ("before=x", "before"),
        ("before=1.5", "before"),
        ("before=99999999999999999999", "before"),
        ("after=-1", "after"),
        ("after=x", "after"),
        ("after=1&before=5", "after"),
        ("limit=0", "limit"),
        ("limit=-5", "limit"),
        ("limit=x", "limit"),
    ],
)
def test_a_page_that_makes_no_sense_is_told_by_its_field(
    call: Call, people: People, chat: ChatState, query: str, field: str
) -> None:
    error = refused(call(people.ana, "GET", f"/chats/{chat.id}/messages?{query}"), 422)
    assert list(error["fields"]) == [field]


def test_catching_up_by_pages_gives_everything_once_and_the_chat_now(
    call: Call, people: People, long: tuple[int, list[int]]
) -> None:
    chat_id, seqs = long
    path = f"/chats/{chat_id}/sync"
    newest = given(call(people.lena, "GET", path))
    SyncOut.model_validate(newest)
    assert (seqs_of(newest), newest["version"]) == (seqs[-50:], newest["chat"]["version"])
    seen, version, more = [], 0, True
    while more:
        page = given(call(people.lena, "GET", f"{path}?after={version}"))
        seen += seqs_of(page)
        assert page["version"] > version
        version, more = page["version"], page["hasMore"]
    assert (seen, version) == (seqs, newest["version"])
    nothing = given(call(people.lena, "GET", f"{path}?after={version}"))
    assert (nothing["messages"], nothing["version"]) == ([], version)


@pytest.mark.parametrize("after", ["-1", "x", "", "1.5", "9" * 30])
def test_catching_up_from_no_version_is_refused(
    call: Call, people: People, chat: ChatState, after: str
) -> None:
    error = refused(call(people.lena, "GET", f"/chats/{chat.id}/sync?after={after}"), 422)
    assert list(error["fields"]) == ["after"]


# Receipts, typing, unread


def test_reading_moves_the_pointers_the_ticks_and_the_unread_count(
    call: Call, people: People, chat: ChatState
) -> None:
    path = f"/chats/{chat.id}/receipts"
    seq = chat.last_seq
    assert given(call(people.ana, "GET", "/unread-count")) == {"unreadCount": 1}
    received = given(call(people.ana, "PUT", path, json={"deliveredUpTo": seq}))
    assert (received["deliveredUpTo"], received["readUpTo"]) == (seq, 0)
    read = given(call(people.ana, "PUT", path, json={"readUpTo": seq}))
    assert (read["deliveredUpTo"], read["readUpTo"]) == (seq, seq)
    assert read["version"] > received["version"] > chat.version
    again = given(call(people.ana, "PUT", path, json={"readUpTo": seq, "deliveredUpTo": 1}))
    assert again == read
    assert given(call(people.ana, "GET", "/unread-count")) == {"unreadCount": 0}
    shown = given(call(people.lena, "GET", f"/chats/{chat.id}/messages"))["messages"][-1]
    assert shown["status"] == "read"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"readUpTo": None}, 422),
        ({"readUpTo": "x"}, 422),
        ({"readUpTo": -1}, 422),
        ({"readUpTo": 0}, 422),
        ({"readUpTo": 2**60}, 422),
        ({"readUpTo": True}, 422),
        ({"deliveredUpTo": 1.5}, 422),
        ({"deliveredUpTo": 4711}, 422),
        ({"readUpTo": 4711}, 422),
        ({"deliveredUpTo": 2, "readUpTo": 4711}, 422),
        ({"deliveredUpTo": 4711, "readUpTo": 2}, 422),
    ],
)
def test_a_receipt_that_makes_no_sense_moves_nothing(
    call: Call, people: People, chat: ChatState, body: dict[str, Any], status: int
) -> None:
    refused(call(people.ana, "PUT", f"/chats/{chat.id}/receipts", json=body), status, "invalid")
    assert access.chat_for(people.lena, chat.id) == chat


def test_staff_confirm_nothing_in_a_providers_chat(call: Call, people: People) -> None:
    between, _ = chats.open_between(people.petra, people.petra.id, people.lena.id)
    sent = messages.send(people.lena, between.id, Draft("Hello"))
    path = f"/chats/{between.id}/receipts"
    refused(call(people.ana, "PUT", path, json={"readUpTo": sent.seq}), 403, "forbidden")
    given(call(people.petra, "PUT", path, json={"readUpTo": sent.seq}))


def test_what_is_unread_is_counted_for_each_side(
    call: Call, people: People, chat: ChatState
) -> None:
    between, _ = chats.open_between(people.petra, people.petra.id, people.lena.id)
    messages.send(people.lena, between.id, Draft("Hello Petra"))
    messages.send(people.petra, between.id, Draft("Hello Lena"))
    assignments.claim(people.ana, chat.id)
    messages.send(people.ana, chat.id, Draft("Hello Lena"))
    counted = {
        who.name: given(call(who, "GET", "/unread-count"))["unreadCount"]
        for who in (people.lena, people.petra, people.ana, people.ben, people.marcus)
    }
    assert counted == {
        "Lena Ortiz": 2,
        "Petra's Car Wash": 1,
        "Ana Weber": 1,
        "Ben Carter": 1,
        "Marcus Bell": 0,
    }


def test_typing_is_told_and_stored_nowhere(call: Call, people: People, chat: ChatState) -> None:
    for is_typing in (True, False):
        path = f"/chats/{chat.id}/typing"
        answer = call(people.lena, "PUT", path, json={"isTyping": is_typing})
        assert (answer.status_code, answer.data) == (204, b"")
    assert access.chat_for(people.lena, chat.id) == chat


@pytest.mark.parametrize("body", [{}, {"isTyping": None}, {"isTyping": "yes"}, {"isTyping": 1}])
def test_typing_is_a_boolean(
    call: Call, people: People, chat: ChatState, body: dict[str, Any]
) -> None:
    error = refused(call(people.lena, "PUT", f"/chats/{chat.id}/typing", json=body), 422)
    assert list(error["fields"]) == ["isTyping"]


def test_the_tab_tells_staff_the_same_number_as_the_api(call: Call, people: People) -> None:
    def told() -> tuple[int, int]:
        count = given(call(people.ana, "GET", "/unread-count"))["unreadCount"]
        return inbox.counts(people.ana).unread, count

    lena = messages.send(people.lena, None, Draft("Hello")).chat_id
    marcus = messages.send(people.marcus, None, Draft("Hello")).chat_id
    between, _ = chats.open_between(people.petra, people.petra.id, people.lena.id)
    messages.send(people.lena, between.id, Draft("This one is Petra's"))
    assert told() == (2, 2)
    messages.send(people.ana, lena, Draft("An answer is not yet a reader"))
    closures.close(people.ana, marcus)
    assert told() == (2, 2)
    receipts.mark_read(people.ana, lena)
    assert told() == (1, 1)
    receipts.mark_read(people.ana, marcus)
    assert told() == (0, 0)


def test_the_tab_counts_no_further_than_it_shows(app: Flask, call: Call, people: People) -> None:
    app.config["RATE_LIMITS"] = False
    for number in range(inbox.COUNT_LIMIT + 5):
        messages.send(people.lena, None, Draft(f"{number}"))
    assert inbox.counts(people.ana).unread == inbox.COUNT_LIMIT
    count = given(call(people.ana, "GET", "/unread-count"))["unreadCount"]
    assert count == inbox.COUNT_LIMIT + 5
