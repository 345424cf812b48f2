"""What is said of a site's hours, holidays and languages, as it is stored."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from app import hours
from app.direction import isolated
from app.errors import Invalid
from app.hours import DAYS
from app.models.messages import clean
from app.models.sites import AWAY_TEXT_LENGTH
from app.operations.users import on_one_line
from app.visible import shows

MOST_HOLIDAYS = 200
HOLIDAY_LENGTH = 80
SHOWN_LENGTH = 80  # of what is no hour or date, where that is said


def checked_time_zone(wanted: str) -> str:
    if wanted not in hours.zones():
        raise Invalid(_l("There is no such time zone. One is written like Europe/Berlin."))
    return wanted


def checked_hours(wanted: Sequence[str]) -> str:
    """Of each day its periods. Where none has any, nothing is said of hours."""
    week: list[Any] = []
    wrong = {}
    for day, text in zip(DAYS, wanted, strict=True):
        try:
            week.append(hours.parsed(text))
        except ValueError:
            wrong[day] = _l(
                "%(written)s are no hours. They are written like %(example)s, one after the other.",
                written=isolated(text.strip()[:SHOWN_LENGTH]),
                example=isolated("09:00-12:30, 13:30-18:00"),
            )
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return json.dumps(week) if any(week) else ""


def checked_holidays(wanted: str) -> str:
    """Dates, each once and in order, with what they are called."""
    found = dict(map(checked_holiday, filter(str.strip, wanted.splitlines())))
    if len(found) > MOST_HOLIDAYS:
        raise Invalid(_l("A site has at most %(limit)s holidays.", limit=MOST_HOLIDAYS))
    return json.dumps(sorted(found.items()), ensure_ascii=False)


def checked_holiday(line: str) -> tuple[str, str]:
    day, _, name = on_one_line(line).partition(" ")
    try:
        return hours.iso(day), name[:HOLIDAY_LENGTH]
    except ValueError as error:
        raise Invalid(
            _l(
                "%(written)s begins with no date. A holiday is written like %(example)s.",
                written=isolated(line.strip()[:SHOWN_LENGTH]),
                example=isolated("2026-12-24 Christmas Eve"),
            )
        ) from error


def checked_country(wanted: str) -> str:
    country = wanted.strip().upper()
    if country and country not in hours.countries():
        raise Invalid(_l("No holidays are known of this country."))
    return country


def check_region(country: str, region: str) -> None:
    """Raises `Invalid` for a region that the country does not have."""
    if region and not country:
        raise Invalid(fields={"region": _l("A region is one of a country.")})
    if region and region not in (known := hours.regions(country)):
        said = _l("It is one of: %(regions)s", regions=isolated(", ".join(known)))
        none = _l("No holidays are known of this country's regions.")
        raise Invalid(said if known else none, fields={"region": said if known else none})


def checked_away_text(wanted: str) -> str:
    text = clean(wanted).strip()
    if len(text) > AWAY_TEXT_LENGTH:
        raise Invalid(_l("It has at most %(limit)s characters.", limit=AWAY_TEXT_LENGTH))
    return text if shows(text) else ""


def checked_languages(wanted: Iterable[str]) -> str:
    """Those of the desk that are wanted, in its order."""
    offered, chosen = current_app.config["LANGUAGES"], set(wanted)
    if not chosen <= set(offered):
        raise Invalid(_l("The languages are: %(languages)s", languages=", ".join(offered)))
    return " ".join(each for each in offered if each in chosen)


CHECKS: dict[str, Callable[[Any], Any]] = {
    "time_zone": checked_time_zone,
    "hours": checked_hours,
    "holidays": checked_holidays,
    "country": checked_country,
    "region": str.strip,
    "away_text": checked_away_text,
    "languages": checked_languages,
}
