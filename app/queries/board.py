"""The live board: what goes on now, and today.

Each number is that of the inbox or of Insight: asked of the same conditions, and of the same
facts. Today's are looked for in the chats alone in which something can have come to pass since
its day began, which indexes find.
"""

from typing import Any, NamedTuple

from sqlalchemy import Select, select, union_all

from app import clock, periods
from app.models import chats, database
from app.models.availability import Colleague, Standing, State
from app.models.chats import LIVING, Status
from app.models.insight import Figure
from app.periods import Period
from app.queries import availability, inbox, insight, overview, sites, targets, teams
from app.queries.chats import in_status
from app.queries.insight import Number
from app.queries.targets import Target

FIGURES = {Figure.CHATS, Figure.FIRST_ANSWERS, Figure.SOLVED}
MINUTE = 60_000
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


def board(idle_at: int, capacity: int, zone: str | None = None) -> Board:
    """`capacity` is that of who has none of their own. Raises `Invalid` for a zone that is none."""
    period = periods.newest(1, zone or sites.zone())
    queues = inbox.queues()
    customers_online, _waiting, opened, _answered = overview.figures()
    found = today(period)
    return Board(
        at=clock.now(),
        period=period,
        waiting=sum(each.number for each in queues),
        since=min((each.since for each in queues), default=None),
        teams=of_teams(queues),
        open=opened,
        customers_online=customers_online,
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
    f = insight.within(period, FIGURES, among=lately(period.reach[0])).subquery()
    s = f.c
    (rows,) = database.rows_aside(select(s.figure, s.at, s.amount, s.agent_id, s.site_id))
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


def is_in_time(target: Target, asked_at: int, took: int) -> bool:
    # Hours in which it is closed put off when it is due: only who was late has to know them.
    if took <= target.minutes * MINUTE:
        return True
    due = target.due(asked_at)
    return due is None or asked_at + took <= due


def lately(since: int) -> Select[Any]:
    """The ids of chats in which something can have been said, or that can have been closed, since
    then: all that go on or are blocked, of the others those in which somebody wrote, or that were
    closed."""
    going_on = [status.value for status in (*map(Status, LIVING), Status.BLOCKED)]
    over = [part for s in (Status.CLOSED, Status.ARCHIVED) for part in in_status(s)]
    parts = [
        select(c.id).where(c.status.in_(going_on)),
        *(select(c.id).where(part, c.active_at >= since) for part in over),
        select(c.id).where(c.closed_at >= since),
    ]
    return select(union_all(*parts).subquery().c.id)
