"""First answers: when one is due, and the chats in which it is overdue.

Nothing of it is stored. A question is due when so many minutes of its site's opening hours have
passed since; turned round, what was asked before a moment of each site is overdue.
"""

import time
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, false, func, literal_column, or_, select

from app import clock, hours
from app.extensions import this_app
from app.hours import Hours, Span
from app.models import chats, database, sites
from app.models.chats import LIVING, ChatState
from app.models.sites import SiteState
from app.queries.chats import MATCHES

SECONDS = 2.0  # so old may be what a page remembers of sites
EVERY = sites.SELECT_SITES.order_by(sites.table.c.id)
c = chats.table.c
theirs: Any = chats.table.alias("overdue")
NONE: Any = literal_column("0")  # as the index has it: a value that comes later would not be met


class Target(NamedTuple):
    """So many minutes a question waits at most: of opening hours, or of all where none are said."""

    minutes: int
    hours: Hours | None

    def due(self, asked_at: int) -> int | None:
        if self.hours is None:
            return asked_at + self.minutes * 60_000
        return hours.due(self.hours, asked_at, self.minutes)

    def due_since(self, now: int) -> int | None:
        if self.hours is None:
            return now - self.minutes * 60_000
        return hours.due_since(self.hours, now, self.minutes)

    def ahead(self, now: int, until: int) -> list[Span]:
        """When it is open from now on until then."""
        return [(now, until)] if self.hours is None else hours.between(self.hours, now, until)


class Due(NamedTuple):
    """When a question is to have been answered, and when the time until then passes."""

    at: int
    ahead: list[Span]


class Overdue(NamedTuple):
    """The chats whose first answer is overdue: by their ids, or where these are too many by what
    makes them so."""

    ids: list[int] | None
    by_site: dict[int | None, int]

    def holds(self, chat_id: Any) -> ColumnElement[bool]:
        found = or_(false(), *of(theirs.c, self.by_site))
        if self.ids is not None:
            holds: ColumnElement[bool] = chat_id.in_(select(theirs.c.id).where(found))
            return holds
        return exists().where(theirs.c.id == chat_id, found)


def due_of(chat: ChatState) -> Due | None:
    """Until when somebody is to answer; None where nobody has asked, or is measured by it."""
    return due_by(known().get(chat.site_id), chat) if is_asked(chat) else None


def due_as_remembered(chat: ChatState) -> Due | None:
    """The same by what is remembered: a row is made with each message, for which nothing is read.
    A task of the process reads it from its start on, again and again."""
    kept = this_app().extensions.get("targets") if is_asked(chat) else None
    return due_by(kept[1].get(chat.site_id), chat) if kept else None


def is_asked(chat: ChatState) -> bool:
    return chat.is_support and chat.awaits_first_answer and chat.status in LIVING


def due_by(target: Target | None, chat: ChatState) -> Due | None:
    at = target.due(chat.asked_at or 0) if target else None
    if target is None or at is None:
        return None
    now = clock.now()
    return Due(at, target.ahead(now, at) if at > now else [])


def known() -> dict[int | None, Target]:
    """Those of all sites, and of the desk's own pages, that are measured; as a moment ago."""
    kept = this_app().extensions.get("targets")
    if kept is None or time.monotonic() - kept[0] > SECONDS:
        return look()
    found: dict[int | None, Target] = kept[1]
    return found


def look() -> dict[int | None, Target]:
    """What sites say now is remembered."""
    found = read()
    this_app().extensions["targets"] = time.monotonic(), found
    return found


def read() -> dict[int | None, Target]:
    usual = int(this_app().config["FIRST_ANSWER_MINUTES"])
    found: dict[int | None, Target] = {None: Target(usual, None)}
    for site in map(SiteState._make, database.rows(EVERY)):
        minutes = usual if site.answer_minutes is None else site.answer_minutes
        found[site.id] = Target(minutes, hours.of_site(site))
        if site.for_desk:
            found[None] = Target(usual, found[site.id].hours)
    return {site_id: each for site_id, each in found.items() if each.minutes}


def overdue() -> Overdue:
    by_site = since_of(read())
    found = select(c.id).where(or_(false(), *of(c, by_site))).limit(MATCHES + 1)
    ids = [row.id for row in database.rows(found)] if by_site else []
    return Overdue(ids if len(ids) <= MATCHES else None, by_site)


def parts_of_overdue() -> list[ColumnElement[bool]]:
    """What makes chats overdue, by what is remembered of sites; each answered by an index, and none
    of them met by two."""
    return of(c, since_of(known())) or [false()]


def since_of(targets: dict[int | None, Target]) -> dict[int | None, int]:
    """By site the moment by which what was asked is overdue now."""
    now = clock.now()
    since = {site_id: target.due_since(now) for site_id, target in targets.items()}
    return {site_id: at for site_id, at in since.items() if at is not None}


def of(columns: Any, by_site: dict[int | None, int]) -> list[ColumnElement[bool]]:
    """Support chats that go on, and were asked in by then and not answered since: by status."""
    if not by_site:
        return []
    asked = or_(
        *(
            and_(columns.site_id.is_not_distinct_from(site_id), columns.asked_at <= at)
            for site_id, at in by_site.items()
        )
    )
    return [
        and_(
            columns.status == status,
            columns.asked_at <= max(by_site.values()),
            columns.provider_id.is_(None),
            columns.asked_at > func.coalesce(columns.first_reply_at, NONE),
            asked,
        )
        for status in LIVING
    ]
