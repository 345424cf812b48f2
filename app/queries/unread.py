"""What somebody has not read, over all of their chats."""

from typing import Any

from sqlalchemy import bindparam, func, select

from app.models import chats, database
from app.models.users import Actor, Role

c = chats.table.c
ME: Any = bindparam("me")
# What customers wrote in support chats and nobody of the staff has read, chat by chat.
BY_STAFF = select(c.staff_unread).where(c.provider_id.is_(None), c.staff_unread > 0)


def total(counts: Any) -> Any:
    return select(func.coalesce(func.sum(counts), 0))


OF_STAFF = total(BY_STAFF.subquery().c.staff_unread)
COUNTS = {
    Role.CUSTOMER: total(c.customer_unread).where(c.customer_id == ME),
    Role.PROVIDER: total(c.staff_unread).where(c.provider_id == ME),
}


def count(actor: Actor) -> int:
    """What the other side wrote and the actor's side has not read; for staff of all customers."""
    if actor.is_staff:
        return int(database.scalar(OF_STAFF))
    return int(database.scalar(COUNTS[Role(actor.role)], me=actor.id))


def of_staff_up_to(limit: int) -> Any:
    """The count of staff as an expression: beyond `limit` it is merely more than that."""
    # Each of these chats has at least one: so many of them are enough.
    some = BY_STAFF.limit(limit).subquery()
    return total(some.c.staff_unread).scalar_subquery()
