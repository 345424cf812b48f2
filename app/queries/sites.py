"""Sites, and where they were seen."""

from typing import NamedTuple

from flask import current_app
from sqlalchemy import and_, bindparam, func, or_, select

from app import clock
from app.models import database, identities, sites, visitors
from app.models.identities import Secret
from app.models.sites import SiteState

s = sites.sightings.c
OF_SITE = (
    select(s.origin, s.seen_at, s.version, s.problem)
    .where(s.site_id == bindparam("site_id"))
    .order_by(s.seen_at.desc(), s.origin)
)
LAST_SEEN = (
    select(s.site_id, func.max(s.seen_at).label("at")).where(s.problem == "").group_by(s.site_id)
)
NAME_FOR = (
    select(sites.table.c.name)
    .join(visitors.table, visitors.table.c.site_id == sites.table.c.id)
    .where(visitors.table.c.user_id == bindparam("user_id"))
)
CAME_BY = (
    select(visitors.table.c.site_id)
    .where(visitors.table.c.user_id == bindparam("user_id"))
    .scalar_subquery()
)
HOURS_FOR = sites.SELECT_SITES.where(
    or_(sites.table.c.id == CAME_BY, and_(sites.table.c.for_desk, CAME_BY.is_(None)))
)
NAMES = select(sites.table.c.id, sites.table.c.name).order_by(sites.table.c.id)
ALL = sites.SELECT_SITES.order_by(sites.table.c.id)


class Sighting(NamedTuple):
    """That a page of this origin has loaded the chat, and what was wrong, if anything was."""

    origin: str
    seen_at: int
    version: str
    problem: str


def every() -> list[SiteState]:
    return [SiteState._make(row) for row in database.rows(ALL)]


def names() -> dict[int, str]:
    """What people call each site, the oldest first."""
    shared = str(current_app.config["SITE_NAME"])
    return {row.id: row.name or shared for row in database.rows(NAMES)}


def first() -> SiteState | None:
    """The oldest one."""
    found = database.row(ALL.limit(1))
    return found and SiteState._make(found)


def zone() -> str:
    """The time zone in which the desk's days are told: that of the oldest one."""
    site = first()
    return site.time_zone if site else "UTC"


def for_desk() -> SiteState | None:
    """The one whose hours hold on the desk's own pages, if any does."""
    found = database.row(sites.FOR_DESK)
    return found and SiteState._make(found)


def hours_for(user_id: int) -> SiteState | None:
    """The one whose hours hold for a customer, as for the chats that they begin: by which they
    came, or for who came by none the one of the desk's own pages."""
    found = database.row(HOURS_FOR, user_id=user_id)
    return found and SiteState._make(found)


def by_id(site_id: int) -> SiteState | None:
    found = database.row(sites.BY_ID, site_id=site_id)
    return found and SiteState._make(found)


def by_key(key: str) -> SiteState | None:
    found = database.row(sites.BY_KEY, key=key)
    return found and SiteState._make(found)


def name_of(site: SiteState) -> str:
    """As people call it: what the desk is called, where it has no name of its own."""
    return site.name or str(current_app.config["SITE_NAME"])


def name_for(user_id: int) -> str:
    """The site by which a customer came, as people call it; without one what the desk is called."""
    name: str | None = database.scalar(NAME_FOR, user_id=user_id)
    return name or str(current_app.config["SITE_NAME"])


def sightings(site_id: int) -> list[Sighting]:
    """Where a site was seen, the latest first."""
    return [Sighting._make(row) for row in database.rows(OF_SITE, site_id=site_id)]


def secrets(site_id: int) -> list[Secret]:
    """What the site's server may sign with, the newest first."""
    rows = database.rows(identities.LIVE_SECRETS, site_id=site_id, now=clock.now())
    return [Secret._make(row) for row in rows]


def last_seen() -> dict[int, int]:
    """By site when a page last showed its chat; of what no page has shown, nothing."""
    return {row.site_id: row.at for row in database.rows(LAST_SEEN)}
