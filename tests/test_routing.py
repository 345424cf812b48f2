"""Chats come to who can take them: oldest first, to nobody who is not there, and none is lost."""

import pytest
from flask import Flask

from app import clock
from app.cli import factories
from app.cli.factories import state
from app.errors import Forbidden, Invalid, NotFound
from app.events import AvailabilityChanged, Event, PlaceChanged
from app.models.availability import State
from app.models.users import Actor
from app.operations import (
    assignments,
    availability,
    closures,
    messages,
    presence,
    routing,
    snoozes,
    teams,
    transfers,
)
from app.operations.messages import Draft
from app.queries import availability as queries
from app.queries import inbox
from app.queries import messages as history
from app.realtime.routing import Router
from tests.people import People
from tests.races import at_once


@pytest.fixture
def desk(app: Flask, people: People) -> People:
    """A desk of which chats come in turn, to two each at most."""
    app.config |= {"ROUTING": "round_robin", "CAPACITY": 2, "RATE_LIMITS": False}
    return people


def here(*staff: Actor) -> None:
    presence.update_process("one", came=[each.id for each in staff], left=[])


def gone(*staff: Actor) -> None:
    presence.update_process("one", came=[], left=[each.id for each in staff])


def asks(who: Actor, text: str = "Hello") -> int:
    """A new chat that waits."""
    return messages.send(who, None, Draft(text)).chat_id


def customers(number: int) -> list[Actor]:
    return factories.people([(f"Customer {each}", "customer", None) for each in range(number)])


def holders(chats: list[int]) -> list[int | None]:
    return [state(chat_id).agent_id for chat_id in chats]


def ids(*staff: Actor) -> list[int]:
    return [each.id for each in staff]


def states(*staff: Actor) -> list[State]:
    found = queries.standings(availability.idle_at())
    return [found[each.id].state for each in staff]


# ---- who is available ----


def test_one_says_that_one_is_away_and_back_and_colleagues_are_told(
    people: People, announced: list[Event]
) -> None:
    here(people.ana)
    announced.clear()
    assert states(people.ana, people.ben) == ["available", "offline"]
    for _again in range(2):
        assert availability.set_away(people.ana, True).state == "away"
    assert states(people.ana) == ["away"]
    for _again in range(2):
        assert availability.set_away(people.ana, False).state == "available"
    told = [(e.user_id, e.state) for e in announced if isinstance(e, AvailabilityChanged)]
    assert told == [(people.ana.id, "away"), (people.ana.id, "available")]
    gone(people.ana)
    assert states(people.ana) == ["offline"]
    for who in (people.lena, people.petra):
        with pytest.raises(Forbidden):
            availability.set_away(who, True)
        with pytest.raises(Forbidden):
            availability.be_active(who)


def test_who_does_nothing_is_idle_until_they_do_something(
    people: People, app: Flask, monkeypatch: pytest.MonkeyPatch, announced: list[Event]
) -> None:
    here(people.ana, people.ben)
    assert availability.be_active(people.ana).state == "available"
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 601_000)
    presence.renew("one", ids(people.ana, people.ben))
    # Of who has never said that they do anything nobody can tell.
    assert states(people.ana, people.ben) == ["idle", "available"]
    announced.clear()
    assert availability.be_active(people.ana).state == "available"
    assert [type(event) for event in announced] == [AvailabilityChanged]
    app.config["IDLE_SECONDS"] = 0
    monkeypatch.setattr(clock, "now", lambda: now + 10**9)
    presence.renew("one", ids(people.ana, people.ben))
    assert states(people.ana) == ["available"]


def test_managers_say_how_many_chats_somebody_is_given(people: People) -> None:
    assert availability.set_capacity(people.maya, people.ana.id, 1).capacity == 1
    assert availability.set_capacity(people.maya, people.ana.id, None).capacity is None
    for who in (people.ana, people.lena):
        with pytest.raises(Forbidden):
            availability.set_capacity(who, people.ana.id, 9)
    for wrong in (-1, 101):
        with pytest.raises(Invalid):
            availability.set_capacity(people.maya, people.ana.id, wrong)
    with pytest.raises(NotFound):
        availability.set_capacity(people.maya, people.lena.id, 1)


# ---- routing ----


def test_by_hand_nothing_comes_by_itself(people: People) -> None:
    here(people.ana)
    chat_id = asks(people.lena)
    assert routing.pull() == []
    assert state(chat_id).is_waiting


def test_in_turn_the_oldest_first(desk: People) -> None:
    here(desk.ana, desk.ben)
    chats = [asks(who) for who in customers(5)]
    assert routing.pull() == chats[:4]
    assert holders(chats) == [*ids(desk.ana, desk.ben) * 2, None]
    # Whoever is free again gets who has waited longest, and not who came last.
    late = asks(desk.lena)
    closures.close(desk.ben, chats[1])
    assert routing.pull() == [chats[4]]
    assert holders([chats[4], late]) == [desk.ben.id, None]


def test_who_has_put_a_chat_aside_takes_another_one(desk: People) -> None:
    here(desk.ana)
    chats = [asks(who) for who in customers(3)]
    assert routing.pull() == chats[:2]
    snoozes.snooze(desk.ana, chats[0], clock.now() + 3_600_000)
    assert routing.pull() == [chats[2]]
    snoozes.wake(desk.ana, chats[0])  # three by now, and theirs
    assert holders(chats) == [desk.ana.id] * 3


def test_the_least_busy_is_who_has_the_fewest_chats_now(desk: People, app: Flask) -> None:
    app.config |= {"ROUTING": "least_busy", "CAPACITY": 9}
    here(desk.ana)
    old = [asks(who) for who in customers(3)]
    assert routing.pull() == old
    for chat_id in old:  # what is closed is nothing to do
        closures.close(desk.ana, chat_id)
    here(desk.ben)
    chats = [asks(who) for who in (desk.lena, desk.marcus)]
    assert routing.pull() == chats
    assert sorted(holders(chats), key=str) == ids(desk.ana, desk.ben)


def test_nobody_is_given_a_chat_who_cannot_answer_it(desk: People, app: Flask) -> None:
    here(desk.ana, desk.ben, desk.maya)
    availability.set_away(desk.ana, True)
    availability.set_capacity(desk.maya, desk.maya.id, 0)
    gone(desk.ben)
    chat_id = asks(desk.lena)
    assert routing.pull() == []
    assert state(chat_id).is_waiting
    availability.set_away(desk.ana, False)
    assert routing.pull() == [chat_id]
    assert holders([chat_id]) == [desk.ana.id]


def test_when_everybody_leaves_chats_wait_for_the_first_one_to_come_back(
    desk: People, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    here(desk.ana, desk.ben)
    held = [asks(who) for who in (desk.lena, desk.marcus)]
    routing.pull()
    gone(desk.ana, desk.ben)  # closing time
    waits = asks(customers(1)[0])
    assert routing.pull() == []
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 61_000)
    assert sorted(assignments.release_unattended()) == held
    assert routing.pull() == []
    assert [place.chat_id for place in inbox.places()] == [*held, waits]
    here(desk.ben)
    assert routing.pull() == held  # two at most: who has waited longest
    assert holders([*held, waits]) == [desk.ben.id, desk.ben.id, None]


def test_a_team_has_its_own_way_and_its_members_alone(desk: People, app: Flask) -> None:
    app.config["ROUTING"] = "by_hand"
    team = teams.make(desk.maya, "Billing", "least_busy")
    teams.join(desk.maya, team.id, desk.ben.id)
    here(desk.ana, desk.ben)
    by_hand, billed = asks(desk.lena), asks(desk.marcus)
    transfers.transfer(desk.ana, billed, state(billed).version, team_id=team.id)
    assert routing.pull() == [billed]
    assert holders([by_hand, billed]) == [None, desk.ben.id]
    # While its members are busy or gone, nobody else is given its chats.
    gone(desk.ben)
    assignments.release(desk.ana, billed)
    assert routing.pull() == []


def test_a_team_of_which_nobody_is_free_holds_up_no_other(desk: People) -> None:
    team = teams.make(desk.maya, "Billing")
    teams.join(desk.maya, team.id, desk.ben.id)
    here(desk.ana)
    first, second = asks(desk.lena), asks(desk.marcus)
    transfers.transfer(desk.ana, first, state(first).version, team_id=team.id)
    assert routing.pull() == [second]
    assert inbox.queue_place(state(first)) == 1


# ---- what is not taken up ----


def offer_of(chat_id: int) -> dict[str, int | None]:
    chat = state(chat_id)
    return {"chat_id": chat_id, "agent_id": chat.agent_id, "seq": chat.version}


def test_a_chat_that_is_not_answered_goes_to_another_one(desk: People) -> None:
    here(desk.ana, desk.ben)
    chat_id = asks(desk.lena)
    since = state(chat_id).waiting_since
    routing.pull()
    offer = offer_of(chat_id) | {"since": since}
    routing.look_at_offer(**offer)  # type: ignore[arg-type]
    assert holders([chat_id]) == [desk.ben.id]
    routing.look_at_offer(**offer)  # type: ignore[arg-type]  (a job may be run twice)
    assert holders([chat_id]) == [desk.ben.id]


def test_it_stays_where_nobody_else_is_free_and_waits_again_where_they_are_gone(
    desk: People,
) -> None:
    here(desk.ana)
    chat_id = asks(desk.lena)
    since = state(chat_id).waiting_since
    routing.pull()
    offer = offer_of(chat_id) | {"since": since}
    before = state(chat_id)
    routing.look_at_offer(**offer)  # type: ignore[arg-type]
    assert state(chat_id) == before
    availability.set_away(desk.ana, True)
    routing.look_at_offer(**offer)  # type: ignore[arg-type]
    after = state(chat_id)
    assert (after.is_waiting, after.waiting_since) == (True, since)
    assert routing.pull() == []


def test_what_was_answered_or_moved_by_somebody_stays(desk: People) -> None:
    here(desk.ana, desk.ben)
    answered, moved = asks(desk.lena), asks(desk.marcus)
    routing.pull()
    offers = [offer_of(each) | {"since": 1} for each in (answered, moved)]
    messages.send(desk.ana, answered, Draft("Hello!"))
    messages.send(desk.lena, answered, Draft("And now?"))
    # Away and back to the same one: that was somebody's wish.
    assignments.assign(desk.maya, moved, desk.ana.id)
    assignments.assign(desk.maya, moved, desk.ben.id)
    before = [state(answered), state(moved)]
    for offer in offers:
        routing.look_at_offer(**offer)  # type: ignore[arg-type]
    assert [state(answered), state(moved)] == before


# ---- what is told ----


def test_places_and_states_are_told_when_they_are_others_and_once(
    desk: People, app: Flask, announced: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["CAPACITY"] = 1
    router = Router(app)
    chats = [asks(who) for who in customers(3)]
    router.look()
    assert not [e for e in announced if isinstance(e, PlaceChanged)]
    here(desk.ana)
    announced.clear()
    router.look()
    told = [(e.chat_id, e.place) for e in announced if isinstance(e, PlaceChanged)]
    assert told == [(chats[1], 1), (chats[2], 2)]
    # Of who comes and goes `presence` tells.
    assert not [e for e in announced if isinstance(e, AvailabilityChanged)]
    availability.be_active(desk.ana)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 601_000)
    presence.renew("one", [desk.ana.id])
    announced.clear()
    router.look()
    assert announced == [AvailabilityChanged(desk.ana.id, "idle")]
    announced.clear()
    router.look()
    assert announced == []


# ---- several at once ----


@pytest.mark.parametrize("number", range(3))
def test_several_processes_give_no_chat_twice_and_nobody_too_much(
    desk: People, number: int
) -> None:
    here(desk.ana, desk.ben)
    chats = [asks(who) for who in customers(8)]
    answers = at_once(lambda _number: routing.pull(), 4)
    assert not [each for each in answers if isinstance(each, Exception)], answers
    given = [chat_id for each in answers for chat_id in each]
    assert sorted(given) == chats[:4]
    assert sorted(holders(chats)[:4], key=str) == sorted(ids(desk.ana, desk.ben) * 2)
    assert holders(chats)[4:] == [None] * 4
    for chat_id in given:
        assert [m.line for m in history.before(chat_id).messages if m.is_line] == ["joined"]


def test_places_are_of_the_same_team(desk: People) -> None:
    team = teams.make(desk.maya, "Billing")
    chats = [asks(who) for who in customers(4)]
    for chat_id in chats[:2]:
        transfers.transfer(desk.ana, chat_id, state(chat_id).version, team_id=team.id)
    assert [place.place for place in inbox.places()] == [1, 2, 1, 2]
    assert [inbox.queue_place(state(each)) for each in chats] == [1, 2, 1, 2]


def test_a_message_in_a_chat_that_goes_on_asks_nothing_of_routing(
    desk: People, statements: list[str]
) -> None:
    here(desk.ana)
    chat_id = asks(desk.lena)
    routing.pull()
    statements.clear()
    messages.send(desk.lena, chat_id, Draft("Are you there?", "b"))
    assert not [each for each in statements if "availability" in each or "teams" in each]


def test_an_offer_that_was_put_aside_is_taken_up(desk: People) -> None:
    here(desk.ana, desk.ben)
    chat_id = asks(desk.lena)
    assert routing.pull() == [chat_id]
    offer = offer_of(chat_id) | {"since": None}
    snoozes.snooze(desk.ana, chat_id, clock.now() + 3_600_000)
    routing.look_at_offer(**offer)  # type: ignore[arg-type]
    after = state(chat_id)
    assert (after.agent_id, after.is_snoozed) == (desk.ana.id, True)
