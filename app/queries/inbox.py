"""The inbox: pages of rows by activity, filters, counts that stop at a hundred, the queue.

No statement reads further than it shows. A page is at most one scan an index for each status it
is made of, from the cursor on; an empty room (`active_at` 0) stands in no list.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from app.models import chats, database, messages
from app.models.chats import LIVING, SELECT_CHATS, ChatState, Status
from app.models.presence import online
from app.models.users import Actor, User
from app.queries import unread
from app.queries.chats import LISTED, PAGE, Cursor, in_status, of_customers
from app.queries.words import ranked

COUNT_LIMIT = 100  # shown as "99+"
OTHER_CHATS = 5

c = chats.table.c
senders: Any = aliased(User.__table__, name="senders")  # type: ignore[arg-type]
ROWS = SELECT_CHATS.add_columns(online(c.customer_id), senders.c.name).outerjoin(
    senders, senders.c.id == c.last_sender_id
)
# What stands in a list: not an empty room, nor a provider's in which nobody has said anything.
LISTABLE = and_(c.active_at > 0, or_(c.provider_id.is_(None), c.last_seq > 0))


class Filter(StrEnum):
    ALL = "all"
    WAITING = "waiting"
    OPEN = "open"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    NEEDS_REPLY = "needs_reply"
    CLOSED = "closed"
    ARCHIVED = "archived"
    BLOCKED = "blocked"


class ChatRow(NamedTuple):
    chat: ChatState
    is_online: bool
    sender_name: str | None  # of the last message
    rank: int = 0  # 1 where a search finds the customer by another spelling

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.chat.active_at, self.chat.id, self.rank)


@dataclass(frozen=True, slots=True)
class ChatPage:
    rows: list[ChatRow]
    next: Cursor | None


class Counts(NamedTuple):
    """At most `COUNT_LIMIT` each; `unread` is what `queries/unread.py` counts for staff."""

    waiting: int
    mine: int
    unassigned: int
    needs_reply: int
    unread: int


class OtherChat(NamedTuple):
    chat: ChatState
    messages: int


# Of those that wait most are, so that they are met on the way and no index is asked for them.
NOBODYS = and_(func.coalesce(c.agent_id, 0) == 0, c.provider_id.is_(None))
# Each filter as conditions that an index answers one by one, and whose rows never overlap.
Conditions = Callable[[int], list[ColumnElement[bool]]]
FILTERS: dict[Filter, Conditions] = {
    Filter.ALL: lambda _: [part for status in LISTED for part in in_status(status)],
    Filter.WAITING: lambda _: in_status(Status.WAITING),
    Filter.OPEN: lambda _: in_status(Status.OPEN),
    Filter.MINE: lambda me: [and_(c.agent_id == me, c.status == Status.OPEN.value)],
    Filter.UNASSIGNED: lambda _: [
        *(and_(NOBODYS, part) for part in in_status(Status.WAITING)),
        and_(c.agent_id.is_(None), c.provider_id.is_(None), c.status == Status.OPEN.value),
    ],
    Filter.NEEDS_REPLY: lambda _: [
        and_(c.status == status, c.needs_reply.is_(true()), c.provider_id.is_(None))
        for status in LIVING
    ],
    Filter.CLOSED: lambda _: in_status(Status.CLOSED),
    Filter.ARCHIVED: lambda _: in_status(Status.ARCHIVED),
    Filter.BLOCKED: lambda _: in_status(Status.BLOCKED),
}


def page(
    staff: Actor,
    wanted: Filter,
    search: str = "",
    before: Cursor | None = None,
    site_id: int | None = None,
) -> ChatPage:
    """Chats of a filter, and of one site where it is named, newest activity first, from the cursor.

    Of a search, the chats of whom it finds: first those whose customer is spelled as it is.
    """
    found: list[ChatRow] = []
    for rank, parts in enumerate(parts_of(staff, wanted, search, site_id)):
        if parts and len(found) <= PAGE and (before is None or rank >= before.rank):
            start = before if before is not None and rank == before.rank else None
            found += newest(parts, rank, start, PAGE + 1 - len(found))
    has_more = len(found) > PAGE
    return ChatPage(found[:PAGE], found[PAGE - 1].cursor if has_more else None)


def newest(
    parts: list[ColumnElement[bool]], rank: int, before: Cursor | None, limit: int
) -> list[ChatRow]:
    """The newest rows under any of the conditions, from the cursor on."""
    candidates = union_all(*(select(ids_of(part, before).subquery()) for part in parts)).subquery()
    ids = (
        select(candidates.c.id)
        .order_by(candidates.c.active_at.desc(), candidates.c.id.desc())
        .limit(limit)
        .subquery()  # the names of 51 chats are looked up, not those of every candidate
    )
    statement = ROWS.where(c.id.in_(select(ids.c.id))).order_by(c.active_at.desc(), c.id.desc())
    return [as_row(row)._replace(rank=rank) for row in database.rows(statement)]


def parts_of(
    staff: Actor, wanted: Filter, search: str, site_id: int | None = None
) -> list[list[ColumnElement[bool]]]:
    """The conditions of a filter; in a search those of each rank."""
    parts = of_site(FILTERS[wanted](staff.id), site_id)
    if not search:
        return [parts]
    found = []
    for match in ranked(search):
        if wanted == Filter.ALL:  # who searches finds what was put away, too
            everywhere = [part for status in Status for part in in_status(status)]
            parts = [true()] if match.is_whole else everywhere
            parts = of_site(parts, site_id)
        found.append([and_(p, of_customers(match)) for p in parts] if not match.is_nobody else [])
    return found


def of_site(parts: list[ColumnElement[bool]], site_id: int | None) -> list[ColumnElement[bool]]:
    return parts if site_id is None else [and_(c.site_id == site_id, part) for part in parts]


def counts(staff: Actor, site_id: int | None = None) -> Counts:
    """What the filters (of one site, where it is named) and the tab show, in one statement."""
    capped = {
        wanted: count_of(of_site(FILTERS[wanted](staff.id), site_id))
        for wanted in (Filter.WAITING, Filter.MINE, Filter.UNASSIGNED, Filter.NEEDS_REPLY)
    }
    (found,) = database.rows(select(*capped.values(), unread.of_staff_up_to(COUNT_LIMIT)))
    return Counts(*(min(int(number), COUNT_LIMIT) for number in found))


def others_of(customer_id: int, except_id: int | None) -> list[OtherChat]:
    """A customer's other chats, newest first, each with its number of messages (capped)."""
    m = messages.table.c
    counted = (
        select(m.id)
        .where(m.chat_id == c.id, m.line.is_(None))
        .limit(COUNT_LIMIT)
        .correlate(chats.table)
        .subquery()
    )
    statement = (
        SELECT_CHATS.add_columns(select(func.count()).select_from(counted).scalar_subquery())
        .where(c.customer_id == customer_id, LISTABLE, c.id != (except_id or 0))
        .order_by(c.active_at.desc(), c.id.desc())
        .limit(OTHER_CHATS)
    )
    return [OtherChat(ChatState._make(row[:-1]), row[-1]) for row in database.rows(statement)]


def queue_place(chat: ChatState) -> int | None:
    """1 for who is next, at most `COUNT_LIMIT`; None for a chat that stands in no queue."""
    if not chat.is_waiting or chat.waiting_since is None:
        return None
    ahead = (
        select(c.id)
        .where(
            tuple_(c.waiting_since, c.id) < tuple_(chat.waiting_since, chat.id),
            c.waiting_since > 0,
        )
        .limit(COUNT_LIMIT - 1)
        .subquery()
    )
    return 1 + int(database.scalar(select(func.count()).select_from(ahead)))


def queue_length() -> int:
    """How many chats wait for an agent."""
    return int(database.scalar(select(func.count()).where(c.waiting_since > 0)))


def waiting_longest(limit: int = 6) -> list[ChatRow]:
    """Who has waited longest, first."""
    statement = ROWS.where(c.waiting_since > 0).order_by(c.waiting_since).limit(limit)
    return [as_row(row) for row in database.rows(statement)]


def as_row(row: Any) -> ChatRow:
    *state, is_online, sender_name = row
    return ChatRow(ChatState._make(state), bool(is_online), sender_name)


def ids_of(condition: ColumnElement[bool], before: Cursor | None) -> Select[Any]:
    """One page's worth of ids under a condition: no more is read than may be shown."""
    statement = select(c.id, c.active_at).where(condition, LISTABLE)
    if before is not None:
        statement = statement.where(tuple_(c.active_at, c.id) < before.place)
    return statement.order_by(c.active_at.desc(), c.id.desc()).limit(PAGE + 1)


def count_of(conditions: list[ColumnElement[bool]]) -> Any:
    """How many chats fulfil one of the conditions, counted no further than the limit."""
    parts = [
        select(c.id).where(condition, LISTABLE).limit(COUNT_LIMIT).subquery()
        for condition in conditions
    ]
    numbers = [select(func.count()).select_from(part).scalar_subquery() for part in parts]
    return sum(numbers[1:], numbers[0])
