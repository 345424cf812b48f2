"""Replies: the quote is what the message says now, looked up once for a page and never copied."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.bus import packed, unpacked
from app.cli import factories
from app.events import Event, MessageSent
from app.models.messages import MessageState
from app.operations import assignments, chats, edits, merges, messages, users
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import messages as history
from app.queries.related import NOTHING, related
from app.realtime import deliver
from tests.people import PASSWORD, People
from tests.sql import recorded


@pytest.fixture
def asked(people: People) -> MessageState:
    return messages.send(people.lena, None, Draft("Is my\n order late?", "a"))


@pytest.fixture
def answer(people: People, asked: MessageState) -> MessageState:
    return messages.send(people.ana, asked.chat_id, Draft("No", "b", reply_to_id=asked.id))


def page_of(client: FlaskClient, who: str, path: str) -> str:
    email = {"lena": "customer", "ana": "agent"}[who]
    client.post("/login", data={"email": f"{email}@example.com", "password": PASSWORD})
    return client.get(path).text


def quotes(html: str) -> list[str]:
    return [part.split("</a>")[0] for part in html.split('class="quote" href')[1:]]


def test_a_page_shows_it_as_a_link_to_the_message(
    client: FlaskClient, asked: MessageState, answer: MessageState
) -> None:
    for who, path in (
        ("ana", f"/admin/messages/{asked.chat_id}"),
        ("ana", f"/chats/{asked.chat_id}/messages?before={answer.seq + 1}"),
        ("lena", "/widget"),
    ):
        html = page_of(client, who, path)
        assert len(quotes(html)) == 1, path
        assert f'="#message-{asked.id}"' in quotes(html)[0]
        assert "Lena Ortiz" in quotes(html)[0]
        assert "Is my order late?" in quotes(html)[0]
        assert f'id="message-{asked.id}"' in html


def test_it_says_what_is_said_now_under_the_name_of_now(
    client: FlaskClient, people: People, asked: MessageState, answer: MessageState
) -> None:
    path = f"/chats/{asked.chat_id}/messages"
    edits.edit(people.lena, asked.id, "Is it on its way?")
    users.edit(people.ada, people.lena.id, name="Lena Bell")
    (quote,) = quotes(page_of(client, "ana", path))
    assert "Is it on its way?" in quote
    assert "Lena Bell" in quote
    edits.take_back(people.lena, asked.id)
    html = client.get(path).text
    assert "This message was taken back." in quotes(html)[0]
    assert "on its way" not in html


def test_a_page_of_history_asks_once_and_only_where_something_replies(
    app: Flask, people: People, asked: MessageState
) -> None:
    app.config["RATE_LIMITS"] = False
    with recorded() as without:
        history.shown(asked.chat_id)
    assert len(without) == 1
    for number in range(5):
        messages.send(people.ana, asked.chat_id, Draft(str(number), reply_to_id=asked.id))
    with recorded() as with_replies:
        page = history.shown(asked.chat_id)
    assert len(with_replies) == 2
    assert page.related.quotes.keys() == {asked.id}


def test_sending_asks_no_more_than_before(
    people: People, asked: MessageState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it is in the chat was asked before as well."""
    assignments.claim(people.ana, asked.chat_id)
    # As if pages listened.
    monkeypatch.setattr(deliver, "pages", lambda *_: [("en", "room")])
    emitted: list[Any] = []
    monkeypatch.setattr(deliver, "emit", lambda _name, payload, _to: emitted.append(payload))
    with recorded() as plain:
        messages.send(people.ana, asked.chat_id, Draft("Plain", "c"))
    with recorded() as reply:
        messages.send(people.ana, asked.chat_id, Draft("Reply", "d", reply_to_id=asked.id))
    assert len(reply) == len(plain) + 1
    assert quotes(emitted[-1]["html"])


def test_another_process_shows_it_without_asking(
    people: People, announced: list[Event], answer: MessageState, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sent,) = [e for e in announced if isinstance(e, MessageSent) and e.message == answer]
    monkeypatch.setattr("app.bus.process_name", iter(["there", "here"]).__next__)
    (heard,) = unpacked(packed([sent]))
    assert heard == sent
    monkeypatch.setattr(deliver, "pages", lambda *_: [("en", "room")])
    emitted: list[Any] = []
    monkeypatch.setattr(deliver, "emit", lambda _name, payload, _to: emitted.append(payload))
    with recorded() as run:
        deliver.tell_chat("new_message", heard, lambda: deliver.with_quote(heard.quote))
    assert run == []
    assert "Is my order late?" in quotes(emitted[-1]["html"])[0]


def test_a_long_one_is_cut(people: People, asked: MessageState) -> None:
    long = messages.send(people.lena, asked.chat_id, Draft("x" * 4000))
    reply = messages.send(people.ana, asked.chat_id, Draft("Oh", reply_to_id=long.id))
    assert len(related([reply]).quotes[long.id].text) == 160
    assert related([long]) is NOTHING


def test_it_holds_where_two_chats_become_one(people: People, asked: MessageState) -> None:
    guest = factories.person("Visitor")
    said = messages.send(guest, None, Draft("Hello", "x"))
    reply = messages.send(people.ana, said.chat_id, Draft("Hi", reply_to_id=said.id))
    with transaction() as tx:
        merges.merge(tx, guest, people.lena)
    page = history.shown(asked.chat_id)
    moved = next(each for each in page.messages if each.id == reply.id)
    assert moved.reply_to_id == said.id
    assert page.related.quotes[said.id].sender_name == "Lena Ortiz"


def test_of_a_line_it_shows_what_that_tells(
    client: FlaskClient, people: People, asked: MessageState
) -> None:
    assignments.claim(people.ana, asked.chat_id)
    line = history.before(asked.chat_id).messages[-1]
    messages.send(people.ben, asked.chat_id, Draft("Good", reply_to_id=line.id))
    (quote,) = quotes(page_of(client, "ana", f"/chats/{asked.chat_id}/messages"))
    assert "Ana Weber</bdi> joined" in quote


def test_nobody_quotes_what_they_cannot_see(people: People, asked: MessageState) -> None:
    other, _ = chats.open_between(people.petra, people.petra.id, people.marcus.id, None)
    with pytest.raises(messages.Invalid):
        messages.send(people.marcus, other.id, Draft("Oh", reply_to_id=asked.id))
