"""Teams: made and manned by managers, chats found by them, and transfers, of which one wins."""

import pytest
from flask.testing import FlaskClient

from app.cli.factories import state
from app.criteria import of_chats, read
from app.errors import (
    AlreadyAssigned,
    ChatError,
    ChatNotFound,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NotSupportChat,
)
from app.events import Event, NoteChanged, Recipients
from app.models.users import Actor
from app.operations import (
    actions,
    assignments,
    chats,
    closures,
    messages,
    notes,
    presence,
    search,
    teams,
    transfers,
)
from app.operations.messages import Draft
from app.queries import availability, inbox
from app.queries import chats as lists
from app.queries import messages as history
from app.queries import notes as noted
from app.queries import search as looking
from app.queries import teams as queries
from app.queries.inbox import Filter
from tests.people import PASSWORD, People
from tests.races import at_once


@pytest.fixture
def chat_id(people: People) -> int:
    return messages.send(people.lena, None, Draft("My invoice is wrong", "a")).chat_id


@pytest.fixture
def team_id(people: People) -> int:
    return teams.make(people.maya, "Billing").id


def listed(staff: Actor, what: str) -> list[int]:
    asked = of_chats(what)
    assert asked is not None
    found = [queries.of_teams(name) for name in asked.teams]
    page = inbox.page(staff, Filter.ALL, " ".join(asked.words), tagged=found)
    return [row.chat.id for row in page.rows]


def written(chat_id: int) -> list[str]:
    return [note.text for note in noted.changed(chat_id, 0).notes]


def test_a_team_is_made_manned_called_otherwise_and_removed(people: People) -> None:
    team = teams.make(people.maya, "  Billing   desk ")
    assert (team.name, team.routing) == ("Billing desk", None)
    for _again in range(2):
        teams.join(people.maya, team.id, people.ben.id)
        teams.join(people.maya, team.id, people.ana.id)
    ((found, members),) = queries.manned()
    assert (found, [each.id for each in members]) == (team, [people.ana.id, people.ben.id])
    renamed = teams.change(people.maya, team.id, name="Invoices", routing="least_busy")
    assert queries.every() == [renamed]
    assert (renamed.name, renamed.routing) == ("Invoices", "least_busy")
    assert teams.change(people.maya, team.id, routing=None).name == "Invoices"
    for _again in range(2):
        teams.leave(people.maya, team.id, people.ben.id)
    assert [each.name for each in queries.manned()[0].members] == ["Ana Weber"]
    teams.remove(people.maya, team.id)
    assert queries.manned() == []


def test_managers_alone(people: People, team_id: int) -> None:
    for who in (people.lena, people.petra, people.ana):
        for forbidden in (
            lambda who=who: teams.make(who, "Mine"),
            lambda who=who: teams.change(who, team_id, name="Mine"),
            lambda who=who: teams.join(who, team_id, people.ana.id),
            lambda who=who: teams.leave(who, team_id, people.ana.id),
            lambda who=who: teams.remove(who, team_id),
        ):
            with pytest.raises(Forbidden):
                forbidden()
    with pytest.raises(NotFound):
        teams.join(people.maya, team_id, people.lena.id)
    with pytest.raises(NotFound):
        teams.join(people.maya, 999, people.ana.id)
    assert queries.manned()[0].members == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, "billing", "BILLING"])
def test_what_is_no_name_of_another_one(people: People, team_id: int, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        teams.make(people.maya, name)
    assert refused.value.fields is not None
    assert [team.id for team in queries.every()] == [team_id]
    assert teams.change(people.maya, team_id, name="BILLING").name == "BILLING"


def test_a_chat_goes_to_a_team_where_it_waits_and_is_found(
    people: People, chat_id: int, team_id: int
) -> None:
    chat = assignments.claim(people.ana, chat_id)
    moved = transfers.transfer(people.ana, chat_id, chat.version, team_id=team_id).chat
    assert (moved.status, moved.agent_id, moved.team_id) == ("waiting", None, team_id)
    # Its customer has had no answer: they wait since they wrote.
    assert moved.waiting_since == chat.active_at
    assert moved == state(chat_id)
    assert listed(people.ben, "team:bill") == listed(people.ben, "team:billing lena") == [chat_id]
    assert listed(people.ben, "team:other") == []
    while search.catch_up(50):
        pass
    hits = looking.found(people.ana, read("invoice team:billing")).hits
    assert [hit.said.chat_id for hit in hits] == [chat_id]
    taken = assignments.claim(people.ben, chat_id)
    assert taken.team_id == team_id
    teams.remove(people.maya, team_id)
    assert state(chat_id) == taken._replace(team_id=None)


def test_of_many_chats_of_a_team_the_newest_are_listed(
    people: People, chat_id: int, team_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = messages.send(people.marcus, None, Draft("Mine, too")).chat_id
    for each in (chat_id, other):
        transfers.transfer(people.ana, each, state(each).version, team_id=team_id)
    monkeypatch.setattr(lists, "MATCHES", 1)
    assert queries.of_teams("billing").ids is None
    assert listed(people.ana, "team:billing") == [other, chat_id]


def test_a_chat_goes_to_a_colleague_with_a_note_that_no_customer_hears_of(
    people: People, chat_id: int, announced: list[Event]
) -> None:
    chat = assignments.claim(people.ana, chat_id)
    announced.clear()
    said = "Asked @Ben Carter already."
    to_ben = {"agent_id": people.ben.id, "note": said}
    moved = transfers.transfer(people.ana, chat_id, chat.version, **to_ben).chat
    assert (moved.status, moved.agent_id) == ("open", people.ben.id)
    assert len(written(chat_id)) == 1
    assert "already" in written(chat_id)[0]
    # Whatever names the chat's room or its customer says nothing of the note.
    for event in announced:
        if not isinstance(event, NoteChanged):
            assert isinstance(event.recipients, Recipients)
            assert "already" not in repr(event)
    assert any(isinstance(event, NoteChanged) for event in announced)


def test_of_two_transfers_one_wins_and_the_other_is_told_in_words(
    people: People, chat_id: int, team_id: int
) -> None:
    chat = assignments.claim(people.ana, chat_id)
    # What is said meanwhile does no harm.
    messages.send(people.lena, chat_id, Draft("Are you there?", "b"))
    transfers.transfer(people.ana, chat_id, chat.version, agent_id=people.ben.id)
    with pytest.raises(AlreadyAssigned) as refused:
        transfers.transfer(
            people.maya, chat_id, chat.version, team_id=team_id, note="Yours, Billing"
        )
    assert "Ben" in str(refused.value.message)
    assert state(chat_id).agent_id == people.ben.id
    assert written(chat_id) == []


def test_to_who_has_it_already_goes_the_note_alone(people: People, chat_id: int) -> None:
    before = assignments.claim(people.ana, chat_id)
    to_ana = {"agent_id": people.ana.id, "note": "Yours"}
    after = transfers.transfer(people.ana, chat_id, before.version, **to_ana).chat
    assert after == state(chat_id) == before
    assert written(chat_id) == ["Yours"]


@pytest.mark.parametrize("number", range(10))
def test_of_two_at_once_one_wins(people: People, chat_id: int, team_id: int, number: int) -> None:
    version = assignments.claim(people.ana, chat_id).version
    ways = [{"agent_id": people.ben.id}, {"team_id": team_id}]
    answers = at_once(
        lambda which: (
            transfers.transfer(
                people.ana, chat_id, version, **ways[which], note=f"note {which}"
            ).chat
        ),
        2,
    )
    won, lost = sorted(answers, key=lambda answer: isinstance(answer, Exception))
    assert isinstance(lost, AlreadyAssigned), lost
    assert won == state(chat_id)
    assert written(chat_id) == [f"note {answers.index(won)}"]
    lines = [m.line for m in history.before(chat_id).messages if m.is_line]
    assert len(lines) == 2


@pytest.mark.parametrize("to", ["colleague", "team", "who has it"])
def test_a_transfer_is_undone_with_its_note(
    people: People, chat_id: int, team_id: int, to: str
) -> None:
    before = assignments.claim(people.ana, chat_id)
    whom = {
        "colleague": {"agent_id": people.ben.id},
        "team": {"team_id": team_id},
        "who has it": {"agent_id": people.ana.id},
    }[to]
    note = "For @Ben Carter"
    undo = transfers.transfer(people.ana, chat_id, before.version, **whom, note=note).undo
    assert undo is not None
    with pytest.raises(Forbidden):
        actions.undo(people.maya, undo)
    (back,) = actions.undo(people.ana, undo).done
    same = ("status", "agent_id", "team_id", "waiting_since", "needs_reply", "closed_at")
    assert [getattr(back, each) for each in same] == [getattr(before, each) for each in same]
    assert written(chat_id) == [""]  # where it stood one sees that there was one
    assert not notes.see(people.ben)
    with pytest.raises(Conflict):
        actions.undo(people.ana, undo)  # a second time


def test_a_note_that_was_edited_since_stays(people: People, chat_id: int) -> None:
    before = assignments.claim(people.ana, chat_id)
    to_ben = {"agent_id": people.ben.id, "note": "For Ben"}
    undo = transfers.transfer(people.ana, chat_id, before.version, **to_ben).undo
    (note,) = noted.changed(chat_id, 0).notes
    notes.edit(people.ana, note.id, "For Maya, rather")
    (back,) = actions.undo(people.ana, undo or "").done
    assert back.agent_id == people.ana.id
    assert written(chat_id) == ["For Maya, rather"]


def test_a_transfer_that_was_answered_stays_with_its_note(people: People, chat_id: int) -> None:
    before = assignments.claim(people.ana, chat_id)
    to_ben = {"agent_id": people.ben.id, "note": "For Ben"}
    undo = transfers.transfer(people.ana, chat_id, before.version, **to_ben).undo
    messages.send(people.ben, chat_id, Draft("I am Ben"))
    with pytest.raises(Conflict):
        actions.undo(people.ana, undo or "")
    assert state(chat_id).agent_id == people.ben.id
    assert written(chat_id) == ["For Ben"]


def test_without_a_change_there_is_nothing_to_undo(people: People, chat_id: int) -> None:
    before = assignments.claim(people.ana, chat_id)
    moved = transfers.transfer(people.ana, chat_id, before.version, agent_id=people.ana.id)
    assert moved.undo is None


def test_what_cannot_be_transferred(people: People, chat_id: int, team_id: int) -> None:
    def transfer(who: Actor = people.ana, chat: int = chat_id, **to: int) -> None:
        transfers.transfer(who, chat, 99, **to)  # type: ignore[arg-type]

    order, _ = chats.open_between(people.petra, people.petra.id, people.lena.id)
    for wrong, error in (
        (lambda: transfer(people.lena, team_id=team_id), Forbidden),
        (lambda: transfer(), Invalid),
        (lambda: transfer(team_id=team_id, agent_id=people.ben.id), Invalid),
        (lambda: transfer(team_id=999), NotFound),
        (lambda: transfer(agent_id=people.lena.id), NotFound),
        (lambda: transfer(chat=999, team_id=team_id), ChatNotFound),
        (lambda: transfer(chat=order.id, team_id=team_id), NotSupportChat),
        (lambda: transfer(people.ana._replace(auth_version=0), team_id=team_id), ChatError),
    ):
        before = state(chat_id)
        with pytest.raises(error):
            wrong()
        assert state(chat_id) == before
    closures.close(people.lena, chat_id)
    with pytest.raises(Conflict):
        transfer(team_id=team_id)


def test_of_several_made_at_once_no_more_are_made_than_there_may_be(
    people: People, team_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teams, "MOST", 2)
    made = at_once(lambda number: teams.make(people.maya, f"Team {number}"), 4)
    assert sum(isinstance(each, Invalid) for each in made) == 3
    assert len(queries.names()) == 2


def test_a_colleague_of_whom_nothing_is_known_yet_is_offered_all_the_same(
    client: FlaskClient, people: People, chat_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who they are and whether they are there are asked for one after the other."""
    client.post("/login", data={"email": people.ana.email, "password": PASSWORD})
    presence.update_process("one", came=[people.ben.id], left=[])
    known = availability.standings
    monkeypatch.setattr(
        availability,
        "standings",
        lambda idle_at: {k: v for k, v in known(idle_at).items() if k != people.ben.id},
    )
    for part in ("colleagues", "transfer"):
        answer = client.get(f"/admin/messages/{chat_id}/{part}")
        assert answer.status_code == 200
        assert people.ben.name in answer.text
