"""The bot: one answer a chat, from articles, beside the queue and never in front of it."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.tokens import access_token
from app.bot import answering
from app.cli.factories import state
from app.errors import ChatNotFound, Conflict, Forbidden
from app.events import Event, MessageSent
from app.files import links
from app.models.bots import BotAnswerState
from app.models.chats import Status
from app.models.jobs import Job
from app.models.messages import Line, MessageState
from app.operations import access, articles, assignments, bots, closures, jobs, messages, sites
from app.operations.messages import Draft
from app.queries import bots as queries
from app.queries import messages as history
from app.realtime import bots as asking
from tests.people import People
from tests.races import at_once


@pytest.fixture(autouse=True)
def is_on(app: Flask) -> None:
    app.config["RATE_LIMITS"] = False
    app.config["BOT"] = True
    asking.asked.clear()


@pytest.fixture(autouse=True)
def some(people: People) -> None:
    for title, text in (
        ("How do I return a chair?", "Within 30 days, by post. A refund follows."),
        ("Opening hours", "We are here from nine to five."),
        ("Delivery to Norway", "It takes three days."),
        ("Invoices", "They come by e-mail, with each delivery."),
    ):
        articles.create(people.maya, title=title, text=text, is_published=True)
    articles.create(people.maya, title="Secret returns", text="A draft.")


def asks(people: People, text: str = "Hello, can I return my chairs?") -> int:
    return messages.send(people.lena, None, Draft(text)).chat_id


def lines(chat_id: int) -> list[MessageState]:
    return [each for each in history.shown(chat_id).messages if each.line == Line.ANSWERED]


def answer_of(chat_id: int) -> BotAnswerState:
    found = queries.of_chat(chat_id)
    assert found is not None
    return found


def test_it_names_articles_in_a_line_that_no_person_says(
    people: People, announced: list[Event]
) -> None:
    chat_id = asks(people)
    before = state(chat_id)
    announced.clear()
    answering.answer(chat_id)
    (line,) = lines(chat_id)
    assert line.sender_id is None
    assert line.text == "How do I return a chair?"
    assert [each["title"] for each in (line.detailed or {})["articles"]] == [line.text]
    after = state(chat_id)
    # It waits as it did, in its place, unanswered.
    assert after.updated_at >= before.updated_at
    assert after == before._replace(version=before.version + 1, updated_at=after.updated_at)
    assert [type(each) for each in announced] == [MessageSent]
    answering.answer(chat_id)
    assert len(lines(chat_id)) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I want to RETURN it", ["How do I return a chair?"]),
        ("returned chairs", ["How do I return a chair?"]),
        ("Do you deliver to Norway?", ["Delivery to Norway"]),
        ("When are you here?", []),
        ("Hello", []),
        ("unicorns", []),
        ("?!", []),
        ("post", []),
        ("post a refund", ["How do I return a chair?"]),
    ],
)
def test_it_says_what_it_finds_or_nothing(people: People, text: str, expected: list[str]) -> None:
    assert [each.title for each in queries.likeliest(text)] == expected


def test_it_is_off_unless_it_was_turned_on(people: People, app: Flask) -> None:
    app.config["BOT"] = False
    chat_id = asks(people)
    answering.answer(chat_id)
    assert lines(chat_id) == []
    site = sites.create(people.maya, name="Shop")
    assert not queries.is_on(site.id)
    sites.edit(people.maya, site.id, bot="on")
    assert queries.is_on(site.id)


@pytest.mark.parametrize("how", ["taken", "answered", "closed"])
def test_where_a_person_was_faster_it_says_nothing(people: People, how: str) -> None:
    chat_id = asks(people)
    if how == "taken":
        assignments.claim(people.ana, chat_id)
    else:
        messages.send(people.ana, chat_id, Draft("Hi"))
    if how == "closed":
        closures.close(people.ana, chat_id)
        messages.send(people.lena, None, Draft("How do I return another chair?"))
        assert state(chat_id).is_waiting, "a second question is no first one"
    answering.answer(chat_id)
    assert lines(chat_id) == []


def test_of_two_processes_one_answers(people: People) -> None:
    chat_id = asks(people)
    found = queries.likeliest("return a chair")
    given = at_once(lambda _: bots.answer(chat_id, found), 4)
    assert sorted(map(bool, given)) == [False, False, False, True]
    assert len(lines(chat_id)) == 1


def test_this_helped_closes_the_chat_once(people: People) -> None:
    chat_id = asks(people)
    with pytest.raises(Conflict):
        bots.settle(people.lena, chat_id, has_helped=True)
    answering.answer(chat_id)
    assert queries.offered_in(access.own_chat(people.lena)) is not None
    closed = bots.settle(people.lena, chat_id, has_helped=True)
    assert closed.status == Status.CLOSED
    assert answer_of(chat_id).has_helped is True
    again = bots.settle(people.lena, chat_id, has_helped=False)
    assert (again, answer_of(chat_id).has_helped) == (closed, True)
    assert queries.offered_in(access.own_chat(people.lena)) is None


def test_who_asks_for_a_person_keeps_their_place(people: People) -> None:
    chat_id = asks(people)
    answering.answer(chat_id)
    since = state(chat_id).waiting_since
    bots.settle(people.lena, chat_id, has_helped=False)
    after = state(chat_id)
    assert (after.status, after.waiting_since) == (Status.WAITING, since)
    assert history.shown(chat_id).messages[-1].line == Line.ASKED
    assert queries.offered_in(access.own_chat(people.lena)) is None
    answering.answer(chat_id)
    assert len(lines(chat_id)) == 1


def test_it_asks_no_more_once_anything_else_is_said(people: People) -> None:
    chat_id = asks(people)
    answering.answer(chat_id)
    messages.send(people.lena, None, Draft("No, I mean something else"))
    assert queries.offered_in(access.own_chat(people.lena)) is None
    assert state(chat_id).is_waiting
    messages.send(people.ana, chat_id, Draft("I am here"))
    after = bots.settle(people.lena, chat_id, has_helped=True)
    assert after.is_open, "what a person has begun goes on"


def test_nobody_but_its_customer_settles_it(people: People) -> None:
    chat_id = asks(people)
    answering.answer(chat_id)
    with pytest.raises(ChatNotFound):
        bots.settle(people.marcus, chat_id, has_helped=True)
    with pytest.raises(Forbidden):
        bots.settle(people.ana, chat_id, has_helped=True)
    assert answer_of(chat_id).ended_at is None


def test_the_first_message_alone_makes_a_job_of_it(
    people: People, app: Flask, announced: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[Job] = []
    monkeypatch.setattr(jobs, "store", stored.append)
    chat_id = asks(people)
    messages.send(people.lena, None, Draft("And another thing"))
    said = [each for each in announced if isinstance(each, MessageSent)]
    for each in said:
        if each.began_waiting:
            asking.first_said(each)
    asking.look()
    asking.look()
    assert [each.payload for each in stored] == [{"chat_id": chat_id}]


def test_a_transcript_names_them_in_plain_words(people: People, client: FlaskClient) -> None:
    chat_id = asks(people)
    answering.answer(chat_id)
    path = links.transcript(people.lena, chat_id, links.TEXT)
    text = client.get(path).get_data(as_text=True)
    assert "Automatic answer, while a person is on the way: How do I return a chair?" in text
    assert "<" not in text


def test_its_doors(people: People, client: FlaskClient, app: Flask) -> None:
    chat_id = asks(people)
    answering.answer(chat_id)
    headers = {"Authorization": f"Bearer {access_token(people.lena)}"}
    path = f"/api/v1/chats/{chat_id}/automatic-answer"
    given: Any = client.put(path, json={"hasHelped": True}, headers=headers).get_json()
    assert given["status"] == "closed"
    given = client.get(f"/api/v1/chats/{chat_id}/messages", headers=headers).get_json()
    said = next(each for each in given["messages"] if "Automatic" in each["message"])
    assert said["sender"] is None
    assert said["messageType"] == "system"
