"""Every endpoint of protocol 002, good and bad."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from app.auth.tokens import access_token
from app.cli.factories import state
from app.models.users import Actor
from app.operations import archives, assignments, blocks, chats, closures
from app.queries import messages
from tests.live.conftest import Place
from tests.live.test_connections import cookie
from tests.people import People
from tests.protocols.conftest import given, refused
from tests.protocols.p002.conftest import Speak, said
from tests.races import at_once

Rest = Callable[..., requests.Response]
HUGE = 2**50


def room(room_id: int) -> str:
    return f"/api/chat/room/{room_id}"


def assign(room_id: int) -> str:
    return f"/api/chat/support/room/{room_id}/assign"


def endpoints(room_id: int) -> list[tuple[str, str]]:
    return [
        ("GET", "/api/chat/room"),
        ("GET", room(room_id)),
        ("GET", f"{room(room_id)}/messages"),
        ("POST", f"{room(room_id)}/read"),
        ("POST", f"{room(room_id)}/close"),
        ("GET", "/api/chat/support/rooms"),
        ("POST", assign(room_id)),
    ]


def listed(rest: Rest, who: Actor, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = given(rest(who, "GET", "/api/chat/support/rooms", params=params))
    return found


# Who may


def test_nobody_gets_in_without_a_token_that_holds(
    place: Place, rest: Rest, people: People
) -> None:
    room_id = said(people.lena, "Hello")
    before = state(room_id)
    expired = access_token(people.lena, -3600)
    for method, path in endpoints(room_id):
        refused(rest(None, method, path), 401, "token_missing")
        refused(rest("no token", method, path), 401, "token_invalid")
        refused(rest(expired, method, path), 401, "token_invalid")
    assert state(room_id) == before


def test_a_page_of_ours_may_by_its_session(place: Place, rest: Rest, people: People) -> None:
    session = {"Cookie": cookie(place, people.lena)}
    ours = session | {"Origin": place.server.url}
    assert given(rest(None, "GET", "/api/chat/room", headers=ours))["userId"] == str(people.lena.id)
    theirs = session | {"Origin": "https://elsewhere.example"}
    refused(rest(None, "GET", "/api/chat/room", headers=theirs), 401, "token_missing")


def test_what_is_not_ones_own_is_not_there(rest: Rest, people: People) -> None:
    room_id = said(people.lena, "Hello")
    before = state(room_id)
    for who in (people.marcus, people.petra):
        for number in (room_id, HUGE):
            for method, path in endpoints(number)[1:5]:
                error = refused(rest(who, method, path), 404, "chat_not_found")
                assert error["message"] == "That chat is not there."
    assert state(room_id) == before


def test_support_endpoints_are_for_support(rest: Rest, people: People) -> None:
    room_id = said(people.lena, "Hello")
    for who in (people.lena, people.marcus, people.petra):
        refused(rest(who, "GET", "/api/chat/support/rooms"), 403, "forbidden")
        for number in (room_id, HUGE):
            refused(rest(who, "POST", assign(number)), 403, "forbidden")
    assert state(room_id).is_waiting
    for who in (people.ana, people.maya, people.ada):
        assert str(room_id) in [each["id"] for each in listed(rest, who, limit=100)]


def test_a_body_that_claims_somebody_else_is_refused(rest: Rest, people: People) -> None:
    room_id = said(people.lena, "Hello")
    before = state(room_id)
    for path in (f"{room(room_id)}/read", f"{room(room_id)}/close", assign(room_id)):
        for claim in ({"userId": people.lena.id}, {"role": "customer"}, {"isFromSupport": False}):
            refused(rest(people.ana, "POST", path, json=claim), 403, "not_you")
        refused(rest(people.ana, "POST", path, data=b"{"), 400, "malformed")
    assert state(room_id) == before
    mine = {"userId": str(people.ana.id), "role": "admin", "isFromSupport": True}
    assert given(rest(people.ana, "POST", assign(room_id), json=mine))["status"] == "open"


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "room-uuid", "9" * 20, "%00"])
def test_a_malformed_id_in_a_path_is_not_there(rest: Rest, people: People, number: str) -> None:
    for method, path in endpoints(7)[1:5] + endpoints(7)[6:]:
        refused(rest(people.ana, method, path.replace("/7", f"/{number}")), 404)


# GET /api/chat/room


def test_a_customer_has_one_room(rest: Rest, people: People) -> None:
    made = given(rest(people.lena, "GET", "/api/chat/room"))
    assert made == {
        "id": made["id"],
        "userId": str(people.lena.id),
        "supportAgentId": None,
        "status": "waiting",
        "lastMessage": None,
        "unreadCount": 0,
        "createdAt": made["createdAt"],
        "updatedAt": made["updatedAt"],
    }
    assert given(rest(people.lena, "GET", "/api/chat/room")) == made
    assert given(rest(people.marcus, "GET", "/api/chat/room"))["id"] != made["id"]


def test_two_who_ask_at_once_get_one_room(rest: Rest, people: People) -> None:
    answers = at_once(lambda _: rest(people.lena, "GET", "/api/chat/room"), 5)
    assert len({given(answer)["id"] for answer in answers}) == 1


def test_a_room_stays_ones_own_when_it_is_closed(rest: Rest, people: People) -> None:
    chats.open_between(people.petra, people.petra.id, people.lena.id)
    room_id = said(people.lena, "Hello")
    closures.close(people.ana, room_id)
    own = given(rest(people.lena, "GET", "/api/chat/room"))
    assert (own["id"], own["status"]) == (str(room_id), "closed")


def test_only_customers_have_a_room_of_their_own(rest: Rest, people: People) -> None:
    for who in (people.ana, people.maya, people.ada, people.petra):
        refused(rest(who, "GET", "/api/chat/room"), 403, "forbidden")


# GET /api/chat/room/:id


def test_a_room_is_what_the_document_says(rest: Rest, people: People) -> None:
    long = "A very long story. " * 200
    room_id = said(people.lena, "Hello")
    said(people.lena, long)
    said(people.ana, "I see", room_id)
    shown = given(rest(people.lena, "GET", room(room_id)))
    assert shown == {
        "id": str(room_id),
        "userId": str(people.lena.id),
        "supportAgentId": str(people.ana.id),
        "status": "open",
        "lastMessage": "I see",
        "unreadCount": 1,
        "createdAt": shown["createdAt"],
        "updatedAt": shown["updatedAt"],
    }
    assert given(rest(people.ben, "GET", room(room_id))) == shown | {"unreadCount": 2}
    said(people.lena, long)
    assert given(rest(people.lena, "GET", room(room_id)))["lastMessage"] == long


@pytest.mark.parametrize(
    ("status", "put"),
    [
        ("waiting", None),
        ("open", assignments.claim),
        ("closed", closures.close),
        ("closed", archives.archive),
        ("closed", blocks.block),
    ],
)
def test_a_status_is_waiting_open_or_closed(
    rest: Rest, people: People, status: str, put: Callable[[Actor, int], Any] | None
) -> None:
    room_id = said(people.lena, "Hello")
    if put is not None:
        put(people.ana, room_id)
    assert given(rest(people.lena, "GET", room(room_id)))["status"] == status
    for asked in (None, "waiting", "open", "closed"):
        found = listed(rest, people.ana, limit=100, **({"status": asked} if asked else {}))
        assert {each["status"] for each in found} <= ({asked} if asked else {"waiting", "open"})
        is_wanted = asked == status if asked else status != "closed"
        assert (str(room_id) in [each["id"] for each in found]) == is_wanted


# GET /api/chat/room/:id/messages


def test_messages_come_oldest_first_and_page_one_is_the_newest(rest: Rest, people: People) -> None:
    room_id = said(people.lena, "m0")
    assignments.claim(people.ana, room_id)  # leaves a line, which is no message
    for number in range(1, 5):
        said(people.lena if number % 2 else people.ana, f"m{number}", room_id)
    path = f"{room(room_id)}/messages"
    everything = given(rest(people.lena, "GET", path))
    assert [each["message"] for each in everything] == ["m0", "m1", "m2", "m3", "m4"]
    assert everything[2] == {
        "id": everything[2]["id"],
        "chatRoomId": str(room_id),
        "senderId": str(people.ana.id),
        "message": "m2",
        "isRead": False,
        "isFromSupport": True,
        "createdAt": everything[2]["createdAt"],
    }
    for page, wanted in ((1, ["m3", "m4"]), (2, ["m1", "m2"]), (3, ["m0"]), (4, [])):
        found = given(rest(people.ana, "GET", path, params={"page": page, "limit": 2}))
        assert [each["message"] for each in found] == wanted
    assert given(rest(people.ana, "GET", path, params={"limit": 5000})) == everything


# POST /api/chat/room/:id/read


def test_reading_counts_what_was_not_read(rest: Rest, speak: Speak, people: People) -> None:
    room_id = said(people.lena, "one")
    said(people.lena, "two")
    said(people.ana, "three", room_id)
    for who, updated in ((people.ana, 2), (people.ben, 0), (people.lena, 1), (people.lena, 0)):
        assert given(rest(who, "POST", f"{room(room_id)}/read")) == {"updated": updated}
        assert given(rest(who, "GET", room(room_id)))["unreadCount"] == 0
    found = given(rest(people.lena, "GET", f"{room(room_id)}/messages"))
    assert [each["isRead"] for each in found] == [True] * 3


def test_staff_reads_nothing_for_a_provider(rest: Rest, people: People) -> None:
    chat, _ = chats.open_between(people.petra, people.petra.id, people.lena.id)
    said(people.lena, "Hello", chat.id)
    refused(rest(people.ana, "POST", f"{room(chat.id)}/read"), 403)
    shown = given(rest(people.petra, "GET", room(chat.id)))
    assert (shown["unreadCount"], shown["supportAgentId"]) == (1, str(people.petra.id))
    assert given(rest(people.petra, "POST", f"{room(chat.id)}/read")) == {"updated": 1}


# POST /api/chat/room/:id/close


def test_staff_and_the_rooms_own_customer_close_it(rest: Rest, people: People) -> None:
    for who in (people.lena, people.ana, people.ada):
        room_id = said(people.lena, "Hello")
        for _again in range(2):
            assert given(rest(who, "POST", f"{room(room_id)}/close"))["status"] == "closed"
    assert str(room_id) not in [each["id"] for each in listed(rest, people.ana, limit=100)]


def test_a_blocked_room_is_neither_closed_nor_taken(rest: Rest, people: People) -> None:
    room_id = said(people.lena, "Hello")
    blocks.block(people.ana, room_id)
    refused(rest(people.lena, "POST", f"{room(room_id)}/close"), 409, "chat_blocked")
    refused(rest(people.ana, "POST", assign(room_id)), 409, "chat_blocked")


# GET /api/chat/support/rooms


def test_an_empty_room_is_nothing_to_support(rest: Rest, people: People) -> None:
    chat, _ = chats.open_own(people.lena)
    assert str(chat.id) not in [each["id"] for each in listed(rest, people.ana, limit=100)]
    said(people.lena, "Hello")
    (mine,) = [each for each in listed(rest, people.ana) if each["id"] == str(chat.id)]
    assert mine == given(rest(people.ana, "GET", room(chat.id)))


def test_rooms_come_in_pages_newest_activity_first(rest: Rest, people: People) -> None:
    older = said(people.lena, "Hello")
    newer = said(people.marcus, "Hello")
    pages = [listed(rest, people.ana, limit=1, page=page) for page in (1, 2)]
    assert [[each["id"] for each in page] for page in pages] == [[str(newer)], [str(older)]]
    assert len(listed(rest, people.ana, limit=5000)) <= 100


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "ACTIVE"},
        {"status": "archived"},
        {"status": ""},
        {"page": 0},
        {"page": "two"},
        {"page": 10**20},
        {"limit": 0},
        {"limit": -1},
        {"limit": "many"},
    ],
    ids=str,
)
def test_a_wrong_question_is_refused(rest: Rest, people: People, wrong: dict[str, Any]) -> None:
    answer = rest(people.ana, "GET", "/api/chat/support/rooms", params=wrong)
    assert list(refused(answer, 422, "invalid")["fields"]) == list(wrong)
    if "status" not in wrong:
        room_id = said(people.lena, "Hello")
        path = f"{room(room_id)}/messages"
        refused(rest(people.ana, "GET", path, params=wrong), 422, "invalid")


# POST /api/chat/support/room/:id/assign


def test_the_first_of_two_agents_wins(rest: Rest, people: People) -> None:
    room_id = said(people.lena, "Hello")
    agents = [people.ana, people.ben, people.maya, people.ada]
    answers = at_once(lambda number: rest(agents[number], "POST", assign(room_id)), 4)
    (winner,) = [agent for agent, answer in zip(agents, answers, strict=True) if answer.ok]
    for agent, answer in zip(agents, answers, strict=True):
        if agent is winner:
            taken = given(answer)
            assert (taken["status"], taken["supportAgentId"]) == ("open", str(winner.id))
        else:
            assert winner.name in refused(answer, 409, "already_assigned")["message"]
    assert given(rest(winner, "POST", assign(room_id))) == taken  # one's own again is fine


def test_an_assignment_is_told_to_the_customer(rest: Rest, speak: Speak, people: People) -> None:
    room_id = said(people.lena, "Hello")
    lena = speak(people.lena)
    given(rest(people.ana, "POST", assign(room_id)))
    given(rest(people.ana, "POST", assign(room_id)))
    refused(rest(people.ben, "POST", assign(room_id)), 409)
    lena.catch_up()
    told = {"agentName": people.ana.name, "message": f"{people.ana.name} joined"}
    assert lena.all("supportJoined") == [told]


def test_only_a_support_chat_is_taken(rest: Rest, people: People) -> None:
    chat, _ = chats.open_between(people.petra, people.petra.id, people.lena.id)
    refused(rest(people.ana, "POST", assign(chat.id)), 409, "not_a_support_chat")
    refused(rest(people.ana, "POST", assign(HUGE)), 404, "chat_not_found")


def test_a_message_after_the_end_makes_a_room_wait_again(rest: Rest, people: People) -> None:
    room_id = said(people.lena, "Hello")
    given(rest(people.ana, "POST", assign(room_id)))
    given(rest(people.lena, "POST", f"{room(room_id)}/close"))
    assert said(people.lena, "One more thing") == room_id
    shown = given(rest(people.lena, "GET", room(room_id)))
    assert (shown["status"], shown["supportAgentId"]) == ("waiting", None)
    assert messages.count(room_id) == 2
