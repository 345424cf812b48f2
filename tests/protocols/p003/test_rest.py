"""Every endpoint of protocol 003, good and bad."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from app import clock
from app.cli.factories import state
from app.files import checking
from app.models.users import Actor
from app.operations import archives, assignments, blocks, chats, closures, messages, users
from app.operations.messages import Draft
from tests.files import arrived_here, picture, recorded
from tests.live.clients import Client
from tests.live.test_connections import BAD_TOKENS
from tests.people import People
from tests.protocols.conftest import given, refused
from tests.servers import wait_until

Rest = Callable[..., requests.Response]
USER, ADMIN = "/api/chat/user/chat", "/api/chat/admin/chat"
ENDPOINTS = [
    ("GET", USER),
    ("GET", f"{USER}/{{}}/messages"),
    ("POST", f"{USER}/{{}}/read"),
    ("GET", "/api/chat/admin/chats"),
    ("POST", f"{ADMIN}/{{}}/assign"),
    ("GET", f"{ADMIN}/{{}}/messages"),
    ("POST", f"{ADMIN}/{{}}/read"),
]
OF_STAFF = [each for each in ENDPOINTS if "/admin/" in each[1]]
OF_ONE_CHAT = [each for each in ENDPOINTS if "{}" in each[1]]


@pytest.fixture
def chat_id(people: People) -> int:
    """Lena's chat, in which she has said hello."""
    return messages.send(people.lena, None, Draft("Hello")).chat_id


def person(actor: Actor) -> dict[str, str]:
    role = "user" if actor.is_customer else "admin"
    return {"_id": str(actor.id), "name": actor.name, "email": actor.email, "role": role}


# Who may


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_without_a_token_that_holds_nothing_is_answered(
    rest: Rest, people: People, chat_id: int, method: str, path: str
) -> None:
    before = state(chat_id)
    refused(rest(None, method, path.format(chat_id)), 401, "token_missing")
    for kind in ("no token", "expired", "of another key"):
        token = BAD_TOKENS[kind](people.lena)
        refused(rest(token, method, path.format(chat_id)), 401, "token_invalid")
    assert state(chat_id) == before


@pytest.mark.parametrize(("method", "path"), OF_STAFF)
def test_who_is_no_staff_is_told_so(
    rest: Rest, people: People, chat_id: int, method: str, path: str
) -> None:
    before = state(chat_id)
    for who in (people.lena, people.marcus, people.petra):
        refused(rest(who, method, path.format(chat_id)), 403, "forbidden")
    assert state(chat_id) == before
    for who in (people.ana, people.maya, people.ada):
        assert rest(who, "GET", f"{ADMIN}/{chat_id}/messages").status_code == 200


@pytest.mark.parametrize(("method", "path"), OF_ONE_CHAT)
def test_what_is_not_there_and_what_is_not_ones_own_answer_alike(
    rest: Rest, people: People, chat_id: int, method: str, path: str
) -> None:
    before = state(chat_id)
    if "/admin/" in path:
        refused(rest(people.ana, method, path.format(2**50)), 404, "chat_not_found")
    else:
        for who in (people.marcus, people.petra):
            for number in (chat_id, 2**50):
                refused(rest(who, method, path.format(number)), 404, "chat_not_found")
    assert state(chat_id) == before


@pytest.mark.parametrize(("method", "path"), OF_ONE_CHAT)
@pytest.mark.parametrize("number", ["seven", "0", "-1", "1.5", "10000000000000000000", "%20"])
def test_a_malformed_id_is_not_there(
    rest: Rest, people: People, method: str, path: str, number: str
) -> None:
    for who in (people.lena, people.ana):
        refused(rest(who, method, path.format(number)), 404, "not_found")


@pytest.mark.parametrize(("path"), [path for method, path in ENDPOINTS if method == "POST"])
def test_a_body_that_claims_somebody_else_is_refused(
    rest: Rest, people: People, chat_id: int, path: str
) -> None:
    who, other = (people.ana, people.ben) if "/admin/" in path else (people.lena, people.marcus)
    before = state(chat_id)
    claims: tuple[dict[str, Any], ...] = (
        {"userId": str(other.id)},
        {"senderId": other.id},
        {"email": other.email},
        {"role": "user" if who.is_staff else "admin"},
    )
    for claim in claims:
        refused(rest(who, "POST", path.format(chat_id), json=claim), 403, "not_you")
    refused(rest(who, "POST", path.format(chat_id), data="{"), 400, "malformed")
    refused(rest(who, "POST", path.format(chat_id), json=[1]), 422, "invalid")
    assert state(chat_id) == before
    given(rest(who, "POST", path.format(chat_id), json={"userId": str(who.id)}))


# The user's


def test_a_users_own_chat_is_made_once(rest: Rest, people: People) -> None:
    made = given(rest(people.lena, "GET", USER))
    assert made["user"] == person(people.lena)
    assert made["isActive"]
    assert (made["admin"], made["lastMessage"], made["lastMessageTime"]) == (None, "", None)
    assert given(rest(people.lena, "GET", USER)) == made
    listed = given(rest(people.ana, "GET", "/api/chat/admin/chats"))
    assert made["_id"] not in [chat["_id"] for chat in listed]  # nobody has written


def test_only_a_customer_has_an_own_chat(rest: Rest, people: People) -> None:
    for who in (people.ana, people.maya, people.ada, people.petra):
        refused(rest(who, "GET", USER), 403, "forbidden")


def test_a_users_own_chat_is_the_newest_with_support_in_any_state(
    rest: Rest, people: People, chat_id: int
) -> None:
    chats.open_between(people.petra, people.petra.id, people.lena.id)
    for end in (closures.close, archives.archive, blocks.block):
        if end is not blocks.block:
            messages.send(people.lena, None, Draft("Again"))
        end(people.ana, chat_id)
        shown = given(rest(people.lena, "GET", USER))
        assert (shown["_id"], shown["isActive"]) == (str(chat_id), False)


def test_a_chat_says_who_answers_and_what_was_said_last(
    rest: Rest, people: People, chat_id: int
) -> None:
    messages.send(people.ana, chat_id, Draft("x" * 200))
    shown = given(rest(people.lena, "GET", USER))
    now = state(chat_id)
    assert shown["admin"] == person(people.ana)
    assert shown["lastMessage"] == "x" * 200
    assert shown["unreadCount"] == {"user": 1, "admin": now.staff_unread}
    assert shown["isActive"]
    assert shown["lastMessageTime"] <= shown["updatedAt"]
    assert_time(shown["lastMessageTime"], shown["createdAt"], shown["updatedAt"])


def assert_time(*texts: str) -> None:
    for text in texts:
        assert len(text) == len("2026-01-31T09:05:07.123Z")
        assert text.endswith("Z")


def test_reading_counts_what_was_unread_and_the_other_side_sees_it(
    rest: Rest, people: People, chat_id: int
) -> None:
    for text in ("Hi", "How can I help?"):
        messages.send(people.ana, chat_id, Draft(text))
    before = given(rest(people.lena, "GET", f"{USER}/{chat_id}/messages"))
    assert [m["isRead"] for m in before] == [False] * 3
    assert given(rest(people.lena, "POST", f"{USER}/{chat_id}/read")) == {"updated": 2}
    assert given(rest(people.lena, "POST", f"{USER}/{chat_id}/read")) == {"updated": 0}
    after = given(rest(people.ana, "GET", f"{ADMIN}/{chat_id}/messages"))
    assert [m["isRead"] for m in after] == [False, True, True]
    assert [m["readAt"] is None for m in after] == [True, False, False]
    assert given(rest(people.ben, "POST", f"{ADMIN}/{chat_id}/read")) == {"updated": 1}
    assert given(rest(people.lena, "GET", USER))["unreadCount"] == {"user": 0, "admin": 0}


def test_a_provider_finds_the_chats_they_take_part_in(rest: Rest, people: People) -> None:
    chat, _ = chats.open_between(people.petra, people.petra.id, people.lena.id)
    messages.send(people.lena, chat.id, Draft("When does it come?"))
    (message,) = given(rest(people.petra, "GET", f"{USER}/{chat.id}/messages"))
    assert message["sender"] == person(people.lena)
    assert given(rest(people.petra, "POST", f"{USER}/{chat.id}/read")) == {"updated": 1}
    refused(rest(people.ana, "POST", f"{ADMIN}/{chat.id}/read"), 403, "forbidden")
    refused(rest(people.ana, "POST", f"{ADMIN}/{chat.id}/assign"), 409, "not_a_support_chat")
    (shown,) = [c for c in given(rest(people.ana, "GET", ADMIN + "s")) if c["id"] == str(chat.id)]
    assert shown["admin"] == person(people.petra)


# History


def test_history_comes_in_pages_the_newest_first_each_oldest_first(
    rest: Rest, people: People, chat_id: int
) -> None:
    for number in range(4):
        messages.send(people.lena, chat_id, Draft(f"message {number}"))
    assignments.claim(people.ana, chat_id)  # which leaves a line that is no message
    for who, base in ((people.lena, USER), (people.ana, ADMIN)):
        path = f"{base}/{chat_id}/messages"
        pages = [
            [m["message"] for m in given(rest(who, "GET", path, params={"limit": 2, "page": page}))]
            for page in (1, 2, 3, 4)
        ]
        assert pages == [["message 2", "message 3"], ["message 0", "message 1"], ["Hello"], []]
        assert len(given(rest(who, "GET", path, params={"limit": 1000}))) == 5


@pytest.mark.parametrize(
    "wrong", [{"limit": 0}, {"limit": -1}, {"limit": "many"}, {"page": 0}, {"page": "x"}], ids=str
)
def test_a_page_that_cannot_be_is_refused(
    rest: Rest, people: People, chat_id: int, wrong: dict[str, Any]
) -> None:
    for who, path in (
        (people.lena, f"{USER}/{chat_id}/messages"),
        (people.ana, f"{ADMIN}/{chat_id}/messages"),
        (people.ana, ADMIN + "s"),
    ):
        error = refused(rest(who, "GET", path, params=wrong), 422, "invalid")
        assert set(error["fields"]) == set(wrong)


def test_who_has_left_is_still_named_in_what_they_wrote(
    rest: Rest, people: People, chat_id: int
) -> None:
    messages.send(people.ana, chat_id, Draft("Hi"))
    users.deactivate(people.ana.email)
    said = given(rest(people.lena, "GET", f"{USER}/{chat_id}/messages"))
    assert [m["sender"]["email"] for m in said] == [people.lena.email, people.ana.email]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("text", "text"), ("image", "image"), ("file", "file"), ("location", "text"),
     ("voice", "file")],
)  # fmt: skip
def test_each_type_is_shown_by_a_word_that_003_has(
    rest: Rest, people: People, chat_id: int, kind: str, shown: str
) -> None:
    messages.send(people.lena, chat_id, Draft("48.1,11.5", message_type=kind))
    said = given(rest(people.lena, "GET", f"{USER}/{chat_id}/messages"))
    assert said[-1]["messageType"] == shown


@pytest.mark.parametrize(
    ("content", "name", "at_first", "found"),
    [
        (picture(), "screen.png", "image", "image"),
        (b"some words", "notes.txt", "file", "file"),
        (picture(), "scan", "file", "image"),
        (b"some words", "photo.png", "image", "file"),
    ],
)
def test_what_was_uploaded_is_an_image_or_a_file_by_what_it_is(
    rest: Rest,
    people: People,
    chat_id: int,
    content: bytes,
    name: str,
    at_first: str,
    found: str,
) -> None:
    def said() -> tuple[str, str]:
        newest = given(rest(people.ana, "GET", f"{ADMIN}/{chat_id}/messages"))[-1]
        return newest["messageType"], newest["message"]

    file = arrived_here(people.lena, content, name)
    messages.send(people.lena, chat_id, Draft("", files=[file.id]))
    assert said() == (at_first, name)
    checking.check(file.id)
    assert said() == (found, name)
    known = arrived_here(people.lena, content, name)
    checking.check(known.id)
    messages.send(people.lena, chat_id, Draft("", files=[known.id]))
    assert said() == (found, name)


def test_what_was_recorded_is_a_file_there_by_its_name(
    rest: Rest, people: People, chat_id: int
) -> None:
    messages.send(people.lena, chat_id, Draft("", files=[recorded(people.lena).id]))
    said = given(rest(people.lena, "GET", f"{USER}/{chat_id}/messages"))[-1]
    assert (said["messageType"], said["message"]) == ("file", "sound.webm")


# Staff's


def test_the_list_is_of_all_chats_newest_activity_first(rest: Rest, people: People) -> None:
    wanted = []
    for who in (people.lena, people.marcus, people.lena):
        chat_id = messages.send(who, None, Draft("Hello")).chat_id
        wanted = [str(chat_id), *(c for c in wanted if c != str(chat_id))]
        said_at = clock.now()
        wait_until(lambda said_at=said_at: clock.now() > said_at)
    closures.close(people.ana, int(wanted[1]))
    listed = given(rest(people.ben, "GET", ADMIN + "s"))
    mine = [chat for chat in listed if chat["_id"] in wanted]
    assert [chat["_id"] for chat in mine] == wanted
    assert [chat["isActive"] for chat in mine] == [True, False]
    assert mine[0]["unreadCount"] == {"user": 0, "admin": 2}
    first = given(rest(people.ben, "GET", ADMIN + "s", params={"limit": 1}))
    second = given(rest(people.ben, "GET", ADMIN + "s", params={"limit": 1, "page": 2}))
    assert [chat["_id"] for chat in first + second] == wanted


def test_the_second_who_assigns_is_told_who_was_first(
    rest: Rest, people: People, chat_id: int
) -> None:
    for _ in range(2):
        taken = given(rest(people.ana, "POST", f"{ADMIN}/{chat_id}/assign"))
        assert taken["admin"] == person(people.ana)
    error = refused(rest(people.ben, "POST", f"{ADMIN}/{chat_id}/assign"), 409, "already_assigned")
    assert people.ana.name in error["message"]
    assert state(chat_id).agent_id == people.ana.id


def test_a_blocked_chat_is_assigned_to_nobody(rest: Rest, people: People, chat_id: int) -> None:
    blocks.block(people.ana, chat_id)
    refused(rest(people.ana, "POST", f"{ADMIN}/{chat_id}/assign"), 409, "chat_blocked")
    assert not given(rest(people.lena, "GET", USER))["isActive"]


def test_reading_by_rest_is_told_live_by_the_products_own_way(
    rest: Rest, socket: Callable[..., Client], people: People, chat_id: int
) -> None:
    lena = socket(people.lena, "/live")
    lena.join(chat_id)
    given(rest(people.ana, "POST", f"{ADMIN}/{chat_id}/read"))
    assert lena.wait_for("receipts")["userId"] == people.ana.id


def test_every_endpoint_has_a_limit(rest: Rest, people: People, chat_id: int) -> None:
    def is_over() -> bool:
        return rest(people.lena, "GET", USER).status_code == 429

    wait_until(is_over, 60)
    for method, path in ENDPOINTS:
        answer = rest(people.lena, method, path.format(chat_id))
        refused(answer, 429, "too_fast")
        assert int(answer.headers["Retry-After"]) >= 1
    assert given(rest(people.marcus, "GET", USER))
