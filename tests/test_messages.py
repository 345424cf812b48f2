"""Sending: once, in order, or not at all."""

import pytest
from flask import Flask

from app.cli import factories
from app.errors import (
    ChatNotFound,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooFast,
    TooLong,
)
from app.models import database
from app.models.chats import ChatState
from app.models.messages import MessageState
from app.operations import access, archives, assignments, blocks, chats, closures, limits, messages
from app.operations.messages import Draft
from app.queries import counts
from app.queries import messages as history
from tests.people import People
from tests.races import at_once


def test_a_customers_first_message_opens_a_chat_that_waits(people: People) -> None:
    sent = messages.send(people.lena, None, Draft("Hello", "a"))
    chat = stored(sent.chat_id)
    assert (chat.status, chat.agent_id, chat.staff_unread, chat.needs_reply) == (
        "waiting",
        None,
        1,
        True,
    )
    assert sent.seq == sent.version == chat.version


def test_a_repeat_answers_with_the_first_message_whatever_it_says(people: People) -> None:
    first = messages.send(people.lena, None, Draft("Hello", "a"))
    again = messages.send(people.lena, first.chat_id, Draft("Something else", "a"))
    assert again == first
    assert [m.text for m in history.before(first.chat_id).messages] == ["Hello"]


def test_a_repeat_does_not_reopen_a_chat_that_was_closed_since(people: People) -> None:
    first = messages.send(people.lena, None, Draft("Hello", "a"))
    closures.close(people.ana, first.chat_id)
    assert messages.send(people.lena, None, Draft("Hello", "a")).id == first.id
    assert stored(first.chat_id).status == "closed"


def test_the_same_client_id_of_another_sender_is_another_message(people: People) -> None:
    first = messages.send(people.lena, None, Draft("Hello", "a"))
    other = messages.send(people.ana, first.chat_id, Draft("Hi", "a"))
    assert other.id != first.id


def test_a_message_to_a_closed_chat_makes_it_wait_without_its_agent(people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    assignments.claim(people.ana, chat_id)
    closures.close(people.ana, chat_id)
    messages.send(people.lena, None, Draft("One more thing", "b"))
    chat = stored(chat_id)
    assert (chat.status, chat.agent_id, chat.needs_reply) == ("waiting", None, True)


def test_a_reply_takes_a_chat_that_nobody_has(people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    messages.send(people.ben, chat_id, Draft("Hi", "b"))
    chat = stored(chat_id)
    assert (chat.status, chat.agent_id, chat.needs_reply) == ("open", people.ben.id, False)


def test_a_reply_leaves_a_chat_with_the_colleague_who_has_it(people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    assignments.claim(people.ana, chat_id)
    messages.send(people.ben, chat_id, Draft("Let me help", "b"))
    assert stored(chat_id).agent_id == people.ana.id


def test_nobody_writes_in_a_blocked_chat(people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    blocks.block(people.ana, chat_id)
    for actor in (people.lena, people.ana):
        with pytest.raises(Conflict) as refused:
            messages.send(actor, chat_id, Draft("Still here", "b"))
        assert refused.value.code == "chat_blocked"
    assert len(history.before(chat_id).messages) == 1


def test_another_customers_chat_is_not_there(people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    for actor in (people.marcus, people.petra):
        with pytest.raises(ChatNotFound):
            messages.send(actor, chat_id, Draft("Let me in", "b"))
    with pytest.raises(ChatNotFound):
        messages.send(people.marcus, chat_id + 1, Draft("Let me in", "b"))


@pytest.mark.parametrize("text", ["", "   ", "\n\t "])
def test_an_empty_message_is_refused_and_opens_no_chat(people: People, text: str) -> None:
    with pytest.raises(Invalid):
        messages.send(people.lena, None, Draft(text, "a"))
    assert database.rows(counts.STORED) == []


def test_5000_characters_are_taken_and_one_more_is_not(people: People) -> None:
    sent = messages.send(people.lena, None, Draft("é" * 5000, "a"))
    assert len(sent.text) == 5000
    with pytest.raises(TooLong):
        messages.send(people.lena, None, Draft("é" * 5001, "b"))


def test_staff_must_say_which_chat(people: People) -> None:
    with pytest.raises(Invalid):
        messages.send(people.ana, None, Draft("Hello", "a"))


def test_a_reply_names_a_message_of_its_own_chat(people: People) -> None:
    lenas = messages.send(people.lena, None, Draft("Hello", "a"))
    marcus = messages.send(people.marcus, None, Draft("Hello", "a"))
    answer = messages.send(people.ana, lenas.chat_id, Draft("Hi", "b", reply_to_id=lenas.id))
    assert answer.reply_to_id == lenas.id
    with pytest.raises(Invalid):
        messages.send(people.ana, lenas.chat_id, Draft("Hi", "c", reply_to_id=marcus.id))


def test_many_first_messages_at_once_open_one_chat_and_leave_no_gap(people: People) -> None:
    for customer in factories.people([(f"Customer {n}", "customer", None) for n in range(5)]):
        sent = at_once(
            lambda n, customer=customer: messages.send(customer, None, Draft(f"{n}", f"{n}")), 8
        )
        assert {message.chat_id for message in sent} == {sent[0].chat_id}
        first = min(message.seq for message in sent)
        assert sorted(message.seq for message in sent) == list(range(first, first + 8))
        assert stored(sent[0].chat_id).version == first + 7
    assert counts.wrong() == {}


def test_one_client_id_many_times_at_once_is_one_message(people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    sent = at_once(lambda _: messages.send(people.lena, chat_id, Draft("Once", "b")), 8)
    assert sent == [sent[0]] * 8
    assert [m.text for m in history.before(chat_id).messages] == ["Hello", "Once"]
    assert counts.wrong() == {}


def test_what_a_chat_stores_is_what_its_messages_say(people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("One", "a")).chat_id
    messages.send(people.lena, None, Draft("Two", "b"))
    messages.send(people.ana, chat_id, Draft("Three", "c"))
    assert counts.wrong() == {}


def stored(chat_id: int) -> ChatState:
    return factories.state(chat_id)


def test_a_repeat_finds_its_message_in_an_older_chat_of_the_customer(people: People) -> None:
    first = messages.send(people.lena, None, Draft("Hello", "a"))
    closures.close(people.ana, first.chat_id)
    newer, _ = chats.open_with(people.ana, people.lena.id)
    assert newer.id != first.chat_id
    assert messages.send_once(people.lena, None, Draft("Hello", "a")) == (first, False)
    assert history.before(newer.id).messages == []


@pytest.fixture
def finished(people: People) -> MessageState:
    """Lena's first message, in a chat that is closed; Ana has begun another one with her."""
    first = messages.send(people.lena, None, Draft("Hello", "a"))
    closures.close(people.ana, first.chat_id)
    chats.open_with(people.ana, people.lena.id)
    return first


@pytest.mark.parametrize("is_archived", [False, True])
def test_what_comes_late_for_a_finished_chat_goes_to_the_newest(
    people: People, finished: MessageState, is_archived: bool
) -> None:
    if is_archived:
        archives.archive(people.ana, finished.chat_id)
    before = stored(finished.chat_id)
    reply = Draft("One more thing", "b", reply_to_id=finished.id)
    late, is_new = messages.send_once(people.lena, finished.chat_id, reply)
    assert is_new
    assert late.chat_id == access.own_chat(people.lena).id != finished.chat_id  # type: ignore[union-attr]
    assert late.reply_to_id is None  # what it replied to is in the other chat
    assert stored(late.chat_id).agent_id == people.ana.id
    assert stored(finished.chat_id) == before
    assert counts.wrong() == {}


def test_staff_is_told_of_the_newer_chat_where_the_customer_would_not_see_it(
    people: People, finished: MessageState
) -> None:
    with pytest.raises(Conflict) as refused:
        messages.send(people.ana, finished.chat_id, Draft("I forgot to say", "b"))
    assert refused.value.code == "newer_chat"


def test_a_repeat_is_known_wherever_the_first_one_went(
    app: Flask, people: People, finished: MessageState
) -> None:
    old, lena = finished.chat_id, people.lena
    assert messages.send_once(lena, old, Draft("Hello", "a")) == (finished, False)
    late = messages.send(lena, old, Draft("Late", "b"))
    for chat_id in (old, late.chat_id, None):
        assert messages.send_once(lena, chat_id, Draft("Late", "b")) == (late, False)
    app.config["CUSTOMER_SENDS"] = "1 per hour"
    limits.init_app(app)
    messages.send(lena, None, Draft("Hello", "d"))
    with pytest.raises(TooFast):
        messages.send(lena, None, Draft("Hello", "e"))
    assert messages.send_once(lena, old, Draft("Late", "b")) == (late, False)


def test_late_for_a_finished_chat_many_times_at_once_is_one_message(
    people: People, finished: MessageState
) -> None:
    sent = at_once(lambda _: messages.send(people.lena, finished.chat_id, Draft("Late", "b")), 8)
    assert sent == [sent[0]] * 8


def test_a_chat_with_a_provider_stays_the_one_that_is_named(
    people: People, finished: MessageState
) -> None:
    petra, lena = people.petra, people.lena
    between, _ = chats.open_between(petra, petra.id, lena.id)
    chats.open_between(petra, petra.id, lena.id, 7)
    closures.close(petra, between.id)
    assert messages.send(lena, between.id, Draft("Thanks", "b")).chat_id == between.id


def test_a_repeat_is_never_too_fast(app: Flask, people: People) -> None:
    sent = [messages.send(people.lena, None, Draft("Hello", str(n))) for n in range(10)]
    with pytest.raises(TooFast):
        messages.send(people.lena, None, Draft("Hello", "10"))
    assert messages.send(people.lena, None, Draft("Hello", "3")) == sent[3]


def test_line_ends_and_nul_are_the_same_through_every_door(people: People) -> None:
    sent = messages.send(people.lena, None, Draft("one\r\ntwo\rthree\x00", "a"))
    assert sent.text == "one\ntwo\nthree"


def test_staff_writes_to_a_customer_who_has_no_chat(people: People) -> None:
    sent, is_new = messages.send_to(people.ana, people.lena.id, Draft("Hello Lena", "a"))
    chat = stored(sent.chat_id)
    assert is_new
    assert (chat.customer_id, chat.agent_id, chat.status) == (people.lena.id, people.ana.id, "open")
    assert (chat.customer_unread, chat.needs_reply) == (1, False)


def test_staff_writes_to_a_customer_in_the_chat_that_goes_on(people: People) -> None:
    asked = messages.send(people.lena, None, Draft("Hello", "a"))
    sent, _ = messages.send_to(people.ana, people.lena.id, Draft("Hi", "a"))
    assert sent.chat_id == asked.chat_id
    assert stored(sent.chat_id).agent_id == people.ana.id


def test_a_repeat_to_a_customer_is_known_though_a_newer_chat_is_there(people: People) -> None:
    first, _ = messages.send_to(people.ana, people.lena.id, Draft("Hello", "a"))
    closures.close(people.ana, first.chat_id)
    assert messages.send_to(people.ana, people.lena.id, Draft("Hello", "a")) == (first, False)
    other, is_new = messages.send_to(people.ana, people.lena.id, Draft("Hello", "b"))
    assert is_new
    assert other.chat_id != first.chat_id
    assert messages.send_to(people.ana, people.lena.id, Draft("Hello", "a")) == (first, False)


def test_the_same_first_message_at_once_is_one(people: People) -> None:
    sent = at_once(
        lambda _: messages.send_to(people.ana, people.lena.id, Draft("Hello", "a"))[0].id, times=8
    )
    assert len(set(sent)) == 1


def test_staff_writes_to_customers_alone(people: People) -> None:
    for nobody in (people.ben.id, people.petra.id, 10**9):
        with pytest.raises(NotFound):
            messages.send_to(people.ana, nobody, Draft("Hello", "a"))
    with pytest.raises(Forbidden):
        messages.send_to(people.marcus, people.lena.id, Draft("Hello", "a"))
