"""Opening hours: tables of instants, across changes of clocks, holidays and midnights."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app import hours
from app.hours import DAYS, Hours, Week, parsed, written
from app.operations import sites

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
