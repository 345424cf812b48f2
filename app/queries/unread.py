"""What somebody has not read, over all of their chats; and the chats that staff has not read."""

from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from app.models import chats, database
from app.models.users import Actor, Role
from app.queries.chats import MATCHES

c = chats.table.c
theirs: Any = chats.table.alias("unread")
NONE: Any = literal_column("0")  # as the index has it: a value that comes later would not be met
ME: Any = bindparam("me")
# Chats that staff has marked, and in which nothing else is unread: one each.
MARKED = select(c.id).where(c.unread_mark.is_not(None), c.staff_unread == 0)
# What customers wrote in support chats and nobody of the staff has read, chat by chat.
BY_STAFF = select(c.staff_unread).where(c.provider_id.is_(None), c.staff_unread > NONE)


def total(counts: Any) -> Any:
    return select(func.coalesce(func.sum(counts), 0))


def number(chats_: Any) -> Any:
    return select(func.count()).select_from(chats_).scalar_subquery()


OF_STAFF = total(BY_STAFF.subquery().c.staff_unread)
WITH_MARKS = select(OF_STAFF.scalar_subquery() + number(MARKED.subquery()))
COUNTS = {
    Role.CUSTOMER: total(c.customer_unread).where(c.customer_id == ME),
    Role.PROVIDER: total(c.staff_unread).where(c.provider_id == ME, c.staff_unread > NONE),
}


class Unread(NamedTuple):
    """The chats that staff has not read, or has marked: by their ids, or where these are too many
    by what makes them so."""

    ids: list[int] | None

    def holds(self, chat_id: Any) -> ColumnElement[bool]:
        parts = parts_of(theirs.c)
        if self.ids is not None:
            of_them = union_all(*(select(theirs.c.id).where(part) for part in parts))
            found: ColumnElement[bool] = chat_id.in_(of_them)
            return found
        return exists().where(theirs.c.id == chat_id, or_(*parts))


def unread() -> Unread:
    each = [select(c.id).where(part).limit(MATCHES + 1) for part in parts_of(c)]
    found = union_all(*(select(one.subquery()) for one in each)).limit(MATCHES + 1)
    ids = [row.id for row in database.rows(found)]
    return Unread(ids if len(ids) <= MATCHES else None)


def parts_of(columns: Any) -> list[ColumnElement[bool]]:
    """What makes support chats so, each answered by an index, and none of them met by two."""
    return [
        and_(columns.provider_id.is_(None), columns.staff_unread > NONE),
        # A provider's chat nobody marks: said here, it would be looked for by its index.
        and_(columns.unread_mark.is_not(None), columns.staff_unread == 0),
    ]


def count(actor: Actor) -> int:
    """What the other side wrote and the actor's side has not read; for staff of all customers,
    and one for each chat that is marked."""
    if actor.is_staff:
        return int(database.scalar(WITH_MARKS))
    return of_messages(actor)


def of_messages(actor: Actor) -> int:
    """The same of messages alone, for who knows of no marks."""
    if actor.is_staff:
        return int(database.scalar(OF_STAFF))
    return int(database.scalar(COUNTS[Role(actor.role)], me=actor.id))


def of_staff_up_to(limit: int) -> Any:
    """The count of staff as an expression: beyond `limit` it is merely more than that."""
    # Each of these chats has at least one: so many of them are enough.
    some = BY_STAFF.limit(limit).subquery()
    marked = MARKED.limit(limit).subquery()
    return total(some.c.staff_unread).scalar_subquery() + number(marked)
