"""Chats: who sees which, opening, assigning, closing, putting away, blocking."""

from typing import Any

import pytest

from app.cli import factories
from app.models.chats import ChatState
from app.models.users import Actor
from app.operations import access, archives, assignments, blocks, chats, closures, messages
from app.operations.messages import Draft
from app.queries import inbox, words
from app.queries.inbox import Filter
from app.schemas.chats import ChatOut
from tests.api.conftest import Call, given, refused
from tests.people import People

WRONG_IDS = ("0", "-1", "x", "1.5", "99999999999999999999", "007", "%00", "٣", "1 ")
VERBS = [
    ("GET", ""),
    ("GET", "/messages"),
    ("POST", "/messages"),
    ("GET", "/sync"),
    ("PUT", "/receipts"),
    ("PUT", "/typing"),
    ("PUT", "/closure"),
    ("DELETE", "/closure"),
    ("PUT", "/archive"),
    ("DELETE", "/archive"),
]
STAFF_VERBS = [
    ("PUT", "/assignment"),
    ("DELETE", "/assignment"),
    ("PUT", "/block"),
    ("DELETE", "/block"),
]
BODIES: dict[str, Any] = {
    "POST/messages": {"message": "Hello"},
    "PUT/receipts": {"readUpTo": 1},
    "PUT/typing": {"isTyping": True},
}


def body_of(method: str, what: str) -> dict[str, Any]:
    body = BODIES.get(method + what)
    return {"json": body} if body else {}


def test_a_chat_that_is_not_there_is_not_found(call: Call, people: People) -> None:
    for method, what in VERBS + STAFF_VERBS:
        for number in ("4711", "9999999999999999"):
            answer = call(people.ana, method, f"/chats/{number}{what}", **body_of(method, what))
            refused(answer, 404, "chat_not_found")


def test_somebody_elses_chat_answers_as_one_that_is_not_there(
    call: Call, people: People, chat: ChatState
) -> None:
    for method, what in VERBS:
        for stranger in (people.marcus, people.petra):
            more = body_of(method, what)
            theirs = call(stranger, method, f"/chats/{chat.id}{what}", **more)
            nobodys = call(stranger, method, f"/chats/4711{what}", **more)
            assert refused(theirs, 404) == refused(nobodys, 404)
    assert access.chat_for(people.lena, chat.id) == chat


def test_what_cannot_be_an_id_is_no_address(call: Call, people: People) -> None:
    for method, what in VERBS + STAFF_VERBS:
        for wrong in WRONG_IDS:
            answer = call(people.ana, method, f"/chats/{wrong}{what}", **body_of(method, what))
            refused(answer, 404, "not_found")


def test_nobody_gets_in_without_a_token(call: Call, people: People, chat: ChatState) -> None:
    for method, what in VERBS + STAFF_VERBS:
        refused(call(None, method, f"/chats/{chat.id}{what}", **body_of(method, what)), 401)


def test_a_customer_is_told_that_this_is_for_staff(
    call: Call, people: People, chat: ChatState
) -> None:
    for method, what in STAFF_VERBS:
        for who in (people.lena, people.petra):
            refused(call(who, method, f"/chats/{chat.id}{what}"), 403, "forbidden")
    assert access.chat_for(people.lena, chat.id) == chat


def test_a_chat_is_shown_alike_to_its_customer_and_to_staff(
    call: Call, people: People, chat: ChatState
) -> None:
    shown = given(call(people.lena, "GET", f"/chats/{chat.id}"))
    assert shown == given(call(people.ana, "GET", f"/chats/{chat.id}"))
    ChatOut.model_validate(shown, strict=False)
    assert shown["status"] == "waiting"
    assert shown["customer"]["name"] == "Lena Ortiz"
    assert shown["lastMessage"]["text"] == "Where is my order?"
    assert shown["unread"] == {"customer": 0, "staff": 1}


# Opening


def test_a_customer_opens_a_chat_once(call: Call, people: People) -> None:
    first = given(call(people.lena, "POST", "/chats"), 201)
    again = given(call(people.lena, "POST", "/chats", json={}), 200)
    assert first == again
    assert first["customer"]["id"] == people.lena.id
    assert given(call(people.lena, "POST", "/chats", json={"customerId": people.lena.id})) == again


def test_a_customer_opens_no_chat_for_somebody_else(call: Call, people: People) -> None:
    refused(call(people.lena, "POST", "/chats", json={"customerId": people.marcus.id}), 403)
    assert given(call(people.marcus, "GET", "/chats"))["chats"] == []


def test_staff_open_a_chat_with_a_customer_and_come_back_to_it(call: Call, people: People) -> None:
    wanted = {"customerId": people.lena.id}
    first = given(call(people.ana, "POST", "/chats", json=wanted), 201)
    assert (first["status"], first["agent"]["name"]) == ("open", "Ana Weber")
    again = given(call(people.ben, "POST", "/chats", json=wanted), 200)
    assert again["id"] == first["id"]
    assert again["agent"]["name"] == "Ana Weber"


def test_staff_take_a_waiting_chat_by_opening_it_and_begin_anew_after_a_finished_one(
    call: Call, people: People, chat: ChatState
) -> None:
    wanted = {"customerId": people.lena.id}
    taken = given(call(people.ana, "POST", "/chats", json=wanted), 200)
    assert (taken["id"], taken["status"]) == (chat.id, "open")
    closures.close(people.ana, chat.id)
    assert given(call(people.ana, "POST", "/chats", json=wanted), 201)["id"] != chat.id


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"customerId": None}, 422),
        ({"customerId": "seven"}, 422),
        ({"customerId": 1.5}, 422),
        ({"customerId": True}, 422),
        ({"customerId": 0}, 422),
        ({"customerId": -7}, 422),
        ({"customerId": 2**53}, 422),
        ({"customerId": 2**200}, 422),
        ({"customerId": [1]}, 422),
        ({"customerId": 4711}, 404),
    ],
)
def test_staff_must_name_a_customer_who_is_there(
    call: Call, people: People, body: dict[str, Any], status: int
) -> None:
    error = refused(call(people.ana, "POST", "/chats", json=body), status)
    if status == 422:
        assert list(error["fields"]) == ["customerId"]


def test_a_colleague_is_no_customer(call: Call, people: People) -> None:
    refused(call(people.ana, "POST", "/chats", json={"customerId": people.ben.id}), 404)


def test_a_provider_and_a_customer_share_one_chat_an_order(call: Call, people: People) -> None:
    lena, petra = people.lena, people.petra
    wanted = {"providerId": petra.id, "customerId": lena.id, "orderId": 12}
    first = given(call(lena, "POST", "/chats", json=wanted), 201)
    assert (first["provider"]["id"], first["orderId"]) == (petra.id, 12)
    assert given(call(petra, "POST", "/chats", json=wanted), 200)["id"] == first["id"]
    other = given(call(people.ana, "POST", "/chats", json=wanted | {"orderId": 13}), 201)
    assert other["id"] != first["id"]
    without = {"providerId": petra.id, "customerId": lena.id}
    alone = given(call(petra, "POST", "/chats", json=without), 201)
    assert given(call(petra, "POST", "/chats", json=without), 200)["id"] == alone["id"]


def test_a_provider_opens_no_chat_between_others(call: Call, people: People) -> None:
    between = {"providerId": people.petra.id, "customerId": people.lena.id}
    refused(call(people.marcus, "POST", "/chats", json=between), 403)
    refused(call(people.petra, "POST", "/chats", json={"customerId": people.lena.id}), 403)
    no_provider = between | {"providerId": people.ana.id}
    refused(call(people.ana, "POST", "/chats", json=no_provider), 404)


def test_an_order_without_a_provider_is_told_by_its_field(call: Call, people: People) -> None:
    wanted = {"customerId": people.lena.id, "orderId": 5}
    error = refused(call(people.ana, "POST", "/chats", json=wanted), 422)
    assert list(error["fields"]) == ["orderId"]


# The list


@pytest.fixture
def several(people: People) -> dict[str, ChatState]:
    """Chats in every state: Lena's is Ana's, Marcus's waits, Petra and Lena have one."""
    lena = messages.send(people.lena, None, Draft("I am Lena")).chat_id
    assignments.claim(people.ana, lena)
    messages.send(people.ana, lena, Draft("I am Ana"))
    between, _ = chats.open_between(people.petra, people.petra.id, people.lena.id)
    marcus = messages.send(people.marcus, None, Draft("I am Marcus")).chat_id
    ids = {"lena": lena, "between": between.id, "marcus": marcus}
    return {name: access.chat_for(people.ana, chat_id) for name, chat_id in ids.items()}


def listed(call: Call, who: Actor, query: str = "") -> list[str]:
    """The customers of the chats that somebody sees, in order; `+` for a provider's."""
    found = given(call(who, "GET", f"/chats{query}"))["chats"]
    return [
        chat["customer"]["name"].split()[0] + ("+" if chat["provider"] else "") for chat in found
    ]


def test_everybody_lists_what_they_may_see_newest_activity_first(
    call: Call, people: People, several: dict[str, ChatState]
) -> None:
    assert listed(call, people.ana) == ["Marcus", "Lena+", "Lena"]
    assert listed(call, people.lena) == ["Lena+", "Lena"]
    assert listed(call, people.petra) == ["Lena+"]
    assert listed(call, people.marcus) == ["Marcus"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?status=waiting", ["Marcus"]),
        ("?status=open", ["Lena+", "Lena"]),
        ("?status=closed", []),
        ("?mine=true", ["Lena"]),
        ("?mine=false", ["Marcus", "Lena+", "Lena"]),
        ("?unassigned=true", ["Marcus"]),
        ("?needsReply=1", ["Marcus"]),
        ("?q=lena", ["Lena+", "Lena"]),
        ("?q=ORTIZ&mine=true", ["Lena"]),
        ("?q=%25", []),
        ("?q=nobody", []),
        ("?q=%00", ["Marcus", "Lena+", "Lena"]),
        ("?customerId=4711", []),
        ("?status=waiting&mine=true", []),
        ("?somethingElse=1", ["Marcus", "Lena+", "Lena"]),
    ],
)
def test_filters_narrow_each_other(
    call: Call, people: People, several: dict[str, ChatState], query: str, found: list[str]
) -> None:
    assert listed(call, people.ana, query) == found


def test_a_filter_by_customer_shows_staff_theirs_and_a_customer_nothing_new(
    call: Call, people: People, several: dict[str, ChatState]
) -> None:
    assert listed(call, people.ana, f"?customerId={people.lena.id}") == ["Lena+", "Lena"]
    assert listed(call, people.marcus, f"?customerId={people.lena.id}") == []
    assert listed(call, people.marcus, "?q=Lena") == []


def test_archived_chats_come_only_when_asked_for(
    call: Call, people: People, several: dict[str, ChatState]
) -> None:
    given(call(people.marcus, "PUT", f"/chats/{several['marcus'].id}/archive"))
    assert listed(call, people.ana) == ["Lena+", "Lena"]
    assert listed(call, people.ana, "?status=archived") == ["Marcus"]


def test_a_customer_lists_an_empty_chat_and_staff_do_not(call: Call, people: People) -> None:
    given(call(people.lena, "POST", "/chats"), 201)
    assert listed(call, people.lena) == ["Lena"]
    assert listed(call, people.ana) == []


def test_pages_join_without_gap_or_double(
    call: Call, people: People, several: dict[str, ChatState]
) -> None:
    whole = [chat["id"] for chat in given(call(people.ana, "GET", "/chats"))["chats"]]
    page = given(call(people.ana, "GET", "/chats?limit=1"))
    seen = [chat["id"] for chat in page["chats"]]
    while page["next"] is not None:
        page = given(call(people.ana, "GET", f"/chats?limit=1&cursor={page['next']}"))
        assert len(page["chats"]) == 1
        seen += [chat["id"] for chat in page["chats"]]
    assert seen == whole


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=", "cursor"),
        ("cursor=1-" + "9" * 17, "cursor"),
        ("status=new", "status"),
        ("mine=perhaps", "mine"),
        ("customerId=-1", "customerId"),
        ("customerId=" + "9" * 6000, "customerId"),
        ("q=" + "x" * 101, "q"),
    ],
)
def test_a_query_that_makes_no_sense_is_told_by_its_field(
    call: Call, people: People, query: str, field: str
) -> None:
    error = refused(call(people.ana, "GET", f"/chats?{query}"), 422, "invalid")
    assert list(error["fields"]) == [field]


def test_a_limit_over_the_most_is_lowered(call: Call, people: People) -> None:
    given(call(people.ana, "GET", "/chats?limit=100000000000000000000000000"))


# Assignment


def test_the_first_of_two_agents_takes_a_chat_and_the_second_is_told_who_has_it(
    call: Call, people: People, chat: ChatState
) -> None:
    path = f"/chats/{chat.id}/assignment"
    taken = given(call(people.ana, "PUT", path))
    assert (taken["status"], taken["agent"]["name"]) == ("open", "Ana Weber")
    error = refused(call(people.ben, "PUT", path), 409, "already_assigned")
    assert "Ana Weber" in error["message"]
    assert given(call(people.ana, "PUT", path, json={})) == taken


def test_a_chat_is_handed_over_and_given_back(call: Call, people: People, chat: ChatState) -> None:
    path = f"/chats/{chat.id}/assignment"
    given(call(people.ana, "PUT", path))
    handed = given(call(people.maya, "PUT", path, json={"agentId": people.ben.id}))
    assert handed["agent"]["id"] == people.ben.id
    queued = given(call(people.ben, "DELETE", path))
    assert (queued["status"], queued["agent"]) == ("waiting", None)
    assert given(call(people.ben, "DELETE", path)) == queued


@pytest.mark.parametrize(
    ("agent_id", "status"),
    [("x", 422), (0, 422), (-1, 422), (2**64, 422), (1.0, 422), (False, 422), (4711, 404)],
)
def test_only_a_colleague_can_be_given_a_chat(
    call: Call, people: People, chat: ChatState, agent_id: object, status: int
) -> None:
    path = f"/chats/{chat.id}/assignment"
    refused(call(people.ana, "PUT", path, json={"agentId": agent_id}), status)
    refused(call(people.ana, "PUT", path, json={"agentId": people.marcus.id}), 404)
    assert access.chat_for(people.lena, chat.id) == chat


def test_a_providers_chat_cannot_be_assigned(call: Call, people: People) -> None:
    between, _ = chats.open_between(people.petra, people.petra.id, people.lena.id)
    path = f"/chats/{between.id}/assignment"
    refused(call(people.ana, "PUT", path), 409, "not_a_support_chat")
    refused(call(people.ana, "DELETE", path), 409, "not_a_support_chat")


# Closing, putting away, blocking


def test_a_chat_is_closed_and_opened_again_by_its_customer_and_by_staff(
    call: Call, people: People, chat: ChatState
) -> None:
    path = f"/chats/{chat.id}/closure"
    closed = given(call(people.lena, "PUT", path))
    assert closed["status"] == "closed"
    assert closed["closedAt"]
    assert given(call(people.ana, "PUT", path)) == closed
    assert given(call(people.lena, "DELETE", path))["status"] == "waiting"
    given(call(people.ana, "PUT", path))
    reopened = given(call(people.ana, "DELETE", path))
    assert (reopened["status"], reopened["agent"]["name"]) == ("open", "Ana Weber")
    assert given(call(people.ana, "DELETE", path)) == reopened


def test_a_chat_is_put_away_and_taken_out(call: Call, people: People, chat: ChatState) -> None:
    path = f"/chats/{chat.id}/archive"
    away = given(call(people.ana, "PUT", path))
    assert away["status"] == "archived"
    assert given(call(people.ana, "PUT", path)) == away
    out = given(call(people.ana, "DELETE", path))
    assert out["status"] == "closed"
    assert given(call(people.ana, "DELETE", path)) == out


def test_a_blocked_chat_takes_nothing_until_it_is_unblocked(
    call: Call, people: People, chat: ChatState
) -> None:
    path = f"/chats/{chat.id}"
    blocked = given(call(people.ana, "PUT", f"{path}/block"))
    assert blocked["status"] == "blocked"
    assert given(call(people.ana, "PUT", f"{path}/block")) == blocked
    for who, method, what in (
        (people.lena, "POST", "/messages"),
        (people.ana, "POST", "/messages"),
        (people.lena, "PUT", "/closure"),
        (people.lena, "DELETE", "/closure"),
        (people.ana, "PUT", "/archive"),
        (people.ana, "PUT", "/assignment"),
        (people.ana, "DELETE", "/assignment"),
    ):
        answer = call(who, method, path + what, **body_of(method, what))
        refused(answer, 409, "chat_blocked")
    refused(call(people.lena, "POST", "/messages", json={"message": "Hello"}), 409, "chat_blocked")
    assert given(call(people.lena, "GET", path)) == blocked
    assert given(call(people.ana, "DELETE", f"{path}/block"))["status"] == "waiting"
    given(call(people.lena, "POST", f"{path}/messages", json={"message": "Hello"}), 201)


def test_a_block_survives_what_a_customer_may_do(
    call: Call, people: People, chat: ChatState
) -> None:
    blocks.block(people.ana, chat.id)
    assert given(call(people.lena, "DELETE", f"/chats/{chat.id}/archive"))["status"] == "blocked"
    assert given(call(people.lena, "POST", "/chats"))["status"] == "blocked"


@pytest.mark.parametrize("listed_by_id", [500, 2], ids=["few", "many"])
def test_a_name_that_many_have_is_found_however_many(
    call: Call, people: People, monkeypatch: pytest.MonkeyPatch, listed_by_id: int
) -> None:
    monkeypatch.setattr(words, "MATCHES", listed_by_id)
    names = [(f"Anna Example {number}", "customer", None) for number in range(5)]
    theirs = [messages.send(each, None, Draft("Hi")).chat_id for each in factories.people(names)]
    messages.send(people.lena, None, Draft("Hi"))
    closures.close(people.ana, theirs[2])
    archives.archive(people.ana, theirs[4])
    found, cursor = [], None
    while True:
        after = {"cursor": cursor} if cursor else {}
        page = given(
            call(people.ana, "GET", "/chats", query_string={"q": "EX ann", "limit": 2} | after)
        )
        found += [chat["id"] for chat in page["chats"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(found) == theirs[:4]
    inbox_finds = {
        wanted: {row.chat.id for row in inbox.page(people.ana, wanted, "EX ann").rows}
        for wanted in (Filter.ALL, Filter.CLOSED, Filter.WAITING)
    }
    assert inbox_finds == {
        Filter.ALL: set(theirs),  # what was put away, too
        Filter.CLOSED: {theirs[2]},
        Filter.WAITING: {theirs[0], theirs[1], theirs[3]},
    }
