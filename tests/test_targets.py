"""First answers: when one is due by the clock of opening hours, what is overdue, who is told."""

import re
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import or_, select, update

from app import clock, hours
from app.cli.factories import state
from app.criteria import of_chats, read
from app.hours import Hours
from app.models import chats, database
from app.models.messages import Line
from app.operations import (
    assignments,
    closures,
    messages,
    saved_views,
    search,
    sites,
    snoozes,
    versions,
)
from app.operations import chats as opening
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.pages import filters
from app.queries import inbox, targets
from app.queries import saved_views as views
from app.queries import search as looking
from app.queries.inbox import Filter
from app.realtime import rows
from app.realtime.rows import Row
from tests.people import PASSWORD, People
from tests.test_hours import ALWAYS, BERLIN, NIGHT, OFFICE, at, of, shown

MINUTE = 60_000
ZONES = (BERLIN, "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "UTC")
period = st.builds(
    lambda begin, length: (begin, begin + length),
    st.integers(0, 1439),
    st.integers(1, 1440),
)


def day_of(periods: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """As a site's day is: no two of them meet."""
    found: list[tuple[int, int]] = []
    for begin, end in sorted(periods):
        if not found or begin >= found[-1][1]:
            found.append((begin, end))
    return tuple(found)


weeks = st.tuples(*[st.lists(period, max_size=3).map(day_of)] * 7)
closed = st.sets(st.dates(date(2026, 3, 1), date(2026, 11, 30)), max_size=20)
shops = st.builds(
    lambda zone, week, days: Hours(ZoneInfo(zone), week, days.__contains__),
    st.sampled_from(ZONES),
    weeks,
    closed,
)
instants = st.integers(at("2026-03-20 00:00"), at("2026-11-10 00:00"))
lengths = st.integers(1, 7 * 24 * 60)


def open_minutes(site: Hours, since: int, until: int) -> int:
    """By looking at each minute: whole ones, as times of a clock are."""
    return sum(hours.is_open(site, each) for each in range(since, until, MINUTE))


@settings(max_examples=60, deadline=None)
@given(shops, instants, st.integers(1, 600))
def test_so_many_open_minutes_lie_before_it_is_due(site: Hours, asked: int, minutes: int) -> None:
    asked -= asked % MINUTE
    due = hours.due(site, asked, minutes)
    if due is None:
        assert not any(site.week) or hours.next_opening(site, asked) is None
        return
    if due - asked > 20 * 24 * 60 * MINUTE:
        return  # too many minutes to look at
    assert open_minutes(site, asked, due) == minutes
    assert hours.is_open(site, due - 1)


@settings(max_examples=150, deadline=None)
@given(shops, instants, lengths, st.integers(-30, 3), st.integers(-5, 5))
def test_what_was_asked_by_then_is_due(
    site: Hours, now: int, minutes: int, days: int, off: int
) -> None:
    """Both directions say the same of any question."""
    since = hours.due_since(site, now, minutes)
    around = [now + days * 24 * 60 * MINUTE + off]
    around += [] if since is None else [since - 1, since, since + 1]
    for asked in around:
        due = hours.due(site, asked, minutes)
        assert (due is not None and due <= now) == (since is not None and asked <= since)


@pytest.mark.parametrize(
    ("days", "asked", "minutes", "due"),
    [
        (OFFICE, "2026-01-05 09:00", 30, "2026-01-05 09:30"),
        (OFFICE, "2026-01-05 07:12", 30, "2026-01-05 09:30"),  # a Monday
        (OFFICE, "2026-01-05 12:15", 30, "2026-01-05 13:45"),  # around lunch
        (OFFICE, "2026-01-05 12:00", 30, "2026-01-05 12:30"),  # just before it
        (OFFICE, "2026-01-09 17:45", 30, "2026-01-10 10:15"),  # over a night
        (OFFICE, "2026-01-10 13:45", 30, "2026-01-12 09:15"),  # over a Sunday
        (NIGHT, "2026-01-10 01:50", 20, "2026-01-10 22:10"),
        (ALWAYS, "2026-01-05 23:50", 20, "2026-01-06 00:10"),
        (ALWAYS, "2026-03-29 01:30", 60, "2026-03-29 03:30"),  # one hour is leapt over
        (ALWAYS, "2026-10-25 02:30", 60, "2026-10-25 02:30"),  # and one comes twice
        (("",) * 7, "2026-01-05 12:00", 30, None),
    ],
)
def test_due(days: tuple[str, ...], asked: str, minutes: int, due: str | None) -> None:
    assert shown(hours.due(of(days), at(asked), minutes)) == due


def test_no_holiday_counts() -> None:
    site = of(OFFICE, BERLIN, "2026-01-06")
    assert shown(hours.due(site, at("2026-01-05 17:50"), 30)) == "2026-01-07 09:20"
    late = of(ALWAYS, BERLIN, *map(str, (date(2026, 5, 1) + timedelta(n) for n in range(40))))
    assert shown(hours.due(late, at("2026-04-30 23:00"), 120)) == "2026-06-10 01:00"
    assert shown(hours.due_since(late, at("2026-06-10 01:00"), 120)) == "2026-04-30 23:00"


@pytest.fixture
def asked(app: Flask, people: People) -> int:
    """A question that is a minute old."""
    app.config["FIRST_ANSWER_MINUTES"] = 30
    chat_id = messages.send(people.lena, None, Draft("My invoice is wrong")).chat_id
    return grown(chat_id, 1)


def grown(chat_id: int, minutes: int) -> int:
    """It was asked so many minutes earlier."""
    with transaction() as tx:
        chat = chats.table.c
        earlier = update(chats.table).where(chat.id == chat_id)
        tx.run(earlier.values(asked_at=chat.asked_at - minutes * MINUTE), {})
    return chat_id


def found(people: People, what: str = "is:overdue") -> list[int]:
    wanted = of_chats(what)
    assert wanted is not None
    narrowed = inbox.narrowing(wanted)
    page = inbox.page(people.ana, Filter.ALL, " ".join(wanted.words), tagged=narrowed)
    return [row.chat.id for row in page.rows]


def test_a_question_is_due_until_a_person_has_answered(people: People, asked: int) -> None:
    chat = state(asked)
    due = targets.due_of(chat)
    assert due is not None
    assert due.at == (chat.asked_at or 0) + 30 * MINUTE
    assert found(people) == []
    grown(asked, 30)
    due = targets.due_of(state(asked))
    assert due is not None
    assert due.at <= clock.now()
    assert found(people) == found(people, "is:overdue lena") == [asked]
    # Neither what the bot says, nor who takes it, is an answer.
    with transaction() as tx:
        versions.line(tx, state(asked), Line.ANSWERED, "", {"articles": []})
    assignments.claim(people.ana, asked)
    assert targets.due_of(state(asked)) is not None
    assert found(people) == [asked]
    messages.send(people.ana, asked, Draft("I am looking"))
    assert targets.due_of(state(asked)) is None
    assert found(people) == []


def test_a_question_is_asked_anew_when_a_chat_begins_again(people: People, asked: int) -> None:
    grown(asked, 60)
    closures.close(people.ana, asked)
    assert targets.due_of(state(asked)) is None
    assert found(people) == []
    messages.send(people.lena, None, Draft("And now?"))
    due = targets.due_of(state(asked))
    assert due is not None
    assert due.at > clock.now()


def test_what_nobody_asks_of_staff_is_never_due(app: Flask, people: People, asked: int) -> None:
    order, _ = opening.open_between(people.lena, people.petra.id, people.lena.id, 7)
    messages.send(people.lena, order.id, Draft("Where is it?"))
    begun, _ = opening.open_with(people.ana, people.marcus.id)
    messages.send(people.ana, begun.id, Draft("Hello"))
    for each in (order.id, begun.id):
        assert targets.due_of(state(each)) is None
    app.config["FIRST_ANSWER_MINUTES"] = 0
    forget(app)
    assert targets.due_of(state(asked)) is None
    grown(asked, 10_000)
    assert found(people) == []


def test_a_site_says_its_own(app: Flask, people: People, asked: int) -> None:
    site = sites.create_by_shell(name="Shop", answer_minutes=5)
    with transaction() as tx:
        tx.run(update(chats.table).where(chats.table.c.id == asked).values(site_id=site.id), {})
    grown(asked, 9)
    for minutes, is_late in ((5, True), (None, False), (0, False), (60, False), (1, True)):
        sites.edit_by_shell(site.key, answer_minutes=minutes)
        forget(app)
        due = targets.due_of(state(asked))
        assert (due is None) == (minutes == 0)
        assert (due is not None and due.at <= clock.now()) == is_late
        assert found(people) == [asked] * is_late
    sites.edit_by_shell(site.key, hours=("",) * 7)
    holidays = "\n".join(str(date.today() + timedelta(n)) for n in range(-3, 3))
    sites.edit_by_shell(site.key, hours=("0-24",) * 7, holidays=holidays, answer_minutes=1)
    forget(app)
    due = targets.due_of(state(asked))
    assert due is not None
    assert due.ahead[0][0] > clock.now()  # it stands still
    assert found(people) == []


def by_parts() -> list[int]:
    """What is overdue as it is counted."""
    parts = targets.parts_of_overdue()
    return [row.id for row in database.rows(select(chats.table.c.id).where(or_(*parts)))]


def test_the_desks_own_pages_go_by_the_hours_of_the_site_that_says_so(
    app: Flask, people: People, asked: int
) -> None:
    grown(asked, 60)
    assert found(people) == by_parts() == [asked]
    holidays = "\n".join(str(date.today() + timedelta(n)) for n in range(-3, 3))
    shut = {"hours": ("0-24",) * 7, "holidays": holidays}
    site = sites.create_by_shell(name="Shop", for_desk=True, answer_minutes=1, **shut)
    forget(app)
    due = targets.due_of(state(asked))
    assert due is not None
    opens = due.ahead[0][0]
    assert opens > clock.now()  # it stands still
    usual = app.config["FIRST_ANSWER_MINUTES"]
    assert due.at - opens == usual * MINUTE  # so many as the desk says, not the site
    assert found(people) == []
    assert by_parts() == []
    sites.edit_by_shell(site.key, for_desk=False)
    forget(app)
    assert found(people) == by_parts() == [asked]


def test_what_is_overdue_is_found_among_messages_and_kept_as_a_view(
    people: People, asked: int
) -> None:
    messages.send(people.marcus, None, Draft("An invoice, too"))
    grown(asked, 60)
    while search.catch_up(50):
        pass
    hits = looking.found(people.ana, read("invoice is:overdue")).hits
    assert [hit.said.chat_id for hit in hits] == [asked]
    view = saved_views.save(people.ana, "Late", search="is:overdue")
    assert views.counted(people.ana) == [(view, (1, False))]
    assert of_chats("is:overdue is:open") is None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(targets, "MATCHES", 0)
        assert targets.overdue().ids is None
        assert found(people) == [asked]


def test_the_filter_shows_and_counts_what_is_overdue(
    app: Flask, people: People, asked: int
) -> None:
    def shown() -> tuple[list[int], int | None]:
        forget(app)
        page = inbox.page(people.ana, Filter.OVERDUE)
        return [row.chat.id for row in page.rows], inbox.counts(people.ana).overdue

    assert shown() == ([], 0)
    grown(asked, 60)
    assert shown() == ([asked], 1)
    assert inbox.counts(people.ana, site_id=99).overdue == 0
    assignments.assign(people.ana, asked, people.ana.id)
    assert shown() == ([asked], 1)
    snoozes.snooze(people.ana, asked, clock.now() + 60 * MINUTE)
    assert shown() == ([], 0)
    snoozes.wake(people.ana, asked)
    assert shown() == ([asked], 1)
    messages.send(people.ana, asked, Draft("Here I am"))
    assert shown() == ([], 0)
    app.config["FIRST_ANSWER_MINUTES"] = 0
    assert shown() == ([], None)


def forget(app: Flask) -> None:
    app.extensions.pop("targets", None)


def test_staff_alone_hears_when_it_is_due(
    people: People, asked: int, monkeypatch: pytest.MonkeyPatch, statements: list[str]
) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(rows, "emit", lambda _name, payload, _to: told.append(payload))
    monkeypatch.setattr(rows, "pages", lambda _room: [])
    monkeypatch.setattr(rows.rooms, "occupied", lambda _rooms: ["somebody"])
    targets.look()
    statements.clear()
    chat = state(asked)
    statements.clear()
    rows.tell(Row("chat_changed", chat, chat.version))
    due = targets.due_of(chat)
    assert due is not None
    assert told[0]["dueAt"] == clock.iso(due.at)
    assert "dueAt" not in told[0]["chat"]
    assert statements == []
    messages.send(people.ana, asked, Draft("I am looking"))
    rows.tell(Row("chat_changed", state(asked), chat.version))
    assert "dueAt" not in told[-1]


@pytest.mark.parametrize(
    ("asked_at", "now", "words"),
    [
        ("2026-01-05 09:00", "2026-01-05 09:17:30", "13 min left"),
        ("2026-01-05 09:00", "2026-01-05 09:30", "due just now"),
        ("2026-01-05 09:00", "2026-01-05 09:35", "due 5 minutes ago"),
        ("2026-01-05 07:00", "2026-01-05 08:00", "stands still until 09:00"),
        ("2026-01-05 12:20", "2026-01-05 12:25", "25 min left"),
        ("2026-01-05 12:20", "2026-01-05 12:30", "stands still until 13:30"),
        ("2026-01-10 13:50", "2026-01-11 12:00", "stands still until Mon 09:00"),
    ],
)
def test_the_words(
    app: Flask, monkeypatch: pytest.MonkeyPatch, asked_at: str, now: str, words: str
) -> None:
    target = targets.Target(30, of(OFFICE, "UTC"))
    moment = at(now, "UTC")
    monkeypatch.setattr(clock, "now", lambda: moment)
    due = target.due(at(asked_at, "UTC"))
    assert due is not None
    with app.test_request_context():
        shown = filters.time_left(targets.Due(due, target.ahead(moment, due)))
    assert re.sub("<[^>]*>", "", shown) == words
    assert ("data-over" in shown) == words.startswith("due")


def test_the_menu_of_filters_names_what_is_shown_though_nothing_is_measured(
    client: FlaskClient, people: People
) -> None:
    entry = 'id="filter-overdue"'
    client.post("/login", data={"email": people.ana.email, "password": PASSWORD})
    assert entry not in client.get("/admin/messages").text
    for address in ("/admin/messages", "/admin/messages/filters"):
        shown = client.get(f"{address}?filter=overdue").text
        assert entry in shown
        assert 'class="filter-shown" data-of="overdue"' in shown
    # A view leads to it where the menu stays as it is.
    saved_views.save(people.ana, "Late", Filter.OVERDUE)
    assert entry in client.get("/admin/messages").text
