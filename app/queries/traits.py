"""Chats that a search finds by what is known of them, not by what was said in them: by their tags,
and by what sites' pages say of their customers.

A page of its own each beside messages and notes, the newest chats first, or those of the newest
customers, of each the one with the newest activity. All words of a search are met by the name of
one tag, or by what pages say of one customer. What narrows it is asked of the chats; what is asked
of messages (`from:`, `before:`, `after:`, `is:file`) neither has, and with it none is found.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, select, union

from app.criteria import Criteria, State
from app.extensions import this_app
from app.models import chats, database, visitors, visits
from app.models.chats import SELECT_CHATS, ChatState
from app.models.search import ATTRIBUTES, wanted_of
from app.models.tags import names_in, names_of
from app.models.users import Actor
from app.queries import inbox, tags
from app.queries.chats import IS_THERE
from app.queries.messages import END
from app.queries.search import (
    NOTHING,
    PAGE,
    Entries,
    Found,
    Hit,
    Piece,
    conditions_of,
    excerpt,
    page_of,
    sites_called,
)
from app.queries.search import steps as steps_of_entries
from app.terms import Term, Token, marked, marked_in, tokens

STEP = 200  # chats of each tag at a time
FEW = 5  # people of whom is read at a time what is said of them
MOST_TAGS = 50  # so many that a beginning finds are looked through
BETWEEN, APART = ", ", " · "
c, v, t = chats.table.c, visits.table.c, visitors.tokens.c
given = tags.given
WITH_TAGS = SELECT_CHATS.add_columns(names_of(c.id)).order_by(c.id.desc())
OF_CUSTOMERS = SELECT_CHATS.order_by(c.customer_id.desc())
SAID_OF = Entries(ATTRIBUTES, c.customer_id)
OF_PEOPLE = (
    select(t.user_id, v.attributes)
    .join_from(visitors.tokens, visits.table, t.token_hash == v.token_hash)
    .where(t.user_id.in_(bindparam("ids", expanding=True)))
    .order_by(v.seen_at.desc(), v.token_hash)  # as they are indexed
)


class By(StrEnum):
    """What is known of a chat, and looked through."""

    TAGS = "tags"
    ATTRIBUTES = "attributes"


class Trait(NamedTuple):
    """What a chat was found by; the `id` is what the list is ordered by."""

    id: int


def found(
    staff: Actor,
    by: By,
    asked: Criteria,
    before: int = END,
    limit: int = PAGE,
    site_id: int | None = None,
) -> Found:
    """The chats that staff finds by this, or those of a site."""
    return found_by(by, asked.terms, narrowed(staff, asked, site_id), before, limit)


def first_by_each(
    staff: Actor, asked: Criteria, limit: int, site_id: int | None
) -> dict[By, Found]:
    """The first ones by each; what narrows the search is made out once for all."""
    conditions = narrowed(staff, asked, site_id)
    return {by: found_by(by, asked.terms, conditions, END, limit) for by in By}


def found_by(
    by: By,
    terms: Sequence[Term],
    conditions: Sequence[ColumnElement[bool]] | None,
    before: int,
    limit: int,
) -> Found:
    """By attributes none where no visits are shown."""
    if conditions is None:
        return NOTHING
    if by == By.TAGS:
        return by_tags(terms, conditions, before, limit)
    shows_visits = this_app().config["VISITS"]
    return by_attributes(terms, conditions, before, limit) if shows_visits else NOTHING


def narrowed(
    staff: Actor, asked: Criteria, site_id: int | None
) -> list[ColumnElement[bool]] | None:
    """What is asked of the chats; None without words, or where something is asked that only
    messages have."""
    if not asked.terms:
        return None
    if asked.senders or asked.before or asked.since or State.FILE in asked.states:
        return None
    conditions = [IS_THERE, *conditions_of(staff, asked.states)]
    conditions += [each.holds(c.id) for each in inbox.narrowing(asked)]
    conditions += [c.site_id.in_(sites_called(name)) for name in asked.sites]
    return conditions if site_id is None else [*conditions, c.site_id == site_id]


def by_attributes(
    terms: Sequence[Term], conditions: Sequence[ColumnElement[bool]], before: int, limit: int
) -> Found:
    def hits_of(ids: list[int]) -> list[Hit]:
        told: defaultdict[int, list[str]] = defaultdict(list)
        for row in database.rows(OF_PEOPLE, ids=ids):
            told[row.user_id].append(row.attributes)
        met = {who: shown_of(visits.said(each), terms) for who, each in told.items()}
        chats_of = newest_of([who for who in ids if met.get(who)], conditions)
        return [
            Hit(Trait(chat.customer_id), chat, met[chat.customer_id] or []) for chat in chats_of
        ]

    some = steps_of_entries(SAID_OF, wanted_of(terms), before)
    return page_of(few(some), hits_of, limit)


def few(some: Iterator[list[int]]) -> Iterator[list[int]]:
    """A few people at a time, since of each much may be said, until a page's time is over."""
    for ids in some:
        for first in range(0, len(ids), FEW):
            yield ids[first : first + FEW]


def newest_of(
    customers: Sequence[int], conditions: Sequence[ColumnElement[bool]]
) -> list[ChatState]:
    """Of each of these the chat with the newest activity, of those where the conditions hold."""
    if not customers:
        return []
    newest = {"partition_by": c.customer_id, "order_by": (c.active_at.desc(), c.id.desc())}
    place = func.row_number().over(**newest).label("place")
    theirs = select(c.id, place).where(c.customer_id.in_(customers), *conditions).subquery()
    first = select(theirs.c.id).where(theirs.c.place == 1)
    return [ChatState._make(row) for row in database.rows(OF_CUSTOMERS.where(c.id.in_(first)))]


def shown_of(said: Sequence[str], terms: Sequence[Term]) -> list[Piece] | None:
    """Of what pages say what has one of the terms; None where not all of them stand there.

    Each text is read once, for all that is looked for in it.
    """
    read = [list(tokens(each)) for each in said]
    if marked_in(one_after_the_other(said, read, 1), terms) is None:
        return None
    met = [at for at, each in enumerate(read) if has_any(each, terms)] or range(len(said))
    shown = [said[at] for at in met]
    spans = marked_in(one_after_the_other(shown, [read[at] for at in met], len(APART)), terms)
    return excerpt(APART.join(shown), spans or [])


def one_after_the_other(
    said: Sequence[str], read: Sequence[Sequence[Token]], between: int
) -> list[Token]:
    """The words of these texts as they stand in all of them, so many characters between two."""
    found: list[Token] = []
    start = 0
    for text, words in zip(said, read, strict=True):
        found += [token.shifted(start) for token in words]
        start += len(text) + between
    return found


def has_any(read: Sequence[Token], terms: Sequence[Term]) -> bool:
    return any(marked_in(read, [term]) is not None for term in terms)


def by_tags(
    terms: Sequence[Term], conditions: Sequence[ColumnElement[bool]], before: int, limit: int
) -> Found:
    met = [each for each in tags.every() if marked(each.name, terms) is not None][:MOST_TAGS]
    if not met:
        return NOTHING
    names = {each.name for each in met}

    def hits_of(ids: list[int]) -> list[Hit]:
        rows = database.rows(WITH_TAGS.where(c.id.in_(ids), *conditions))
        return [hit_by_tags(row, names, terms) for row in rows]

    return page_of(steps([each.id for each in met], before), hits_of, limit)


def steps(tag_ids: Sequence[int], before: int) -> Iterator[list[int]]:
    """The ids of the chats that have one of the tags, each by the index of its tag."""
    while True:
        each_tags = (
            select(given.chat_id)
            .where(given.tag_id == tag_id, given.chat_id < before)
            .order_by(given.chat_id.desc())
            .limit(STEP)
            .subquery()
            for tag_id in tag_ids
        )
        some = union(*(select(each) for each in each_tags)).subquery()
        statement = select(some.c.chat_id).order_by(some.c.chat_id.desc()).limit(STEP)
        ids = [row.chat_id for row in database.rows(statement)]
        yield ids
        if len(ids) < STEP:
            return
        before = ids[-1]


def hit_by_tags(row: Any, names: set[str], terms: Sequence[Term]) -> Hit:
    *state, has = row
    chat = ChatState._make(state)
    text = BETWEEN.join(name for name in names_in(has) if name in names)
    return Hit(Trait(chat.id), chat, excerpt(text, marked(text, terms) or []))
