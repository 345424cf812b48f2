"""Every endpoint of protocol 004, good and bad: for a customer, a provider and staff."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from app import clock
from app.auth.tokens import access_token
from app.cli.factories import person, state
from app.models.users import Actor
from app.operations import archives, assignments, blocks, chats, closures, messages, receipts
from app.operations.messages import Draft
from app.protocols.p004.mapping import Conversation004, MessagePage004
from app.queries import messages as history
from tests.files import PART, picture
from tests.live.clients import Client
from tests.live.conftest import Place
from tests.people import People
from tests.protocols.conftest import given, refused
from tests.servers import wait_until

Rest = Callable[..., requests.Response]
Chat = Callable[..., Client]
API = "/api/provider-customer-chat"
CONVERSATIONS = f"{API}/conversations"
FILES = "/api/v1/files"


def of(conversation_id: Any, what: str) -> str:
    return f"{CONVERSATIONS}/{conversation_id}/{what}"


def say(who: Actor, chat_id: int | None, *texts: str) -> list[int]:
    return [messages.send(who, chat_id, Draft(text)).id for text in texts]


ENDPOINTS = [
    ("POST", CONVERSATIONS),
    ("GET", CONVERSATIONS),
    ("GET", of(1, "messages")),
    ("PATCH", of(1, "read")),
    ("PATCH", of(1, "archive")),
    ("GET", of(1, "typing")),
    ("GET", f"{API}/online-users"),
]


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_nothing_is_answered_without_a_token_that_holds(
    rest: Rest, people: People, method: str, path: str
) -> None:
    refused(rest(None, method, path), 401, "token_missing")
    refused(rest("no token", method, path), 401, "token_invalid")
    refused(rest(access_token(people.lena, seconds=-3600), method, path), 401, "token_invalid")


# POST /conversations


@pytest.mark.parametrize("who", ["petra", "lena", "ana"])
def test_its_parties_and_staff_start_a_conversation_once(
    rest: Rest, people: People, who: str
) -> None:
    actor = getattr(people, who)
    asked = {"providerId": people.petra.id, "customerId": people.lena.id, "orderId": 123}
    first = given(rest(actor, "POST", CONVERSATIONS, json=asked), 201)
    created = first["createdAt"]
    assert first == {
        "id": first["id"],
        "customerId": people.lena.id,
        "providerId": people.petra.id,
        "orderId": 123,
        "status": "ACTIVE",
        "createdAt": created,
        "updatedAt": created,
        "lastMessageAt": None,
        "unreadCount": 0,
        "customer": {"id": people.lena.id, "name": people.lena.name},
        "provider": {"id": people.petra.id, "name": people.petra.name},
        "lastMessage": None,
    }
    assert isinstance(first["id"], str)
    as_text = {name: str(value) for name, value in asked.items()}
    for again in (people.petra, people.lena, people.ana):
        assert given(rest(again, "POST", CONVERSATIONS, json=as_text)) == first
    others = [{"orderId": 124}, {"orderId": None}, {"orderId": 123, "customerId": people.marcus.id}]
    ids = [
        given(rest(people.petra, "POST", CONVERSATIONS, json=asked | other), 201)["id"]
        for other in others
    ]
    assert len({first["id"], *ids}) == 4


def test_others_start_none(rest: Rest, people: People) -> None:
    paul = person("Paul", "provider")
    asked = {"providerId": people.petra.id, "customerId": people.lena.id}
    for stranger in (people.marcus, paul):
        refused(rest(stranger, "POST", CONVERSATIONS, json=asked), 403, "forbidden")
    assert given(rest(people.petra, "POST", CONVERSATIONS, json=asked), 201)


def test_who_opens_too_many_is_told_when_to_come_back(rest: Rest, people: People) -> None:
    asked = {"providerId": people.petra.id, "customerId": people.lena.id}
    answers = [
        rest(people.lena, "POST", CONVERSATIONS, json=asked | {"orderId": order})
        for order in range(1, 22)
    ]
    assert [each.status_code for each in answers] == [201] * 20 + [429]
    assert refused(answers[-1], 429, "too_fast")["retryAfter"] > 0
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert given(rest(people.lena, "POST", CONVERSATIONS, json=asked | {"orderId": 1}))


def test_many_who_start_the_same_at_once_get_one(rest: Rest, people: People) -> None:
    asked = {"providerId": people.petra.id, "customerId": people.lena.id}
    both = [people.petra, people.lena] * 4
    with ThreadPoolExecutor(len(both)) as pool:
        answers = list(pool.map(lambda who: rest(who, "POST", CONVERSATIONS, json=asked), both))
    assert len({each.json()["id"] for each in answers}) == 1
    assert sorted(each.status_code for each in answers) == [200] * 7 + [201]


def test_a_conversation_needs_a_provider_and_a_customer(rest: Rest, people: People) -> None:
    petra, lena = people.petra, people.lena
    for provider_id, customer_id in (
        (petra.id, 2**50),
        (2**50, lena.id),
        (petra.id, petra.id),
        (lena.id, lena.id),
        (people.ana.id, lena.id),
        (lena.id, petra.id),
    ):
        asked = {"providerId": provider_id, "customerId": customer_id}
        refused(rest(people.ana, "POST", CONVERSATIONS, json=asked), 404, "not_found")


@pytest.mark.parametrize("name", ["providerId", "customerId", "orderId"])
def test_a_conversation_with_a_bad_id_is_refused(rest: Rest, people: People, name: str) -> None:
    asked = {"providerId": people.petra.id, "customerId": people.lena.id, "orderId": 1}
    for wrong in (0, -1, 10**20, "seven", "", True, 1.5, [1], {}):
        answer = rest(people.petra, "POST", CONVERSATIONS, json=asked | {name: wrong})
        assert set(refused(answer, 422, "invalid")["fields"]) == {name}
    if name != "orderId":
        for body in ({**asked, name: None}, {k: v for k, v in asked.items() if k != name}):
            answer = rest(people.petra, "POST", CONVERSATIONS, json=body)
            assert set(refused(answer, 422, "invalid")["fields"]) == {name}
    assert given(rest(people.petra, "GET", CONVERSATIONS)) == []


@pytest.mark.parametrize("body", ["", "{", "[", "{}{}"])
def test_what_is_no_json_is_malformed(rest: Rest, people: People, body: str) -> None:
    refused(rest(people.petra, "POST", CONVERSATIONS, data=body), 400, "malformed")


@pytest.mark.parametrize("body", ["[]", "null", '"conv"', "7"])
def test_what_is_no_object_is_invalid(rest: Rest, people: People, body: str) -> None:
    refused(rest(people.petra, "POST", CONVERSATIONS, data=body), 422, "invalid")


def test_a_claim_is_compared(rest: Rest, people: People, between: int) -> None:
    say(people.petra, between, "Hello")
    before = state(between)
    asked = {"providerId": people.petra.id, "customerId": people.lena.id}
    for claim in ({"userId": people.petra.id}, {"role": "provider"}, {"senderId": 10**6}):
        answer = rest(people.lena, "POST", CONVERSATIONS, json=asked | claim)
        refused(answer, 403, "not_you")
        for what in ("read", "archive"):
            refused(rest(people.lena, "PATCH", of(between, what), json=claim), 403, "not_you")
    assert state(between) == before
    agreeing = {"userId": str(people.lena.id), "role": "customer"}
    assert given(rest(people.lena, "PATCH", of(between, "read"), json=agreeing)) == {"updated": 1}


# GET /conversations


def test_everybody_lists_their_own_active_ones(rest: Rest, people: People, between: int) -> None:
    own = messages.send(people.lena, None, Draft("Hello")).chat_id
    other = messages.send(people.marcus, None, Draft("Hello")).chat_id
    while clock.now() <= state(other).active_at:  # those of one millisecond have another order
        pass
    (newest,) = say(people.petra, between, "Your car is ready")
    listed = given(rest(people.lena, "GET", CONVERSATIONS))
    assert [each["id"] for each in listed] == [str(between), str(own)]  # newest activity first
    first, support = listed
    assert (first["unreadCount"], first["lastMessage"]["id"]) == (1, str(newest))
    assert first["lastMessageAt"] == first["lastMessage"]["createdAt"]
    assert (support["providerId"], support["provider"], support["status"]) == (None, None, "ACTIVE")
    assert support["lastMessage"]["receiverId"] is None
    assert [c["id"] for c in given(rest(people.petra, "GET", CONVERSATIONS))] == [str(between)]
    for agent in (people.ana, people.ben):
        assert given(rest(agent, "GET", CONVERSATIONS)) == []
    assignments.claim(people.ana, own)
    assignments.claim(people.ben, other)
    (mine,) = given(rest(people.ana, "GET", CONVERSATIONS))
    assert (mine["id"], mine["providerId"], mine["unreadCount"]) == (str(own), people.ana.id, 1)
    assert mine["provider"] == {"id": people.ana.id, "name": people.ana.name}
    assert given(rest(people.maya, "GET", CONVERSATIONS)) == []


def test_what_is_over_is_listed_no_more(rest: Rest, people: People, between: int) -> None:
    own = messages.send(people.lena, None, Draft("Hello")).chat_id
    shown = {"providerId": people.petra.id, "customerId": people.lena.id, "orderId": 7}
    for change, status in (
        (closures.close, "ENDED"),
        (archives.archive, "ARCHIVED"),
        (blocks.block, "BLOCKED"),
    ):
        for chat_id in (own, between):
            change(people.ana, chat_id)
        assert given(rest(people.lena, "GET", CONVERSATIONS)) == []
        answer = rest(people.lena, "POST", CONVERSATIONS, json=shown)
        assert given(answer)["status"] == status


def test_conversations_come_in_pages(rest: Rest, people: People) -> None:
    ids = [
        str(chats.open_between(people.petra, people.petra.id, people.lena.id, order)[0].id)
        for order in range(1, 6)
    ][::-1]
    for chat_id in reversed(ids):
        say(people.lena, int(chat_id), "Hello")
    for page, expected in ((1, ids[:2]), (2, ids[2:4]), (3, ids[4:]), (4, [])):
        answer = rest(people.petra, "GET", CONVERSATIONS, params={"page": page, "limit": 2})
        assert [each["id"] for each in given(answer)] == expected
    assert len(given(rest(people.petra, "GET", CONVERSATIONS, params={"limit": 10**6}))) == 5


BAD_PAGES: list[dict[str, Any]] = [
    {"page": 0},
    {"page": -1},
    {"page": "two"},
    {"page": 10**20},
    {"limit": 0},
    {"limit": -5},
    {"limit": "many"},
]


@pytest.mark.parametrize("wrong", BAD_PAGES)
def test_a_bad_page_is_refused(
    rest: Rest, people: People, between: int, wrong: dict[str, Any]
) -> None:
    for path in (
        CONVERSATIONS,
        of(between, "messages"),
        of(between, "typing"),
        f"{API}/online-users",
    ):
        error = refused(rest(people.lena, "GET", path, params=wrong), 422, "invalid")
        assert set(error["fields"]) == set(wrong)


# GET /conversations/:conversationId/messages


@pytest.mark.parametrize("who", ["lena", "petra", "ana"])
def test_a_page_of_messages_has_the_wrapper(
    rest: Rest, people: People, between: int, who: str
) -> None:
    ids = [str(i) for i in say(people.lena, between, "one", "two", "three")]
    path = of(between, "messages")
    page = given(rest(getattr(people, who), "GET", path, params={"page": 1, "limit": 2}))
    assert [each["id"] for each in page.pop("messages")] == ids[1:]
    assert page == {"page": 1, "limit": 2, "total": 3, "hasMore": True, "before": ids[1]}
    page = given(rest(getattr(people, who), "GET", path, params={"page": "2", "limit": "2"}))
    assert [each["id"] for each in page.pop("messages")] == ids[:1]
    assert page == {"page": 2, "limit": 2, "total": 3, "hasMore": False, "before": ids[0]}
    empty = given(rest(getattr(people, who), "GET", path, params={"page": 3, "limit": 2}))
    assert (empty["messages"], empty["hasMore"], empty["before"]) == ([], False, None)


def test_paging_by_before_has_neither_gap_nor_double_while_messages_arrive(
    rest: Rest, people: People, between: int
) -> None:
    ids = say(people.lena, between, *(str(number) for number in range(11)))
    found: list[int] = []
    params: dict[str, Any] = {"limit": 3}
    while True:
        page = given(rest(people.petra, "GET", of(between, "messages"), params=params))
        found = [int(each["id"]) for each in page["messages"]] + found
        if not page["hasMore"]:
            break
        params["before"] = page["before"]
        say(people.petra, between, "meanwhile")
    assert found == ids
    page = given(
        rest(people.petra, "GET", of(between, "messages"), params=params | {"page": 1, "limit": 50})
    )
    assert page["total"] == history.count(between) > len(ids)
    params = {"before": ids[8], "page": 2, "limit": 3}
    page = given(rest(people.petra, "GET", of(between, "messages"), params=params))
    assert [int(each["id"]) for each in page["messages"]] == ids[2:5]


def test_before_names_a_message_of_the_conversation(
    rest: Rest, people: People, between: int
) -> None:
    say(people.lena, between, "Hello")
    elsewhere = messages.send(people.lena, None, Draft("Hello")).id
    for wrong in (elsewhere, 2**50, 0, -1, "msg_123", 10**20):
        answer = rest(people.lena, "GET", of(between, "messages"), params={"before": wrong})
        assert set(refused(answer, 422, "invalid")["fields"]) == {"before"}


def test_what_the_server_says_is_among_the_messages(rest: Rest, people: People) -> None:
    own = messages.send(people.lena, None, Draft("Hello")).chat_id
    assignments.claim(people.ana, own)
    say(people.ana, own, "Hi")
    closures.close(people.ana, own)
    page = given(rest(people.lena, "GET", of(own, "messages")))
    said = [(m["messageType"], m["senderId"], m["content"]) for m in page["messages"]]
    assert said == [
        ("TEXT", people.lena.id, "Hello"),
        ("SYSTEM", None, f"{people.ana.name} joined"),
        ("TEXT", people.ana.id, "Hi"),
        ("SYSTEM", None, f"{people.ana.name} closed the chat"),
    ]
    assert (page["total"], page["hasMore"]) == (4, False)


def test_a_file_is_among_the_messages_as_it_was_found_and_opens_by_its_id(
    rest: Rest, chat: Chat, place: Place, people: People, between: int
) -> None:
    content = picture()
    announced = rest(people.lena, "POST", FILES, json={"name": "scan", "size": len(content)})
    file = given(announced, 201)
    part = {"headers": PART | {"Upload-Offset": "0"}, "data": content}
    assert rest(None, "PATCH", file["uploadUrl"], **part).status_code == 204
    attached = {"messageType": "IMAGE", "attachments": [{"id": file["id"]}]}
    said = {"content": "", "conversationId": between, "clientId": "once"} | attached
    sent = chat(people.lena, between).ask("chat-send-message", said)["message"]

    def shown() -> dict[str, Any] | None:
        page = given(rest(people.petra, "GET", of(between, "messages")))
        (message,) = page["messages"]
        is_ready = message["attachments"][0]["status"] == "ready"
        return {"page": page, "message": message} if is_ready else None

    wait_until(shown, 20, place.server.output)
    found = shown()
    assert found
    assert MessagePage004.model_validate(found["page"]).model_dump(mode="json") == found["page"]
    message = found["message"]
    assert (message["id"], message["messageType"]) == (sent["id"], "IMAGE")
    (seen,) = message["attachments"]
    assert seen == {
        "id": file["id"],
        "name": "scan",
        "alt": "",
        "size": seen["size"],
        "status": "ready",
        "refusal": None,
        "contentType": "image/png",
        "width": 60,
        "height": 40,
    }
    for who in (people.lena, people.petra):
        linked = given(rest(who, "GET", f"{FILES}/{seen['id']}"))
        opened = rest(None, "GET", linked["url"])
        assert (opened.status_code, opened.headers["Content-Type"]) == (200, "image/png")
        assert len(opened.content) == seen["size"]
    refused(rest(people.marcus, "GET", f"{FILES}/{seen['id']}"), 404, "file_not_found")


def test_a_place_is_among_the_messages_whoever_said_it_and_how(
    rest: Rest, people: People, between: int
) -> None:
    where = {"latitude": 52.520007, "longitude": -13.404954, "accuracy": 12}
    own = messages.send(people.lena, None, Draft("Where are you?")).chat_id
    for who, conversation_id in (
        (people.lena, between),
        (people.petra, between),
        (people.ana, own),
    ):
        said = {"message": "", "attachments": [where]}
        given(rest(who, "POST", f"/api/v1/chats/{conversation_id}/messages", json=said), 201)
        page = given(rest(people.lena, "GET", of(conversation_id, "messages")))
        message = page["messages"][-1]
        assert message["senderId"] == who.id
        assert (message["messageType"], message["content"]) == ("LOCATION", "")
        assert message["attachments"] == [where]


def test_looking_reads_nothing(rest: Rest, people: People, between: int) -> None:
    say(people.lena, between, "Hello")
    (message,) = given(rest(people.petra, "GET", of(between, "messages")))["messages"]
    assert message["status"] == "SENT"
    assert state(between).staff_unread == 1


def test_answers_are_what_their_shapes_say(rest: Rest, people: People, between: int) -> None:
    first = messages.send(people.lena, between, Draft("Hello", attachments=[{"url": "a"}]))
    reply = Draft("Hi", reply_to_id=first.id, details={"lang": "de"})
    messages.send(people.petra, between, reply)
    messages.send(people.lena, None, Draft("Anybody?"))
    receipts.mark_read(people.lena, between)
    page = given(rest(people.lena, "GET", of(between, "messages")))
    assert MessagePage004.model_validate(page).model_dump(mode="json") == page
    assert [m["status"] for m in page["messages"]] == ["SENT", "READ"]
    read = page["messages"][1]
    assert read["updatedAt"] == read["readAt"] == read["deliveredAt"]
    for conversation in given(rest(people.lena, "GET", CONVERSATIONS)):
        shape = Conversation004.model_validate(conversation)
        assert shape.model_dump(mode="json") == conversation


# PATCH …/read and …/archive


@pytest.mark.parametrize("reader", ["lena", "petra"])
def test_read_says_how_many_were_not(rest: Rest, people: People, between: int, reader: str) -> None:
    writer = people.petra if reader == "lena" else people.lena
    say(writer, between, "one", "two")
    path = of(between, "read")
    refused(rest(people.ana, "PATCH", path), 403, "forbidden")
    assert given(rest(writer, "PATCH", path)) == {"updated": 0}
    assert given(rest(getattr(people, reader), "PATCH", path)) == {"updated": 2}
    assert given(rest(getattr(people, reader), "PATCH", path)) == {"updated": 0}
    (listed,) = given(rest(getattr(people, reader), "GET", CONVERSATIONS))
    assert listed["unreadCount"] == 0


def test_staff_read_for_the_desk(rest: Rest, people: People) -> None:
    own = messages.send(people.lena, None, Draft("Hello")).chat_id
    assert given(rest(people.ana, "PATCH", of(own, "read"))) == {"updated": 1}
    assert given(rest(people.ben, "PATCH", of(own, "read"), json={})) == {"updated": 0}


@pytest.mark.parametrize("who", ["lena", "petra", "ana"])
def test_archived_is_archived_for_both(rest: Rest, people: People, between: int, who: str) -> None:
    say(people.lena, between, "Hello")
    for _again in range(2):
        answer = given(rest(getattr(people, who), "PATCH", of(between, "archive")))
        assert (answer["id"], answer["status"]) == (str(between), "ARCHIVED")
    for party in (people.lena, people.petra):
        assert given(rest(party, "GET", CONVERSATIONS)) == []
    say(people.petra, between, "One more thing")
    (back,) = given(rest(people.lena, "GET", CONVERSATIONS))
    assert (back["id"], back["status"]) == (str(between), "ACTIVE")


def test_a_blocked_conversation_is_not_archived(rest: Rest, people: People, between: int) -> None:
    blocks.block(people.ana, between)
    before = state(between)
    refused(rest(people.petra, "PATCH", of(between, "archive")), 409, "chat_blocked")
    assert state(between) == before


def test_a_body_that_is_no_json_changes_nothing(rest: Rest, people: People, between: int) -> None:
    before = state(between)
    for what in ("read", "archive"):
        for body, status in (("{", 400), ("[]", 422), ("null", 422)):
            refused(rest(people.lena, "PATCH", of(between, what), data=body), status)
    assert state(between) == before


# GET …/typing and /online-users


def test_the_others_who_are_typing(rest: Rest, chat: Chat, people: People, between: int) -> None:
    path = of(between, "typing")
    lena, ana = chat(people.lena), chat(people.ana)
    assert given(rest(people.petra, "GET", path)) == []
    asked = {"conversationId": between, "isTyping": True}
    assert lena.ask("chat-typing", asked)["ok"]
    assert ana.ask("chat-typing", asked)["ok"]
    typing = [
        {"userId": who.id, "name": who.name, "isTyping": True} for who in (people.lena, people.ana)
    ]
    assert given(rest(people.petra, "GET", path)) == typing
    assert given(rest(people.petra, "GET", path, params={"limit": 1, "page": 2})) == typing[1:]
    assert given(rest(people.lena, "GET", path)) == typing[1:]
    assert lena.ask("chat-typing", asked | {"isTyping": False})["ok"]
    assert given(rest(people.petra, "GET", path)) == typing[1:]


def test_who_is_online_of_those_one_shares_a_conversation_with(
    rest: Rest, chat: Chat, people: People, between: int
) -> None:
    ana = chat(people.ana)
    there = (people.lena, people.petra, people.marcus)
    for who in there:
        chat(who)
        ana.wait_for("chat-user-status", userId=who.id, isOnline=True)
    path = f"{API}/online-users"

    def online(who: Actor, **params: Any) -> list[int]:
        answer = given(rest(who, "GET", path, params={"limit": 100} | params))
        assert all(each["isOnline"] and each["lastSeen"] is None for each in answer)
        assert all(set(each) == {"userId", "isOnline", "lastSeen"} for each in answer)
        return [each["userId"] for each in answer]

    assert online(people.lena) == [people.petra.id]
    assert online(people.petra) == [people.lena.id]
    assert online(people.marcus) == []
    everybody = online(people.ben)
    assert {who.id for who in there} <= set(everybody)
    assert online(people.ben, limit=1, page=2) == everybody[1:2]
    assert people.ben.id not in everybody


# What is not one's own


@pytest.mark.parametrize(("method", "path"), [each for each in ENDPOINTS if "/1/" in each[1]])
def test_what_is_not_ones_own_is_not_there(
    rest: Rest, people: People, between: int, method: str, path: str
) -> None:
    say(people.lena, between, "Hello")
    before = state(between)
    for stranger in (people.marcus, person("Paul", "provider")):
        answers = [
            refused(rest(stranger, method, path.replace("/1/", f"/{number}/")), 404)
            for number in (between, 2**50)
        ]
        assert answers[0] == answers[1]
        assert answers[0]["code"] == "conversation_not_found"
    for malformed in ("conv_123", "0", "-1", "1.5", str(10**20)):
        refused(rest(people.lena, method, path.replace("/1/", f"/{malformed}/")), 404)
    assert state(between) == before


def test_the_documentation_shows_every_endpoint_and_its_answer(place: Place) -> None:
    page = requests.get(place.server.url + "/api/docs", timeout=15).text
    for method, path in ENDPOINTS:
        shown = path.replace("/1/", "/{conversationId}/")
        assert f"<code>{shown}</code>" in page, (method, shown)
    assert 'id="shape-Conversation004"' in page
    assert 'id="shape-MessagePage004"' in page
    paths = requests.get(place.server.url + "/api/openapi.json", timeout=15).json()["paths"]
    answers = paths[CONVERSATIONS]["get"]["responses"]["200"]["content"]
    assert answers["application/json"]["schema"] == {
        "type": "array",
        "items": {"$ref": "#/components/schemas/Conversation004"},
    }
