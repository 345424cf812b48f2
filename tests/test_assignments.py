"""Who answers a chat."""

import pytest

from app import clock
from app.cli.factories import state
from app.errors import ChatError, Conflict, Forbidden, NotFound
from app.events import ChatChanged, Event, MessageSent
from app.operations import (
    assignments,
    blocks,
    chats,
    closures,
    messages,
    presence,
    users,
)
from app.operations.messages import Draft
from app.queries import messages as history
from app.queries import users as directory
from tests.people import People
from tests.races import at_once


@pytest.fixture
def waiting(people: People) -> int:
    return messages.send(people.lena, None, Draft("Hello", "a")).chat_id


def test_who_claims_has_the_chat_and_both_sides_are_told(
    people: People, waiting: int, announced: list[Event]
) -> None:
    chat = assignments.claim(people.ana, waiting)
    assert (chat.status, chat.agent_name, chat.waiting_since) == ("open", "Ana Weber", None)
    changed, line = announced
    assert isinstance(changed, ChatChanged)
    assert isinstance(line, MessageSent)
    assert (changed.before, changed.chat.agent_id) == ("waiting", people.ana.id)
    assert (line.message.line, line.message.text) == ("joined", "Ana Weber")
    assert chat == state(waiting) == line.chat
    assert line.message.seq == changed.chat.version + 1 == chat.version


def test_ones_own_again_changes_nothing(
    people: People, waiting: int, announced: list[Event]
) -> None:
    chat = assignments.claim(people.ana, waiting)
    announced.clear()
    assert assignments.claim(people.ana, waiting) == chat
    assert assignments.assign(people.ben, waiting, people.ana.id) == chat
    assert announced == []


def test_who_comes_second_is_told_who_has_it(people: People, waiting: int) -> None:
    chat = assignments.claim(people.ana, waiting)
    with pytest.raises(Conflict) as refused:
        assignments.claim(people.ben, waiting)
    assert refused.value.code == "already_assigned"
    assert "Ana Weber" in str(refused.value.message)
    assert state(waiting) == chat


@pytest.mark.parametrize("number", range(10))
def test_of_two_who_claim_at_once_one_gets_it(people: People, waiting: int, number: int) -> None:
    agents = (people.ana, people.ben)
    answers = at_once(lambda which: assignments.claim(agents[which], waiting), 2)
    won, lost = sorted(answers, key=lambda answer: isinstance(answer, Conflict))
    assert lost.code == "already_assigned"
    assert won == state(waiting)
    assert [m.text for m in history.before(waiting).messages if m.is_line] == [won.agent_name]


def test_a_chat_is_handed_over_and_given_back(people: People, waiting: int) -> None:
    assignments.claim(people.ana, waiting)
    assert assignments.assign(people.ana, waiting, people.maya.id).agent_id == people.maya.id
    back = assignments.release(people.maya, waiting)
    assert (back.status, back.agent_id, back.waiting_since is None) == ("waiting", None, False)
    assert assignments.release(people.maya, waiting) == back
    lines = [m.line for m in history.before(waiting).messages if m.is_line]
    assert lines == ["joined", "joined", "queued"]


@pytest.mark.parametrize("who", ["lena", "petra"])
def test_a_chat_is_handed_to_staff_alone(people: People, waiting: int, who: str) -> None:
    with pytest.raises(NotFound):
        assignments.assign(people.ana, waiting, getattr(people, who).id)
    users.deactivate(people.ben.email)
    with pytest.raises(NotFound):
        assignments.assign(people.ana, waiting, people.ben.id)
    assert state(waiting).agent_id is None


@pytest.mark.parametrize("who", ["lena", "marcus", "petra"])
def test_only_staff_assigns(people: People, waiting: int, who: str) -> None:
    actor = getattr(people, who)
    for refused in (
        lambda: assignments.claim(actor, waiting),
        lambda: assignments.assign(actor, waiting, actor.id),
        lambda: assignments.release(actor, waiting),
    ):
        with pytest.raises(Forbidden):
            refused()
    assert state(waiting).agent_id is None


def test_a_blocked_chat_and_a_providers_are_nobodys_to_take(people: People, waiting: int) -> None:
    providers, _ = chats.open_between(people.petra, people.petra.id, people.lena.id)
    blocks.block(people.ana, waiting)
    for chat_id, code in ((waiting, "chat_blocked"), (providers.id, "not_a_support_chat")):
        before = state(chat_id)
        for act in (
            lambda chat_id=chat_id: assignments.claim(people.ana, chat_id),
            lambda chat_id=chat_id: assignments.assign(people.ana, chat_id, people.ben.id),
            lambda chat_id=chat_id: assignments.release(people.ana, chat_id),
        ):
            with pytest.raises(ChatError) as refused:
                act()
            assert refused.value.code == code
        assert state(chat_id) == before


def test_a_closed_chat_that_somebody_claims_is_open_again(people: People, waiting: int) -> None:
    assignments.claim(people.ana, waiting)
    for who in (people.ana, people.ben):  # whoever had it
        closures.close(people.ana, waiting)
        chat = assignments.claim(who, waiting)
        assert (chat.status, chat.agent_id, chat.closed_at) == ("open", who.id, None)


def test_a_customer_whose_agent_is_gone_for_a_minute_is_back_in_the_queue(
    people: People, announced: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    presence.update_process("here", came=[people.ana.id], left=[])
    waits = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    answered = messages.send(people.marcus, None, Draft("Hello", "a")).chat_id
    for chat_id in (waits, answered):
        assignments.claim(people.ana, chat_id)
    messages.send(people.ana, answered, Draft("Hi", "b"))
    presence.update_process("here", came=[], left=[people.ana.id])
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 59_000)
    assert assignments.release_unattended() == []
    monkeypatch.setattr(clock, "now", lambda: now + 61_000)
    announced.clear()
    assert assignments.release_unattended() == [waits]
    assert assignments.release_unattended() == []
    chat = state(waits)
    assert (chat.status, chat.agent_id, chat.waiting_since) == ("waiting", None, chat.active_at)
    line = [event.message for event in announced if isinstance(event, MessageSent)]
    assert [(m.line, m.text) for m in line] == [("left", people.ana.name)]
    assert state(answered).agent_id == people.ana.id
    messages.send(people.marcus, answered, Draft("One more thing", "c"))
    assert assignments.release_unattended() == [answered]


def test_who_takes_a_chat_by_rest_has_a_minute_to_answer(
    people: People, waiting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    presence.update_process("yesterday", came=[people.ana.id], left=[])
    presence.update_process("yesterday", came=[], left=[people.ana.id])
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 24 * 3600 * 1000)
    assignments.claim(people.ana, waiting)
    assert assignments.release_unattended() == []
    monkeypatch.setattr(clock, "now", lambda: now + 24 * 3600 * 1000 + 61_000)
    assert assignments.release_unattended() == [waiting]


def test_an_agent_who_is_back_within_the_minute_keeps_their_chats(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    assignments.claim(people.ana, chat_id)
    presence.update_process("here", came=[people.ana.id], left=[])
    presence.update_process("here", came=[], left=[people.ana.id])
    presence.update_process("there", came=[people.ana.id], left=[])
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 50_000)
    presence.renew("there", [people.ana.id])
    monkeypatch.setattr(clock, "now", lambda: now + 100_000)
    assert assignments.release_unattended() == []
    assert state(chat_id).agent_id == people.ana.id


def test_who_works_by_rest_alone_is_there_while_they_ask(
    people: People, waiting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assignments.claim(people.ana, waiting)
    begun = clock.now()
    for minutes in (1, 2, 3):
        now = begun + minutes * 55_000
        monkeypatch.setattr(clock, "now", lambda now=now: now)
        presence.calls(people.ana)
        presence.calls(people.lena)
        presence.note_calls()
        assert assignments.release_unattended() == []
    monkeypatch.setattr(clock, "now", lambda: now + 61_000)
    presence.note_calls()  # of what was noted before, nothing more
    assert assignments.release_unattended() == [waiting]
    assert directory.person(people.lena.id).last_seen_at is None  # staff alone is noted


@pytest.mark.parametrize("end", ["demoted", "deactivated"])
def test_who_is_no_longer_staff_is_missed_at_once_though_they_are_here(
    people: People, waiting: int, end: str
) -> None:
    presence.update_process("here", came=[people.ana.id], left=[])
    assignments.claim(people.ana, waiting)
    messages.send(people.lena, None, Draft("And?", "b"))
    assert assignments.release_unattended() == []
    if end == "demoted":
        users.set_role(people.ana.email, "customer")
    else:
        users.deactivate(people.ana.email)
    assert assignments.unattended() == [waiting]
    assert assignments.release_unattended() == [waiting]
    assert state(waiting).is_waiting
