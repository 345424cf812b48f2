"""Chats that staff marks as unread: to be come back to, and no party sees it."""

from collections.abc import Callable
from typing import Any

import pytest

from app import clock
from app.criteria import of_chats, read
from app.errors import ChatBlocked, ChatNotFound, Forbidden, NotSupportChat
from app.models.chats import ChatState
from app.operations import (
    access,
    archives,
    assignments,
    blocks,
    closures,
    messages,
    receipts,
    saved_views,
    search,
    snoozes,
    unread_marks,
)
from app.operations import chats as opening
from app.operations.messages import Draft
from app.queries import chats as lists
from app.queries import inbox, unread
from app.queries import messages as history
from app.queries import saved_views as views
from app.queries.inbox import Filter
from app.queries.search import found
from app.schemas.chats import chat_out
from tests.people import People


@pytest.fixture
def chat_id(people: People) -> int:
    """Read and answered."""
    found = messages.send(people.lena, None, Draft("My order is late")).chat_id
    assignments.claim(people.ana, found)
    receipts.mark_read(people.ana, found)
    messages.send(people.ana, found, Draft("I look"))
    return found


def now(people: People, chat_id: int) -> ChatState:
    return access.chat_for(people.ana, chat_id)


def test_it_counts_as_one_that_is_unread(people: People, chat_id: int) -> None:
    assert (inbox.counts(people.ana).unread, unread.count(people.ben)) == (0, 0)
    unread_marks.mark(people.ana, chat_id)
    assert (inbox.counts(people.ben).unread, unread.count(people.ben)) == (1, 1)
    assert unread.of_messages(people.ben) == 0
    messages.send(people.lena, chat_id, Draft("And?"))
    messages.send(people.lena, chat_id, Draft("Hello?"))
    assert (inbox.counts(people.ben).unread, unread.count(people.ben)) == (2, 2), "not one more"


def listed(people: People, wanted_search: str = "", wanted: Filter = Filter.ALL) -> list[int]:
    asked = of_chats(wanted_search)
    assert asked is not None
    tagged = inbox.narrowing(asked)
    rows = inbox.page(people.ana, wanted, " ".join(asked.words), tagged=tagged).rows
    return [row.chat.id for row in rows]


def test_the_filter_shows_what_is_unread_or_marked_whatever_else_it_is(
    people: People, chat_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, _ = opening.open_between(people.petra, people.petra.id, people.lena.id)
    messages.send(people.lena, order.id, Draft("To a provider"))
    assert listed(people, wanted=Filter.UNREAD) == listed(people, "is:unread") == []
    other = messages.send(people.marcus, None, Draft("Hello?")).chat_id
    unread_marks.mark(people.ana, chat_id)
    closures.close(people.ana, chat_id)
    both = sorted([chat_id, other])
    assert inbox.counts(people.ana).unread_chats == 2
    for most in (lists.MATCHES, 0):
        monkeypatch.setattr(unread, "MATCHES", most)
        assert (unread.unread().ids is None) == (most == 0)
        assert sorted(listed(people, wanted=Filter.UNREAD)) == both
        assert sorted(listed(people, "is:unread")) == both
        assert listed(people, "is:unread marcus") == [other]
    while search.catch_up(50):
        pass
    assert [hit.said.chat_id for hit in found(people.ana, read("hello is:unread")).hits] == [other]
    view = saved_views.save(people.ana, "To read", filter="unread", search="is:unread")
    assert views.counted(people.ana) == [(view, (2, False))]
    messages.send(people.lena, chat_id, Draft("And?"))  # once in the list, marked or not
    assert sorted(listed(people, wanted=Filter.UNREAD)) == both
    assert inbox.counts(people.ana).unread_chats == 2
    for each in both:
        receipts.mark_read(people.ana, each)
        unread_marks.clear(people.ana, each)
    assert listed(people, wanted=Filter.UNREAD) == listed(people, "is:unread") == []
    assert inbox.counts(people.ana).unread_chats == 0


def test_what_is_put_aside_is_in_its_own_list_alone(people: People, chat_id: int) -> None:
    unread_marks.mark(people.ana, chat_id)
    snoozes.snooze(people.ana, chat_id, clock.now() + 3_600_000)
    assert listed(people, wanted=Filter.UNREAD) == []
    assert listed(people, "is:unread") == [chat_id]  # who searches finds it


def test_no_party_sees_anything_of_it(people: People, chat_id: int) -> None:
    before = now(people, chat_id)
    shown, said = chat_out(before), history.before(chat_id).messages
    unread_marks.mark(people.ana, chat_id)
    after = access.chat_for(people.lena, chat_id)
    assert after == before._replace(unread_mark=before.version)
    assert chat_out(after) == shown
    assert history.before(chat_id).messages == said, "what was read stays read"
    caught = history.caught_up(after, before.version)
    assert (caught.chat.version, list(caught.messages)) == (before.version, [])


ENDING: dict[str, Callable[[People, int], Any]] = {
    "one of staff opens it": lambda people, chat_id: unread_marks.clear(people.ben, chat_id),
    "one of staff writes": lambda people, chat_id: messages.send(people.ben, chat_id, Draft("Ha")),
    "it is put away": lambda people, chat_id: archives.archive(people.ben, chat_id),
}
LEAVING: dict[str, Callable[[People, int], Any]] = {
    "its customer writes": lambda people, chat_id: messages.send(
        people.lena, chat_id, Draft("And?")
    ),
    "its customer reads": lambda people, chat_id: receipts.mark_read(people.lena, chat_id),
    "it is closed": lambda people, chat_id: closures.close(people.lena, chat_id),
    "a colleague is given it": lambda people, chat_id: assignments.assign(
        people.ana, chat_id, people.ben.id
    ),
}


@pytest.mark.parametrize("what", ENDING)
def test_it_ends_as(people: People, chat_id: int, what: str) -> None:
    unread_marks.mark(people.ana, chat_id)
    ENDING[what](people, chat_id)
    assert not now(people, chat_id).is_marked_unread
    assert inbox.counts(people.ana).unread == 0


@pytest.mark.parametrize("what", LEAVING)
def test_it_stays_as(people: People, chat_id: int, what: str) -> None:
    unread_marks.mark(people.ana, chat_id)
    LEAVING[what](people, chat_id)
    assert now(people, chat_id).is_marked_unread


def test_a_receipt_that_comes_late_is_no_coming_back(people: People, chat_id: int) -> None:
    """A page tells what it has shown a moment later: by then its agent may have marked the chat."""
    seen = messages.send(people.lena, chat_id, Draft("And?")).seq
    unread_marks.mark(people.ana, chat_id)
    receipts.mark_read(people.ana, chat_id, seen)
    assert now(people, chat_id).is_marked_unread
    assert inbox.counts(people.ana).unread == 1
    receipts.mark_read(people.ana, chat_id, messages.send(people.lena, chat_id, Draft("?")).seq)
    assert not now(people, chat_id).is_marked_unread


def test_again_is_fine_and_counts_from_there(people: People, chat_id: int) -> None:
    first = unread_marks.mark(people.ana, chat_id)
    assert unread_marks.mark(people.ben, chat_id) == first
    seen = messages.send(people.lena, chat_id, Draft("And?")).seq
    unread_marks.mark(people.ben, chat_id)
    receipts.mark_read(people.ana, chat_id, seen)
    assert now(people, chat_id).is_marked_unread
    assert not unread_marks.clear(people.ana, chat_id).is_marked_unread
    assert not unread_marks.clear(people.ana, chat_id).is_marked_unread


def test_staff_alone_and_of_support_chats(people: People, chat_id: int) -> None:
    for who in (people.lena, people.petra):
        with pytest.raises(Forbidden):
            unread_marks.mark(who, chat_id)
        with pytest.raises(Forbidden):
            unread_marks.clear(who, chat_id)
    between, _ = opening.open_between(people.lena, people.petra.id, people.lena.id, 7)
    with pytest.raises(NotSupportChat):
        unread_marks.mark(people.ana, between.id)
    with pytest.raises(ChatNotFound):
        unread_marks.mark(people.ana, 999)
    blocks.block(people.ana, chat_id)
    with pytest.raises(ChatBlocked):
        unread_marks.mark(people.ana, chat_id)
