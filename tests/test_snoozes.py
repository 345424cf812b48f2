"""Chats that staff puts aside: out of the lists, back at a time or with their customer's words."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from app import clock
from app.criteria import read
from app.errors import ChatBlocked, Conflict, Forbidden, Invalid, NotOpen, NotSupportChat
from app.extensions import db
from app.jobs.kinds import kinds
from app.models import chats, database
from app.models.chats import ChatState
from app.models.jobs import table as jobs
from app.models.users import Actor, User
from app.operations import (
    access,
    archives,
    assignments,
    blocks,
    closures,
    edits,
    merges,
    messages,
    search,
    snoozes,
)
from app.operations import chats as opening
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import inbox
from app.queries import messages as history
from app.queries import search as looking
from app.queries.inbox import Filter
from tests.people import People

HOUR = 3_600_000
users: Any = User.__table__


@pytest.fixture
def chat_id(people: People) -> int:
    found = messages.send(people.lena, None, Draft("My order is late")).chat_id
    assignments.claim(people.ana, found)
    return found


def lists(staff: Actor) -> set[str]:
    """In which lists there is anything."""
    return {str(wanted) for wanted in Filter if inbox.page(staff, wanted).rows}


def now(people: People, chat_id: int) -> ChatState:
    return access.chat_for(people.ana, chat_id)


def later() -> int:
    return clock.now() + HOUR


def its_time_comes(chat_id: int) -> None:
    """As the job does it that stands for it."""
    past = update(chats.table).where(chats.table.c.id == chat_id)
    with db.engine.begin() as connection:
        connection.execute(past.values(snoozed_until=clock.now()))
    payloads = [
        json.loads(row.payload) for row in database.rows(jobs.select()) if row.kind == "wake_chat"
    ]
    assert payloads == [{"chat_id": chat_id}]
    kinds["wake_chat"].handler(**payloads[0])


def test_out_of_the_lists_until_its_time(people: People, chat_id: int) -> None:
    before = now(people, chat_id)
    counted = inbox.counts(people.ana)
    assert lists(people.ana) == {"all", "open", "mine", "needs_reply", "unread"}
    snoozed = snoozes.snooze(people.ana, chat_id, later())
    assert lists(people.ana) == {"snoozed"}
    after = inbox.counts(people.ana)
    assert (counted.mine, counted.needs_reply, after.mine, after.needs_reply) == (1, 1, 0, 0)
    assert [row.chat.id for row in inbox.page(people.ana, Filter.ALL, "lena").rows] == [chat_id]
    assert before == snoozed._replace(snoozed_until=None), "nothing that a party sees"
    its_time_comes(chat_id)
    assert lists(people.ana) == {"all", "open", "mine", "needs_reply", "unread"}


def test_it_needs_a_reply_when_its_time_has_come_whoever_had_the_last_word(
    people: People, chat_id: int
) -> None:
    messages.send(people.ana, chat_id, Draft("I ask the warehouse, and write tomorrow"))
    snoozes.snooze(people.ana, chat_id, later())
    its_time_comes(chat_id)
    assert lists(people.ana) == {"all", "open", "mine", "needs_reply", "unread"}
    messages.send(people.ana, chat_id, Draft("It is on its way"))
    assert lists(people.ana) == {"all", "open", "mine", "unread"}


def test_another_time_takes_the_place_of_the_one_before(people: People, chat_id: int) -> None:
    snoozes.snooze(people.ana, chat_id, later())
    until = later() + HOUR
    snoozes.snooze(people.ben, chat_id, until)
    snoozes.snooze(people.ben, chat_id, until)
    stored = [row for row in database.rows(jobs.select()) if row.kind == "wake_chat"]
    assert len(stored) == 2
    assert max(row.run_at for row in stored) == until
    snoozes.wake_due(chat_id)  # the first one's
    assert now(people, chat_id).snoozed_until == until
    assert snoozes.wake(people.ana, chat_id).snoozed_until is None
    assert snoozes.wake(people.ana, chat_id).snoozed_until is None
    snoozes.wake_due(chat_id)  # the second one's, which has nothing to do any more
    assert not now(people, chat_id).is_snoozed


WAKING: dict[str, Callable[[People, int], Any]] = {
    "its customer writes": lambda people, chat_id: messages.send(
        people.lena, chat_id, Draft("And?")
    ),
    "a colleague is given it": lambda people, chat_id: assignments.assign(
        people.ana, chat_id, people.ben.id
    ),
    "it goes back to the queue": lambda people, chat_id: assignments.release(people.ana, chat_id),
    "it is closed": lambda people, chat_id: closures.close(people.lena, chat_id),
    "it is put away": lambda people, chat_id: archives.archive(people.ana, chat_id),
    "it is blocked": lambda people, chat_id: blocks.block(people.ana, chat_id),
}


@pytest.mark.parametrize("what", WAKING)
def test_back_before_that_when(people: People, chat_id: int, what: str) -> None:
    snoozes.snooze(people.ana, chat_id, later())
    WAKING[what](people, chat_id)
    assert not now(people, chat_id).is_snoozed
    assert "snoozed" not in lists(people.ana)


def test_what_staff_says_leaves_it_where_it_is(people: People, chat_id: int) -> None:
    until = snoozes.snooze(people.ana, chat_id, later()).snoozed_until
    said = messages.send(people.ben, chat_id, Draft("We are looking for it"))
    edits.edit(people.ben, said.id, "We look for it")
    assert now(people, chat_id).snoozed_until == until
    assert lists(people.ana) == {"snoozed"}


def test_nobody_takes_it_from_who_has_gone_home(people: People, chat_id: int) -> None:
    """Chats are given back that wait for who is away; this one waits for a time."""
    gone = update(users).where(users.c.id == people.ana.id)
    with db.engine.begin() as connection:
        connection.execute(gone.values(last_seen_at=1))
    snoozes.snooze(people.ben, chat_id, later())
    assert assignments.release_unattended() == []
    its_time_comes(chat_id)
    assert assignments.release_unattended() == [chat_id]


def test_who_was_answered_is_not_told_that_the_chat_waits(people: People, chat_id: int) -> None:
    messages.send(people.ana, chat_id, Draft("I write tomorrow"))
    gone = update(users).where(users.c.id == people.ana.id)
    with db.engine.begin() as connection:
        connection.execute(gone.values(last_seen_at=1))
    snoozes.snooze(people.ben, chat_id, later())
    its_time_comes(chat_id)
    assert assignments.release_unattended() == []


@pytest.mark.parametrize("until", [0, -1, -HOUR, 367 * 24 * HOUR])
def test_a_time_that_is_over_or_too_far_off(people: People, chat_id: int, until: int) -> None:
    with pytest.raises(Invalid) as refused:
        snoozes.snooze(people.ana, chat_id, clock.now() + until)
    assert set(refused.value.fields or {}) == {"until"}
    assert not now(people, chat_id).is_snoozed


def test_what_is_not_open_cannot_be(people: People, chat_id: int) -> None:
    waiting = messages.send(people.marcus, None, Draft("Hello")).chat_id
    refused: list[tuple[int, type[Conflict]]] = [(waiting, NotOpen)]
    closures.close(people.ana, chat_id)
    refused.append((chat_id, NotOpen))
    for which, error in refused:
        with pytest.raises(error):
            snoozes.snooze(people.ana, which, later())
    blocks.block(people.ana, waiting)
    with pytest.raises(ChatBlocked):
        snoozes.snooze(people.ana, waiting, later())


def test_staff_alone(people: People, chat_id: int) -> None:
    for who in (people.lena, people.petra):
        with pytest.raises(Forbidden):
            snoozes.snooze(who, chat_id, later())
        with pytest.raises(Forbidden):
            snoozes.wake(who, chat_id)


def test_no_chat_of_a_provider(people: People) -> None:
    chat, _ = opening.open_between(people.lena, people.petra.id, people.lena.id, 7)
    with pytest.raises(NotSupportChat):
        snoozes.snooze(people.ana, chat.id, later())


def test_it_is_found(people: People, chat_id: int) -> None:
    search.index_chat(chat_id)
    assert looking.found(people.ana, read("order is:snoozed")).hits == []
    snoozes.snooze(people.ana, chat_id, later())
    hits = looking.found(people.ana, read("order is:snoozed")).hits
    assert [hit.said.text for hit in hits] == ["My order is late"]


def test_a_customer_who_catches_up_sees_nothing(people: People, chat_id: int) -> None:
    version = now(people, chat_id).version
    snoozes.snooze(people.ana, chat_id, later())
    chat = access.chat_for(people.lena, chat_id)
    caught = history.caught_up(chat, version)
    assert (caught.chat.version, list(caught.messages)) == (version, [])


def test_what_a_visitor_wrote_wakes_the_chat_that_it_joins(people: People, chat_id: int) -> None:
    """A visitor turns out to be who has a chat that is put aside."""
    snoozes.snooze(people.ana, chat_id, later())
    messages.send(people.marcus, None, Draft("It is urgent"))
    with transaction() as tx:
        merges.merge(tx, people.marcus, people.lena)
    after = now(people, chat_id)
    assert (after.is_snoozed, after.needs_reply) == (False, True)
    assert "needs_reply" in lists(people.ana)
