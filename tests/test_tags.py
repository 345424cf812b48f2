"""Tags of chats: put on and taken off by staff, found again, no customer's business."""

import pytest
from flask import Flask

from app.cli.factories import state
from app.criteria import of_chats, read
from app.errors import ChatError, ChatNotFound, Forbidden, Invalid, NotFound
from app.models.users import Actor
from app.operations import closures, messages, search, tags
from app.operations.messages import Draft
from app.queries import inbox
from app.queries import search as looking
from app.queries import tags as queries
from app.queries.inbox import Filter
from tests.people import People
from tests.races import at_once


@pytest.fixture
def chat_id(people: People) -> int:
    return messages.send(people.lena, None, Draft("My order is late")).chat_id


def names(chat_id: int) -> list[str]:
    return [each.name for each in queries.of_chat(chat_id)]


def listed(staff: Actor, what: str, wanted: Filter = Filter.ALL) -> list[int]:
    asked = of_chats(what)
    assert asked is not None
    tagged = [queries.tagged(name) for name in asked.tags]
    page = inbox.page(staff, wanted, " ".join(asked.words), tagged=tagged)
    return [row.chat.id for row in page.rows]


def test_one_is_made_by_its_first_use_and_is_the_same_however_it_is_spelled(
    people: People, chat_id: int
) -> None:
    other = messages.send(people.marcus, None, Draft("Mine, too")).chat_id
    (tag,) = tags.put_on(people.ana, chat_id, "  Größe  42 ")
    assert tag.name == "Größe 42"
    assert tags.put_on(people.ben, other, "GROSSE 42") == [tag]
    assert tags.put_on(people.ben, other, "Größe 42") == [tag]
    assert [(each.name, number) for each, number in queries.counted()] == [("Größe 42", 2)]
    assert tags.take_off(people.ana, chat_id, tag.id) == []
    assert tags.take_off(people.ana, chat_id, tag.id) == []
    assert (names(chat_id), names(other)) == ([], ["Größe 42"])


def test_staff_alone_and_managers_alone(people: People, chat_id: int) -> None:
    (tag,) = tags.put_on(people.ana, chat_id, "Refund")
    for who in (people.lena, people.petra):
        with pytest.raises(Forbidden):
            tags.put_on(who, chat_id, "Mine")
        with pytest.raises(Forbidden):
            tags.take_off(who, chat_id, tag.id)
    for who in (people.lena, people.ana):
        with pytest.raises(Forbidden):
            tags.rename(who, tag.id, "Other")
        with pytest.raises(Forbidden):
            tags.remove(who, tag.id)
    with pytest.raises(ChatNotFound):
        tags.put_on(people.ana, 999, "Refund")
    with pytest.raises(NotFound):
        tags.remove(people.maya, 999)
    assert names(chat_id) == ["Refund"]


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "x" * 41, "-", "\u0301"])
def test_what_is_no_name(people: People, chat_id: int, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        tags.put_on(people.ana, chat_id, name)
    assert refused.value.fields is not None
    assert queries.every() == []


def test_no_more_than_so_many(people: People, chat_id: int, app: Flask) -> None:
    app.config["RATE_LIMITS"] = False
    for number in range(20):
        tags.put_on(people.ana, chat_id, f"Tag {number}")
    with pytest.raises(Invalid):
        tags.put_on(people.ana, chat_id, "One more")
    assert len(names(chat_id)) == 20
    assert "One more" not in [each.name for each in queries.every()]


def test_called_otherwise_and_two_that_become_one(people: People, chat_id: int) -> None:
    other = messages.send(people.marcus, None, Draft("Mine, too")).chat_id
    refund, refunds = (tags.put_on(people.ana, chat_id, name)[-1] for name in ("Refund", "Refunds"))
    tags.put_on(people.ana, other, "Refund")
    assert tags.rename(people.maya, refund.id, "Money back").id == refund.id
    assert sorted(names(chat_id)) == ["Money back", "Refunds"]
    assert tags.rename(people.maya, refund.id, "refunds") == refunds
    assert names(chat_id) == names(other) == ["Refunds"]
    assert [each.name for each in queries.every()] == ["Refunds"]
    tags.remove(people.maya, refunds.id)
    assert names(chat_id) == names(other) == []


def test_chats_are_found_by_their_tags(people: People, chat_id: int) -> None:
    other = messages.send(people.marcus, None, Draft("My order, too")).chat_id
    tags.put_on(people.ana, chat_id, "Refund")
    tags.put_on(people.ana, chat_id, "VIP")
    tags.put_on(people.ana, other, "Refund")
    assert sorted(listed(people.ana, "tag:refund")) == [chat_id, other]
    assert listed(people.ana, "tag:refund tag:vip") == [chat_id]
    assert listed(people.ana, "tag:ref marcus") == [other]
    assert listed(people.ana, 'tag:"nothing like that"') == []
    assert listed(people.ana, "tag:vip", Filter.CLOSED) == []
    closures.close(people.lena, chat_id)
    assert listed(people.ana, "tag:vip", Filter.CLOSED) == [chat_id]
    while search.catch_up(50):
        pass
    hits = looking.found(people.ana, read("order tag:refund")).hits
    assert [hit.said.chat_id for hit in hits] == [other, chat_id]
    assert looking.found(people.ana, read("order tag:nothing")).hits == []


def test_of_many_chats_with_a_tag_the_newest_are_listed(
    people: People, chat_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = messages.send(people.marcus, None, Draft("My order, too")).chat_id
    for each in (chat_id, other):
        tags.put_on(people.ana, each, "Refund")
    monkeypatch.setattr(queries, "MATCHES", 1)
    assert queries.tagged("refund").ids is None
    assert listed(people.ana, "tag:refund") == [other, chat_id]


def test_rows_show_them(people: People, chat_id: int) -> None:
    for name in ("vip", "Refund"):
        tags.put_on(people.ana, chat_id, name)
    (row,) = inbox.page(people.ana, Filter.ALL).rows
    assert row.tags == ["Refund", "vip"]


def test_the_chat_itself_is_as_it_was(people: People, chat_id: int) -> None:
    """A version more would tell its customer that there was something."""
    before = state(chat_id)
    tags.put_on(people.ana, chat_id, "Difficult")
    assert state(chat_id) == before


def test_a_refusal_leaves_nothing(people: People, chat_id: int) -> None:
    gone = people.ana._replace(auth_version=0)
    with pytest.raises(ChatError):
        tags.put_on(gone, chat_id, "Refund")
    assert queries.every() == []


def test_a_row_that_comes_live_shows_them(people: People, chat_id: int) -> None:
    for name in ("vip", "Refund"):
        tags.put_on(people.ana, chat_id, name)
    assert queries.beside_row(state(chat_id)) == (False, ["Refund", "vip"], None)


def test_of_several_made_at_once_no_more_are_made_than_there_may_be(
    people: People, chat_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags.put_on(people.ana, chat_id, "Urgent")
    customers = (people.lena, people.marcus)
    chats = [messages.send(who, None, Draft("Hello")).chat_id for who in customers]
    monkeypatch.setattr(tags, "MOST", 2)
    made = at_once(lambda number: tags.put_on(people.ana, chats[number], f"Tag {number}"), 2)
    assert sum(isinstance(each, Invalid) for each in made) == 1
    assert len(queries.every()) == 2
