"""Lists of chats as the API gives them: filters that narrow each other, and a cursor.

The inbox has its own in `queries/inbox.py`, made of few fixed filters.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, select, tuple_, union_all

from app.models import chats, database
from app.models.chats import IS_OVER, LIVING, SELECT_CHATS, ChatState, Status
from app.models.users import Actor
from app.queries.words import Match, anybody

PAGE = 50
TOGETHER = 100  # ids a statement
LISTED = (Status.WAITING, Status.OPEN, Status.CLOSED, Status.BLOCKED)

MATCHES = 2000  # so many chats of a team or a topic are looked at by their ids
c = chats.table.c
theirs: Any = chats.table.alias("theirs")
# What was merged into another chat is empty, and found there.
IS_THERE = c.merged_into_id.is_(None)


class Cursor(NamedTuple):
    """Where a page ended: rows are ordered by activity, then id, and in a search first by rank."""

    active_at: int
    id: int
    rank: int = 0

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """What `str` made, or None for anything else."""
        parts = text.split("-")
        if not all(p.isascii() and p.isdigit() and len(p) < 17 for p in parts):
            return None
        return cls(*map(int, parts)) if len(parts) in (2, 3) else None

    def __str__(self) -> str:
        return "-".join(map(str, self if self.rank else self[:2]))

    @property
    def place(self) -> Any:
        """To be compared with a row's activity and id."""
        return tuple_(self.active_at, self.id)


class ChatsOf(NamedTuple):
    """The chats of some teams, or about some topics: by their ids, or where these are too many by
    that. `column` is one that a partial index has by its name."""

    ids: list[int] | None
    column: str
    of: list[int]

    def holds(self, chat_id: Any) -> ColumnElement[bool]:
        column = theirs.c[self.column]
        if self.ids is not None:
            # Said once more as the index has it, so that it is the one that is read.
            of_them = select(theirs.c.id).where(column.is_not(None), column.in_(self.of))
            found: ColumnElement[bool] = chat_id.in_(of_them)
            return found
        return exists().where(theirs.c.id == chat_id, column.in_(self.of))


class ChatList(NamedTuple):
    chats: list[ChatState]
    next: str | None


def page(
    actor: Actor,
    limit: int,
    *,
    status: Status | None = None,
    mine: bool = False,
    unassigned: bool = False,
    needs_reply: bool = False,
    customer_id: int | None = None,
    site: int | None = None,
    q: str = "",
    cursor: str | None = None,
) -> ChatList:
    """Chats that the actor may see and that pass every filter, newest activity first."""
    wanted = [seen_by(actor), IS_THERE]
    if mine and actor.is_staff:
        wanted.append(c.agent_id == actor.id)
    if unassigned:
        wanted += [c.agent_id.is_(None), c.provider_id.is_(None), c.status.in_(LIVING)]
    if needs_reply:
        wanted.append(c.needs_reply.is_(True))
    if customer_id is not None:
        wanted.append(c.customer_id == customer_id)
    if site is not None:
        wanted.append(c.site_id == site)
    if q.strip():
        wanted.append(of_customers(anybody(q)))
    before = Cursor.parse(cursor) if cursor else None
    if before is not None:
        wanted.append(tuple_(c.active_at, c.id) < before.place)
    statuses = [status] if status else LISTED
    of_one = not actor.is_staff or customer_id is not None
    found = newest(wanted, scans(statuses, of_one=of_one, mine=mine), limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return ChatList(found[:limit], str(Cursor(last.active_at, last.id)) if last else None)


def chats_of(column: str, of: list[int]) -> ChatsOf:
    # Said once more as the index has it, so that it is the one that is read.
    found = select(c.id).where(c[column].is_not(None), c[column].in_(of)).limit(MATCHES + 1)
    ids = [row.id for row in database.rows(found)]
    return ChatsOf(ids if len(ids) <= MATCHES else None, column, of)


def of_customer(customer_id: int, before: Cursor | None, limit: int) -> ChatList:
    """A customer's chats in which something was said, the newest activity first."""
    wanted: list[ColumnElement[bool]] = [c.customer_id == customer_id, c.active_at > 0, IS_THERE]
    if before is not None:
        wanted.append(tuple_(c.active_at, c.id) < before.place)
    found = newest(wanted, scans(Status, of_one=True, mine=False), limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return ChatList(found[:limit], str(Cursor(last.active_at, last.id)) if last else None)


def numbered(
    actor: Actor,
    page: int,
    limit: int,
    *,
    statuses: Collection[Status] = tuple(Status),
    mine: bool = False,
) -> list[ChatState]:
    """A page by its number, 1 being the newest, of the chats that the actor may see.

    With `mine` staff sees those alone that are assigned to them.
    """
    wanted = [seen_by(actor), IS_THERE]
    if mine and actor.is_staff:
        wanted.append(c.agent_id == actor.id)
    found = scans(statuses, of_one=not actor.is_staff, mine=mine)
    return newest(wanted, found, limit, skipped=(page - 1) * limit)


def scans(statuses: Iterable[Status], *, of_one: bool, mine: bool) -> list[ColumnElement[bool]]:
    """These statuses as conditions that an index answers one by one, in the order of activity.

    The chats of one person (`of_one`), and of an agent those that go on (`mine`), are so few that
    they are put in order as they are asked for.
    """
    if of_one:
        return [unindexed(c.status).in_([Status(status).value for status in statuses])]
    if mine:
        return [
            c.status == status if status in LIVING else and_(IS_OVER, c.status == status)
            for status in map(str, statuses)
        ]
    return [part for status in statuses for part in in_status(status)]


def in_status(status: Status) -> list[ColumnElement[bool]]:
    """As the index of all chats has it: first whether the customer had the last word, which only a
    chat that goes on is asked."""
    has_said = (False, True) if status in LIVING else (False,)
    return [and_(c.status == status.value, c.needs_reply.is_(each)) for each in has_said]


def unindexed(column: Any) -> Any:
    """The column, for a condition by which no index is to be chosen: another one meets fewer."""
    return column.concat("")


def of_customers(match: Match) -> ColumnElement[bool]:
    """Of few customers the chats; of many one is met soon on the way."""
    if not match.is_whole:
        return match.holds(c.customer_id)
    theirs = chats.table.alias("theirs")
    held: ColumnElement[bool] = c.id.in_(
        select(theirs.c.id).where(match.holds(theirs.c.customer_id))
    )
    return held


def of_provider(provider: Actor, limit: int = PAGE) -> list[ChatState]:
    """A provider's chats, newest first."""
    statement = (
        SELECT_CHATS.where(c.provider_id == provider.id)
        .order_by(c.active_at.desc(), c.id.desc())
        .limit(limit)
    )
    return [ChatState._make(row) for row in database.rows(statement)]


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """What `operations.access` lets them load; an empty room, too, is nothing to staff."""
    if actor.is_staff:
        return c.active_at > 0  # type: ignore[no-any-return]
    return (c.customer_id if actor.is_customer else c.provider_id) == actor.id  # type: ignore[no-any-return]


def newest(
    wanted: list[ColumnElement[bool]],
    parts: list[ColumnElement[bool]],
    limit: int,
    *,
    skipped: int = 0,
) -> list[ChatState]:
    """One scan of an index for each part, no further than the page; then the newest of all."""
    found: list[Select[Any]] = [
        select(c.id)
        .where(part, *wanted)
        .order_by(c.active_at.desc(), c.id.desc())
        .limit(limit + skipped)
        for part in parts
    ]
    ids = union_all(*(select(each.subquery()) for each in found)).subquery()
    page = (  # of ids alone: the names are looked up of what is shown
        select(c.id)
        .where(c.id.in_(select(ids.c.id)))
        .order_by(c.active_at.desc(), c.id.desc())
        .limit(limit)
        .offset(skipped)
        .subquery()
    )
    statement = SELECT_CHATS.where(c.id.in_(select(page.c.id))).order_by(
        c.active_at.desc(), c.id.desc()
    )
    return [ChatState._make(row) for row in database.rows(statement)]


def changed_since(at: int) -> Iterator[ChatState]:
    """All that have changed then or later, each as it is when its turn comes."""
    changed = database.rows(select(c.id).where(c.updated_at >= at).order_by(c.id))
    for first in range(0, len(changed), TOGETHER):
        ids = [row.id for row in changed[first : first + TOGETHER]]
        rows = database.rows(SELECT_CHATS.where(c.id.in_(ids)).order_by(c.id))
        yield from map(ChatState._make, rows)
