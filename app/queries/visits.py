"""Visits: who is on a site now, and where a customer is, or was last."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row

from app import clock
from app.models import database, visits
from app.models.visits import SILENT_MS

MOST = 100


class Page(NamedTuple):
    url: str
    title: str
    referrer: str
    at: int


class Visit(NamedTuple):
    """A visit; `pages` the latest first. `user_id` and `name` are none of who wrote nothing yet."""

    token_hash: str
    site_id: int
    began_at: int
    seen_at: int
    language: str
    time_zone: str
    browser: str
    system: str
    pages: Sequence[Page]
    attributes: Mapping[str, Any]
    user_id: int | None = None
    name: str | None = None

    @property
    def is_here(self) -> bool:
        return clock.now() - self.seen_at < SILENT_MS


def going_on() -> list[Visit]:
    """Those who are there now, who came last first, so many at most."""
    rows = database.rows(visits.GOING_ON, since=clock.now() - SILENT_MS, most=MOST)
    return [visit_of(row) for row in rows]


def of_customer(user_id: int) -> Visit | None:
    """The last visit of a customer, which may still go on."""
    found = database.row(visits.OF_PERSON, user_id=user_id)
    return found and visit_of(found)


def visit_of(row: Row[Any]) -> Visit:
    pages = [Page(**page) for page in reversed(json.loads(row.pages))]
    values = row._asdict() | {"pages": pages, "attributes": json.loads(row.attributes)}
    del values["said_of"]
    return Visit(**values)
