"""Who is there, in how many processes, and who only seems to be."""

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.auth import tokens
from app.events import Event, PresenceChanged
from app.models import User, database
from app.models.users import Actor
from app.operations import archives, assignments, chats, messages, presence
from app.operations.messages import Draft
from app.queries import users
from app.queries.presence import is_online, staff_online
from app.realtime import process
from app.sockets.connections import Connection, connections
from tests.people import People
from tests.races import at_once


def told(events: list[Event]) -> list[tuple[int, bool]]:
    return [(e.user_id, e.is_online) for e in events if isinstance(e, PresenceChanged)]


def test_coming_and_going_is_told_once_however_many_processes(
    people: People, announced: list[Event]
) -> None:
    lena = people.lena.id
    presence.update_process("one", came=[lena], left=[])
    presence.update_process("two", came=[lena], left=[])
    presence.update_process("one", came=[], left=[lena])
    assert told(announced) == [(lena, True)]
    assert is_online(lena)
    presence.update_process("two", came=[], left=[lena])
    assert told(announced) == [(lena, True), (lena, False)]
    assert not is_online(lena)
    last_seen = database.scalar(select(User.last_seen_at).where(User.id == lena))
    assert 0 <= clock.now() - last_seen < 60_000


def test_those_who_share_a_chat_that_goes_on_are_told(
    people: People, announced: list[Event]
) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    assignments.claim(people.ana, chat_id)
    chats.open_between(people.petra, people.petra.id, people.lena.id)
    messages.send(people.marcus, None, Draft("Hello", "a"))
    announced.clear()
    presence.update_process("one", came=[people.lena.id, people.marcus.id], left=[])
    shared = {e.user_id: e.shared_with for e in announced if isinstance(e, PresenceChanged)}
    assert shared == {people.lena.id: (people.ana.id, people.petra.id), people.marcus.id: ()}


def test_one_sees_who_is_online_of_those_one_shares_a_chat_with_and_staff_sees_all(
    people: People,
) -> None:
    lena, marcus, petra, ana = (
        who.id for who in (people.lena, people.marcus, people.petra, people.ana)
    )
    chats.open_between(people.petra, petra, lena)
    gone = chats.open_between(people.petra, petra, marcus)[0]
    presence.update_process("one", came=[lena, marcus, petra, ana], left=[])

    def seen(actor: Actor, page: int = 1, limit: int = 50) -> list[int]:
        return [person.id for person in users.online_known_to(actor, page, limit)]

    assert (seen(people.lena), seen(people.petra)) == ([petra], [lena, marcus])
    assert seen(people.ana) == sorted([lena, marcus, petra, ana])
    assert [seen(people.ana, page, 3) for page in (1, 2, 3)] == [
        seen(people.ana)[:3],
        seen(people.ana)[3:],
        [],
    ]
    archives.archive(people.marcus, gone.id)
    presence.update_process("one", came=[], left=[lena])
    # Either may write in it again at any time.
    assert (seen(people.petra), seen(people.marcus)) == ([marcus], [petra])


def test_a_support_chat_that_is_over_tells_its_parties_nothing_of_each_other(
    people: People, announced: list[Event]
) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    assignments.claim(people.ana, chat_id)
    presence.update_process("one", came=[people.ana.id], left=[])
    assert [person.id for person in users.online_known_to(people.lena, 1, 50)] == [people.ana.id]
    archives.archive(people.ana, chat_id)
    assert users.online_known_to(people.lena, 1, 50) == []
    announced.clear()
    presence.update_process("one", came=[people.lena.id], left=[])
    assert [e.shared_with for e in announced if isinstance(e, PresenceChanged)] == [()]


def test_a_process_that_gives_no_sign_of_life_takes_its_people_along(
    people: People, announced: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    presence.update_process("alive", came=[people.ana.id], left=[])
    presence.update_process("dead", came=[people.lena.id, people.ana.id], left=[])
    announced.clear()

    now += 59_000
    presence.renew("alive", [people.ana.id])
    presence.expire()
    assert is_online(people.lena.id)
    assert is_online(people.ana.id)
    now += 1_000
    assert not is_online(people.lena.id)  # by itself, before anybody tidies up
    presence.expire()
    assert told(announced) == [(people.lena.id, False)]
    assert staff_online() == [(people.ana.id, "Ana Weber", "agent")]
    presence.expire()
    assert len(announced) == 1


def test_who_was_taken_for_gone_while_their_process_stood_still_is_back_with_its_next_sign(
    people: People, announced: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    ana = Connection("sid of the test", people.ana, False, "en", "address of the test")
    house = process.House()
    connections.add(ana)
    try:
        house.tell_presence()
        now += 61_000
        presence.expire()  # by another process
        house.renew_presence()
        house.renew_presence()
        house.tell_presence()
        assert is_online(people.ana.id)
    finally:
        connections.remove(ana.sid)
    assert told(announced) == [(people.ana.id, online) for online in (True, False, True)]


def test_who_is_gone_already_goes_once(people: People, announced: list[Event]) -> None:
    presence.update_process("one", came=[people.lena.id], left=[])
    for _ in range(2):
        presence.update_process("one", came=[], left=[people.lena.id])
    assert told(announced) == [(people.lena.id, True), (people.lena.id, False)]


def test_many_come_and_go_at_one_look_for_whom_they_share_a_chat_with(
    people: People, statements: list[str]
) -> None:
    for customer in (people.lena, people.marcus):
        chat_id = messages.send(customer, None, Draft("Hello", "a")).chat_id
        assignments.claim(people.ana, chat_id)
    statements.clear()
    presence.update_process("one", came=[who.id for who in people], left=[])
    assert len([each for each in statements if "FROM chats" in each]) == 1


def test_processes_that_let_go_of_the_same_people_at_once_do_not_wait_for_each_other(
    people: People,
) -> None:
    here = [who.id for who in people]
    orders = (here, here[::-1])
    for _ in range(5):
        for number in range(2):
            presence.update_process(str(number), came=here, left=[])
        assert at_once(
            lambda number: presence.update_process(str(number), came=[], left=orders[number]), 2
        ) == [None, None]
        assert not any(is_online(who) for who in here)


def test_a_reload_is_neither_coming_nor_going(
    people: People, announced: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(process.time, "monotonic", lambda: now)
    lena = Connection("sid of the test", people.lena, False, "en", "address of the test")
    house = process.House()
    try:
        for there in (True, False, True, False):  # a look each half second
            (connections.add if there else lambda c: connections.remove(c.sid))(lena)
            house.tell_presence()
            now += 0.5
        assert told(announced) == [(people.lena.id, True)]
        for _ in range(2):
            house.tell_presence()
            now += 0.5
    finally:
        connections.remove(lena.sid)
    assert told(announced) == [(people.lena.id, True), (people.lena.id, False)]
    assert (house.known, house.missing) == (set(), {})


@pytest.mark.parametrize("path", ["/api/v1/me", "/admin/overview", "/chat/unread-count"])
def test_a_call_by_whatever_door_says_that_staff_is_there(
    app: Flask, people: People, path: str
) -> None:
    bearer = {"Authorization": f"Bearer {tokens.access_token(people.ana)}"}
    assert app.test_client().get(path, headers=bearer).status_code == 200
    assert list(presence.called) == [people.ana.id]
    before = users.person(people.ana.id).last_seen_at
    presence.note_calls()
    assert presence.called == {}
    assert (users.person(people.ana.id).last_seen_at or 0) > (before or 0)
