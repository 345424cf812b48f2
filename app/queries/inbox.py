"""The inbox: pages of rows by activity, filters, counts that stop at a hundred, the queue.

No statement reads further than it shows. A page is at most one scan an index for each status it
is made of, from the cursor on; an empty room (`active_at` 0) stands in no list.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from app.criteria import Criteria
from app.models import chats, database, messages, topics
from app.models.chats import LIVING, SELECT_CHATS, ChatState, Status
from app.models.presence import online
from app.models.tags import names_in, names_of
from app.models.users import Actor, User
from app.queries import notes, unread
from app.queries.chats import (
    IS_THERE,
    LISTED,
    PAGE,
    ChatsOf,
    Cursor,
    in_status,
    of_customers,
)
from app.queries.tags import Tagged
from app.queries.tags import tagged as tagged_as
from app.queries.targets import Overdue, known, overdue, parts_of_overdue
from app.queries.teams import of_teams
from app.queries.topics import of_topics
from app.queries.unread import Unread
from app.queries.words import Match, ranked

COUNT_LIMIT = 100  # shown as "99+"
FIGURE_LIMIT = 10_000  # figures are counted no further than this
OTHER_CHATS = 5
PLACES = 1000

c = chats.table.c
senders: Any = aliased(User.__table__, name="senders")  # type: ignore[arg-type]
ROWS = (
    SELECT_CHATS.add_columns(
        online(c.customer_id), senders.c.name, topics.table.c.name, names_of(c.id)
    )
    .outerjoin(senders, senders.c.id == c.last_sender_id)
    .outerjoin(topics.table, topics.table.c.id == c.topic_id)
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
    UNREAD = "unread"
    OVERDUE = "overdue"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    ARCHIVED = "archived"
    BLOCKED = "blocked"


class ChatRow(NamedTuple):
    chat: ChatState
    is_online: bool
    sender_name: str | None  # of the last message
    tags: Sequence[str] = ()
    topic: str | None = None
    rank: int = 0  # 1 where a search finds the customer by another spelling

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.chat.active_at, self.chat.id, self.rank)


@dataclass(frozen=True, slots=True)
class ChatPage:
    rows: list[ChatRow]
    next: Cursor | None


class Counts(NamedTuple):
    """At most `COUNT_LIMIT` each; `unread` is what `queries/unread.py` counts for staff,
    `mentions` where one is named and has not looked, `unread_chats` and `overdue` how many these
    filters show, the latter None where nothing is measured."""

    waiting: int
    mine: int
    unassigned: int
    needs_reply: int
    unread: int
    mentions: int
    unread_chats: int
    overdue: int | None = None


class Waiting(NamedTuple):
    chat_id: int
    customer_id: int
    place: int  # in the queue of its team; 1 is next


class Queue(NamedTuple):
    """The chats that wait for a team, or for anybody, and since when the first one does."""

    team_id: int | None
    number: int
    since: int | None  # None where all that was said is held


class OtherChat(NamedTuple):
    chat: ChatState
    messages: int


# Of those that wait most are, so that they are met on the way and no index is asked for them.
NOBODYS = and_(func.coalesce(c.agent_id, 0) == 0, c.provider_id.is_(None))
COUNTED = {
    "waiting": Filter.WAITING,
    "mine": Filter.MINE,
    "unassigned": Filter.UNASSIGNED,
    "needs_reply": Filter.NEEDS_REPLY,
    "unread_chats": Filter.UNREAD,
}
FEW = (Filter.UNREAD, Filter.OVERDUE, Filter.SNOOZED)
# What staff has put aside stands in a list of its own until it is back.
IS_AWAKE = c.snoozed_until.is_(None)
# Each filter as conditions that an index answers one by one, and whose rows never overlap.
Conditions = Callable[[int], list[ColumnElement[bool]]]
FILTERS: dict[Filter, Conditions] = {
    Filter.ALL: lambda _: awake(part for status in LISTED for part in in_status(status)),
    Filter.WAITING: lambda _: in_status(Status.WAITING),
    Filter.OPEN: lambda _: awake(in_status(Status.OPEN)),
    Filter.MINE: lambda me: awake([and_(c.agent_id == me, c.status == Status.OPEN.value)]),
    Filter.UNASSIGNED: lambda _: [
        *(and_(NOBODYS, part) for part in in_status(Status.WAITING)),
        *awake(
            [and_(c.agent_id.is_(None), c.provider_id.is_(None), c.status == Status.OPEN.value)]
        ),
    ],
    Filter.NEEDS_REPLY: lambda _: awake(
        and_(c.status == status, c.needs_reply.is_(true()), c.provider_id.is_(None))
        for status in LIVING
    ),
    Filter.UNREAD: lambda _: awake(unread.parts_of(c)),
    Filter.OVERDUE: lambda _: awake(parts_of_overdue()),
    Filter.SNOOZED: lambda _: [c.snoozed_until.is_not(None)],
    Filter.CLOSED: lambda _: in_status(Status.CLOSED),
    Filter.ARCHIVED: lambda _: [and_(part, IS_THERE) for part in in_status(Status.ARCHIVED)],
    Filter.BLOCKED: lambda _: in_status(Status.BLOCKED),
}


def awake(parts: Iterable[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    return [and_(part, IS_AWAKE) for part in parts]


def page(
    staff: Actor,
    wanted: Filter,
    search: str = "",
    before: Cursor | None = None,
    site_id: int | None = None,
    tagged: Sequence[Tagged | ChatsOf | Overdue | Unread] = (),
    pinned: Sequence[int] = (),
) -> ChatPage:
    """Chats of a filter, and of one site where it is named, newest activity first, from the cursor.

    With each of some tags, and of some teams and topics, where these are asked for. Of a search,
    the chats of whom it finds: first those whose customer is spelled as it is. `pinned` ones stand
    on top, beyond the number of a page, and on no other.
    """
    found: list[ChatRow] = []
    top: list[ChatRow] = []
    for rank, match in enumerate(ranked(search) if search else [None]):
        parts = parts_of(staff, wanted, match, site_id, tagged)
        if pinned and parts:
            if before is None:
                top += newest([and_(c.id.in_(pinned), p) for p in parts], rank, None, len(pinned))
            parts = [and_(c.id.not_in(pinned), part) for part in parts]
        if parts and len(found) <= PAGE and (before is None or rank >= before.rank):
            start = before if before is not None and rank == before.rank else None
            found += newest(parts, rank, start, PAGE + 1 - len(found))
    has_more = len(found) > PAGE
    return ChatPage(top + found[:PAGE], found[PAGE - 1].cursor if has_more else None)


def these(ids: Sequence[int]) -> ChatPage:
    """Chats by their ids, in no order, where they may stand in a list."""
    return ChatPage([as_row(r) for r in database.rows(ROWS.where(c.id.in_(ids), LISTABLE))], None)


def narrowing(asked: Criteria) -> list[Tagged | ChatsOf | Overdue | Unread]:
    """The tags, teams and topics of a search, that an answer is overdue, or something unread."""
    of_rows: list[ChatsOf | Overdue | Unread]
    of_rows = [*map(of_teams, asked.teams), *map(of_topics, asked.topics)]
    of_rows += [overdue()] if asked.is_overdue else []
    of_rows += [unread.unread()] if asked.is_unread else []
    return [*map(tagged_as, asked.tags), *of_rows]


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
    staff: Actor,
    wanted: Filter,
    match: Match | None = None,
    site_id: int | None = None,
    tagged: Sequence[Tagged | ChatsOf | Overdue | Unread] = (),
) -> list[ColumnElement[bool]]:
    """The conditions of a filter; with those whom a search matches, and of it, its tags."""
    if match is not None and match.is_nobody:
        return []
    parts = FILTERS[wanted](staff.id)
    are_few = any(each.ids is not None for each in tagged) or (match and match.is_whole)
    if wanted == Filter.ALL and (match or tagged):  # who searches finds what was put away, too
        everywhere = [and_(part, IS_THERE) for s in Status for part in in_status(s)]
        parts = [IS_THERE] if are_few else everywhere
    also = [each.holds(c.id) for each in tagged]
    if match is not None:
        also.append(of_customers(match))
    parts = of_site(parts, site_id, wanted)
    parts = [each_looked_at(parts)] if are_few else parts
    return [and_(part, *also) for part in parts]


def each_looked_at(parts: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    """A condition that no index answers: of a few chats, found by something else, it is asked of
    each. A whole status would be read for them otherwise."""
    return case((or_(*parts), true()), else_=false())


def of_site(
    parts: list[ColumnElement[bool]], site_id: int | None, wanted: Filter
) -> list[ColumnElement[bool]]:
    if site_id is None:
        return parts
    # What is unread, overdue or snoozed is less than what a site has: its index is not to be asked.
    site = c.site_id + 0 if wanted in FEW else c.site_id
    return [and_(site == site_id, part) for part in parts]


def counts(staff: Actor, site_id: int | None = None) -> Counts:
    """What the filters (of one site, where it is named) and the tab show, in one statement."""
    wanted = COUNTED | ({"overdue": Filter.OVERDUE} if known() else {})
    parts = {
        name: count_of(of_site(FILTERS[each](staff.id), site_id, each))
        for name, each in wanted.items()
    }
    parts |= {"unread": unread.of_staff_up_to(COUNT_LIMIT), "mentions": notes.unseen_by(staff.id)}
    (found,) = database.rows(select(*(part.label(name) for name, part in parts.items())))
    return Counts(
        **{name: min(int(number), COUNT_LIMIT) for name, number in found._mapping.items()}
    )


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
        .where(IS_THERE)
        .order_by(c.active_at.desc(), c.id.desc())
        .limit(OTHER_CHATS)
    )
    return [OtherChat(ChatState._make(row[:-1]), row[-1]) for row in database.rows(statement)]


def queue_place(chat: ChatState) -> int | None:
    """1 for who is next of those who wait for the same team, or for anybody; at most `COUNT_LIMIT`.

    None for a chat that stands in no queue.
    """
    if not chat.is_waiting or chat.waiting_since is None:
        return None
    ahead = (
        select(c.id)
        .where(
            tuple_(c.waiting_since, c.id) < tuple_(chat.waiting_since, chat.id),
            c.waiting_since > 0,
            c.team_id.is_not_distinct_from(chat.team_id),
        )
        .limit(COUNT_LIMIT - 1)
        .subquery()
    )
    return 1 + int(database.scalar(select(func.count()).select_from(ahead)))


def places() -> list[Waiting]:
    """All places up to `COUNT_LIMIT`, of so many chats as are looked at."""
    statement = select(c.id, c.customer_id, c.team_id).where(c.waiting_since > 0)
    statement = statement.order_by(c.waiting_since, c.id).limit(PLACES)
    ahead: Counter[int | None] = Counter()
    found = []
    for row in database.rows(statement):
        ahead[row.team_id] += 1
        found.append(Waiting(row.id, row.customer_id, min(ahead[row.team_id], COUNT_LIMIT)))
    return found


def queue_length() -> int:
    """How many chats wait for an agent."""
    return int(database.scalar(select(func.count()).where(c.waiting_since > 0)))


def queues() -> list[Queue]:
    """All that the filter shows, by the team that it waits for; of none for anybody."""
    return [Queue._make(row) for row in database.rows(QUEUES)]


def open_count() -> int:
    """What the filter shows, at most `FIGURE_LIMIT`."""
    return int(database.scalar(OPEN))


def overdue_count() -> int | None:
    """What the filter shows, at most `COUNT_LIMIT`; None where nothing is measured."""
    if not known():
        return None
    found = database.scalar(select(count_of(FILTERS[Filter.OVERDUE](0))))
    return min(int(found), COUNT_LIMIT)


def waiting_longest(limit: int = 6) -> list[ChatRow]:
    """Who has waited longest, first."""
    statement = ROWS.where(c.waiting_since > 0).order_by(c.waiting_since).limit(limit)
    return [as_row(row) for row in database.rows(statement)]


def as_row(row: Any) -> ChatRow:
    *state, is_online, sender_name, topic, tags = row
    return ChatRow(ChatState._make(state), bool(is_online), sender_name, names_in(tags), topic)


def ids_of(condition: ColumnElement[bool], before: Cursor | None) -> Select[Any]:
    """One page's worth of ids under a condition: no more is read than may be shown."""
    statement = select(c.id, c.active_at).where(condition, LISTABLE)
    if before is not None:
        statement = statement.where(tuple_(c.active_at, c.id) < before.place)
    return statement.order_by(c.active_at.desc(), c.id.desc()).limit(PAGE + 1)


def count_of(conditions: list[ColumnElement[bool]], limit: int = COUNT_LIMIT) -> Any:
    """How many chats fulfil one of the conditions, counted no further than the limit."""
    parts = [
        select(c.id).where(condition, LISTABLE).limit(limit).subquery() for condition in conditions
    ]
    numbers = [select(func.count()).select_from(part).scalar_subquery() for part in parts]
    return sum(numbers[1:], numbers[0])


QUEUES = (
    select(c.team_id, func.count(), func.min(c.waiting_since))
    .where(or_(*FILTERS[Filter.WAITING](0)), LISTABLE)
    .group_by(c.team_id)
)
OPEN = select(count_of(FILTERS[Filter.OPEN](0), FIGURE_LIMIT))
