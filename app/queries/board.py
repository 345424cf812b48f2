"""The live board: what goes on now, and today.

Each number is that of the inbox or of Insight: asked of the same conditions, and of the same
facts. Today's are looked for in the chats alone in which something can have come to pass since
its day began, which indexes find.
"""

import time
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy import Select, select, union_all

from app import clock, periods
from app.extensions import this_app
from app.models import chats, database
from app.models.availability import Colleague, Standing, State
from app.models.chats import LIVING, Status
from app.models.insight import MERGED, Figure
from app.periods import Period
from app.queries import availability, inbox, insight, overview, sites, targets, teams
from app.queries.chats import in_status
from app.queries.insight import Number
from app.queries.targets import Target

FIGURES = {Figure.CHATS, Figure.FIRST_ANSWERS, Figure.SOLVED}
MINUTE = 60_000
SECONDS = 1.0  # so old may be what those are shown who ask at about the same time
# Who can be given a chat, then who is here, then all others.
ORDER = [State.AVAILABLE, State.IDLE, State.AWAY, State.OFFLINE]
c = chats.table.c


class Waits(NamedTuple):
    """What waits for a team, or for anybody (`team_id` None), and since when the first does."""

    team_id: int | None
    name: str
    number: int
    since: int | None


class AtWork(NamedTuple):
    """A colleague now, and how many questions of today they have answered as the first."""

    colleague: Colleague
    standing: Standing
    capacity: int
    answered: int


class Today(NamedTuple):
    """`measured` are the first answers for which there is a target, `in_time` those of them that
    came in time; `overdue` what is late now, None where nothing is measured."""

    chats: int
    solved: int
    first_answers: Number
    answered: dict[int | None, int]
    measured: int
    in_time: int

    @property
    def share(self) -> int | None:
        """In percent, rounded down: all is all alone."""
        return self.in_time * 100 // self.measured if self.measured else None


class Board(NamedTuple):
    at: int
    period: Period
    waiting: int
    since: int | None  # the longest wait
    teams: list[Waits]
    open: int
    customers_online: int
    colleagues: list[AtWork]
    overdue: int | None
    today: Today


class Shared:
    """Boards of this process, each with when it was begun: by the zone that was asked for. `turn`
    is that of who makes one."""

    def __init__(self) -> None:
        self.turn = Lock()
        self.kept: dict[str | None, tuple[float, Board]] = {}


def shared(idle_at: int, capacity: int, zone: str | None = None) -> Board:
    """A board that was begun a second ago at most: who asks while one is made waits for it. So a
    page that asks a second after it was told of something sees it. Raises as `board` does."""
    found: Shared = this_app().extensions.setdefault("boards", Shared())
    since = time.monotonic() - SECONDS
    with found.turn:
        kept = found.kept.get(zone)
        if kept is None or kept[0] < since:
            begun = time.monotonic()
            kept = begun, board(idle_at, capacity, zone)
            found.kept = {z: each for z, each in found.kept.items() if each[0] >= since}
            found.kept[zone] = kept
        return kept[1]


def board(idle_at: int, capacity: int, zone: str | None = None) -> Board:
    """`capacity` is that of who has none of their own. Raises `Invalid` for a zone that is none."""
    period = periods.newest(1, zone or sites.zone())
    queues = inbox.queues()
    found = today(period)
    return Board(
        at=clock.now(),
        period=period,
        waiting=sum(each.number for each in queues),
        since=min((each.since for each in queues if each.since), default=None),
        teams=of_teams(queues),
        open=inbox.open_count(),
        customers_online=overview.customers_online(),
        colleagues=at_work(idle_at, capacity, found.answered),
        overdue=inbox.overdue_count(),
        today=found,
    )


def of_teams(queues: list[inbox.Queue]) -> list[Waits]:
    """All teams by name, then what is of none; nothing where there are no teams."""
    by_team = {each.team_id: each for each in queues}
    known: list[tuple[int | None, str]] = [(team.id, team.name) for team in teams.every()]
    if known and None in by_team:
        known.append((None, ""))
    found = ((team_id, name, by_team.get(team_id)) for team_id, name in known)
    return [
        Waits(team_id, name, queue.number if queue else 0, queue.since if queue else None)
        for team_id, name, queue in found
    ]


def at_work(idle_at: int, capacity: int, answered: dict[int | None, int]) -> list[AtWork]:
    found = [
        AtWork(
            each,
            each.standing(idle_at),
            capacity if each.capacity is None else each.capacity,
            answered.get(each.id, 0),
        )
        for each in availability.colleagues()
    ]
    return sorted(found, key=lambda each: ORDER.index(each.standing.state))


def today(period: Period) -> Today:
    """What came to pass on a day that goes on."""
    (rows,) = database.rows_aside(facts_of(period))
    known = targets.known()
    numbers = dict.fromkeys(FIGURES, 0)
    answered: dict[int | None, int] = {}
    took, measured, in_time = [], 0, 0
    for figure, at, amount, agent_id, site_id in rows:
        numbers[Figure(figure)] += 1
        if figure != Figure.FIRST_ANSWERS:
            continue
        took.append(amount)
        answered[agent_id] = answered.get(agent_id, 0) + 1
        target = known.get(site_id)
        if target is not None:
            measured += 1
            in_time += is_in_time(target, at, amount)
    return Today(
        chats=numbers[Figure.CHATS],
        solved=numbers[Figure.SOLVED],
        first_answers=insight.number_of(took),
        answered=answered,
        measured=measured,
        in_time=in_time,
    )


@lru_cache(maxsize=8)
def facts_of(period: Period) -> Select[Any]:
    """Made once a day: to write it takes as long as to ask it."""
    s = insight.within(period, FIGURES, among=lately(period.reach[0])).subquery().c
    return select(s.figure, s.at, s.amount, s.agent_id, s.site_id)


def is_in_time(target: Target, asked_at: int, took: int) -> bool:
    # Hours in which it is closed put off when it is due: only who was late has to know them.
    if took <= target.minutes * MINUTE:
        return True
    due = target.due(asked_at)
    return due is None or asked_at + took <= due


def lately(since: int) -> Select[Any]:
    """The ids of chats in which something can have been said, or that can have been closed, since
    then: all that go on or are blocked, of the others those in which somebody wrote, or that were
    closed; and those into which others were merged, which may bring along what was said lately."""
    going_on = [status.value for status in (*map(Status, LIVING), Status.BLOCKED)]
    over = [part for s in (Status.CLOSED, Status.ARCHIVED) for part in in_status(s)]
    parts = [
        select(c.id).where(c.status.in_(going_on)),
        *(select(c.id).where(part, c.active_at >= since) for part in over),
        select(c.id).where(c.closed_at >= since),
        select(c.id).where(c.id.in_(MERGED), c.updated_at >= since),
    ]
    return select(union_all(*parts).subquery().c.id)
