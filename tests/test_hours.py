"""Opening hours: tables of instants, across changes of clocks, holidays and midnights."""

import json
import re
import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import clock, hours
from app.errors import Invalid
from app.hours import DAYS, Hours, Week, parsed, written
from app.models import database, visitors
from app.models.sites import SiteState
from app.operations import messages, sites
from app.operations.messages import Draft
from app.queries import sites as directory
from app.queries import users
from tests.people import People
from tests.test_sites import form_of

BERLIN = "Europe/Berlin"
OFFICE = ("9-12:30, 13:30-18",) * 5 + ("10-14", "")
NIGHT = ("",) * 4 + ("22-2",) + ("22-2",) + ("",)  # Friday and Saturday, each into the next day
ALWAYS = ("0-24",) * 7
DAILY = ("9-17",) * 7
Days = tuple[str, ...]


def of(days: Days, zone: str = BERLIN, *closed: str) -> Hours:
    dates = {date.fromisoformat(day) for day in closed}
    return Hours(ZoneInfo(zone), tuple(map(parsed, days)), lambda day: day in dates)


def at(text: str, zone: str = BERLIN) -> int:
    """An instant by a zone's clock, or with its offset: `2026-01-05 09:00`."""
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return round(moment.timestamp() * 1000)


def shown(instant: int | None, zone: str = BERLIN) -> str | None:
    if instant is None:
        return None
    moment = datetime.fromtimestamp(instant / 1000, ZoneInfo(zone))
    return moment.replace(tzinfo=None).isoformat(" ", "minutes")


@pytest.mark.parametrize(
    ("days", "now", "is_open", "opens", "closes"),
    [
        # A working day, with a break. 2026-01-05 is a Monday.
        (OFFICE, "2026-01-05 08:59:59.999", False, "2026-01-05 09:00", None),
        (OFFICE, "2026-01-05 09:00", True, "2026-01-05 13:30", "2026-01-05 12:30"),
        (OFFICE, "2026-01-05 12:29:59.999", True, "2026-01-05 13:30", "2026-01-05 12:30"),
        (OFFICE, "2026-01-05 12:30", False, "2026-01-05 13:30", None),
        (OFFICE, "2026-01-05 17:59", True, "2026-01-06 09:00", "2026-01-05 18:00"),
        (OFFICE, "2026-01-05 18:00", False, "2026-01-06 09:00", None),
        # Over a weekend, and over a year's end.
        (OFFICE, "2026-01-09 18:00", False, "2026-01-10 10:00", None),
        (OFFICE, "2026-01-10 14:00", False, "2026-01-12 09:00", None),
        (OFFICE, "2026-01-11 12:00", False, "2026-01-12 09:00", None),
        (DAILY, "2026-12-31 23:59", False, "2027-01-01 09:00", None),
        # Over midnight: Friday's runs into Saturday, Saturday's into Sunday.
        (NIGHT, "2026-01-09 21:59", False, "2026-01-09 22:00", None),
        (NIGHT, "2026-01-09 22:00", True, "2026-01-10 22:00", "2026-01-10 02:00"),
        (NIGHT, "2026-01-10 00:00", True, "2026-01-10 22:00", "2026-01-10 02:00"),
        (NIGHT, "2026-01-10 01:59", True, "2026-01-10 22:00", "2026-01-10 02:00"),
        (NIGHT, "2026-01-10 02:00", False, "2026-01-10 22:00", None),
        (NIGHT, "2026-01-11 01:00", True, "2026-01-16 22:00", "2026-01-11 02:00"),
        (NIGHT, "2026-01-12 01:00", False, "2026-01-16 22:00", None),
        # What meets at midnight is one time.
        (("22-24", "0-6", *("",) * 5), "2026-01-05 23:00", True, "2026-01-12 22:00", "2026-01-06 06:00"),  # noqa: E501
        (("22-2", "1-6", *("",) * 5), "2026-01-06 01:30", True, "2026-01-12 22:00", "2026-01-06 06:00"),  # noqa: E501
        # Always, and never.
        (ALWAYS, "2026-01-05 00:00", True, None, None),
        (ALWAYS, "2026-03-29 02:30", True, None, None),
        (("",) * 7, "2026-01-05 12:00", False, None, None),
    ],
)  # fmt: skip
def test_a_site_is_open_by_its_clock(
    days: Days, now: str, is_open: bool, opens: str | None, closes: str | None
) -> None:
    instant = at(now)
    assert hours.is_open(of(days), instant) == is_open
    assert shown(hours.next_opening(of(days), instant)) == opens
    assert shown(hours.next_closing(of(days), instant)) == closes


@pytest.mark.parametrize(
    ("zone", "days", "now", "is_open", "changes"),
    [
        # Berlin, 29 March 2026: at 02:00 it is 03:00.
        (BERLIN, ("9-17",) * 7, "2026-03-28T17:00:00+01:00", False, "2026-03-29T09:00:00+02:00"),
        (BERLIN, ("2:30-5",) * 7, "2026-03-29T01:59:59+01:00", False, "2026-03-29T03:00:00+02:00"),
        (BERLIN, ("2:30-5",) * 7, "2026-03-29T03:00:00+02:00", True, "2026-03-29T05:00:00+02:00"),
        (BERLIN, ("1-2:30",) * 7, "2026-03-29T01:59:59+01:00", True, "2026-03-29T03:00:00+02:00"),
        (BERLIN, ("1-2:30",) * 7, "2026-03-29T03:00:00+02:00", False, "2026-03-30T01:00:00+02:00"),
        # All of it is leapt over.
        (BERLIN, ("2:15-2:45",) * 7, "2026-03-29T01:30:00+01:00", False, "2026-03-30T02:15:00+02:00"),  # noqa: E501
        (BERLIN, ("22-6",) * 7, "2026-03-29T01:00:00+01:00", True, "2026-03-29T06:00:00+02:00"),
        # Berlin, 25 October 2026: at 03:00 it is 02:00 once more.
        (BERLIN, ("9-17",) * 7, "2026-10-24T17:00:00+02:00", False, "2026-10-25T09:00:00+01:00"),
        (BERLIN, ("2:30-5",) * 7, "2026-10-25T02:29:00+02:00", False, "2026-10-25T02:30:00+02:00"),
        (BERLIN, ("2:30-5",) * 7, "2026-10-25T02:15:00+01:00", True, "2026-10-25T05:00:00+01:00"),
        (BERLIN, ("1-2:30",) * 7, "2026-10-25T02:29:00+02:00", True, "2026-10-25T02:30:00+02:00"),
        (BERLIN, ("1-2:30",) * 7, "2026-10-25T02:10:00+01:00", False, "2026-10-26T01:00:00+01:00"),
        # New York changes on other days, Lord Howe by half an hour, Apia left out a Friday.
        ("America/New_York", ("9-17",) * 7, "2026-03-07T17:00:00-05:00", False, "2026-03-08T09:00:00-04:00"),  # noqa: E501
        ("Australia/Lord_Howe", ("2-5",) * 7, "2026-10-04T01:59:00+10:30", False, "2026-10-04T02:30:00+11:00"),  # noqa: E501
        ("Pacific/Apia", ("9-17",) * 7, "2011-12-29T17:00:00-10:00", False, "2011-12-31T09:00:00+14:00"),  # noqa: E501
        # Kathmandu and Chatham are no whole hours off.
        ("Asia/Kathmandu", ("9-17",) * 7, "2026-01-05T03:14:59+00:00", False, "2026-01-05T03:15:00+00:00"),  # noqa: E501
        ("Pacific/Chatham", ("9-17",) * 7, "2026-01-05T09:00:00+13:45", True, "2026-01-05T17:00:00+13:45"),  # noqa: E501
    ],
)  # fmt: skip
def test_clocks_that_change(zone: str, days: Days, now: str, is_open: bool, changes: str) -> None:
    found = of(days, zone)
    instant = at(now)
    assert hours.is_open(found, instant) == is_open
    following = (hours.next_closing if is_open else hours.next_opening)(found, instant)
    assert following == at(changes)
    assert hours.is_open(found, at(changes)) != is_open
    assert hours.is_open(found, at(changes) - 1) == is_open


def test_nothing_begins_on_a_holiday_but_what_began_before_goes_on() -> None:
    office = of(OFFICE, BERLIN, "2026-12-24", "2026-12-25")
    assert not hours.is_open(office, at("2026-12-24 10:00"))
    assert shown(hours.next_opening(office, at("2026-12-23 18:00"))) == "2026-12-26 10:00"
    night = of(NIGHT, BERLIN, "2026-01-10")
    assert hours.is_open(night, at("2026-01-10 01:00"))
    assert shown(hours.next_closing(night, at("2026-01-10 01:00"))) == "2026-01-10 02:00"
    assert not hours.is_open(night, at("2026-01-10 23:00"))
    assert not hours.is_open(night, at("2026-01-11 01:00"))


def test_who_is_closed_for_longer_than_anybody_looks_is_closed_for_good() -> None:
    first = date(2026, 1, 1)
    year = [(first + timedelta(days=n)).isoformat() for n in range(366)]
    assert shown(hours.next_opening(of(DAILY, BERLIN, *year), at("2026-01-01 12:00"))) == (
        "2027-01-02 09:00"
    )
    never = Hours(ZoneInfo(BERLIN), tuple(map(parsed, DAILY)), lambda _day: True)
    assert hours.next_opening(never, at("2026-01-01 12:00")) is None
    assert not hours.is_open(never, at("2026-01-01 12:00"))


def test_what_is_ahead_is_told_in_order_from_what_goes_on() -> None:
    spans = hours.ahead(of(OFFICE), at("2026-01-09 14:00"), 3)
    assert [tuple(map(shown, span)) for span in spans] == [
        ("2026-01-09 13:30", "2026-01-09 18:00"),
        ("2026-01-10 10:00", "2026-01-10 14:00"),
        ("2026-01-12 09:00", "2026-01-12 12:30"),
    ]
    ((begin, end),) = hours.ahead(of(ALWAYS), at("2026-01-09 14:00"), 3)
    assert begin <= at("2026-01-09 14:00")
    assert end - at("2026-01-09 14:00") > 30 * 24 * 3_600_000


MINUTES = st.integers(0, 1439)
WEEKS = st.lists(
    st.lists(st.tuples(MINUTES, st.integers(1, 1440)), max_size=2).map(
        lambda day: tuple(sorted((begin, begin + length) for begin, length in day))
    ),
    min_size=7,
    max_size=7,
)
ZONES = st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
YEAR = st.integers(at("2026-01-01T00:00+00:00"), at("2026-12-31T00:00+00:00"))


@settings(deadline=None)
@given(WEEKS, ZONES, YEAR)
def test_all_answers_are_of_one_mind(week: Week, zone: str, now: int) -> None:
    found = Hours(ZoneInfo(zone), tuple(week))
    is_open, opens = hours.is_open(found, now), hours.next_opening(found, now)
    closes = hours.next_closing(found, now)
    ahead = hours.ahead(found, now, 3)
    assert is_open == any(begin <= now < end for begin, end in ahead)
    assert closes is None or (is_open and closes > now)
    for instant, is_opening in ((opens, True), (closes, False)):
        if instant is not None:
            assert hours.is_open(found, instant) == is_opening
            assert hours.is_open(found, instant - 1) != is_opening
    if not is_open and opens is not None:
        assert not hours.is_open(found, (now + opens) // 2)


@settings(deadline=None)
@given(ZONES, st.dates(date(2026, 1, 1), date(2026, 12, 31)), MINUTES)
def test_a_time_is_when_the_clock_first_shows_it(zone: str, day: date, minutes: int) -> None:
    z = ZoneInfo(zone)
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    found = hours.instant(z, day, minutes)
    assert hours.shown(z, found) >= wall > hours.shown(z, found - 1) - timedelta(hours=2)
    # Searched for minute by minute, from well before.
    begin = round(wall.replace(tzinfo=UTC).timestamp() * 1000) - 15 * 3_600_000
    first = next(
        t for t in range(begin, begin + 30 * 3_600_000, 60_000) if hours.shown(z, t) >= wall
    )
    assert found == first


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("", ""),
        (" , ", ""),
        ("9-17", "09:00-17:00"),
        ("9:00–12.30,13:30 — 18:00", "09:00-12:30, 13:30-18:00"),
        ("13:30-18 9-12:30", "09:00-12:30, 13:30-18:00"),
        ("0-24", "00:00-24:00"),
        ("22:00-2:00", "22:00-02:00"),
        ("22-24; 0-2", "00:00-02:00, 22:00-24:00"),
        ("22-0", "22:00-24:00"),
        ("٩-١٧", "09:00-17:00"),
        ("9-12, 12-15", "09:00-12:00, 12:00-15:00"),
    ],
)
def test_a_day_is_written_in_many_ways_and_kept_in_one(text: str, spelled: str) -> None:
    assert written(parsed(text)) == spelled
    assert parsed(spelled) == parsed(text)


@pytest.mark.parametrize(
    "text",
    [
        "9",
        "nine to five",
        "9-17 or so",
        "25-26",
        "9-24:01",
        "9-17:60",
        "9:5-17",
        "9-9",
        "24-2",
        "9-17, 16-18",
        "22-6, 23-24",
        "9-12 -14",
        "9--17",
        "0-24, 3-4",
        "-5",
        "9-17\x00",
    ],
)
def test_what_are_no_hours_of_a_day(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parsed(text)


# ---- of a site ----


def test_a_site_says_nothing_of_hours_until_it_does(app: Flask) -> None:
    site = sites.create_by_shell(name="Shop")
    assert hours.of_site(site) is None
    site = sites.edit_by_shell(site.key, hours=OFFICE, time_zone=BERLIN)
    found = hours.of_site(site)
    assert found is not None
    assert [written(day) for day in found.week] == [written(parsed(day)) for day in OFFICE]
    assert hours.is_open(found, at("2026-01-05 09:00"))
    site = sites.edit_by_shell(site.key, time_zone="America/New_York")
    found = hours.of_site(site)
    assert found is not None
    assert not hours.is_open(found, at("2026-01-05 09:00"))
    assert hours.of_site(sites.edit_by_shell(site.key, hours=("",) * 7)) is None


def test_holidays_are_the_sites_own_and_those_of_its_country(app: Flask) -> None:
    site = sites.create_by_shell(
        name="Shop", hours=("9-17",) * 7, time_zone=BERLIN, holidays="2026-05-04 Inventory"
    )

    def opens(text: str) -> bool:
        found = hours.of_site(sites.edit_by_shell(site.key))
        assert found is not None
        return hours.is_open(found, at(text))

    assert not opens("2026-05-04 12:00")
    assert opens("2026-12-25 12:00")
    assert opens("2026-01-06 12:00")
    sites.edit_by_shell(site.key, country="de")
    assert not opens("2026-12-25 12:00")
    assert opens("2026-01-06 12:00")
    sites.edit_by_shell(site.key, region="BY")
    assert not opens("2026-01-06 12:00")
    assert not opens("2026-05-04 12:00")


def test_what_a_newer_library_knows_no_more_is_no_holiday(app: Flask) -> None:
    assert date(2026, 12, 25) not in hours.public_holidays("XX", "")
    assert date(2026, 12, 25) not in hours.public_holidays("DE", "XX")


def test_every_zone_there_is_can_be_chosen_and_is_one() -> None:
    assert {"UTC", BERLIN, "Asia/Kolkata", "America/Argentina/Ushuaia"} <= set(hours.zones())
    for zone in hours.zones():
        assert of(DAILY, zone)
        assert hours.next_opening(of(DAILY, zone), at("2026-01-05 00:00")) is not None
    assert not {"localtime", "Factory", ""} & set(hours.zones())


def test_days_are_named_as_dates_count_them() -> None:
    assert [date(2026, 1, 5 + n).strftime("%A").lower() for n in range(7)] == list(DAYS)


# ---- setting up ----


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [
        ({"time_zone": "Mars/Olympus"}, {"time_zone"}),
        ({"time_zone": "../../etc/passwd"}, {"time_zone"}),
        ({"hours": ("9-17", "noon", "", "", "", "", "9-8-7")}, {"tuesday", "sunday"}),
        ({"holidays": "2026-12-24 Eve\n24.12.2026 Eve"}, {"holidays"}),
        ({"holidays": "2026-02-30"}, {"holidays"}),
        ({"holidays": "\n".join(f"2026-{m:02d}-{d:02d}" for m in range(1, 13) for d in range(1, 21))}, {"holidays"}),  # noqa: E501
        ({"country": "XX"}, {"country"}),
        ({"region": "BY"}, {"region"}),
        ({"country": "DE", "region": "XX"}, {"region"}),
        ({"away_text": "x" * 501}, {"away_text"}),
        ({"languages": ["de", "fr"]}, {"languages"}),
        ({"time_zone": "", "away_text": "x" * 501}, {"time_zone", "away_text"}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(
    app: Flask, wanted: dict[str, Any], fields: set[str]
) -> None:
    site = sites.create_by_shell(name="Shop")
    with pytest.raises(Invalid) as refused:
        sites.edit_by_shell(site.key, greeting="Hello", **wanted)
    assert set(refused.value.fields or ()) == fields
    assert directory.by_id(site.id) == site
    with pytest.raises(Invalid):
        sites.create_by_shell(name="Other", **wanted)
    assert len(directory.every()) == 2


def test_what_is_said_is_kept_in_one_spelling(app: Flask) -> None:
    site = sites.create_by_shell(
        name="Shop",
        holidays="2026-12-31  New\u200bYear's Eve \r\n\r\n2026-12-24\r\n2026-12-31 Silvester",
        away_text=" We sleep.\r\nGood night. ",
        languages=["ar", "de", "de"],
        country=" de ",
        region="BY",
    )
    assert site.own_holidays == [("2026-12-24", ""), ("2026-12-31", "Silvester")]
    assert site.away_text == "We sleep.\nGood night."
    assert (site.languages, site.country, site.region) == ("de ar", "DE", "BY")
    with pytest.raises(Invalid) as refused:
        sites.edit_by_shell(site.key, country="AT")  # which has no BY
    assert set(refused.value.fields or ()) == {"region"}
    assert sites.edit_by_shell(site.key, country="", region="").country == ""


def test_the_shell_says_hours(app: Flask) -> None:
    def shell(*words: str) -> tuple[int, str]:
        done = app.test_cli_runner().invoke(args=["sites", *words])
        return done.exit_code, done.output

    said = ("--hours", "mon-fri 9-12", "--hours", "Fri 13-15", "--hours", "sun-mon 20-22")
    more = ("--time-zone", BERLIN, "--holiday", "2026-12-24 Eve", "--holiday", "2026-12-31")
    rest = ("--country", "DE", "--away-text", "Later", "--language", "de", "--wants-email")
    assert shell("create", "--name", "Shop", *said, *more, *rest)[0] == 0
    site = directory.every()[-1]
    found = hours.of_site(site)
    assert found is not None
    assert [written(day) for day in found.week] == [
        "09:00-12:00, 20:00-22:00", *["09:00-12:00"] * 3, "09:00-12:00, 13:00-15:00", "",
        "20:00-22:00",
    ]  # fmt: skip
    assert site.own_holidays == [("2026-12-24", "Eve"), ("2026-12-31", "")]
    assert (site.languages, site.wants_email, site.asks_first) == ("de", True, False)
    assert shell("set", site.key, "--asks-first", "--no-hours", "--no-holidays")[0] == 0
    after = directory.by_id(site.id)
    assert after is not None
    assert (after.hours, after.own_holidays, after.asks_first) == ("", [], True)
    assert (after.languages, after.country) == ("de", "DE")
    assert shell("set", site.key, "--all-languages")[0] == 0
    for wrong in ("9-17", "moon 9-17", "mon-", "mon 9"):
        status, told = shell("set", site.key, "--hours", wrong)
        assert status > 0
        assert "Traceback" not in told
    assert directory.by_id(site.id) == directory.every()[-1]


@pytest.fixture
def maya(app: Flask, people: People) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = people.maya.get_id()
    return client


def test_the_form_says_hours_and_undoes_nothing_that_was_said_meanwhile(
    app: Flask, maya: FlaskClient
) -> None:
    path = "/admin/settings/sites/1"
    sites.edit_by_shell(directory.every()[0].key, hours=OFFICE, languages=["de"])
    form = form_of(maya, path)
    page = " ".join(maya.get(path).text.split())
    assert re.search(r'for="monday"[^>]*>\s*Monday', page)
    assert re.search(r'for="sunday"[^>]*>\s*Sunday', page)
    assert form["monday"] == "09:00-12:30, 13:30-18:00"
    assert (form["sunday"], form["asks"], form["languages"]) == ("", "nothing", "de")
    meanwhile = sites.edit_by_shell(
        directory.every()[0].key, time_zone=BERLIN, away_text="Later", languages=["ar"]
    )
    wanted = {
        "saturday": "",
        "asks": "email",
        "country": "DE",
        "region": "BY",
        "holidays": "2026-05-04",
    }
    with app.app_context():
        assert maya.post(path, data=form | wanted).status_code == 303
    site = directory.every()[0]
    found = hours.of_site(site)
    assert found is not None
    assert written(found.week[5]) == ""
    assert written(found.week[0]) == "09:00-12:30, 13:30-18:00"
    assert (site.asks_first, site.wants_email, site.country, site.region) == (
        True,
        True,
        "DE",
        "BY",
    )
    assert site.own_holidays == [("2026-05-04", "")]
    assert (site.time_zone, site.away_text, site.languages) == (BERLIN, "Later", "ar")
    assert site.greeting == meanwhile.greeting
    page = maya.get(path).text
    assert '<option value="Europe/Berlin" selected>' in page
    assert re.search('id="now-there".*?(Open|Closed) now, until ', page, re.S)
    # Boxes: none is an answer where the form says that it asks.
    with app.app_context():
        assert maya.post(path, data=form_of(maya, path) | {"languages": ""}).status_code == 303
    assert directory.every()[0].languages == ""


def test_a_day_that_is_refused_stands_in_the_form_with_its_reason(
    app: Flask, maya: FlaskClient
) -> None:
    path = "/admin/settings/sites/1"
    before = directory.every()
    with app.app_context():
        form = form_of(maya, path)
        answer = maya.post(
            path, data=form | {"tuesday": 'at "noon"', "country": "DE", "region": "XX"}
        )
    assert answer.status_code == 422
    assert 'name="tuesday" value="at &#34;noon&#34;"' in answer.text
    assert 'aria-describedby="tuesday-error"' in answer.text
    assert "noon&#34;\u2069 are no hours" in answer.text
    assert directory.every() == before
    with app.app_context():
        answer = maya.post(path, data=form | {"country": "DE", "region": "XX"})
    assert answer.status_code == 422
    assert "BB, BE, BW, BY" in answer.text


# ---- on the page of another site ----


def ahead_in(page: str) -> list[list[int]] | None:
    found = re.search("data-ahead='([^']*)'", page)
    return found and json.loads(found[1])


def test_the_frame_gets_the_times_ahead_and_what_is_said_otherwise(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: at("2026-01-10 15:00"))
    site = directory.every()[0]
    path = f"/embed/{site.key}/frame"
    page = client.get(path).text
    assert 'id="away"' not in page
    assert 'id="ask"' not in page
    sites.edit_by_shell(site.key, hours=OFFICE, time_zone=BERLIN)
    page = client.get(path).text
    ahead = ahead_in(page)
    assert ahead is not None
    assert shown(ahead[0][0]) == "2026-01-12 09:00"
    assert len(ahead) == 30
    assert "We are not here right now." in page
    assert "Wir sind gerade nicht da." in client.get(f"{path}?locale=de").text
    sites.edit_by_shell(site.key, away_text="We <b>sleep</b>.")
    page = client.get(path).text
    assert "We &lt;b&gt;sleep&lt;/b&gt;." in page
    assert "We are not here right now." not in page
    hello = client.post(
        f"/embed/{site.key}", data="{}", headers={"Origin": "https://shop.example.com"}
    )
    assert "hours" not in hello.text


def test_a_site_speaks_its_own_languages_alone(app: Flask, client: FlaskClient) -> None:
    site = sites.edit_by_shell(directory.every()[0].key, origins=["https://shop.example.com"])
    origin = {"Origin": "https://shop.example.com"}

    def spoken(wanted: str, accepted: str = "") -> tuple[str, str]:
        headers = {"Accept-Language": accepted}
        page = client.get(f"/embed/{site.key}/frame?locale={wanted}", headers=headers).text
        told = client.post(
            f"/embed/{site.key}?locale={wanted}", data="{}", headers=origin | headers
        )
        found = re.search('<html lang="([a-z]+)"', page)
        assert found
        return found[1], told.get_json()["locale"]

    assert spoken("ar") == ("ar", "ar")
    sites.edit_by_shell(site.key, languages=["de", "en"])
    assert spoken("ar") == ("en", "en")
    assert spoken("ar", "de") == ("de", "de")
    assert spoken("de") == ("de", "de")
    sites.edit_by_shell(site.key, languages=["de"])
    assert spoken("en", "en") == ("de", "de")
    app.config["LANGUAGES"] = ["en", "ar"]  # the desk offers it no more
    assert spoken("ar") == ("ar", "ar")


def first_message(client: FlaskClient, site: SiteState, **said: str) -> TestResponse:
    body = {"token": secrets.token_urlsafe(32), "clientId": "a", "message": "Hi"} | said
    return client.post(f"/embed/{site.key}/messages", data=json.dumps(body))


@pytest.mark.parametrize(
    ("asks", "said", "wrong"),
    [
        ("nothing", {}, set()),
        ("nothing", {"saidEmail": "no address"}, {"saidEmail"}),
        ("name", {}, {"saidName"}),
        ("name", {"saidName": "Zoë"}, set()),
        ("name", {"saidName": "\u200b", "saidEmail": "x"}, {"saidName", "saidEmail"}),
        ("name", {"saidName": "x" * 81}, {"saidName"}),
        ("name", {"saidName": "Zoë", "saidEmail": "zoe@example.com"}, set()),
        ("email", {"saidName": "Zoë"}, {"saidEmail"}),
        ("email", {"saidName": "Zoë", "saidEmail": "zoe@"}, {"saidEmail"}),
        ("email", {"saidName": "Zoë", "saidEmail": "zoe@example.com"}, set()),
    ],
)
def test_what_is_asked_first_goes_with_the_first_message(
    app: Flask, client: FlaskClient, asks: str, said: dict[str, str], wrong: set[str]
) -> None:
    site = sites.edit_by_shell(
        directory.every()[0].key, asks_first=asks != "nothing", wants_email=asks == "email"
    )
    answer = first_message(client, site, **said)
    rows = database.rows(select(visitors.table))
    if wrong:
        assert answer.status_code == 422
        assert set(answer.get_json()["error"]["fields"]) == wrong
        assert rows == []
        return
    assert answer.status_code == 200
    (row,) = rows
    assert (row.said_name, row.said_email) == (said.get("saidName", ""), said.get("saidEmail", ""))


def test_what_a_visitor_says_of_themselves_proves_nothing_and_is_marked_so(
    app: Flask, client: FlaskClient, people: People, maya: FlaskClient
) -> None:
    lena = people.lena
    chat_id = messages.send(lena, None, Draft("Mine", "x")).chat_id
    site = sites.edit_by_shell(directory.every()[0].key, asks_first=True)
    answer = first_message(client, site, saidName="Lena <b>", saidEmail=lena.email).get_json()
    visitor_id = answer["user"]["id"]
    assert visitor_id != lena.id
    assert answer["message"]["chatId"] != chat_id
    assert answer["user"]["name"].startswith("Visitor ")
    page = maya.get(f"/admin/messages/{answer['message']['chatId']}").text
    assert re.search(r"Lena &lt;b&gt;.{,40}<span[^>]*>unverified</span>", page)
    assert re.search(rf"{lena.email}.{{,40}}<span[^>]*>unverified</span>", page)
    part = maya.get(f"/admin/messages/{answer['message']['chatId']}/customer").text
    assert part.count("unverified") == 2
    assert "unverified" not in maya.get(f"/admin/messages/{chat_id}").text
    found = users.by_email(lena.email)
    assert found is not None
    assert found.id == lena.id


def test_who_is_known_already_says_nothing_anew(app: Flask, client: FlaskClient) -> None:
    site = sites.edit_by_shell(directory.every()[0].key, asks_first=True)
    body = {"token": secrets.token_urlsafe(32), "clientId": "a", "message": "Hi", "saidName": "Zoë"}
    for more in ({}, {"saidName": "Eve"}, {"saidName": "", "clientId": "b"}):
        answer = client.post(f"/embed/{site.key}/messages", data=json.dumps(body | more))
        assert answer.status_code == 200
    assert [row.said_name for row in database.rows(select(visitors.table))] == ["Zoë"]
