"""The page of reports: numbers, charts with tables behind them, and the rows of each number."""

from datetime import date
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, get_day_names
from flask import Response as FlaskResponse
from flask import render_template, request
from flask_babel import lazy_gettext as _l

from app import clock, hours, periods
from app.auth.session import manager_required, the_actor
from app.errors import Invalid, Malformed
from app.models.insight import RATED, TIMED, By, Figure
from app.pages.blueprint import bp
from app.pages.filters import clock_time, duration, locale
from app.periods import DAY, HOUR, Period
from app.queries import inbox, insight, sites, users
from app.queries.insight import NONE, Facts, Number, Report

USUAL = 28  # days
CHOICES = (7, USUAL, 90)
CSV = "text/csv; charset=utf-8"
LEVELS = 4  # of colour
WORDS: dict[Figure, Any] = {
    Figure.CHATS: _l("Chats begun"),
    Figure.CUSTOMER_MESSAGES: _l("Messages of customers"),
    Figure.STAFF_MESSAGES: _l("Messages of staff"),
    Figure.QUESTIONS: _l("Questions"),
    Figure.FIRST_ANSWERS: _l("First answers"),
    Figure.WAITING: _l("Still waiting"),
    Figure.HELPED: _l("Answered by articles"),
    Figure.UNANSWERED: _l("Left unanswered"),
    Figure.SOLVED: _l("Solved"),
    Figure.RATINGS: _l("Ratings"),
    Figure.GOOD_RATINGS: _l("Good ratings"),
}
MEANINGS: dict[Figure, Any] = {
    Figure.CHATS: _l("Chats in which something was said, on the day on which they began."),
    Figure.CUSTOMER_MESSAGES: _l("What customers have written, on the day on which they did."),
    Figure.STAFF_MESSAGES: _l("What staff has written to customers, by who wrote it."),
    Figure.QUESTIONS: _l(
        "A question is what a customer begins a chat with, or begins it again with after it was "
        "closed. It counts on the day on which it was asked."
    ),
    Figure.FIRST_ANSWERS: _l(
        "Questions that somebody has answered, and how long that took, on the day of the question. "
        "Automatic answers are none."
    ),
    Figure.WAITING: _l("Questions that nobody has answered yet, and that are not closed."),
    Figure.HELPED: _l(
        "Questions to which articles were named by themselves, and whose customers said that this "
        "helped, before anybody had answered."
    ),
    Figure.UNANSWERED: _l("Questions that were closed without an answer."),
    Figure.SOLVED: _l(
        "Questions that were answered and closed, and how long that took, on the day of closing."
    ),
    Figure.RATINGS: _l("What customers have rated, on the day on which they did."),
    Figure.GOOD_RATINGS: _l("Thumbs up, and four stars or five."),
}
GROUPINGS: dict[By, Any] = {
    By.DAY: _l("Day"),
    By.HOUR: _l("Hour of the week"),
    By.AGENT: _l("Colleague"),
    By.TEAM: _l("Team"),
    By.TOPIC: _l("Topic"),
    By.TAG: _l("Tag"),
    By.SITE: _l("Site"),
    By.LANGUAGE: _l("Language"),
    By.RATING: _l("Rating"),
}
RATINGS = {
    "thumbs_down": _l("Thumbs down"),
    "thumbs_up": _l("Thumbs up"),
    **{f"stars_{n}": _l("Stars: %(number)s", number=n) for n in range(1, 6)},
}


@bp.get("/admin/insight")
@manager_required
def insight_page() -> tuple[str, int]:
    """What is wrong with days that are named stands beside them, over the usual ones."""
    period, wrong = period_to_show()
    made = insight.report(figure_asked(), by_asked(), period)
    peak = max((value_of(made, each.number) for each in made.groups), default=0)
    shown_page = page("insight.html", period, report=made, peak=peak, wrong=wrong)
    return shown_page, Invalid.status if wrong else 200


@bp.get("/admin/insight/numbers")
@manager_required
def insight_numbers() -> str:
    """All figures, which may take longer than one of them."""
    period = period_asked()
    now, before = insight.compared(period)
    return shown("_insight_numbers.html", period, now=now, before=before, figure=figure_asked())


@bp.get("/admin/insight/rows")
@manager_required
def insight_rows() -> str:
    period, figure = period_asked(), figure_asked()
    by = by_asked() if request.args.get("by") else None
    key, before = request.args.get("key", ""), request.args.get("before") or None
    found = insight.rows(figure, period, by, key, before)
    values = {"figure": figure, "by": by, "key": key, "facts": found, **told_of(found)}
    values["name"] = insight.name_of(by, key) if by else ""
    return page("insight_rows.html", period, **values)


@bp.get("/admin/insight/file")
@manager_required
def insight_file() -> FlaskResponse:
    """The groups of a report as CSV."""
    made = insight.report(figure_asked(), by_asked(), period_asked())
    name = f"{made.figure}-{made.by}-{made.period.first}-{made.period.last}.csv"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return FlaskResponse("\ufeff" + insight.as_csv(made), content_type=CSV, headers=headers)


# ---- what an address asks for ----


def figure_asked() -> Figure:
    return Figure(choice(Figure, request.args.get("figure") or Figure.CHATS))


def by_asked() -> By:
    by: By = choice(By, request.args.get("by") or By.DAY)
    return by if by != By.RATING or figure_asked() in RATED else By.DAY


def choice(kind: Any, word: str) -> Any:
    try:
        return kind(word)
    except ValueError:
        raise Malformed from None


def period_asked() -> Period:
    """Of days that are named, or so many until today; by the first site's clock unless told.

    Raises `Invalid`, with the field that is wrong.
    """
    asked = request.args
    zone = asked.get("zone") or sites.zone()
    if asked.get("days") != "own" and not (asked.get("first") and not asked.get("days")):
        days = asked.get("days") or str(USUAL)
        if days not in map(str, CHOICES):
            raise Malformed
        return periods.newest(int(days), zone)
    return periods.of(day_asked("first"), day_asked("last"), zone)


def day_asked(name: str) -> date:
    try:
        return periods.day(request.args.get(name, ""))
    except ValueError:
        raise Invalid(fields={name: _l("It takes a day.")}) from None


def period_to_show() -> tuple[Period, dict[str, Any]]:
    """The usual one instead of what is wrong, and what is wrong, by field."""
    try:
        return period_asked(), {}
    except Invalid as error:
        return periods.newest(USUAL, sites.zone()), dict(error.fields or {})


# ---- how it is shown ----


def page(template: str, period: Period, **values: Any) -> str:
    return shown(template, period, counts=inbox.counts(the_actor()), **values)


def shown(template: str, period: Period, **values: Any) -> str:
    asked: dict[str, Any] = {"first": period.first, "last": period.last, "zone": period.zone.key}
    before: dict[str, Any] = asked | {"first": period.before.first, "last": period.before.last}
    return render_template(
        template,
        period=period,
        asked=asked,
        asked_before=before,
        days=request.args.get("days") or ("own" if request.args.get("first") else str(USUAL)),
        choices=CHOICES,
        zones=hours.zones(),
        words=WORDS,
        meanings=MEANINGS,
        groupings=GROUPINGS,
        rated=RATED,
        timed=TIMED,
        called=called,
        day_names=get_day_names("abbreviated", locale=locale()),
        span=span,
        level=level,
        value_of=value_of,
        hour=lambda number: clock_time(number * HOUR),
        took=duration,
        **values,
    )


def told_of(found: Facts) -> dict[str, Any]:
    """Whose the chats are, and who of staff is meant."""
    chats = {
        row.chat.id: row.chat for row in inbox.these([each.chat_id for each in found.rows]).rows
    }
    return {"chats": chats, "people": users.by_ids([each.agent_id for each in found.rows])}


def span(period: Period) -> str:
    """`1 – 28 Feb 2026` as two whole dates, in the page's language."""
    return f"{day_of(period.first)} – {day_of(period.last)}"


def day_of(day: date, skeleton: str = "yMMMd") -> str:
    moment = clock.moment(periods.number_of(day) * DAY)
    return str(format_skeleton(skeleton, moment, locale=locale()))


def called(by: By | None, key: str, name: str = "") -> str:
    """What a group is called on a page."""
    if by is None:
        return ""
    if key == NONE:
        return str(_l("None"))
    if by == By.DAY:
        return day_of(date.fromisoformat(key), "yMMMEd")
    if by == By.HOUR:
        day, hour = divmod(int(key), 24)
        return f"{get_day_names(locale=locale())[day]}, {clock_time(hour * HOUR)}"
    if by == By.RATING:
        return str(RATINGS[key])
    if by == By.LANGUAGE:
        return language_called(key)
    return name or str(_l("No. %(number)s", number=key))


def language_called(code: str) -> str:
    try:
        return Locale.parse(code).get_display_name(locale()) or code
    except (UnknownLocaleError, ValueError):
        return code


def value_of(made: Report, number: Number) -> int:
    """What a chart draws of a number."""
    return (number.median or 0) if made.figure in TIMED else number.count


def level(value: int, peak: int) -> int:
    """How dark it is, of `LEVELS`; 0 for nothing."""
    return -(-value * LEVELS // peak) if peak else 0
