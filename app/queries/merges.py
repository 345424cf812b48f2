"""What can be merged, and what was: for staff."""

import json
from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from app.models import audits, chats, database, identities, messages, notes, users
from app.models.audits import Action
from app.models.chats import SELECT_CHATS, ChatState
from app.models.tags import SELECT_TAGS, TagState, given, together
from app.models.tags import table as tags_table
from app.queries import mail, visitors
from app.queries.chats import IS_THERE
from app.queries.users import Person, by_ids, person
from app.queries.visitors import Said

MOST = 50
COUNT_LIMIT = 100  # shown as "99+"
a, c, m, n = audits.table.c, chats.table.c, messages.table.c, notes.table.c
COUNTED = (
    select(m.id)
    .where(m.chat_id == c.id, m.line.is_(None))
    .limit(COUNT_LIMIT)
    .correlate(chats.table)
    .subquery()
)
OTHERS = (
    SELECT_CHATS.add_columns(select(func.count()).select_from(COUNTED).scalar_subquery())
    .where(
        c.customer_id == bindparam("customer_id"),
        c.id != bindparam("chat_id"),
        c.provider_id.is_(None),
        c.active_at > 0,
        IS_THERE,
    )
    .order_by(c.active_at.desc(), c.id.desc())
    .limit(MOST)
)
TAGS = (
    SELECT_TAGS.add_columns(given.c.chat_id)
    .join(given, given.c.tag_id == tags_table.c.id)
    .where(given.c.chat_id.in_(bindparam("ids", expanding=True)))
    .order_by(tags_table.c.folded)
)
ROWS = (
    select(a.created_at, a.actor_id, a.details)
    .where(
        a.subject_id.in_(bindparam("ids", expanding=True)),
        a.action == Action.CUSTOMERS_MERGED.value,
    )
    .order_by(a.id.desc())
)
INTO = select(users.table.c.merged_into_id).where(users.table.c.id == bindparam("user_id"))
OF_ONE = {
    "chats": select(func.count()).where(
        c.customer_id == bindparam("user_id"), c.active_at > 0, IS_THERE
    ),
    "notes": select(func.count())
    .select_from(notes.table)
    .join(chats.table, c.id == n.chat_id)
    .where(c.customer_id == bindparam("user_id"), n.deleted_at.is_(None)),
}


class Choice(NamedTuple):
    """A chat with which another one can be merged, how much was said in it (capped), and the tags
    for which there would be no room."""

    chat: ChatState
    messages: int
    left: list[TagState]


class Merged(NamedTuple):
    """Who somebody was before; by whose word, if it was staff's."""

    id: int
    name: str
    email: str
    at: int | None
    by_id: int | None
    by_name: str


class Side(NamedTuple):
    """One of two customers, as they are compared."""

    person: Person
    said: Said | None
    answers_go_to: str
    is_named: bool  # by a site
    chats: int
    notes: int


def choices(chat: ChatState) -> list[Choice]:
    """The other support chats of its customer, the newest activity first."""
    if not chat.is_support:
        return []
    rows = database.rows(OTHERS, customer_id=chat.customer_id, chat_id=chat.id)
    others = [(ChatState._make(state), number) for *state, number in rows]
    tags: defaultdict[int, list[TagState]] = defaultdict(list)
    for row in database.rows(TAGS, ids=[chat.id, *(other.id for other, _number in others)]):
        tags[row.chat_id].append(TagState(row.id, row.name))
    # The tags of the one that is left come first.
    return [
        Choice(other, number, together(*(tags[each] for each in sorted(ids, reverse=True)))[1])
        for other, number in others
        for ids in [(chat.id, other.id)]
    ]


def of_person(user_id: int) -> list[Merged]:
    """Who turned out to be them, the latest first."""
    ids = users.with_merged(user_id, lambda merged, key: database.rows(merged, **key))
    if len(ids) == 1:
        return []
    known = {json.loads(row.details).get("visitor"): row for row in database.rows(ROWS, ids=ids)}
    people = by_ids([*ids, *(row.actor_id for row in known.values())])
    found = []
    for each in ids[1:]:
        row = known.get(each)
        by = people.get(row.actor_id) if row else None
        who = people[each]
        told = (row and row.created_at, by and by.id, by.name if by else "")
        found.append(Merged(who.id, who.name, who.email, *told))
    return sorted(found, key=lambda merged: merged.at or 0, reverse=True)


def become(user_id: int) -> int | None:
    """Who somebody turned out to be, also by several steps; None who is themselves."""
    found = None
    for _step in range(MOST):
        into = database.scalar(INTO, user_id=found or user_id)
        if into is None:
            break
        found = int(into)
    return found


def side(user_id: int) -> Side | None:
    """None where there is nobody, or nobody any more."""
    who = person(user_id)
    if who is None or not who.is_active:
        return None
    address = mail.address_of(user_id)
    numbers = {name: int(database.scalar(each, user_id=user_id)) for name, each in OF_ONE.items()}
    return Side(
        who,
        visitors.said(user_id),
        address.email if address and address.takes_mail else "",
        database.row(identities.OF_PERSON, user_id=user_id) is not None,
        **numbers,
    )
