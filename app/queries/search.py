"""What a search finds among all that was said, or noted: the newest first, a page at a time.

The index says where to look, the messages and notes themselves what is so: whatever is shown was
read, and met by the search, a moment ago. No step looks at more than `STEP` entries and no page
takes longer than `SECONDS`: one that finds too few by then says where to go on.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, false, func, select

from app import clock
from app.criteria import Criteria, State, begins, day_of
from app.folding import fold
from app.models import chats, database, messages, notes
from app.models.chats import LIVING, SELECT_CHATS, ChatState
from app.models.messages import MESSAGE_COLUMNS, MessageState
from app.models.notes import NOTE_COLUMNS, NoteState
from app.models.search import (
    MESSAGES,
    NOTES,
    Indexes,
    Wanted,
    by,
    days,
    index,
    month_of,
    of_chat,
    of_site,
    progress,
    wanted_of,
)
from app.models.users import Actor
from app.queries import availability, sites
from app.queries import notes as noted
from app.queries.chats import ChatsOf
from app.queries.messages import END, SHOWN
from app.queries.tags import Tagged, tagged
from app.queries.targets import Overdue, overdue
from app.queries.teams import of_teams
from app.queries.topics import of_topics
from app.queries.unread import Unread, unread
from app.queries.words import anybody
from app.terms import Term, marked

PAGE = 20
STEP, TOGETHER = 2_000, 50  # messages: of so many found, so many are read at first
# On PostgreSQL entries are looked at one by one where many hold; of so many next ones at least.
NEAR, MANY = 20_000, 40
LATE = 5_000  # ids: what was edited before it had an entry may be that much newer than its month
SECONDS = 0.05
MOST_MARKS = 200  # so many people, or chats, are looked for by their marks
DAY = timedelta(days=1)
BESIDE = 60  # characters around what is found

m, n, c = messages.table.c, notes.table.c, chats.table.c


def with_chats(rows: Any, of_chat: Any) -> Any:
    """Rows with what is known of their chats."""
    return (
        rows.join(chats.table, c.id == of_chat)
        .join(chats.customers, chats.customers.c.id == c.customer_id)
        .outerjoin(chats.agents, chats.agents.c.id == c.agent_id)
        .outerjoin(chats.providers, chats.providers.c.id == c.provider_id)
    )


ROWS = with_chats(
    select(*MESSAGE_COLUMNS, *SELECT_CHATS.selected_columns)
    .select_from(messages.table)
    .outerjoin(messages.senders, messages.senders.c.id == m.sender_id)
    .order_by(m.id.desc()),
    m.chat_id,
)
NOTE_ROWS = with_chats(
    select(*NOTE_COLUMNS, *SELECT_CHATS.selected_columns)
    .select_from(notes.table)
    .join(notes.authors, notes.authors.c.id == n.author_id)
    .order_by(n.id.desc()),
    n.chat_id,
)
# What is held is found as well, marked as that: those who search decide on it.
SAYS_SOMETHING = and_(m.deleted_at.is_(None), m.line.is_(None))
STATUSES = {State.OPEN, State.WAITING, State.CLOSED, State.ARCHIVED, State.BLOCKED}


class Piece(NamedTuple):
    text: str
    is_hit: bool


class Hit(NamedTuple):
    """A message, or a note, that was found, its chat, and what of it is shown.

    Of a note there are the `names` of those whom it names. Of a chat that was found by what is
    known of it `said` is that, as `queries/traits.py` has it.
    """

    said: Any  # a `MessageState`, a `NoteState` or a `Trait`
    chat: ChatState
    excerpt: list[Piece]
    names: dict[int, str] | None = None

    @property
    def shown(self) -> str:
        return "".join(piece.text for piece in self.excerpt)


class Found(NamedTuple):
    """The hits of a page; with `next` there may be more, among those with a lower id."""

    hits: list[Hit]
    next: int | None


NOTHING = Found([], None)


class Entries(NamedTuple):
    """An index, and of what its entries are."""

    indexes: Indexes
    id: Any


class Source(NamedTuple):
    """What is looked through."""

    indexes: Indexes
    rows: Any
    id: Any
    by: Any  # who wrote it
    at: Any  # when
    says_something: ColumnElement[bool]
    has_files: ColumnElement[bool]
    hits_of: Callable[[Sequence[Any], Sequence[Term]], list[Hit]]

    @property
    def entries(self) -> Entries:
        return Entries(self.indexes, self.id)


class Narrowing(NamedTuple):
    """What beside words is asked for: by marks of the index, and of the rows themselves."""

    marks: list[list[str]]
    conditions: list[ColumnElement[bool]]
    before: int = END  # nothing is found from this id on


def found(
    staff: Actor,
    asked: Criteria,
    before: int = END,
    limit: int = PAGE,
    site_id: int | None = None,
) -> Found:
    """The messages that staff finds in all chats, or in those of a site."""
    return found_among(SAID, staff, asked, before, limit, site_id)


def notes_found(
    staff: Actor,
    asked: Criteria,
    before: int = END,
    limit: int = PAGE,
    site_id: int | None = None,
) -> Found:
    """The same of notes; without words none, since most of what narrows is of messages."""
    return found_among(NOTED, staff, asked, before, limit, site_id) if asked.terms else NOTHING


def found_among(
    source: Source, staff: Actor, asked: Criteria, before: int, limit: int, site_id: int | None
) -> Found:
    narrowing = narrowed(staff, asked, source)
    if asked.is_empty or narrowing is None:
        return NOTHING
    marks = narrowing.marks + ([[of_site(site_id)]] if site_id is not None else [])
    wanted = wanted_of(asked.terms, *marks)
    before = min(before, narrowing.before)
    return look(source, asked.terms, wanted, narrowing.conditions, before, limit)


def found_in(
    chat: ChatState,
    terms: Sequence[Term],
    before: int = END,
    limit: int = PAGE,
    *,
    with_held: bool = False,
) -> Found:
    """What is found in a chat by these terms; what is held by those to whom it is there."""
    if not terms:
        return NOTHING
    wanted = wanted_of(terms, [of_chat(chat.id)])
    conditions = [m.chat_id == chat.id] if with_held else [m.chat_id == chat.id, SHOWN]
    return look(SAID, terms, wanted, conditions, before, limit)


def look(
    source: Source,
    terms: Sequence[Term],
    wanted: Wanted,
    conditions: Sequence[ColumnElement[bool]],
    before: int,
    limit: int,
) -> Found:
    rows = source.rows.where(source.says_something, *conditions)

    def hits_of(ids: list[int]) -> list[Hit]:
        return source.hits_of(database.rows(rows.where(source.id.in_(ids))), terms)

    return page_of(steps(source.entries, wanted, before), hits_of, limit)


def page_of(
    some: Iterator[list[int]], hits_of: Callable[[list[int]], list[Hit]], limit: int
) -> Found:
    """The first hits among those with these ids, as many as are asked for or time allows."""
    hits: list[Hit] = []
    end_at = time.monotonic() + SECONDS
    for ids in some:
        for those in growing(ids):
            hits += hits_of(those)
            if len(hits) > limit:
                return Found(hits[:limit], hits[limit - 1].said.id)
            if time.monotonic() > end_at:
                return Found(hits, those[-1])
    return Found(hits, None)


def steps(source: Entries, wanted: Wanted, before: int) -> Iterator[list[int]]:
    """The ids of all entries that the index finds, step by step."""
    is_near = bool(wanted) and not index(source.indexes).is_in_order
    while True:
        ids = nearest(source, wanted, before) if is_near else found_by_index(source, wanted, before)
        yield ids
        if len(ids) == STEP:
            before = ids[-1]
        elif not is_near:
            return
        else:
            lowest = end_of_nearest(source, before)
            if lowest is None:
                return
            is_near, before = len(ids) >= MANY, lowest
        time.sleep(0)  # others have their turn


def growing(ids: list[int]) -> Iterator[list[int]]:
    """Some, and then twice as many: what is left out by rows is mostly left out by many."""
    size, first = TOGETHER, 0
    while first < len(ids):
        yield ids[first : first + size]
        first, size = first + size, 2 * size


def found_by_index(source: Entries, wanted: Wanted, before: int) -> list[int]:
    """The ids of the next entries that the index finds; without words, of the next rows."""
    if not wanted:
        every_id = select(source.id).where(source.id < before)
        return ids_of(every_id.order_by(source.id.desc()).limit(STEP))
    found = index(source.indexes)
    statement = select(found.id.label("id")).select_from(found.entries)
    if found.is_in_order:
        statement = statement.where(found.finds(wanted), found.id < before)
        return ids_of(statement.order_by(found.id.desc()).limit(STEP))
    # All at once, before any is left out: asked for the newest alone, PostgreSQL would rather
    # look through all entries from the newest on, since it cannot tell how rare a beginning is.
    every = statement.where(found.finds(wanted)).cte("every").prefix_with("MATERIALIZED")
    some = select(every.c.id).where(every.c.id < before)
    return ids_of(some.order_by(every.c.id.desc()).limit(STEP))


def nearest(source: Entries, wanted: Wanted, before: int) -> list[int]:
    """The ids of those among the next entries that hold: quicker than an index for what many do."""
    some = next_entries(source, before)
    holds = index(source.indexes).holds(some.c.words, wanted)
    return ids_of(select(some.c.id).where(holds).order_by(some.c.id.desc()).limit(STEP))


def next_entries(source: Entries, before: int) -> Any:
    found = index(source.indexes)
    ids = found.id.label("id")
    statement = select(ids, found.entries.c.words).where(found.id < before)
    return statement.order_by(found.id.desc()).limit(NEAR).subquery()


def end_of_nearest(source: Entries, before: int) -> int | None:
    """The id of the last of the next entries; None where there are no more."""
    some = next_entries(source, before)
    number, lowest = database.row(select(func.count(), func.min(some.c.id)))
    return int(lowest) if number == NEAR else None


def ids_of(statement: Any) -> list[int]:
    return [row[0] for row in database.rows(statement)]


def messages_met(rows: Sequence[Any], terms: Sequence[Term]) -> list[Hit]:
    found = []
    for row in rows:
        values = tuple(row)
        message = MessageState._make(values[: len(MESSAGE_COLUMNS)])
        spans = marked(message.searched, terms)
        if spans is not None:
            chat = ChatState._make(values[len(MESSAGE_COLUMNS) :])
            found.append(Hit(message, chat, excerpt(message.searched, spans)))
    return found


def notes_met(rows: Sequence[Any], terms: Sequence[Term]) -> list[Hit]:
    found, width = [], len(NOTE_COLUMNS)
    names = noted.names_in(NoteState._make(tuple(row)[:width]) for row in rows)
    for row in rows:
        values = tuple(row)
        note = NoteState._make(values[:width])
        said = note.said(names)
        spans = marked(said, terms)
        if spans is not None:
            chat = ChatState._make(values[width:])
            found.append(Hit(note, chat, excerpt(said, spans), names))
    return found


SAID = Source(
    MESSAGES,
    ROWS,
    m.id,
    m.sender_id,
    m.created_at,
    SAYS_SOMETHING,
    m.attachments.is_not(None),
    messages_met,
)
NOTED = Source(
    NOTES, NOTE_ROWS, n.id, n.author_id, n.created_at, n.deleted_at.is_(None), false(), notes_met
)


def excerpt(text: str, spans: Sequence[tuple[int, int]]) -> list[Piece]:
    """The text around the first of what was found, in pieces; cut where words end."""
    first = spans[0][0] if spans else 0
    start = beginning_of(text, first - BESIDE)
    end = min(len(text), max(start, first) + 3 * BESIDE)
    pieces, at = [Piece("…", False)] if start else [], start
    for left, right in spans:
        if left >= end:
            break
        pieces += [Piece(text[at:left], False), Piece(text[left:right], True)]
        at = right
    pieces.append(Piece(text[at : max(at, end)] + ("…" if max(at, end) < len(text) else ""), False))
    return [piece for piece in pieces if piece.text]


def beginning_of(text: str, at: int) -> int:
    """Where a word begins, from there on."""
    if at <= 0:
        return 0
    blank = text.find(" ", at, at + BESIDE // 2)
    return at if blank < 0 else blank + 1


def narrowed(staff: Actor, asked: Criteria, source: Source) -> Narrowing | None:
    """None where nothing can be found: nobody is called so, or no site."""
    found = Narrowing([], [])
    for name in asked.senders:
        add_sender(found, staff, name, source)
    for name in asked.sites:
        found.marks.append([of_site(site_id) for site_id in sites_called(name)])
    if asked.before or asked.since:
        asked = add_days(found, staff, asked, source)
    for name in asked.tags:
        add_chats(found, tagged(name))
    for name in asked.teams:
        add_chats(found, of_teams(name))
    for name in asked.topics:
        add_chats(found, of_topics(name))
    if asked.is_overdue:
        add_chats(found, overdue())
    if asked.is_unread:
        add_chats(found, unread())
    add_states(found, staff, asked.states, source)
    if asked.before and source is SAID:
        found = found._replace(before=end_of_said(asked))
    return None if [] in found.marks else found


def add_sender(found: Narrowing, staff: Actor, name: str, source: Source) -> None:
    if name == "me":
        found.marks.append([by(staff.id)])
    elif name == "customer":
        found.conditions.append(source.by == c.customer_id)
    elif name == "staff":
        found.conditions.append(source.by != c.customer_id)
    else:
        match = anybody(name)
        if match.is_whole and len(match.ids) <= MOST_MARKS:
            found.marks.append([by(who) for who in match.ids])
        else:
            found.conditions.append(match.holds(source.by))


def add_chats(found: Narrowing, match: Tagged | ChatsOf | Overdue | Unread) -> None:
    if match.ids is not None and len(match.ids) <= MOST_MARKS:
        found.marks.append([of_chat(chat_id) for chat_id in match.ids])
    else:
        found.conditions.append(match.holds(c.id))


def sites_called(name: str) -> list[int]:
    wanted = fold(name)
    return [site_id for site_id, called in sites.names().items() if wanted in fold(called)]


def add_days(found: Narrowing, staff: Actor, asked: Criteria, source: Source) -> Criteria:
    """The days of UTC in which those lie that are asked for. Where days of who searches begin at
    other times, of the first and the last of these a part is meant, which rows tell."""
    zone = asked.zone or availability.zone_of(staff.id)
    if zone not in ("", "UTC"):
        if asked.since:
            found.conditions.append(source.at >= begins(asked.since, zone))
            asked = replace(asked, since=asked.since - DAY)  # `after:0001` is since the year 2
        if asked.before:
            found.conditions.append(source.at < begins(asked.before, zone))
            asked = replace(asked, before=min(asked.before, date.max - DAY) + DAY)
    found.marks.append(days_of(asked))
    return asked


def days_of(asked: Criteria) -> list[str]:
    tomorrow = day_of(clock.now()) + DAY
    return days(asked.since or date.min, min(asked.before or tomorrow, tomorrow))


def end_of_said(asked: Criteria) -> int:
    """An id a bit after the last message of these days, or of the months that they are of.

    Of many more recent ones none is looked at: those before a day long ago are found as quickly as
    the newest are.
    """
    end = max(asked.before or date.max, date.min + DAY)  # before the first day there is none
    first, last = month_of(asked.since or date.min), month_of(end - DAY)
    rows = database.rows(select(progress.c.name, progress.c.upto))
    return max((row.upto for row in rows if first <= row.name <= last), default=0) + LATE


def add_states(found: Narrowing, staff: Actor, states: Sequence[State], source: Source) -> None:
    of_chats = conditions_of(staff, states)
    if of_chats:
        few = select(c.id).where(*of_chats).limit(MOST_MARKS + 1)
        ids = [row.id for row in database.rows(few)]
        if len(ids) <= MOST_MARKS:
            found.marks.append([of_chat(chat_id) for chat_id in ids])
        found.conditions.extend(of_chats)
    if State.FILE in states:
        found.conditions.append(source.has_files)


def conditions_of(staff: Actor, states: Sequence[State]) -> list[ColumnElement[bool]]:
    """Those of chats; whether something has files is asked of what was said."""
    statuses = [state.value for state in states if state in STATUSES]
    of_chats: list[ColumnElement[bool]] = []
    if statuses:
        of_chats.append(c.status.in_(statuses))
    if State.MINE in states:
        of_chats.append(c.agent_id == staff.id)
    if State.SNOOZED in states:
        of_chats.append(c.snoozed_until.is_not(None))
    urgent = [state.value for state in states if state in (State.HIGH, State.URGENT)]
    if urgent:
        of_chats.append(and_(c.priority.is_not(None), c.priority.in_(urgent)))
    if State.UNASSIGNED in states:
        of_chats.append(and_(c.agent_id.is_(None), c.provider_id.is_(None), c.status.in_(LIVING)))
    return of_chats
