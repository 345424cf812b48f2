"""Messages that are edited or taken back: by whom, how long, and what is left of them."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.cli.factories import state
from app.errors import ChatBlocked, ChatError, Forbidden, Invalid, MessageNotFound, TooLate, TooLong
from app.events import Event, MessageChanged
from app.extensions import db
from app.models import edits as model
from app.models.messages import MessageState
from app.models.users import Actor
from app.operations import access, assignments, blocks, edits, messages, receipts
from app.operations.messages import Draft
from app.queries import counts
from app.queries import messages as history
from app.queries.edits import earlier_texts
from tests.people import People

Change = Callable[[Actor, int], MessageState]
CHANGES: list[Change] = [lambda who, which: edits.edit(who, which, "Other"), edits.take_back]


@pytest.fixture
def said(people: People) -> MessageState:
    """Lena's first of two; the second is the chat's last."""
    first = messages.send(people.lena, None, Draft("My card is 4111", "a"))
    messages.send(people.lena, first.chat_id, Draft("Hello?", "b"))
    return first


def texts(chat_id: int) -> list[str]:
    return [m.text for m in history.before(chat_id).messages if not m.is_line]


def test_what_was_edited_is_a_change_like_any_other(
    people: People, said: MessageState, announced: list[Event]
) -> None:
    before = state(said.chat_id)
    message = edits.edit(people.lena, said.id, "My card is\r\nlost")
    after = state(said.chat_id)
    assert message.text == "My card is\nlost"
    assert message.edited_at is not None
    assert message.version == after.version == before.version + 1
    assert (message.seq, message.client_id) == (said.seq, said.client_id)
    assert announced == [MessageChanged(after, message)]
    assert history.changed(said.chat_id, before.version).messages == [message]
    assert (after.last_text, after.customer_unread, after.staff_unread) == ("Hello?", 0, 2)
    assert [each.text for each in earlier_texts(said.id)] == ["My card is 4111"]
    assert counts.wrong() == {}


def test_what_it_says_already_changes_nothing(
    people: People, said: MessageState, announced: list[Event]
) -> None:
    assert edits.edit(people.lena, said.id, said.text) == said
    assert announced == []
    assert earlier_texts(said.id) == []


def test_each_text_that_it_had_is_kept_with_its_end(people: People, said: MessageState) -> None:
    for text in ("Second", "Third"):
        edits.edit(people.lena, said.id, text)
    kept = earlier_texts(said.id)
    assert [each.text for each in kept] == ["My card is 4111", "Second"]
    assert said.created_at <= kept[0].until <= kept[1].until <= clock.now()


def test_what_is_taken_back_is_gone_and_its_place_stays(
    people: People, said: MessageState, announced: list[Event]
) -> None:
    edits.edit(people.lena, said.id, "My card is 4222")
    message = edits.take_back(people.lena, said.id)
    assert (message.text, message.attachments, message.details) == ("", None, None)
    assert message.deleted_at is not None
    assert texts(said.chat_id) == ["", "Hello?"]
    assert earlier_texts(said.id) == []
    assert announced[-1] == MessageChanged(state(said.chat_id), message)
    assert counts.wrong() == {}
    # Neither does a repeat of what was sent bring it back.
    assert messages.send(people.lena, said.chat_id, Draft("My card is 4111", "a")) == message
    before = state(said.chat_id)
    assert edits.take_back(people.lena, said.id) == message
    assert state(said.chat_id) == before
    with pytest.raises(MessageNotFound):
        edits.edit(people.lena, said.id, "Again")


@pytest.mark.parametrize(("text", "shown"), [("Hi?", "Hi?"), (None, "")])
def test_of_the_last_message_the_inbox_is_told(
    people: People, said: MessageState, text: str | None, shown: str
) -> None:
    last = history.before(said.chat_id).messages[-1]
    changed = (
        edits.edit(people.lena, last.id, text) if text else edits.take_back(people.lena, last.id)
    )
    after = state(said.chat_id)
    assert after.version == changed.version
    assert (after.last_text, after.last_seq, after.needs_reply) == (shown, last.seq, True)


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_changes_what_somebody_else_has_said(
    people: People, said: MessageState, change: Change
) -> None:
    line = assignments.claim(people.ana, said.chat_id) and history.before(said.chat_id).messages[-1]
    assert line.is_line
    for who in (people.ana, people.ada):
        for which in (said.id, line.id):
            with pytest.raises(Forbidden):
                change(who, which)
    for who in (people.marcus, people.petra):
        with pytest.raises(MessageNotFound):
            change(who, said.id)
    assert access.message_for(people.lena, said.id) == said


@pytest.mark.parametrize("change", CHANGES)
def test_there_is_an_end_to_it(
    app: Flask, people: People, said: MessageState, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    answer = messages.send(people.ana, said.chat_id, Draft("Which one?", "c"))
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 16 * 60_000)
    with pytest.raises(TooLate):
        change(people.lena, said.id)
    change(people.ana, answer.id)  # staff have a day
    app.config["STAFF_EDIT_SECONDS"] = 0
    answer = messages.send(people.ana, said.chat_id, Draft("That one?", "d"))
    monkeypatch.setattr(clock, "now", lambda: now + 16 * 60_001)
    with pytest.raises(TooLate):
        change(people.ana, answer.id)


@pytest.mark.parametrize("change", CHANGES)
def test_in_a_blocked_chat_its_customer_changes_nothing(
    people: People, said: MessageState, change: Change
) -> None:
    blocks.block(people.ana, said.chat_id)
    with pytest.raises(ChatBlocked):
        change(people.lena, said.id)


@pytest.mark.parametrize(("text", "refusal"), [(" \u200b ", Invalid), ("x" * 5001, TooLong)])
def test_it_is_written_as_a_new_one_is(
    people: People, said: MessageState, text: str, refusal: type[ChatError]
) -> None:
    with pytest.raises(refusal):
        edits.edit(people.lena, said.id, text)
    assert access.message_for(people.lena, said.id) == said


def test_nothing_of_what_was_taken_back_is_in_any_table(people: People, said: MessageState) -> None:
    last = messages.send(people.lena, said.chat_id, Draft("4111 again", "z"))
    edits.edit(people.lena, said.id, "4111, 4222")
    for which in (said.id, last.id):
        assert "4111" in everything()
        edits.take_back(people.lena, which)
    assert "4111" not in everything()


def everything() -> str:
    with db.engine.connect() as connection:
        return str([connection.execute(select(table)).all() for table in db.metadata.sorted_tables])


def test_who_has_read_it_before_has_read_it(people: People, said: MessageState) -> None:
    receipts.mark_read(people.ana, said.chat_id)
    message = edits.edit(people.lena, said.id, "Other")
    assert message.status == "read"
    assert state(said.chat_id).staff_unread == 0


def test_nothing_of_it_is_stored_when_it_fails(
    people: People, said: MessageState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(edits.versions, "change_message", broken)
    with pytest.raises(RuntimeError):
        edits.edit(people.lena, said.id, "Other")
    assert access.message_for(people.lena, said.id) == said
    with db.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(model.table)) == 0
