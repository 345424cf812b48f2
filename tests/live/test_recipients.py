"""Who is told what: exactly these sockets, in exactly this order, and nobody else."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from app import clock
from app.models.messages import MessageState
from app.operations import assignments, chats, messages
from app.operations.messages import Draft
from app.queries import messages as history
from tests.live.clients import Client
from tests.live.conftest import Place
from tests.people import People
from tests.servers import wait_until

Act = Callable[[Place, People, dict[str, Client], int], Any]
LISTENERS = ("program", "page", "stranger", "agent", "colleague")


def rest(who: str, method: str, path: str) -> Act:
    def act(place: Place, people: People, clients: dict[str, Client], chat_id: int) -> None:
        place.rest(getattr(people, who), method, f"/chats/{chat_id}/{path}").raise_for_status()

    return act


def say(who: str, event: str, **payload: Any) -> Act:
    def act(place: Place, people: People, clients: dict[str, Client], chat_id: int) -> None:
        assert clients[who].ask(event, {"chatId": chat_id, **payload})["ok"]

    return act


def read(who: str, event: str = "mark_read") -> Act:
    def act(place: Place, people: People, clients: dict[str, Client], chat_id: int) -> None:
        version = clients[who].ask("sync", {"chatId": chat_id, "after": 0})["version"]
        assert clients[who].ask(event, {"chatId": chat_id, "upTo": version})["ok"]

    return act


def change(who: str, event: str, *, last: bool, **payload: Any) -> Act:
    """The first message of the chat, or the last one."""

    def act(place: Place, people: People, clients: dict[str, Client], chat_id: int) -> None:
        rows = clients[who].ask("sync", {"chatId": chat_id, "after": 0})["messages"]
        said = [each["id"] for each in rows if each["sender"]]
        assert clients[who].ask(event, {"messageId": said[-last], **payload})["ok"]

    return act


def reply(who: str) -> Act:
    def act(place: Place, people: People, clients: dict[str, Client], chat_id: int) -> None:
        rows = clients[who].ask("sync", {"chatId": chat_id, "after": 0})["messages"]
        payload = MESSAGE | {"chatId": chat_id, "replyTo": rows[0]["id"]}
        assert clients[who].ask("send_message", payload)["ok"]

    return act


def edit(who: str, *, last: bool = True) -> Act:
    return change(who, "edit_message", last=last, message="Other")


def take_back(who: str) -> Act:
    return change(who, "delete_message", last=True)


def about(place: Place, people: People, clients: dict[str, Client], chat_id: int) -> None:
    made = place.rest(people.maya, "POST", "/topics", name="Invoices").json()
    assert clients["agent"].ask("set_topic", {"chatId": chat_id, "topicId": made["id"]})["ok"]


def newest(chat_id: int) -> MessageState:
    return [each for each in history.before(chat_id).messages if not each.is_line][-1]


MESSAGE = {"message": "Hello", "clientId": "x"}
# Told a moment later, and of other chats as well: a place in the queue.
BY_THEMSELVES = ("presence", "queue_place")
OF_NO_CHAT = (*BY_THEMSELVES, "settings_changed")
IN_CHAT, INBOX = ["new_message"], ["new_chat_message"]
BOTH = IN_CHAT + INBOX
CHANGED = ["chat_changed"]
EDITED = {
    "program": ["message_changed"],
    "page": ["message_changed"],
    "agent": ["message_changed", *CHANGED],
    "colleague": CHANGED,
}
TABLE: dict[str, tuple[bool, Act, dict[str, list[str]]]] = {
    # whether the agent has the chat, what happens: what program, page, stranger, agent, colleague
    # hear. The agent is in the chat and in the staff room, the colleague in the staff room alone.
    "the customer sends": (
        True,
        say("program", "send_message", **MESSAGE),
        {"program": IN_CHAT, "page": IN_CHAT, "agent": BOTH, "colleague": INBOX},
    ),
    "the agent sends": (
        True,
        say("agent", "send_message", **MESSAGE),
        {"program": IN_CHAT, "page": IN_CHAT, "agent": BOTH, "colleague": INBOX},
    ),
    "a reply takes a chat that waits": (
        False,
        say("colleague", "send_message", **MESSAGE),
        {
            "program": CHANGED + IN_CHAT * 2,
            "page": CHANGED + IN_CHAT * 2,
            "agent": CHANGED + BOTH * 2,
            "colleague": CHANGED + INBOX * 2,
        },
    ),
    "the colleague claims": (
        False,
        rest("ben", "PUT", "assignment"),
        {
            "program": CHANGED + IN_CHAT,
            "page": CHANGED + IN_CHAT,
            "agent": CHANGED + BOTH,
            "colleague": CHANGED + INBOX,
        },
    ),
    "the agent puts a tag on it": (
        True,
        say("agent", "tag_chat", name="Refund"),
        {
            "agent": ["settings_changed", "tags_changed"],
            "colleague": ["settings_changed", "tags_changed"],
        },
    ),
    "the agent says what it is about": (
        True,
        about,
        {
            "program": CHANGED,
            "page": CHANGED,
            "agent": ["settings_changed", *CHANGED],
            "colleague": ["settings_changed", *CHANGED],
        },
    ),
    "the agent puts it aside": (
        True,
        say("agent", "snooze_chat", until=clock.iso(clock.now() + 3_600_000)),
        {"agent": ["snooze_changed"], "colleague": ["snooze_changed"]},
    ),
    "the agent pins it": (
        True,
        say("agent", "pin_chat"),
        {"agent": ["pin_changed"]},
    ),
    "the agent marks it as unread": (
        True,
        say("agent", "mark_unread"),
        {"agent": ["unread_mark_changed"], "colleague": ["unread_mark_changed"]},
    ),
    "the agent says that it is urgent": (
        True,
        say("agent", "set_priority", priority="urgent"),
        {"agent": ["priority_changed"], "colleague": ["priority_changed"]},
    ),
    "the customer closes": (
        True,
        rest("lena", "PUT", "closure"),
        {
            "program": CHANGED + IN_CHAT,
            "page": CHANGED + IN_CHAT,
            "agent": CHANGED + BOTH,
            "colleague": CHANGED + INBOX,
        },
    ),
    "a manager takes over": (
        True,
        rest("maya", "PUT", "takeover"),
        {
            "program": CHANGED + IN_CHAT,
            "page": CHANGED + IN_CHAT,
            "agent": [*CHANGED, *BOTH, "taken_over"],
            "colleague": CHANGED + INBOX,
        },
    ),
    "a manager looks on": (True, rest("maya", "PUT", "watch"), {}),
    "staff blocks": (
        True,
        rest("ana", "PUT", "block"),
        {"program": CHANGED, "page": CHANGED, "agent": CHANGED, "colleague": CHANGED},
    ),
    "the customer edits what is not the last": (
        True,
        edit("program", last=False),
        EDITED,
    ),
    "the agent edits the last": (True, edit("agent"), EDITED),
    "the agent takes the last back": (True, take_back("agent"), EDITED),
    "an admin hides words of the last": (
        True,
        lambda place, people, _clients, chat_id: place.rest(
            people.ada,
            "POST",
            f"/messages/{newest(chat_id).id}/redactions",
            words=newest(chat_id).text,
        ).raise_for_status(),
        EDITED,
    ),
    "the customer reacts": (True, change("page", "react", last=True, emoji="👍"), EDITED),
    "the agent reacts to what is not the last": (
        True,
        change("agent", "react", last=False, emoji="👍"),
        EDITED,
    ),
    "the customer replies": (
        True,
        reply("program"),
        {"program": IN_CHAT, "page": IN_CHAT, "agent": BOTH, "colleague": INBOX},
    ),
    "the customer types": (
        True,
        say("program", "typing", isTyping=True),
        {"agent": ["user_typing"], "colleague": ["user_typing"]},
    ),
    "the agent types": (
        True,
        say("agent", "typing", isTyping=True),
        {"program": ["user_typing"], "page": ["user_typing"], "colleague": ["user_typing"]},
    ),
    "the customer reads": (
        True,
        read("page"),
        {"program": ["receipts"], "page": ["receipts"], "agent": ["receipts"]},
    ),
    "the agent receives": (
        True,
        read("agent", "mark_delivered"),
        {"program": ["receipts"], "page": ["receipts"], "agent": ["receipts"]},
    ),
    "the agent reads": (  # which takes the badge off the inbox row
        True,
        read("agent"),
        {
            "program": ["receipts"],
            "page": ["receipts"],
            "agent": ["receipts", *CHANGED],
            "colleague": CHANGED,
        },
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_exactly_these_are_told(place: Place, people: People, case: str) -> None:
    is_assigned, act, expected = TABLE[case]
    chat_id = messages.send(people.lena, None, Draft("First", "a")).chat_id
    if is_assigned:
        assignments.claim(people.ana, chat_id)
        messages.send(people.ana, chat_id, Draft("Second", "b"))
    elsewhere = messages.send(people.marcus, None, Draft("Elsewhere", "a")).chat_id
    clients = {
        "program": place.client(people.lena),
        "page": place.client(people.lena, is_page=True),
        "stranger": place.client(people.marcus),
        "agent": place.client(people.ana, is_page=True),
        "colleague": place.client(people.ben),
    }
    for name in ("program", "page", "agent"):
        clients[name].join(chat_id)
    clients["stranger"].join(elsewhere)
    for client in clients.values():
        client.catch_up()
        client.heard.clear()

    act(place, people, clients, chat_id)

    def heard() -> dict[str, list[str]]:
        return {
            name: [h.name for h in client.heard if h.name not in BY_THEMSELVES]
            for name, client in clients.items()
        }

    # From another process it comes when it comes.
    wait_until(lambda: all(len(told) >= len(expected.get(n, [])) for n, told in heard().items()))
    for client in clients.values():
        client.catch_up()
    assert heard() == {name: expected.get(name, []) for name in LISTENERS}
    for name, client in clients.items():
        told = [h for h in client.heard if "message" in h.name]
        assert all(("html" in h.data) == (name in ("page", "agent")) for h in told)
        # What is told of one chat never goes backwards.
        versions = [h.data["version"] for h in client.heard if "version" in h.data]
        assert versions == sorted(versions)
        of_chats = [h for h in client.heard if h.name not in OF_NO_CHAT]
        assert all(h.data["chatId"] == chat_id for h in of_chats)


def test_who_is_in_an_empty_chat_is_told_of_it_and_the_inbox_is_not(
    place: Place, people: People
) -> None:
    chat_id = chats.open_own(people.lena)[0].id
    lena, ana, ben = (place.client(who) for who in (people.lena, people.ana, people.ben))
    ana.join(chat_id)
    place.rest(people.lena, "PUT", f"/chats/{chat_id}/archive").raise_for_status()
    assert ana.wait_for("chat_changed")["chat"]["status"] == "archived"
    for client in (lena, ben):
        client.catch_up()
        assert client.all("chat_changed") == []


def test_where_a_forwarded_message_is_from_is_told_to_nobody_who_may_not_know(
    place: Place, people: People
) -> None:
    for _ in range(7):  # so that no id of one is a number of the other
        origin = messages.send(people.lena, None, Draft("Order 4711 is late"))
    chat_id = messages.send(people.marcus, None, Draft("Hello?", "a")).chat_id
    lena, marcus = place.client(people.lena), place.client(people.marcus)
    page = place.client(people.marcus, is_page=True)
    ana = place.client(people.ana)
    lena.join(origin.chat_id)
    for client in (marcus, page, ana):
        client.join(chat_id)
    for client in (lena, marcus, page, ana):
        client.catch_up()
        client.heard.clear()
    forward = {"messageId": origin.id, "chatId": chat_id, "clientId": "f"}
    answer = ana.ask("forward_message", forward)
    assert answer["message"]["message"] == "Order 4711 is late"
    assert ana.ask("forward_message", forward) == answer
    wait_until(lambda: any("4711" in str(h.data) for h in page.heard))
    for client in (lena, marcus, page):
        client.catch_up()
    assert [h for h in lena.heard if h.name != "presence"] == []
    told = [h.data for client in (marcus, page) for h in client.heard if h.name != "presence"]
    told += [client.ask("sync", {"chatId": chat_id, "after": 0}) for client in (marcus, page)]
    told.append(place.rest(people.marcus, "GET", f"/chats/{chat_id}/messages").json())
    assert sum("4711" in str(each) for each in told) == 5
    for each in told:
        said = str(each).casefold()
        assert "lena" not in said
        assert "forwardedfrom" not in said
        assert not numbers_in(each) & {origin.id, origin.chat_id, people.lena.id} - {
            chat_id,
            people.marcus.id,
            people.ana.id,
        }


def numbers_in(value: Any) -> set[int]:
    """Ids among what was told, and those that its HTML names."""
    named = {"id", "chatId", "senderId", "replyTo", "userId"}
    if isinstance(value, dict):
        here = {each for name, each in value.items() if name in named and isinstance(each, int)}
        return here.union(*map(numbers_in, value.values()))
    if isinstance(value, list):
        return set[int]().union(*map(numbers_in, value))
    html = value if isinstance(value, str) else ""
    return {int(number) for number in re.findall(r'(?:message-|data-[a-z-]*id=")(\d+)', html)}


def test_a_view_is_told_to_whose_it_is_and_everybodys_to_all_staff(
    place: Place, people: People
) -> None:
    ana, ben, maya, lena = (
        place.client(who) for who in (people.ana, people.ben, people.maya, people.lena)
    )
    own = ana.ask("save_view", {"name": "Mine", "search": "tag:vip"})["view"]
    shared = maya.ask("save_view", {"name": "Ours", "isShared": True})["view"]
    assert ana.ask("remove_view", {"viewId": own["id"]})["ok"]
    assert ben.ask("remove_view", {"viewId": shared["id"]})["error"]["code"] == "forbidden"
    for client, times in ((ana, 3), (ben, 1), (maya, 1), (lena, 0)):
        client.hears("saved_views_changed", [{}] * times)


def test_what_is_set_is_told_to_all_staff_and_ones_own_to_oneself(
    place: Place, people: People
) -> None:
    ana, ben, maya, lena, ada = (
        place.client(who) for who in (people.ana, people.ben, people.maya, people.lena, people.ada)
    )

    def ask(who: Client, method: str, path: str, **body: Any) -> Any:
        answer = who.ask("request", {"method": method, "path": path, "body": body})
        assert answer["ok"], answer
        return answer["answer"]

    told: list[dict[str, Any]] = []
    for about, path, body in (
        ("teams", "/teams", {"name": "Returns"}),
        ("topics", "/topics", {"name": "Parcels"}),
        ("word_lists", "/word-lists", {"name": "Rude", "effect": "mask", "words": ["plague"]}),
        ("articles", "/articles", {"title": "Returns", "text": "By post."}),
        ("canned_answers", "/canned-answers", {"name": "Hi", "text": "Hi", "isShared": True}),
    ):
        one = ask(maya, "POST", path, **body)["id"]
        ask(maya, "PATCH", f"{path}/{one}", **{next(iter(body)): "Anew"})
        ask(maya, "DELETE", f"{path}/{one}")
        anew = "renamed" if about in ("teams", "topics") else "changed"
        told += [{"about": about, "what": w, "id": one} for w in ("made", anew, "removed")]
    rule = {"name": "Hm", "event": "message", "actions": [{"kind": "close"}]}
    one = ask(maya, "POST", "/rules", **rule)["id"]
    ask(maya, "PUT", "/rules/order", ruleIds=[one])
    told.append({"about": "rules", "what": "made", "id": one})
    told.append({"about": "rules", "what": "changed", "id": None})
    about_one = {"name": "CRM", "url": "https://crm.example/", "events": ["chat_rated"]}
    one = ask(ada, "POST", "/webhooks", **about_one)["id"]
    ask(ada, "PATCH", f"/webhooks/{one}", name="Anew")
    ask(ada, "DELETE", f"/webhooks/{one}")
    told += [{"about": "webhooks", "what": w, "id": one} for w in ("made", "changed", "removed")]
    about_one = {"name": "SMS", "siteId": ask(ada, "GET", "/sites")["sites"][0]["id"]}
    one = ask(ada, "POST", "/incoming-webhooks", **about_one)["id"]
    ask(ada, "POST", f"/incoming-webhooks/{one}/key")
    ask(ada, "DELETE", f"/incoming-webhooks/{one}")
    told += [
        {"about": "incoming_webhooks", "what": w, "id": one} for w in ("made", "changed", "removed")
    ]
    own = ask(ana, "POST", "/canned-answers", name="Mine", text="Hi")["id"]
    mine = [{"about": "canned_answers", "what": "made", "id": own}]
    for client, heard in ((ana, told + mine), (ben, told), (maya, told), (lena, [])):
        client.hears("settings_changed", heard)


def test_what_is_told_of_settings_is_what_became_of_them(place: Place, people: People) -> None:
    ana, maya = (place.client(who) for who in (people.ana, people.maya))

    def ask(method: str, path: str, **body: Any) -> Any:
        answer = maya.ask("request", {"method": method, "path": path, "body": body})
        assert answer["ok"], answer
        return answer["answer"]

    told: list[tuple[str, str, int | None]] = []

    def is_told(about: str, what: str, which: int | None) -> None:
        told.append((about, what, which))
        ana.hears(
            "settings_changed", [{"about": a, "what": what, "id": one} for a, what, one in told]
        )

    # One's own is nobody else's to know, until it is everybody's.
    answer = ask("POST", "/canned-answers", name="Ours", text="Hi")["id"]
    ask("PATCH", f"/canned-answers/{answer}", isShared=True)
    is_told("canned_answers", "made", answer)
    ask("PATCH", f"/canned-answers/{answer}", isShared=False)
    is_told("canned_answers", "removed", answer)
    heard = [each["what"] for each in maya.all("settings_changed")]
    assert heard == ["made", "made", "removed"]
    for what in ("made", "changed"):
        ask("POST", "/canned-answers/csv", isShared=True, csv="From a file,,Hello")
        is_told("canned_answers", what, None)
    team = ask("POST", "/teams", name="Billing")["id"]
    is_told("teams", "made", team)
    ask("PUT", f"/teams/{team}/members/{people.ana.id}")
    is_told("teams", "changed", team)
    topic = ask("POST", "/topics", name="Bills", teamId=team)["id"]
    is_told("topics", "made", topic)
    site = ask("POST", "/sites", name="Shop")["id"]
    is_told("sites", "made", site)
    ask("PATCH", f"/sites/{site}", teamId=team)
    is_told("sites", "changed", site)
    ask("PATCH", f"/sites/{site}", name="Store", greeting="Hello")
    is_told("sites", "renamed", site)
    # What led there leads nowhere now.
    ask("DELETE", f"/teams/{team}")
    told += [("topics", "changed", None), ("sites", "changed", None)]
    is_told("teams", "removed", team)
    ask("DELETE", f"/teams/{ask('POST', '/teams', name='Empty')['id']}")
    ana.catch_up()
    assert [each["about"] for each in ana.all("settings_changed")][len(told) :] == ["teams"] * 2
