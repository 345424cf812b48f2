"""Jobs: whether there is something to do, how many there are of each, and those of a page."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import and_, func, select

from app import clock
from app.models import database
from app.models.jobs import IS_DUE, IS_HELD_UP, SELECT_JOBS, JobState, table

SHOWN = 50

c = table.c
WAITS = and_(c.dead_at.is_(None), c.lease_id.is_(None))
RUNS = and_(c.dead_at.is_(None), c.lease_id.is_not(None))
IS_DEAD = c.dead_at.is_not(None)
DUE = select(c.id).where(IS_DUE).limit(1)
DEAD_COUNT = select(func.count()).where(IS_DEAD)
COUNTS = select(
    *(select(func.count()).where(part).scalar_subquery() for part in (WAITS, RUNS, IS_DEAD)),
    select(func.min(c.run_at)).where(WAITS, ~IS_HELD_UP).scalar_subquery(),
)


class Counts(NamedTuple):
    """How many there are, and for how long (ms) the one whose turn it is has been due."""

    waiting: float
    running: float
    dead: float
    late: float


class Jobs(NamedTuple):
    """Some of each: what comes next, what runs longest, what died last."""

    waiting: list[JobState]
    running: list[JobState]
    dead: list[JobState]


def any_due(kinds: Collection[str]) -> bool:
    """Whether there is something to do now for who knows these kinds."""
    return database.scalar(DUE, now=clock.now(), kinds=list(kinds)) is not None


def counts() -> Counts:
    now = clock.now()
    (found,) = database.rows(COUNTS, now=now)
    waiting, running, dead, next_at = list(found)
    return Counts(waiting, running, dead, max(0, now - next_at) if next_at else 0)


def dead_count() -> int:
    return int(database.scalar(DEAD_COUNT))


def some(limit: int = SHOWN) -> Jobs:
    orders = ((WAITS, c.run_at), (RUNS, c.begun_at), (IS_DEAD, c.dead_at.desc()))
    found = (
        database.rows(SELECT_JOBS.where(part).order_by(order, c.id).limit(limit))
        for part, order in orders
    )
    return Jobs(*([JobState._make(row) for row in rows] for rows in found))
