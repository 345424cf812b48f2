"""Pages of a chat: whichever way one turns them, no gap and nothing twice."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock
from app.cli import factories
from app.files import checking
from app.models import database
from app.models.files import FileState, FileStatus
from app.models.messages import MessageState
from app.operations import (
    access,
    assignments,
    closures,
    edits,
    files,
    messages,
    reactions,
    receipts,
    redactions,
)
from app.operations.messages import Draft
from app.queries import counts
from app.queries import messages as history
from tests.files import arrived_here, now
from tests.people import People


@pytest.fixture
def chat_id(people: People) -> int:
    """120 messages and the lines between them."""
    story = factories.ChatPast(people.lena, clock.now())
    for number in range(120):
        story.say((people.lena, people.ana)[number % 2], str(number), clock.now())
        if number % 50 == 10:
            story.take(people.ana, clock.now())
    return factories.save([story])[0]


def backwards(chat_id: int, limit: int) -> Iterator[list[MessageState]]:
    seq = history.END
    while True:
        page = history.before(chat_id, seq, limit)
        yield page.messages
        if not page.has_more:
            return
        seq = page.first_seq


def forwards(chat_id: int, limit: int) -> Iterator[list[MessageState]]:
    seq = 0
    while True:
        page = history.after(chat_id, seq, limit)
        yield page.messages
        if not page.has_more:
            return
        seq = page.messages[-1].seq


def changes(chat_id: int, version: int, limit: int) -> Iterator[list[MessageState]]:
    while True:
        page = history.changed(chat_id, version, limit)
        yield page.messages
        if not page.has_more:
            return
        version = page.messages[-1].version


@pytest.mark.parametrize("limit", [1, 7, 50, 122, 123, 124])
def test_back_and_forth_are_the_same_chat(chat_id: int, limit: int) -> None:
    back, forth = list(backwards(chat_id, limit)), list(forwards(chat_id, limit))
    whole = [m for page in reversed(back) for m in page]
    assert whole == [m for page in forth for m in page]
    assert len(whole) == 123
    assert [m.seq for m in whole] == sorted({m.seq for m in whole})
    assert all(0 < len(page) <= limit for page in (*back, *forth))


def test_a_chat_without_messages_is_one_empty_page(people: People) -> None:
    for pages in (backwards(1, 50), forwards(1, 50), changes(1, 0, 100)):
        assert list(pages) == [[]]


def test_another_chats_messages_are_in_no_page(people: People, chat_id: int) -> None:
    other = messages.send(people.marcus, None, Draft("Elsewhere", "a"))
    for pages in (backwards, forwards):
        assert all(m.chat_id == chat_id for page in pages(chat_id, 50) for m in page)
        assert [m.id for page in pages(other.chat_id, 50) for m in page] == [other.id]


# Of the two kinds of files one is taken.
CONTENTS, TAKEN = (b"PK\x03\x04 and more", b"some words"), ("application/zip",)
ACTS = st.lists(
    st.sampled_from(
        [
            "send",
            "reply",
            "edit",
            "take back",
            "redact",
            "react",
            "unreact",
            "quote",
            "read",
            "read half",
            "staff read",
            "receive",
            "claim",
            "close",
            "announce",
            "attach",
            "attach",
            "attach shown",
            "look",
            "look",
        ]
    ),
    min_size=1,
    max_size=25,
)


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)
@given(acts=ACTS, asks_at=st.sets(st.integers(0, 24), max_size=6), limit=st.integers(3, 5))
def test_whoever_syncs_when_they_like_ends_with_what_is_there(
    app: Flask, acts: list[str], asks_at: set[int], limit: int
) -> None:
    """A client keeps rows by id and a version; pages are smaller here than a batch of receipts
    could be, so as many messages as a page holds are confirmed at most."""
    app.config.update(RATE_LIMITS=False, FILE_TYPES=TAKEN)
    people = People(has_addresses=False)
    chat_id = messages.send(people.lena, None, Draft("First", "first")).chat_id
    known: dict[int, MessageState] = {}
    version = 0
    for number, act in enumerate(acts):
        perform(act, people, chat_id, number, at_most=limit)
        if number in asks_at:
            version = catch_up(chat_id, known, version, limit)
    catch_up(chat_id, known, version, limit)
    whole = [m for page in forwards(chat_id, 100) for m in page]
    assert sorted(known.values(), key=lambda m: m.seq) == whole
    by_version = sorted(whole, key=lambda m: (m.version, m.seq))
    for asked in range(0, factories.state(chat_id).version + 1, 3):
        told = [m for page in changes(chat_id, asked, limit) for m in page]
        assert told == [m for m in by_version if m.version > asked]
    assert counts.wrong() == {}
    assert_files_are_as_told(whole)


def assert_files_are_as_told(whole: list[MessageState]) -> None:
    """Each message says of its files what their rows say; what was taken back has none."""
    for message in whole:
        of_it = files_of(message.id)
        assert of_it == message.attached
        assert not of_it or message.deleted_at is None


def files_of(message_id: int) -> list[dict[str, Any]]:
    found = database.rows(files.OF_MESSAGE, of_message=message_id)
    return [FileState._make(row).attached for row in found]


def catch_up(chat_id: int, known: dict[int, MessageState], version: int, limit: int) -> int:
    now = factories.state(chat_id).version
    for page in changes(chat_id, version, limit):
        assert all(m.version > version for m in page)
        assert not {m.id for m in page if known.get(m.id) == m}, "told what was known"
        known |= {m.id: m for m in page}
    return now


def perform(act: str, people: People, chat_id: int, number: int, at_most: int) -> None:
    chat = factories.state(chat_id)
    unread = [m.seq for m in history.after(chat_id, chat.staff_read).messages]
    if act in ("send", "reply"):
        who = people.lena if act == "send" else people.ana
        for part in range(3):
            messages.send(who, chat_id, Draft(act, f"{number}-{part}"))
    elif act == "read":
        receipts.mark_read(people.lena, chat_id, min(chat.version, chat.customer_read + at_most))
    elif act == "staff read":
        receipts.mark_read(people.ana, chat_id, ([0, *unread][: at_most + 1])[-1])
    elif act == "read half":
        receipts.mark_read(people.ana, chat_id, chat.staff_read + (len(unread) > 1))
    elif act == "receive":
        receipts.mark_delivered(
            people.ana, chat_id, min(chat.version, chat.staff_delivered + at_most)
        )
    elif act in ("edit", "take back"):
        own = [m.id for m in history.before(chat_id).messages if m.sender_id == people.lena.id]
        which = own[number % len(own)]
        if act == "take back":
            edits.take_back(people.lena, which)
        elif access.message_for(people.lena, which).deleted_at is None:
            edits.edit(people.lena, which, f"{act} {number}")
    elif act == "redact":
        said = [
            m for m in history.before(chat_id).messages if not m.is_line and m.text[:4].isalnum()
        ]
        if said:
            redactions.redact(
                people.ada, said[number % len(said)].id, said[number % len(said)].text
            )
    elif act in ("react", "unreact"):
        there = [m.id for m in history.before(chat_id).messages if not (m.is_line or m.deleted_at)]
        if there:
            getattr(reactions, act)(people.ana, there[number % len(there)], "👍🎉"[number % 2])
    elif act == "quote":
        there = [m.id for m in history.before(chat_id).messages]
        reply_to = there[number % len(there)]
        messages.send(people.ana, chat_id, Draft(act, f"{number}", reply_to_id=reply_to))
    elif act == "announce":
        files.announce(people.lena, "never.zip", 12)
    elif act in ("attach", "attach shown"):
        sent = [arrived_here(people.lena, CONTENTS[(number + n) % 2], f"{n}") for n in range(2)]
        if act == "attach shown":
            for file in sent:
                checking.check(file.id)
        ids = [now(file).id for file in sent if now(file).status != FileStatus.REFUSED]
        said = ("", act)[number % 2]
        messages.send(people.lena, chat_id, Draft(said, f"{number}", files=ids))
    elif act == "look":
        sent = [each for m in history.before(chat_id).messages for each in m.attached]
        unknown = [each["id"] for each in sent if each["status"] == FileStatus.CHECKING]
        if unknown:
            checking.check(unknown[number % len(unknown)])
    elif act == "claim":
        assignments.claim(people.ana, chat_id)
    elif act == "close":
        closures.close(people.lena, chat_id)


def test_a_messages_place_is_told_in_its_own_chat_alone(people: People, chat_id: int) -> None:
    newest = history.before(chat_id).messages[-1]
    other = messages.send(people.marcus, None, Draft("Hello"))
    assert history.seq_of(chat_id, newest.id) == newest.seq
    assert history.seq_of(chat_id, other.id) is None
    assert history.seq_of(chat_id, 2**50) is None
