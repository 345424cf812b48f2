"""Opening hours: whether a site is open at an instant, and when that changes.

Hours are times of a clock in the site's zone, for each day of the week. A period belongs to the
day on which it begins, and may end on the next. A time that the clock shows twice counts where it
comes first; one that it leaps over is the moment of the leap. On holidays nothing begins.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from app import clock
from app.models.sites import SiteState

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = 24 * 60  # minutes
LOOK_AHEAD = 2 * 366  # days: who opens no more within two years is closed for good
WITHOUT_END = 40 * 24 * 3_600_000  # milliseconds: who does not close for so long is always open
MOST_MINUTES = 7 * DAY  # of opening hours, that something may be due after
LOOK_BACK = (7, 28, 112, LOOK_AHEAD)  # days
NO_ZONES = {"Factory", "localtime"}  # one says that nobody has chosen, one is the machine's own
CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?"
PERIOD = re.compile(rf"{CLOCK}\s*[-–—]\s*{CLOCK}")
BETWEEN = re.compile(r"[\s,;]*")

Period = tuple[int, int]  # minutes since the day's midnight; what ends on the next day is over 1440
Week = tuple[tuple[Period, ...], ...]  # Monday first
Span = tuple[int, int]  # instants


class Hours(NamedTuple):
    """When a site is open. `is_holiday` tells of a date whether nothing begins on it."""

    zone: ZoneInfo
    week: Week
    is_holiday: Callable[[date], bool] = lambda _day: False


def is_open(hours: Hours, at: int) -> bool:
    """Whether the site is open at this instant."""
    today = local(hours, at).date()
    days = (today - timedelta(days=1), today)
    return any(begin <= at < end for day in days for begin, end in periods(hours, day))


def next_opening(hours: Hours, at: int) -> int | None:
    """The first instant after this one at which the site opens; None if it never does again."""
    return next((begin for begin, _ in spans(hours, at) if begin > at), None)


def next_closing(hours: Hours, at: int) -> int | None:
    """When a site that is open now closes; None if it is not open, or always."""
    begin, end = next(spans(hours, at), (at + 1, at))
    return end if begin <= at and end - at < WITHOUT_END else None


def ahead(hours: Hours, at: int, limit: int) -> list[Span]:
    """The next times at which the site is open, the one that goes on included, at most so many."""
    return list(islice(spans(hours, at), limit))


def spans(hours: Hours, at: int) -> Iterator[Span]:
    """From when to when the site is open, in order, from this instant on; what meets is one."""
    if not any(hours.week):
        return
    before = local(hours, at).date() - timedelta(days=1)
    whole: Span | None = None
    for day in (before + timedelta(days=n) for n in range(LOOK_AHEAD)):
        for begin, end in periods(hours, day):
            if whole and begin <= whole[1]:
                whole = (whole[0], max(whole[1], end))
            else:
                if whole and whole[1] > at:
                    yield whole
                whole = (begin, end)
        if whole and whole[1] - max(whole[0], at) >= WITHOUT_END:
            break
    if whole and whole[1] > at:
        yield whole


def due(hours: Hours, asked_at: int, minutes: int) -> int | None:
    """When so many minutes of opening hours have passed since then; None if they never will."""
    left = minutes * 60_000
    for begin, end in spans(hours, asked_at):
        begin = max(begin, asked_at)
        if left <= end - begin:
            return begin + left
        left -= end - begin
    return None


def due_since(hours: Hours, now: int, minutes: int) -> int | None:
    """What was asked then or before, and nothing later, is due by now; None if nothing is."""
    for days in LOOK_BACK:
        left = minutes * 60_000
        for begin, end in reversed(between(hours, now - days * DAY * 60_000, now)):
            if left <= end - begin:
                return end - left
            left -= end - begin
    return None


def between(hours: Hours, since: int, until: int) -> list[Span]:
    """From when to when the site was open, in order, within these instants; what meets is one."""
    first, last = local(hours, since).date() - timedelta(days=1), local(hours, until).date()
    found: list[Span] = []
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        for begin, end in periods(hours, day):
            span = max(begin, since), min(end, until)
            if found and span[0] <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], span[1]))
            elif span[0] < span[1]:
                found.append(span)
    return found


def periods(hours: Hours, day: date) -> Iterator[Span]:
    """What begins on this day; nothing of what the clock leaps over."""
    if not hours.is_holiday(day):
        for begin, end in hours.week[day.weekday()]:
            span = instant(hours.zone, day, begin), instant(hours.zone, day, end)
            if span[0] < span[1]:
                yield span


def instant(zone: ZoneInfo, day: date, minutes: int) -> int:
    """When the clock of the zone shows so many minutes after the day's midnight."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    at = milliseconds(wall.replace(tzinfo=zone))
    if shown(zone, at) == wall:
        return at
    # The clock leaps over it: the leap is between what the offsets before and after it make of it.
    low, high = milliseconds(wall.replace(tzinfo=zone, fold=1)), at
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if shown(zone, middle) > wall else (middle, high)
    return high


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp()) * 1000


def shown(zone: ZoneInfo, at: int) -> datetime:
    return clock.moment(at).astimezone(zone).replace(tzinfo=None)


def local(hours: Hours, at: int) -> datetime:
    """What the clock of the site shows."""
    return clock.moment(at).astimezone(hours.zone)


# ---- as they are written ----


def parsed(text: str) -> tuple[Period, ...]:
    """A day's periods: `9-12:30, 13:30-18:00`. Raises `ValueError` for anything else."""
    found, rest = [], 0
    for match in PERIOD.finditer(text):
        if not BETWEEN.fullmatch(text, rest, match.start()):
            raise ValueError
        found.append(period(*(int(part or 0) for part in match.groups())))
        rest = match.end()
    if not BETWEEN.fullmatch(text, rest):
        raise ValueError
    found.sort()
    if any(former[1] > latter[0] for former, latter in pairwise(found)):
        raise ValueError
    return tuple(found)


def period(begin_hour: int, begin_minute: int, end_hour: int, end_minute: int) -> Period:
    """From one time to another, which is of the next day where it is the earlier one."""
    begin, end = begin_hour * 60 + begin_minute, end_hour * 60 + end_minute
    if max(begin_minute, end_minute) > 59 or begin >= DAY or end > DAY or begin == end:
        raise ValueError
    return begin, end if end > begin else end + DAY


def written(day: tuple[Period, ...]) -> str:
    """The same, in one spelling."""
    return ", ".join(f"{of_clock(begin)}-{of_clock(end)}" for begin, end in day)


def of_clock(minutes: int) -> str:
    hour, minute = divmod(minutes if minutes == DAY else minutes % DAY, 60)
    return f"{hour:02d}:{minute:02d}"


def week_of(stored: str) -> Week:
    """As it is stored: JSON, and nothing for a site without hours."""
    week = json.loads(stored) if stored else [[]] * len(DAYS)
    return tuple(tuple((begin, end) for begin, end in day) for day in week)


# ---- of somebody of staff ----


def turn(zone: str, week: str, at: int) -> tuple[bool, int | None]:
    """Whether somebody works at this instant by their week, as it is stored, and when that is
    another thing next; None if it stays so."""
    return turn_of_minute(zone, week, at - at % 60_000)  # a clock turns with its minutes alone


@lru_cache(1000)
def turn_of_minute(zone: str, week: str, minute: int) -> tuple[bool, int | None]:
    own = Hours(ZoneInfo(zone), week_of(week))
    works = is_open(own, minute)
    return works, (next_closing if works else next_opening)(own, minute)


# ---- of a site ----


def of_site(site: SiteState) -> Hours | None:
    """When a site is open; None for one that has said nothing of it."""
    if not site.hours:
        return None
    return known(site.time_zone, site.hours, site.holidays, site.country, site.region)


@lru_cache(100)
def known(zone: str, week: str, own: str, country: str, region: str) -> Hours:
    dates = {date.fromisoformat(day) for day, _name in json.loads(own)}
    public = public_holidays(country, region)
    return Hours(ZoneInfo(zone), week_of(week), lambda day: day in dates or day in public)


def public_holidays(country: str, region: str) -> Any:
    """A container of the dates; of a country or region that the library has no more, none."""
    if not country:
        return ()
    import holidays  # ten megabytes, for those who ask for them

    try:
        return holidays.country_holidays(country, subdiv=region or None)
    except NotImplementedError:
        return ()


@lru_cache
def zones() -> tuple[str, ...]:
    """The names of all time zones."""
    return tuple(sorted(available_timezones() - NO_ZONES))


@lru_cache
def countries() -> dict[str, str]:
    """Of each country of which holidays are known the name that its class goes by, by its code."""
    from holidays.registry import COUNTRIES

    return {codes[1]: codes[0] for codes in COUNTRIES.values()}


def regions(country: str) -> tuple[str, ...]:
    """The codes of a country's regions that have holidays of their own."""
    import holidays

    return tuple(getattr(holidays, countries()[country]).subdivisions)


def iso(day: str) -> str:
    """A date as it is stored. Raises `ValueError`."""
    return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).date().isoformat()
