"""Periods of reports: days of a time zone, and what its clock shows at an instant.

A moment belongs to the day that the clock of the zone shows then. So each belongs to one day, also
where a day has 23 or 25 hours, or a clock is turned back over midnight; a day that the zone has
leapt over has none.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from app import clock
from app.errors import Invalid
from app.hours import zones

HOUR, DAY = 3_600_000, 24 * 3_600_000  # milliseconds
MOST_DAYS = 366
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
EPOCH = date(1970, 1, 1)
WRITTEN = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
Span = tuple[int, int]  # instants, the second one excluded
Offset = tuple[int, int]  # from which instant on, and how far the clock is before UTC then


class Period(NamedTuple):
    """Days of a zone, the first and the last one included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def length(self) -> int:
        """In days."""
        return (self.last - self.first).days + 1

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range(self.length)]

    @property
    def numbers(self) -> tuple[int, int]:
        """The first and the last day as days since 1970."""
        return number_of(self.first), number_of(self.last)

    @property
    def reach(self) -> tuple[int, int]:
        """Instants between which all of it lies, the second one excluded: no clock is a day from
        UTC. What lies there and shows another day is no part of it."""
        first, last = self.numbers
        return (first - 1) * DAY, (last + 2) * DAY

    @property
    def before(self) -> "Period":
        """As many days that end where this one begins."""
        days = timedelta(days=self.length)
        return Period(self.first - days, self.last - days, self.zone)

    @property
    def offsets(self) -> tuple[Offset, ...]:
        """What the clock is before UTC (ms) within the reach, in the order of time."""
        return offsets(self.zone, *self.reach)

    @property
    def spans(self) -> tuple[Span, ...]:
        """From which instants until which the clock shows a day of it: one, but where a clock is
        turned back over midnight; none where the zone has leapt over the day."""
        first, last = self.numbers
        ends = [turn for turn, _offset in self.offsets[1:]] + [self.reach[1]]
        found: list[Span] = []
        for (turn, away), end in zip(self.offsets, ends, strict=True):
            since, until = max(turn, first * DAY - away), min(end, (last + 1) * DAY - away)
            if since >= until:
                continue
            if found and found[-1][1] == since:
                since = found.pop()[0]
            found.append((since, until))
        return tuple(found)

    def has(self, at: int) -> bool:
        return self.first <= shown(self.zone, at).date() <= self.last


def of(first: date, last: date, zone: str) -> Period:
    """Raises `Invalid`, with the field that is wrong."""
    wrong = {}
    if zone not in zones():
        wrong["zone"] = _l("There is no such time zone.")
    if not EARLIEST <= first <= LATEST:
        wrong["first"] = _l("It takes a day of this century.")
    if not first <= last <= LATEST:
        wrong["last"] = _l("It takes a day that is not before the first one.")
    elif (last - first).days >= MOST_DAYS:
        wrong["last"] = _l("It takes at most %(days)s days.", days=MOST_DAYS)
    if wrong:
        raise Invalid(fields=wrong)
    return Period(first, last, ZoneInfo(zone))


def newest(days: int, zone: str) -> Period:
    """So many days, today in that zone included. Raises `Invalid`."""
    if zone not in zones():
        raise Invalid(fields={"zone": _l("There is no such time zone.")})
    today = shown(ZoneInfo(zone), clock.now()).date()
    return of(today - timedelta(days=days - 1), today, zone)


def shown(zone: ZoneInfo, at: int) -> datetime:
    """What the clock of the zone shows."""
    return clock.moment(at).astimezone(zone).replace(tzinfo=None)


def number_of(day: date) -> int:
    return (day - EPOCH).days


def day_of(number: int) -> date:
    return EPOCH + timedelta(days=number)


def day(text: str) -> date:
    """`2026-01-31` alone, of all that ISO knows. Raises `ValueError`."""
    if not WRITTEN.fullmatch(text):
        raise ValueError
    return date.fromisoformat(text)


def offsets(zone: ZoneInfo, since: int, until: int) -> tuple[Offset, ...]:
    years = range(day_of(since // DAY).year, day_of(until // DAY).year + 1)
    changes = [change for year in years for change in changes_of(zone, year)]
    return (since, offset(zone, since)), *(c for c in changes if since < c[0] <= until)


@lru_cache(1024)
def changes_of(zone: ZoneInfo, year: int) -> tuple[Offset, ...]:
    """From when on in a year of UTC the clock is how far before it: no clock is changed twice
    within a day."""
    first, following = (number_of(date(each, 1, 1)) * DAY for each in (year, year + 1))
    found: list[Offset] = []
    before = offset(zone, first)
    for low, high in pairwise(range(first, following + DAY, DAY)):
        after = offset(zone, high)
        if after != before:
            found.append((turn(zone, low, high), after))
            before = after
    return tuple(found)


def turn(zone: ZoneInfo, low: int, high: int) -> int:
    """The first instant at which the clock is as far from UTC as it is at `high`."""
    after = offset(zone, high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if offset(zone, middle) == after else (middle, high)
    return high


def offset(zone: ZoneInfo, at: int) -> int:
    away = datetime.fromtimestamp(at // 1000, UTC).astimezone(zone).utcoffset() or timedelta()
    return round(away.total_seconds() * 1000)
