"""Reports on the wire: for managers and admins. What each figure counts: docs/insight.md."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field, field_validator

from app import periods
from app.clock import iso
from app.models.insight import By, Figure
from app.periods import Period
from app.queries.insight import Facts, Number, Report
from app.schemas.wire import Limit, Wire

Day = Annotated[date, Field(description="a day of the time zone, `2026-01-31`")]


class PeriodQuery(Wire):
    first: Day
    last: Day = Field(description="at most 366 days, both included")
    zone: str = Field(default="UTC", max_length=64, description="a time zone, `Europe/Berlin`")

    @property
    def period(self) -> Period:
        """Raises `Invalid`."""
        return periods.of(self.first, self.last, self.zone)

    @field_validator("first", "last", mode="before")
    @classmethod
    def as_written(cls, value: object) -> object:
        """Not the number of seconds that pydantic would take, too."""
        if not isinstance(value, str):
            raise ValueError("takes a day")
        return periods.day(value)


class InsightQuery(PeriodQuery):
    figure: Figure
    by: By = By.DAY


class InsightRowsQuery(PeriodQuery):
    figure: Figure
    by: By | None = Field(default=None, description="with `key`: the rows of one group alone")
    key: str = Field(default="", max_length=64, description="of a group, as `GET /insight` has it")
    before: str | None = Field(default=None, max_length=64, description="`next` of the page before")
    limit: Limit = 50


class NumberOut(Wire):
    """How many and, of figures that tell how long something took, its median and its 90th
    percentile in milliseconds; null of others, and of nothing."""

    count: int
    median_ms: int | None
    p90_ms: int | None


class InsightGroupOut(NumberOut):
    key: str = Field(
        description="a day, an hour of the week (0 is the first of Monday), an id, a language, "
        "how it was rated, or `none`"
    )
    name: str = Field(description="of a person, team, topic, tag or site that is there")


class TotalsOut(Wire):
    """Every figure of a period, and of as many days before it."""

    figures: dict[str, NumberOut]
    before: dict[str, NumberOut]


class InsightOut(Wire):
    """Days and hours come in their order, other groups by how many they are."""

    figure: str
    by: str
    first: str
    last: str
    zone: str
    total: NumberOut
    before: NumberOut = Field(description="of as many days before")
    groups: list[InsightGroupOut]


class FactOut(Wire):
    """A row that a number counts."""

    at: str
    chat_id: int
    seq: int | None = Field(description="of the message that it is about, where it is about one")
    milliseconds: int | None = Field(description="how long it took, where the figure says that")
    agent_id: int | None


class FactsPage(Wire):
    """Newest first; `next` goes into `before` for the next page, null ends the list."""

    rows: list[FactOut]
    next: str | None


class InsightCsv(Wire):
    csv: str = Field(description="the groups of a report, a line each")


def number_out(number: Number) -> dict[str, Any]:
    return {"count": number.count, "medianMs": number.median, "p90Ms": number.p90}


def totals_out(now: dict[Figure, Number], before: dict[Figure, Number]) -> dict[str, Any]:
    return {
        "figures": {each.value: number_out(now[each]) for each in Figure},
        "before": {each.value: number_out(before[each]) for each in Figure},
    }


def report_out(made: Report) -> dict[str, Any]:
    return {
        "figure": made.figure.value,
        "by": made.by.value,
        "first": made.period.first.isoformat(),
        "last": made.period.last.isoformat(),
        "zone": made.period.zone.key,
        "total": number_out(made.total),
        "before": number_out(made.before),
        "groups": [
            {"key": each.key, "name": each.name, **number_out(each.number)} for each in made.groups
        ],
    }


def facts_out(found: Facts) -> dict[str, Any]:
    rows = [
        {
            "at": iso(each.at),
            "chatId": each.chat_id,
            "seq": each.place or None,
            "milliseconds": each.amount,
            "agentId": each.agent_id,
        }
        for each in found.rows
    ]
    return {"rows": rows, "next": found.following}
