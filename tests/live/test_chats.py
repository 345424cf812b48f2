"""Joining, leaving, and catching up: nothing missed, nothing twice."""

from typing import Any

import pytest

from app import clock
from app.cli import factories
from app.operations import messages, receipts
from app.operations.messages import Draft
from tests.live.clients import Client
from tests.live.conftest import Place
from tests.people import People


def long_chat(people: People, length: int) -> int:
    story = factories.ChatPast(people.lena, clock.now()).say(people.lena, "1", clock.now())
    story.take(people.ana, clock.now())
    for number in range(2, length + 1):
        story.say((people.lena, people.ana)[number % 2], str(number), clock.now())
    return factories.save([story])[0]


def everything_after(client: Client, chat_id: int, after: int) -> tuple[list[dict[str, Any]], int]:
    """What `sync` gives, call after call, and the version that it ends at."""
    found = []
    while True:
        answer = client.ask("sync", {"chatId": chat_id, "after": after})
        assert answer["ok"], answer
        assert len(answer["messages"]) <= 100
        found += answer["messages"]
        after = answer["version"]
        if not answer["hasMore"]:
            return found, after


def test_who_joins_gets_the_newest_page_and_the_chat(place: Place, people: People) -> None:
    chat_id = long_chat(people, 60)
    answer = place.client(people.lena).join(chat_id)
    assert [m["message"] for m in answer["messages"]] == [str(n) for n in range(11, 61)]
    assert answer["hasMore"] is True
    assert answer["version"] == answer["chat"]["version"] == answer["messages"][-1]["version"]
    assert answer["chat"]["status"] == "open"
    assert answer["chat"]["agent"] == {"id": people.ana.id, "name": "Ana Weber"}


def test_who_comes_back_is_given_what_changed_and_no_more(place: Place, people: People) -> None:
    chat_id = long_chat(people, 5)
    lena = place.client(people.lena)
    known = lena.join(chat_id)["version"]
    lena.close()
    sent = messages.send(people.ana, chat_id, Draft("While you were away", "x"))
    receipts.mark_read(people.ana, chat_id, known)
    answer = place.client(people.lena).join(chat_id, after=known)
    changed = {m["message"]: m["status"] for m in answer["messages"]}
    # Her own messages 1, 2 and 4, which have been read now, and the one that is new.
    assert changed == {"1": "read", "2": "read", "4": "read", "While you were away": "sent"}
    assert answer["version"] == sent.version + 1
    again = place.client(people.lena).join(chat_id, after=answer["version"])
    assert (again["messages"], again["hasMore"]) == ([], False)


@pytest.mark.parametrize("length", [1, 100, 101, 350])
def test_sync_gives_everything_once_a_hundred_a_call(
    place: Place, people: People, length: int
) -> None:
    chat_id = long_chat(people, length)
    lena = place.client(people.lena)
    found, version = everything_after(lena, chat_id, 0)
    texts = [m["message"] for m in found if m["messageType"] == "text"]
    assert texts == [str(n) for n in range(1, length + 1)]
    assert len({m["id"] for m in found}) == len(found)
    assert everything_after(lena, chat_id, version) == ([], version)


def test_sync_after_a_receipt_over_many_messages_never_splits_a_version(
    place: Place, people: People
) -> None:
    chat_id = long_chat(people, 350)
    ana = place.client(people.ana)
    known = ana.join(chat_id)["version"]
    receipts.mark_read(people.lena, chat_id)
    found, version = everything_after(ana, chat_id, known)
    anas = [str(n) for n in range(3, 351, 2)]
    assert sorted(m["message"] for m in found) == sorted(anas)
    assert {m["status"] for m in found} == {"read"}
    assert version == known + 2


@pytest.mark.parametrize("event", ["join_chat", "sync"])
@pytest.mark.parametrize(
    "bad", [{}, {"chatId": None}, {"chatId": -1}, {"after": -1}, {"after": "now"}, {"after": 2**53}]
)
def test_a_bad_payload_is_refused_and_joins_nothing(
    place: Place, people: People, event: str, bad: dict[str, Any]
) -> None:
    chat_id = long_chat(people, 1)
    lena = place.client(people.lena)
    payload = {"chatId": chat_id, "after": 0} | bad if bad else {}
    answer = lena.ask(event, payload)
    assert (answer["ok"], answer["error"]["code"]) == (False, "invalid")
    assert answer["error"]["fields"]
    messages.send(people.ana, chat_id, Draft("Not for you", "x"))
    lena.send("Another", "b")
    lena.catch_up()
    assert lena.all("new_message") == []


def test_who_is_refused_or_has_left_hears_nothing_more(place: Place, people: People) -> None:
    chat_id = long_chat(people, 1)
    lena, marcus, gone = (place.client(who) for who in (people.lena, people.marcus, people.lena))
    for client in (lena, gone):
        client.join(chat_id)
    assert marcus.ask("join_chat", {"chatId": chat_id})["error"]["code"] == "chat_not_found"
    assert gone.ask("leave_chat", {"chatId": chat_id}) == {"ok": True}
    lena.send("Hello?", "b")
    for client in (lena, marcus, gone):
        client.catch_up()
    heard = [len(client.all("new_message")) for client in (lena, marcus, gone)]
    assert heard == [1, 0, 0]


def test_pages_get_html_in_their_language_and_programs_get_none(
    place: Place, people: People
) -> None:
    chat_id = long_chat(people, 1)
    page, program = place.client(people.lena, is_page=True), place.client(people.lena)
    inbox = place.client(people.ben, is_page=True)
    assert "html" in page.join(chat_id)["messages"][0]
    assert "html" not in program.join(chat_id)["messages"][0]
    sent = program.send("<b>Bold</b> & brave", "b")
    html = page.wait_for("new_message")["html"]
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; brave" in html
    assert "<b>" not in html
    assert f"{sent['id']}" in html
    assert "Lena Ortiz" in inbox.wait_for("new_chat_message", chatId=chat_id)["html"]
    assert "html" not in program.wait_for("new_message")
