"""Staff is away outside their working hours, and back by themselves; what they say comes first."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from app import clock, hours
from app.cli.factories import state
from app.errors import Forbidden, Invalid, NotFound
from app.events import AvailabilityChanged, Event
from app.models import database
from app.models.audits import SELECT_AUDIT, AuditState
from app.models.availability import Colleague, Standing, State
from app.models.users import Actor
from app.operations import availability, presence, routing
from app.operations.users import deactivate
from app.queries import availability as queries
from app.realtime.routing import Router
from tests.people import PASSWORD, People
from tests.test_hours import BERLIN, WEEKS, YEAR, ZONES, at
from tests.test_routing import asks, desk, here  # noqa: F401  (a fixture)

OFFICE = ("9-12:30, 13:30-18",) * 5 + ("", "")
NIGHT = ("22-6",) * 7
NONE = ("",) * 7
HOUR = 3_600_000
MONDAY = "2026-01-05"


@pytest.fixture
def move(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The clock shows another time, at which these of staff are connected."""

    def moved(text: str, *staff: Actor) -> None:
        now = at(text)
        monkeypatch.setattr(clock, "now", lambda: now)
        here(*staff)
        presence.renew("one", [each.id for each in staff])

    return moved


def standing(who: Actor) -> Standing:
    return queries.standings(availability.idle_at())[who.id]


def test_outside_their_hours_somebody_is_away_and_back_by_themselves(
    people: People, move: Callable[..., None]
) -> None:
    ana = people.ana
    availability.set_hours(ana, ana.id, BERLIN, OFFICE)
    for moment, expected in (
        (f"{MONDAY} 08:59", (State.AWAY, "by_schedule", at(f"{MONDAY} 09:00"))),
        (f"{MONDAY} 09:00", (State.AVAILABLE, None, None)),
        (f"{MONDAY} 12:30", (State.AWAY, "by_schedule", at(f"{MONDAY} 13:30"))),
        (f"{MONDAY} 13:30", (State.AVAILABLE, None, None)),
        ("2026-01-09 18:00", (State.AWAY, "by_schedule", at("2026-01-12 09:00"))),
    ):
        move(moment, ana)
        assert standing(ana) == expected, moment
    availability.set_hours(ana, ana.id, BERLIN, NONE)
    assert standing(ana) == (State.AVAILABLE, None, None)


def test_hours_may_go_over_midnight_and_are_of_their_own_zone(
    people: People, move: Callable[..., None]
) -> None:
    ana, ben = people.ana, people.ben
    availability.set_hours(ana, ana.id, BERLIN, NIGHT)
    availability.set_hours(ben, ben.id, "America/New_York", OFFICE)
    move(f"{MONDAY} 03:00", ana, ben)
    assert standing(ana).state == "available"
    assert standing(ben).state == "away"
    move(f"{MONDAY} 15:00", ana, ben)  # nine in New York
    assert standing(ana) == ("away", "by_schedule", at(f"{MONDAY} 22:00"))
    assert standing(ben).state == "available"


def test_what_one_says_comes_first_until_hours_begin_or_end(
    app: Flask, people: People, move: Callable[..., None]
) -> None:
    ana, app.config["IDLE_SECONDS"] = people.ana, 0
    availability.set_hours(ana, ana.id, BERLIN, OFFICE)
    move(f"{MONDAY} 10:00", ana)
    assert availability.set_away(ana, True) == ("away", "by_hand", at(f"{MONDAY} 12:30"))
    move(f"{MONDAY} 12:29", ana)
    assert standing(ana).why == "by_hand"
    move(f"{MONDAY} 12:30", ana)
    assert standing(ana).why == "by_schedule"
    # Here all the same, over the break and in the evening.
    assert availability.set_away(ana, False).state == "available"
    move(f"{MONDAY} 18:01", ana)
    assert standing(ana) == ("away", "by_schedule", at("2026-01-06 09:00"))
    assert availability.set_away(ana, False).state == "available"
    move("2026-01-06 02:00", ana)
    assert standing(ana).state == "available"
    assert availability.set_away(ana, True) == ("away", "by_hand", at("2026-01-06 09:00"))
    move("2026-01-06 09:00", ana)
    assert standing(ana).state == "available"


def test_who_says_what_holds_already_says_nothing(
    people: People, move: Callable[..., None], announced: list[Event]
) -> None:
    ana = people.ana
    availability.set_hours(ana, ana.id, BERLIN, OFFICE)
    move(f"{MONDAY} 07:00", ana)
    announced.clear()
    assert availability.set_away(ana, True).why == "by_schedule"
    assert announced == []


def test_who_is_away_by_hand_stays_so_under_other_hours_and_by_no_older_word(
    people: People, move: Callable[..., None]
) -> None:
    ana = people.ana
    move(f"{MONDAY} 10:00", ana)
    availability.set_away(ana, True)
    move("2026-01-06 10:00", ana)
    availability.set_hours(ana, ana.id, BERLIN, OFFICE)
    assert standing(ana) == ("away", "by_hand", at("2026-01-06 12:30"))
    move("2026-01-06 14:00", ana)
    assert standing(ana).state == "available"
    availability.set_hours(ana, ana.id, BERLIN, NONE)
    assert standing(ana).state == "available"


def test_chats_wait_for_hours_and_come_as_they_begin(
    desk: People,  # noqa: F811
    app: Flask,
    move: Callable[..., None],
    announced: list[Event],
) -> None:
    ana = desk.ana
    app.config["IDLE_SECONDS"] = 0
    availability.set_hours(ana, ana.id, BERLIN, OFFICE)
    router = Router(app)
    move(f"{MONDAY} 08:59", ana)
    chat_id = asks(desk.lena)
    router.look()
    assert state(chat_id).is_waiting
    announced.clear()
    move(f"{MONDAY} 09:00", ana)
    router.look()
    assert state(chat_id).agent_id == ana.id
    assert AvailabilityChanged(ana.id, "available") in announced
    announced.clear()
    router.look()
    assert not [e for e in announced if isinstance(e, AvailabilityChanged)]
    # A process that begins anew in between tells nothing twice, and the hours hold all the same.
    move(f"{MONDAY} 12:30", ana)
    Router(app).look()
    late = asks(desk.marcus)
    assert routing.pull() == []
    assert state(late).is_waiting
    router.look()
    told = [e for e in announced if isinstance(e, AvailabilityChanged)]
    assert told == [AvailabilityChanged(ana.id, "away", "by_schedule", at(f"{MONDAY} 13:30"))]


def test_hours_that_end_as_a_chat_is_given_give_none(
    desk: People,  # noqa: F811
    move: Callable[..., None],
) -> None:
    availability.set_hours(desk.ana, desk.ana.id, BERLIN, OFFICE)
    move(f"{MONDAY} 17:59", desk.ana)
    chat_id = asks(desk.lena)
    (ana,) = routing.candidates(0, routing.automatic()[0])
    move(f"{MONDAY} 18:00", desk.ana)
    assert not routing.give(chat_id, ana)
    assert state(chat_id).is_waiting


def test_one_sets_ones_own_hours_and_managers_everybodys(
    people: People, announced: list[Event]
) -> None:
    availability.set_hours(people.maya, people.ana.id, BERLIN, OFFICE)
    assert [type(each) for each in announced] == [AvailabilityChanged]
    availability.set_hours(people.ana, people.ana.id, BERLIN, OFFICE)  # the same once more
    assert len(announced) == 1
    noted = AuditState._make(database.rows(SELECT_AUDIT)[-1])
    assert (noted.action, noted.actor_id) == ("hours_set", people.maya.id)
    assert noted.subject_id == people.ana.id
    assert noted.said["time_zone"] == BERLIN
    assert noted.said["hours"][0] == "monday 09:00-12:30, 13:30-18:00"
    for who in (people.ben, people.lena, people.petra):
        with pytest.raises(Forbidden):
            availability.set_hours(who, people.ana.id, BERLIN, NIGHT)
    with pytest.raises(Forbidden):
        availability.set_hours(people.lena, people.lena.id, BERLIN, NIGHT)
    with pytest.raises(NotFound):
        availability.set_hours(people.maya, people.lena.id, BERLIN, NIGHT)
    deactivate(people.ben.email)
    with pytest.raises(NotFound):
        availability.set_hours(people.maya, people.ben.id, BERLIN, NIGHT)


def test_all_that_is_wrong_is_said_and_nothing_is_stored(people: People) -> None:
    with pytest.raises(Invalid) as refused:
        availability.set_hours(people.ana, people.ana.id, "Mars/Base", ("9", *NONE[:5], "9-9"))
    assert set(refused.value.fields or {}) == {"time_zone", "monday", "sunday"}
    found = queries.colleague(people.ana.id)
    assert found is not None
    assert found.hours is None
    assert found.time_zone is None


def test_pages_set_and_show_hours(client: FlaskClient, people: People) -> None:
    client.post("/login", data={"email": people.ana.email, "password": PASSWORD})
    empty = dict.fromkeys(hours.DAYS, "")
    form = empty | {f"{day}_shown": "" for day in hours.DAYS} | {"monday": "9-17"}
    refused = client.post("/admin/hours", data=form | {"time_zone": BERLIN, "monday": "noon"})
    assert refused.status_code == 422
    assert 'id="monday-error"' in refused.text
    assert client.post("/admin/hours", data=form | {"time_zone": BERLIN}).status_code == 303
    assert 'value="09:00-17:00"' in client.get("/admin/hours").text
    assert client.get(f"/admin/colleagues/{people.ben.id}/hours").status_code == 403
    assert client.post(f"/admin/colleagues/{people.ana.id}/hours", data=form).status_code == 403


def test_who_writes_one_day_undoes_nothing_that_somebody_else_wrote_meanwhile(
    client: FlaskClient, people: People
) -> None:
    def known() -> tuple[str | None, list[str]]:
        found = queries.colleague(people.ana.id)
        assert found is not None
        return found.time_zone, found.week

    client.post("/login", data={"email": people.ana.email, "password": PASSWORD})
    shown = dict.fromkeys(hours.DAYS, "") | {"time_zone": BERLIN}  # while Ana has none
    page = shown | {f"{name}_shown": value for name, value in shown.items()}
    availability.set_hours(people.maya, people.ana.id, "Asia/Tokyo", ("", "10-18", *NONE[2:]))
    assert client.post("/admin/hours", data=page | {"friday": "9-17"}).status_code == 303
    friday = ["", "10:00-18:00", "", "", "09:00-17:00", "", ""]
    assert known() == ("Asia/Tokyo", friday)
    # Nor does one who says less than the page asks.
    for said in ({}, {"time_zone": BERLIN}):
        assert client.post("/admin/hours", data=said).status_code == 303
    assert known() == (BERLIN, friday)
    page = client.get("/admin/hours").text
    assert 'name="friday_shown" type="hidden" value="09:00-17:00"' in page
    emptied = {"tuesday": "", "friday": "", "friday_shown": "09:00-17:00"}
    assert client.post("/admin/hours", data=emptied).status_code == 303
    assert known() == (None, [])


AWAY_OR_BACK = st.lists(st.tuples(st.integers(0, 96 * 60), st.booleans()), max_size=4)


@settings(deadline=None)
@given(WEEKS, ZONES, YEAR, AWAY_OR_BACK)
def test_hours_and_words_are_followed_minute_by_minute(
    week: hours.Week, zone: str, begin: int, words: list[tuple[int, bool]]
) -> None:
    """Somebody says what they say over four days, beside what a clock that ticks makes of it."""
    begin -= begin % 60_000
    own = hours.Hours(hours.ZoneInfo(zone), tuple(week))
    stored = json.dumps(week)
    who = Colleague(1, "Ana", True, None, None, None, None, None, zone, stored, 0)
    said = dict(sorted(words))
    works, is_away = hours.is_open(own, begin), not hours.is_open(own, begin)
    real = clock.now
    try:
        for minute in range(0, 96 * 60, 7):
            now = begin + minute * 60_000
            clock.now = lambda now=now: now  # type: ignore[misc]
            # What has changed within these minutes, in order.
            for each in range(minute - 6, minute + 1):
                moment = begin + each * 60_000
                if each > 0 and hours.is_open(own, moment) != works:
                    works = not works
                    is_away = not works
                if each in said:
                    is_away = said[each]
                    told = {"away_since": moment if is_away else None}
                    who = who._replace(**told, back_since=None if is_away else moment)
            away = who.away
            assert (away is not None) == is_away
            if away is not None and away.until is not None:
                # It ends then, and no minute earlier.
                clock.now = lambda last=away.until - 1: last  # type: ignore[misc]
                assert who.away == away
                clock.now = lambda end=away.until: end  # type: ignore[misc]
                assert who.away is None or who.away.why == "by_schedule"
    finally:
        clock.now = real
