"""Sightings: the pages that have loaded the chat of a site, and what came of it."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert  # SQLite renders its ON CONFLICT too

from app import clock, origins
from app.models import sites
from app.operations.transaction import Transaction, transaction

OF_SITE = sites.sightings.c.site_id == bindparam("of_site")
FORGET = delete(sites.sightings).where(OF_SITE)
SEEN_AGAIN_MS = 60_000
MOST_SIGHTINGS = 25  # of a site, well or with one problem
MOST_NOTED = 200  # between two writes: whoever makes up origins has no more of them written
MOST_REMEMBERED = 1000
VERSION_LENGTH = 16


class Seen(NamedTuple):
    at: int
    version: str
    problem: str


Where = tuple[int, str]  # the site and the origin
# What was seen here and is still to be written down, and what was written last.
noted: dict[Where, Seen] = {}
remembered: dict[Where, Seen] = {}

WRITE = upsert(sites.sightings)
WRITE = WRITE.on_conflict_do_update(
    index_elements=["site_id", "origin"],
    set_={name: WRITE.excluded[name] for name in ("seen_at", "version", "problem")},
)
ranked: Any = (
    select(
        sites.sightings.c.origin,
        func.row_number()
        .over(partition_by=sites.sightings.c.problem, order_by=sites.sightings.c.seen_at.desc())
        .label("place"),
    )
    .where(OF_SITE)
    .subquery()
)
FORGET_OLDEST = FORGET.where(
    sites.sightings.c.origin.in_(select(ranked.c.origin).where(ranked.c.place > MOST_SIGHTINGS))
)


def note(site_id: int, origin: str, version: str, problem: str = "") -> None:
    """A page of this origin has loaded the chat of a site, and what came of it.

    Noted here and written later: whoever loads a page waits for no database, and hears nothing of
    one that is away. What was seen within the last minute, and is as it was, is no news.
    """
    where, what = (site_id, origin), Seen(clock.now(), version[:VERSION_LENGTH], problem)
    before = remembered.get(where)
    if before and before[1:] == what[1:] and what.at - before.at < SEEN_AGAIN_MS:
        return
    if (where in noted or len(noted) < MOST_NOTED) and origins.is_origin(origin):
        noted[where] = what


def note_down() -> None:
    """Writes down where the chat was seen; of each site the latest."""
    if not noted:
        return
    writing = dict(noted)
    with transaction() as tx:
        for (site_id, origin), what in sorted(writing.items()):
            row = {"site_id": site_id, "origin": origin, "seen_at": what.at}
            tx.run(WRITE, row | {"version": what.version, "problem": what.problem})
        for site_id in sorted({site_id for site_id, _ in writing}):
            tx.run(FORGET_OLDEST, {"of_site": site_id})
    if len(remembered) + len(writing) > MOST_REMEMBERED:
        remembered.clear()
    remembered.update(writing)
    for where, what in writing.items():
        if noted.get(where) == what:
            del noted[where]


def forget(tx: Transaction, site_id: int) -> None:
    """Where a site was seen is no news of it any more."""
    tx.run(FORGET, {"of_site": site_id})
