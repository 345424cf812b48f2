"""Every endpoint of protocol 001, good and bad."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from app.auth.tokens import access_token
from app.cli.factories import state
from app.models.users import Actor
from app.operations import archives, assignments, blocks, chats, closures
from app.operations import messages as sending
from app.operations.messages import Draft
from app.queries import messages
from tests.live.conftest import SENDS, Place
from tests.live.test_connections import cookie
from tests.people import People
from tests.protocols.conftest import given, refused
from tests.protocols.p001.conftest import Speak
from tests.races import at_once

Rest = Callable[..., requests.Response]
HUGE = 2**50


def post(rest: Rest, who: Actor, content: str, **more: Any) -> dict[str, Any]:
    body = {"content": content, **more}
    message: dict[str, Any] = given(rest(who, "POST", "/chat/messages", json=body), 201)
    return message


def said(who: Actor, text: str, chat_id: int | None = None) -> int:
    """The chat in which somebody has said this."""
    return sending.send(who, chat_id, Draft(text)).chat_id


def conversation(chat_id: int) -> str:
    return f"/chat/conversations/{chat_id}"


def endpoints(chat_id: int) -> list[tuple[str, str, Any]]:
    """Every endpoint, with a body that it takes."""
    path = conversation(chat_id)
    return [
        ("POST", "/chat/messages", {"content": "Hello", "conversationId": chat_id}),
        ("GET", "/chat/conversations", None),
        ("GET", path, None),
        ("GET", f"{path}/messages", None),
        ("POST", f"{path}/read", None),
        ("PATCH", path, {"status": "CLOSED"}),
        ("GET", "/chat/unread-count", None),
    ]


# Who may


def test_nobody_gets_in_without_a_token_that_holds(
    place: Place, rest: Rest, people: People
) -> None:
    chat_id = said(people.lena, "Hello")
    before = state(chat_id)
    with place.app.app_context():
        expired = access_token(people.lena, -3600)
    for method, path, body in endpoints(chat_id):
        refused(rest(None, method, path, json=body), 401, "token_missing")
        refused(rest("no token", method, path, json=body), 401, "token_invalid")
        refused(rest(expired, method, path, json=body), 401, "token_invalid")
    assert state(chat_id) == before


def test_a_page_of_ours_may_by_its_session(place: Place, rest: Rest, people: People) -> None:
    session = {"Cookie": cookie(place, people.lena)}
    ours = session | {"Origin": place.server.url}
    body = {"content": "Hello"}
    given(rest(None, "POST", "/chat/messages", json=body, headers=ours), 201)
    for origin in ({}, {"Origin": "https://elsewhere.example"}):
        answer = rest(None, "POST", "/chat/messages", json=body, headers=session | origin)
        refused(answer, 401, "token_missing")


def test_what_is_not_ones_own_is_not_there(rest: Rest, people: People) -> None:
    chat_id = said(people.lena, "Hello")
    before = state(chat_id)
    for who in (people.marcus, people.petra):
        for number in (chat_id, HUGE):
            for method, path, body in endpoints(number):
                if path in ("/chat/conversations", "/chat/unread-count") or method == "PATCH":
                    continue
                error = refused(rest(who, method, path, json=body), 404, "chat_not_found")
                assert error["message"] == "That chat is not there."
    assert state(chat_id) == before


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "seven", "1e3", "9" * 20, "%00", "1 or 1"])
def test_a_malformed_id_in_a_path_is_not_there(rest: Rest, people: People, number: str) -> None:
    for path in ("", "/messages"):
        refused(rest(people.ana, "GET", f"/chat/conversations/{number}{path}"), 404)
    refused(rest(people.ana, "POST", f"/chat/conversations/{number}/read"), 404)
    answer = rest(people.ana, "PATCH", f"/chat/conversations/{number}", json={"status": "CLOSED"})
    refused(answer, 404)


def test_another_method_is_refused(rest: Rest, people: People) -> None:
    chat_id = said(people.lena, "Hello")
    refused(rest(people.lena, "DELETE", conversation(chat_id)), 405)
    refused(rest(people.lena, "GET", "/chat/messages"), 405)
    refused(rest(people.lena, "GET", "/chat/nothing"), 404)


# POST /chat/messages


def test_a_message_opens_a_conversation_and_the_next_goes_there(rest: Rest, people: People) -> None:
    first = post(rest, people.lena, "I need help!")
    assert first == {
        "id": first["id"],
        "conversationId": first["conversationId"],
        "senderId": people.lena.id,
        "content": "I need help!",
        "isRead": False,
        "createdAt": first["createdAt"],
    }
    chat_id = first["conversationId"]
    assert post(rest, people.lena, "Hello?", userId=people.lena.id)["conversationId"] == chat_id
    assert post(rest, people.ana, "Hi", conversationId=str(chat_id))["senderId"] == people.ana.id


def test_a_message_by_rest_is_heard(rest: Rest, speak: Speak, people: People) -> None:
    lena, ana = speak(people.lena), speak(people.ana)
    sent = post(rest, people.lena, "I need help!")
    assert lena.wait_for("newMessage") == ana.wait_for("newMessage") == sent
    given(rest(people.ana, "POST", f"{conversation(sent['conversationId'])}/read"))
    assert lena.wait_for("messagesRead")["readerId"] == people.ana.id


def test_staff_starts_with_a_user(rest: Rest, people: People) -> None:
    sent = post(rest, people.ana, "Your order is here", userId=people.lena.id)
    assert state(sent["conversationId"]).customer_id == people.lena.id
    missing = refused(rest(people.ana, "POST", "/chat/messages", json={"content": "Hi"}), 422)
    assert list(missing["fields"]) == ["conversationId"]
    for user_id in (people.ben.id, people.petra.id, HUGE):
        body = {"content": "Hi", "userId": user_id}
        refused(rest(people.ana, "POST", "/chat/messages", json=body), 404, "not_found")
    other = {"content": "Hi", "conversationId": sent["conversationId"], "userId": people.marcus.id}
    refused(rest(people.ana, "POST", "/chat/messages", json=other), 422, "invalid")


def test_another_users_id_is_refused(rest: Rest, people: People) -> None:
    for who in (people.marcus, people.petra):
        body = {"content": "Hello", "userId": people.lena.id}
        refused(rest(who, "POST", "/chat/messages", json=body), 403, "not_you")


def test_a_repeat_stores_nothing(rest: Rest, people: People) -> None:
    first = post(rest, people.lena, "Hello", clientId="once")
    assert post(rest, people.lena, "Hello again", clientId="once") == first
    assert messages.count(first["conversationId"]) == 1


BAD_BODIES: list[tuple[Any, int]] = [
    ({}, 422),
    ([], 422),
    ("Hello", 422),
    (None, 400),
    ({"content": None}, 422),
    ({"content": 7}, 422),
    ({"content": ""}, 422),
    ({"content": " \n "}, 422),
    ({"content": "x" * 5001}, 413),
    ({"content": "Hi", "conversationId": 0}, 422),
    ({"content": "Hi", "conversationId": -5}, 422),
    ({"content": "Hi", "conversationId": 10**30}, 422),
    ({"content": "Hi", "conversationId": "seven"}, 422),
    ({"content": "Hi", "conversationId": False}, 422),
    ({"content": "Hi", "conversationId": HUGE}, 404),
    ({"content": "Hi", "userId": "seven"}, 422),
    ({"content": "Hi", "userId": 10**6}, 403),
    ({"content": "Hi", "senderId": 10**6}, 403),
    ({"content": "Hi", "role": "ADMIN"}, 403),
    ({"content": "Hi", "sender": "SYSTEM"}, 403),
    ({"content": "Hi", "clientId": "x" * 65}, 422),
]


@pytest.mark.parametrize(("body", "status"), BAD_BODIES, ids=lambda value: str(value)[:60])
def test_a_bad_message_is_refused_and_stores_nothing(
    rest: Rest, people: People, body: Any, status: int
) -> None:
    chat_id = said(people.lena, "Hello")
    before = state(chat_id)
    if body is None:
        answer = rest(people.lena, "POST", "/chat/messages")
    else:
        answer = rest(people.lena, "POST", "/chat/messages", json=body)
    refused(answer, status)
    assert state(chat_id) == before


@pytest.mark.parametrize("data", [b"{", b"content=Hello", b'{"content": "\xff"}'])
def test_what_is_no_json_is_malformed(rest: Rest, people: People, data: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = rest(people.lena, "POST", "/chat/messages", data=data, headers=headers)
    refused(answer, 400, "malformed")


def test_a_blocked_conversation_takes_nothing(rest: Rest, people: People) -> None:
    chat_id = said(people.lena, "Hello")
    blocks.block(people.ana, chat_id)
    body = {"content": "Hello?"}
    refused(rest(people.lena, "POST", "/chat/messages", json=body), 409, "chat_blocked")
    body["conversationId"] = str(chat_id)
    refused(rest(people.ana, "POST", "/chat/messages", json=body), 409, "chat_blocked")
    change = {"status": "ACTIVE"}
    refused(rest(people.ana, "PATCH", conversation(chat_id), json=change), 409, "chat_blocked")
    assert messages.count(chat_id) == 1


# GET /chat/conversations


def test_a_conversation_is_what_the_document_says(rest: Rest, people: People) -> None:
    chat_id = said(people.lena, "Hello")
    said(people.lena, "Anybody?")
    shown = given(rest(people.lena, "GET", conversation(chat_id)))
    chat = state(chat_id)
    newest = given(rest(people.lena, "GET", f"{conversation(chat_id)}/messages"))[-1]
    assert shown == {
        "id": chat_id,
        "userId": people.lena.id,
        "status": "ACTIVE",
        "lastMessageAt": newest["createdAt"],
        "createdAt": shown["createdAt"],
        "updatedAt": shown["updatedAt"],
        "user": {"id": people.lena.id, "email": people.lena.email, "name": people.lena.name},
        "unreadCount": 0,
    }
    assert chat.staff_unread == 2
    assert given(rest(people.ana, "GET", conversation(chat_id))) == shown | {"unreadCount": 2}


def test_an_empty_conversation_has_no_last_message(rest: Rest, people: People) -> None:
    chat, _ = chats.open_own(people.lena)
    assert given(rest(people.lena, "GET", conversation(chat.id)))["lastMessageAt"] is None
    listed = given(rest(people.ana, "GET", "/chat/conversations", params={"limit": 100}))
    assert chat.id not in [each["id"] for each in listed]


def test_a_list_has_ones_own_and_staffs_has_all(rest: Rest, people: People) -> None:
    mine, his = said(people.lena, "Hello"), said(people.marcus, "Hello")
    between, _ = chats.open_between(people.petra, people.petra.id, people.lena.id)
    said(people.petra, "Good morning", between.id)
    for who, wanted in (
        (people.lena, [between.id, mine]),
        (people.marcus, [his]),
        (people.petra, [between.id]),
        (people.ana, [between.id, his, mine]),
    ):
        listed = given(rest(who, "GET", "/chat/conversations"))
        assert [each["id"] for each in listed][: len(wanted)] == wanted
        assert who is people.ana or len(listed) == len(wanted)


@pytest.mark.parametrize(
    ("status", "put"),
    [
        ("ACTIVE", None),
        ("ACTIVE", assignments.claim),
        ("CLOSED", closures.close),
        ("CLOSED", archives.archive),
        ("CLOSED", blocks.block),
    ],
)
def test_a_status_is_active_or_closed(
    rest: Rest, people: People, status: str, put: Callable[[Actor, int], Any] | None
) -> None:
    chat_id = said(people.lena, "Hello")
    if put is not None:
        put(people.ana, chat_id)
    assert given(rest(people.lena, "GET", conversation(chat_id)))["status"] == status
    for asked in ("ACTIVE", "CLOSED"):
        for who in (people.lena, people.ana):
            listed = given(rest(who, "GET", "/chat/conversations", params={"status": asked}))
            assert (chat_id in [each["id"] for each in listed]) == (asked == status)
            assert {each["status"] for each in listed} <= {asked}


def test_a_list_comes_in_pages_newest_activity_first(rest: Rest, people: People) -> None:
    said(people.lena, "one")
    second, first = (
        post(rest, who, "Hello")["conversationId"] for who in (people.marcus, people.lena)
    )
    pages = [
        given(rest(people.ana, "GET", "/chat/conversations", params={"limit": 1, "page": page}))
        for page in (1, 2)
    ]
    assert [[each["id"] for each in page] for page in pages] == [[first], [second]]
    given(rest(people.ana, "GET", "/chat/conversations", params={"limit": 1000}))
    assert given(rest(people.lena, "GET", "/chat/conversations", params={"page": 2})) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "OPEN"},
        {"status": "active"},
        {"status": ""},
        {"page": 0},
        {"page": "two"},
        {"page": -1},
        {"page": 10**20},
        {"limit": 0},
        {"limit": -1},
        {"limit": "many"},
    ],
    ids=str,
)
def test_a_wrong_question_is_refused(rest: Rest, people: People, wrong: dict[str, Any]) -> None:
    error = refused(rest(people.ana, "GET", "/chat/conversations", params=wrong), 422, "invalid")
    assert list(error["fields"]) == list(wrong)
    if "status" not in wrong:
        chat_id = said(people.lena, "Hello")
        path = f"{conversation(chat_id)}/messages"
        refused(rest(people.ana, "GET", path, params=wrong), 422, "invalid")


# GET /chat/conversations/:id/messages


def test_messages_come_oldest_first_and_page_one_is_the_newest(rest: Rest, people: People) -> None:
    chat_id = said(people.lena, "m0")
    assignments.claim(people.ana, chat_id)  # leaves a line, which is no message
    for number in range(1, 5):
        said(people.lena if number % 2 else people.ana, f"m{number}", chat_id)
    path = f"{conversation(chat_id)}/messages"
    everything = given(rest(people.lena, "GET", path))
    assert [each["content"] for each in everything] == ["m0", "m1", "m2", "m3", "m4"]
    for page, wanted in ((1, ["m3", "m4"]), (2, ["m1", "m2"]), (3, ["m0"]), (4, [])):
        found = given(rest(people.ana, "GET", path, params={"page": page, "limit": 2}))
        assert [each["content"] for each in found] == wanted
    assert given(rest(people.ana, "GET", path, params={"limit": 5000})) == everything
    assert not any(each["isRead"] for each in everything)  # looking is not reading


# POST /chat/conversations/:id/read, GET /chat/unread-count


def test_reading_counts_what_was_not_read(rest: Rest, people: People) -> None:
    chat_id = said(people.lena, "one")
    said(people.lena, "two")
    said(people.ana, "three", chat_id)
    unread = given(rest(people.ana, "GET", "/chat/unread-count"))["unreadCount"]
    assert given(rest(people.lena, "GET", "/chat/unread-count")) == {"unreadCount": 1}
    for who, updated in ((people.ana, 2), (people.ben, 0), (people.lena, 1), (people.lena, 0)):
        answer = given(rest(who, "POST", f"{conversation(chat_id)}/read"))
        assert answer == {"updated": updated}
    assert given(rest(people.lena, "GET", "/chat/unread-count")) == {"unreadCount": 0}
    assert given(rest(people.ana, "GET", "/chat/unread-count")) == {"unreadCount": unread - 2}
    found = given(rest(people.lena, "GET", f"{conversation(chat_id)}/messages"))
    assert [each["isRead"] for each in found] == [True] * 3


def test_reading_needs_no_body_and_compares_what_one_claims(rest: Rest, people: People) -> None:
    chat_id = said(people.lena, "Hello")
    path = f"{conversation(chat_id)}/read"
    for claim in ({"userId": people.lena.id}, {"role": "USER"}, {"isFromSupport": False}):
        refused(rest(people.ana, "POST", path, json=claim), 403, "not_you")
    refused(rest(people.ana, "POST", path, data=b"{"), 400, "malformed")
    assert state(chat_id).staff_unread == 1
    mine = {"userId": people.ana.id, "role": "ADMIN"}
    assert given(rest(people.ana, "POST", path, json=mine)) == {"updated": 1}


def test_staff_reads_nothing_for_a_provider(rest: Rest, people: People) -> None:
    chat, _ = chats.open_between(people.petra, people.petra.id, people.lena.id)
    said(people.lena, "Hello", chat.id)
    refused(rest(people.ana, "POST", f"{conversation(chat.id)}/read"), 403)
    assert given(rest(people.petra, "GET", "/chat/unread-count")) == {"unreadCount": 1}
    assert given(rest(people.petra, "POST", f"{conversation(chat.id)}/read")) == {"updated": 1}


# PATCH /chat/conversations/:id


def test_staff_closes_and_opens_again(rest: Rest, people: People) -> None:
    path = conversation(said(people.lena, "Hello"))
    for status in ("CLOSED", "CLOSED", "ACTIVE", "ACTIVE", "CLOSED"):
        changed = given(rest(people.ana, "PATCH", path, json={"status": status}))
        assert changed["status"] == status
        assert given(rest(people.lena, "GET", path))["status"] == status
    post(rest, people.lena, "One more thing")
    assert given(rest(people.lena, "GET", path))["status"] == "ACTIVE"


def test_only_staff_changes_a_status(rest: Rest, people: People) -> None:
    chat_id = said(people.lena, "Hello")
    before = state(chat_id)
    for who in (people.lena, people.marcus, people.petra):
        for number in (chat_id, HUGE):
            answer = rest(who, "PATCH", conversation(number), json={"status": "CLOSED"})
            refused(answer, 403, "forbidden")
    refused(rest(people.ana, "PATCH", conversation(HUGE), json={"status": "CLOSED"}), 404)
    assert state(chat_id) == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"status": None}, 422),
        ({"status": "OPEN"}, 422),
        ({"status": "closed"}, 422),
        ({"status": 1}, 422),
        ({"status": ["CLOSED"]}, 422),
        ([], 422),
        ("CLOSED", 422),
    ],
    ids=str,
)
def test_a_status_that_is_none_is_refused(
    rest: Rest, people: People, body: Any, status: int
) -> None:
    chat_id = said(people.lena, "Hello")
    refused(rest(people.ana, "PATCH", conversation(chat_id), json=body), status)
    assert state(chat_id).is_waiting


# Several at once, and too many


def test_first_messages_at_once_open_one_conversation(rest: Rest, people: People) -> None:
    sent = at_once(lambda n: post(rest, people.lena, f"m{n}"), 5)
    assert len({message["conversationId"] for message in sent}) == 1
    assert messages.count(sent[0]["conversationId"]) == 5
    begun = at_once(lambda n: post(rest, people.ana, f"m{n}", userId=people.marcus.id), 5)
    assert len({message["conversationId"] for message in begun}) == 1


def test_the_same_message_at_once_is_stored_once(rest: Rest, people: People) -> None:
    sent = at_once(lambda _: post(rest, people.lena, "Hello", clientId="once"), 5)
    assert len({message["id"] for message in sent}) == 1
    assert messages.count(sent[0]["conversationId"]) == 1


def test_who_sends_too_fast_is_told_so(rest: Rest, people: People) -> None:
    chat_id = {post(rest, people.lena, "Hello")["conversationId"] for _ in range(SENDS)}.pop()
    answer = rest(people.lena, "POST", "/chat/messages", json={"content": "Hello"})
    error = refused(answer, 429, "too_fast")
    assert error["retryAfter"] > 0
    assert int(answer.headers["Retry-After"]) >= 1
    assert messages.count(chat_id) == SENDS
