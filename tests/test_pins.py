"""Chats that a member of staff keeps on top of their lists: theirs, at most twenty, and no more."""

import pytest

from app.cli import factories
from app.errors import ChatNotFound, Conflict, Forbidden
from app.models.pins import MOST
from app.models.users import Actor, Role
from app.operations import (
    archives,
    assignments,
    merges,
    messages,
    pins,
)
from app.operations import chats as opening
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import inbox
from app.queries import pins as kept
from app.queries.inbox import Filter
from tests.people import People


def customer(number: int) -> Actor:
    (found,) = factories.people([(f"Customer {number}", Role.CUSTOMER, None)])
    return found


def begun(who: Actor) -> int:
    return messages.send(who, None, Draft("Hello")).chat_id


def shown(staff: Actor, wanted: Filter = Filter.ALL) -> list[int]:
    page = inbox.page(staff, wanted, pinned=kept.of(staff.id))
    return [row.chat.id for row in page.rows]


def test_it_stands_on_top_of_ones_own_lists_and_of_those_that_it_belongs_to(people: People) -> None:
    first, second = begun(people.lena), begun(people.marcus)
    assert shown(people.ana) == [second, first]
    assert pins.pin(people.ana, first) == (first,)
    assert pins.pin(people.ana, first) == (first,), "again is fine"
    assert (shown(people.ana), shown(people.ben)) == ([first, second], [second, first])
    assignments.claim(people.ana, second)
    assert shown(people.ana, Filter.MINE) == [second]
    assert shown(people.ana, Filter.WAITING) == [first]
    archives.archive(people.ana, first)
    assert shown(people.ana) == [second]
    assert shown(people.ana, Filter.ARCHIVED) == [first]
    assert pins.unpin(people.ana, first) == ()
    assert pins.unpin(people.ana, first) == ()


def test_each_stands_once_on_all_pages_together(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PAGE", 2)
    chats = []
    for number in range(7):
        who = customer(number)
        chats.append(begun(who))
    pins.pin(people.ana, chats[0])
    pins.pin(people.ana, chats[5])
    found: list[list[int]] = []
    before = None
    while True:
        page = inbox.page(people.ana, Filter.ALL, before=before, pinned=kept.of(people.ana.id))
        found.append([row.chat.id for row in page.rows])
        before = page.next
        if before is None:
            break
    assert found == [
        [chats[5], chats[0], chats[6], chats[4]],
        [chats[3], chats[2]],
        [chats[1]],
    ]


def test_one_too_many_is_refused_in_words(people: People) -> None:
    chats = [begun(customer(number)) for number in range(MOST + 1)]
    for chat_id in chats[:-1]:
        pins.pin(people.ana, chat_id)
    with pytest.raises(Conflict) as refused:
        pins.pin(people.ana, chats[-1])
    assert "20" in str(refused.value.message)
    assert len(kept.of(people.ana.id)) == MOST
    pins.pin(people.ben, chats[-1])  # who has their own
    pins.unpin(people.ana, chats[3])
    assert pins.pin(people.ana, chats[-1])[-1] == chats[-1]


def test_staff_alone_and_what_is_there(people: People) -> None:
    chat_id = begun(people.lena)
    for who in (people.lena, people.petra):
        with pytest.raises(Forbidden):
            pins.pin(who, chat_id)
        with pytest.raises(Forbidden):
            pins.unpin(who, chat_id)
    with pytest.raises(ChatNotFound):
        pins.pin(people.ana, 999)
    between, _ = opening.open_between(people.lena, people.petra.id, people.lena.id, 7)
    assert pins.pin(people.ana, between.id) == (between.id,)


def test_it_follows_what_was_said_into_another_chat(people: People) -> None:
    one, other = begun(people.lena), begun(people.marcus)
    pins.pin(people.ana, one)
    pins.pin(people.ben, one)
    pins.pin(people.ben, other)
    with transaction() as tx:
        merges.merge(tx, people.lena, people.marcus)
    assert (kept.of(people.ana.id), kept.of(people.ben.id)) == ([other], [other])
