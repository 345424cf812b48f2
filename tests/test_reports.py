"""Customers of whom an agent tells the managers: by a note that names them, and no party sees."""

import pytest

from app.cli.factories import state
from app.errors import Forbidden, Invalid
from app.events import Event, NoteChanged
from app.models.users import Actor
from app.operations import messages, reports, users
from app.operations.messages import Draft
from app.queries import audits
from app.queries import notes as queries
from tests.people import People


@pytest.fixture
def chat_id(people: People) -> int:
    return messages.send(people.lena, None, Draft("You fools", "a")).chat_id


def unseen(who: Actor) -> int:
    return queries.unseen(who.id)


def test_all_managers_hear_of_it_and_its_customer_does_not(
    people: People, chat_id: int, announced: list[Event]
) -> None:
    before = state(chat_id)
    announced.clear()
    note = reports.report(people.ana, chat_id, "They insult @Ben Carter")
    assert [type(each) for each in announced] == [NoteChanged]
    assert set(announced[0].mentioned) == {people.maya.id, people.ada.id, people.ben.id}
    assert (unseen(people.maya), unseen(people.ada), unseen(people.ana)) == (1, 1, 0)
    assert state(chat_id) == before
    row = audits.page(limit=1).rows[0]
    assert (row.action, row.actor_id, row.chat_id, row.subject_id) == (
        "customer_reported", people.ana.id, chat_id, people.lena.id,
    )  # fmt: skip
    assert row.said == {"note": note.id}


def test_who_is_no_longer_there_is_not_named_nor_is_oneself(people: People, chat_id: int) -> None:
    users.deactivate(people.ada.email)
    note = reports.report(people.maya, chat_id, "Look at that")
    assert note.named == []
    assert "Look at that" in note.text


def test_what_is_no_reason_is_refused_and_who_is_no_staff(people: People, chat_id: int) -> None:
    for nothing in ("", "  \n", "\u200b"):
        with pytest.raises(Invalid):
            reports.report(people.ana, chat_id, nothing)
    for who in (people.lena, people.petra):
        with pytest.raises(Forbidden):
            reports.report(who, chat_id, "I do")
    assert audits.page().rows == []
    assert queries.changed(chat_id, 0).notes == []


def test_a_repeat_is_the_first_report_and_says_whom_it_went_to(
    people: People, chat_id: int, announced: list[Event]
) -> None:
    first = reports.report(people.ana, chat_id, "They insult @Ben Carter", "r1")
    announced.clear()
    assert reports.report(people.ana, chat_id, "They insult @Ben Carter", "r1") == first
    assert announced == []
    assert len(audits.page().rows) == 1
    assert len(queries.changed(chat_id, 0).notes) == 1
    assert sorted(reports.to(first)) == sorted([people.maya.id, people.ada.id])


def test_it_says_that_there_is_no_manager_to_hear_of_it(people: People, chat_id: int) -> None:
    users.deactivate(people.ada.email)
    note = reports.report(people.maya, chat_id, "Look at @Ben Carter", "r2")
    assert reports.to(note) == []
