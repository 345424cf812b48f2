"""What is older than is kept goes a bit at a time, and what is quiet is put away."""

import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.cli import factories
from app.criteria import read
from app.events import ChatChanged, Event
from app.models import audits, database
from app.models.chats import Chat, Status
from app.models.database import scalar
from app.models.messages import Message
from app.models.visitors import Visitor
from app.operations import (
    access,
    assignments,
    closures,
    edits,
    messages,
    notes,
    receipts,
    retention,
    screens,
    search,
    unread_marks,
    visitors,
    word_lists,
)
from app.operations.messages import Draft
from app.queries import counts, inbox, sites
from app.queries import search as finding
from app.queries.inbox import Filter
from tests.people import People
from tests.test_erasures import WORD, columns_with, work

DAY_MS = 24 * 3600 * 1000
Later = Callable[[int], None]


@pytest.fixture
def people(app: Flask, later: Later) -> People:
    app.config.update(RATE_LIMITS=False, RETENTION_DAYS=30, AUTO_ARCHIVE_DAYS=7)
    return People()


def said() -> list[str]:
    told = select(Message.text).where(Message.line.is_(None)).order_by(Message.id)
    return [row.text for row in database.rows(told)]


def test_off_by_default_nothing_goes(app: Flask, people: People, later: Later) -> None:
    app.config.update(RETENTION_DAYS=0, AUTO_ARCHIVE_DAYS=0)
    closures.close(people.lena, messages.send(people.lena, None, Draft("Hello")).chat_id)
    later(1000 * DAY_MS)
    retention.forget_old()
    retention.archive_old()
    assert said() == ["Hello"]
    assert scalar(select(Chat.status)) == Status.CLOSED


def test_whole_chats_that_are_over_go_and_others_stay(
    app: Flask, people: People, later: Later
) -> None:
    old = messages.send(people.lena, None, Draft(f"{WORD} old"))
    notes.write(people.ana, old.chat_id, f"{WORD} noted")
    closures.close(people.lena, old.chat_id)
    waiting = messages.send(people.marcus, None, Draft("Nobody has answered me"))
    while search.catch_up(100):
        pass
    later(29 * DAY_MS)
    retention.forget_old()
    assert len(said()) == 2
    later(2 * DAY_MS)
    retention.forget_old()
    work(app)
    assert columns_with(WORD) == set()
    assert said() == ["Nobody has answered me"]
    assert scalar(select(Chat.id).where(Chat.id == waiting.chat_id)) == waiting.chat_id


def test_of_a_chat_that_goes_on_what_was_read_goes(
    app: Flask, people: People, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "TOGETHER", 2)
    first = messages.send(people.lena, None, Draft("One"))
    for text in ("Two", "Three", "Four"):
        messages.send(people.lena, None, Draft(text))
    messages.send(people.ana, first.chat_id, Draft("Five"))
    receipts.mark_read(people.ana, first.chat_id)
    receipts.mark_read(people.lena, first.chat_id)
    messages.send(people.lena, None, Draft("Six, unread", reply_to_id=first.id))
    later(31 * DAY_MS)
    messages.send(people.lena, None, Draft("Seven, new", reply_to_id=first.id))
    retention.forget_old()
    assert said() == ["Six, unread", "Seven, new"]
    assert scalar(select(func.count()).where(Message.reply_to_id.is_not(None))) == 0
    assert scalar(select(Chat.staff_unread)) == 2
    assert counts.wrong() == {}


def test_the_inbox_hears_that_what_was_held_is_gone(
    app: Flask, people: People, later: Later, announced: list[Event]
) -> None:
    word_lists.make(people.maya, "Rude", "hold", ["mist"])
    screens.forget()  # what is announced here reaches nobody
    old = messages.send(people.lena, None, Draft("Hello"))
    assignments.claim(people.ana, old.chat_id)
    receipts.mark_read(people.ana, old.chat_id)
    messages.send(people.ana, old.chat_id, Draft("Hi"))
    edits.edit(people.lena, old.id, "Mist")
    before = access.chat_for(people.ana, old.chat_id)
    assert before.held_seq == old.seq
    later(31 * DAY_MS)
    announced.clear()
    retention.forget_old()
    (told,) = [each.chat for each in announced if isinstance(each, ChatChanged)]
    assert (told.held_seq, told.version) == (None, before.version + 1)
    assert access.chat_for(people.ana, old.chat_id).version == told.version


def test_a_chat_that_is_written_in_meanwhile_stays(
    app: Flask, people: People, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = messages.send(people.lena, None, Draft("Old"))
    closures.close(people.lena, old.chat_id)
    later(31 * DAY_MS)
    forget = retention.forget_chat

    def just_before(*given: Any) -> bool:
        messages.send(people.lena, None, Draft("I am back"))
        return forget(*given)

    monkeypatch.setattr(retention, "forget_chat", just_before)
    retention.forget_old()
    assert "I am back" in said()
    rows = database.rows(audits.SELECT_AUDIT)
    told = [json.loads(row.details) for row in rows if row.action == "retention_ran"]
    assert {each["chats"] for each in told} == {0}


def test_a_visitor_of_whom_nothing_is_left_goes_too(
    app: Flask, people: People, later: Later
) -> None:
    site = sites.first()
    assert site is not None
    said_so = visitors.Said(WORD, f"{WORD}@said.example")
    _visitor, message = visitors.write_first(
        site, secrets.token_urlsafe(32), Draft("Hi"), language="", address="a", said=said_so
    )
    closures.close(people.ana, message.chat_id)
    later(31 * DAY_MS)
    retention.forget_old()
    work(app)
    assert columns_with(WORD) == set()
    assert scalar(select(func.count()).select_from(Visitor)) == 0


def test_what_is_closed_and_quiet_is_put_away_and_still_found(
    app: Flask, people: People, later: Later
) -> None:
    quiet = messages.send(people.lena, None, Draft("The parcel is here"))
    closures.close(people.lena, quiet.chat_id)
    messages.send(people.marcus, None, Draft("Hello?"))
    while search.catch_up(100):
        pass
    unread_marks.mark(people.ana, quiet.chat_id)
    later(6 * DAY_MS)
    retention.archive_old()
    assert scalar(select(Chat.status).where(Chat.id == quiet.chat_id)) == Status.CLOSED
    later(2 * DAY_MS)
    retention.archive_old()
    assert scalar(select(Chat.status).where(Chat.id == quiet.chat_id)) == Status.ARCHIVED
    assert scalar(select(Chat.unread_mark).where(Chat.id == quiet.chat_id)) is None
    assert [each.chat.id for each in inbox.page(people.ana, Filter.ALL, "").rows] != []
    assert quiet.chat_id not in [
        each.chat.id for each in inbox.page(people.ana, Filter.ALL, "").rows
    ]
    found = finding.found(people.ana, read("parcel")).hits
    assert [hit.said.id for hit in found] == [quiet.id]
    messages.send(people.lena, None, Draft("It is broken"))
    assert scalar(select(Chat.status).where(Chat.id == quiet.chat_id)) == Status.WAITING


def test_a_run_that_is_cut_is_in_the_log(
    app: Flask, people: People, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in (people.lena, people.marcus, *factories.people([("Nora", "customer", None)])):
        closures.close(who, messages.send(who, None, Draft("Hello")).chat_id)
    later(31 * DAY_MS)
    forget, gone = retention.forget_chat, []

    def cut(chat_id: int, before: int) -> bool:
        if len(gone) == 2:
            raise SystemExit
        gone.append(chat_id)
        return forget(chat_id, before)

    with monkeypatch.context() as once:
        once.setattr(retention, "forget_chat", cut)
        with pytest.raises(SystemExit):
            retention.forget_old()
    retention.forget_old()
    rows = database.rows(audits.SELECT_AUDIT.order_by(audits.table.c.id))
    told = [json.loads(row.details) for row in rows if row.action == "retention_ran"]
    assert [each["chats"] for each in told] == [1, 1, 1]
    assert {each["days"] for each in told} == {30}
