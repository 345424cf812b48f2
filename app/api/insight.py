"""Reports: numbers of a period, and the rows that they count."""

from typing import Any

from app.api.endpoint import endpoint
from app.models.users import Actor
from app.queries import insight
from app.rest import MANAGERS
from app.schemas.insight import (
    FactsPage,
    InsightCsv,
    InsightOut,
    InsightQuery,
    InsightRowsQuery,
    PeriodQuery,
    TotalsOut,
    facts_out,
    report_out,
    totals_out,
)


@endpoint("GET", "/insight", query=InsightQuery, answer=InsightOut, only=MANAGERS)
def figure(actor: Actor, query: InsightQuery) -> dict[str, Any]:
    """A figure of a period and of the one before, and in groups."""
    return report_out(insight.report(query.figure, query.by, query.period))


@endpoint("GET", "/insight/totals", query=PeriodQuery, answer=TotalsOut, only=MANAGERS)
def totals(actor: Actor, query: PeriodQuery) -> dict[str, Any]:
    """All figures of a period and of the one before."""
    return totals_out(*insight.compared(query.period))


@endpoint("GET", "/insight/rows", query=InsightRowsQuery, answer=FactsPage, only=MANAGERS)
def counted_rows(actor: Actor, query: InsightRowsQuery) -> dict[str, Any]:
    """The rows that a number of `GET /insight` counts: of the whole period, or of a group."""
    which = (query.figure, query.period, query.by, query.key, query.before)
    return facts_out(insight.rows(*which, limit=query.limit))


@endpoint("GET", "/insight/csv", query=InsightQuery, answer=InsightCsv, only=MANAGERS)
def figure_as_csv(actor: Actor, query: InsightQuery) -> dict[str, Any]:
    """The groups of `GET /insight` for a spreadsheet."""
    return {"csv": insight.as_csv(insight.report(query.figure, query.by, query.period))}
