"""The counts that chats store for speed, counted anew from their messages."""

from typing import Any

from sqlalchemy import Connection, case, func, select

from app.models import chats, database, messages
from app.models.chats import LIVING

c, m = chats.table.c, messages.table.c
by_person = m.sender_id.is_not(None) & m.held_at.is_(None)
by_customer = (m.sender_id == c.customer_id) & m.held_at.is_(None)
LAST = (
    select(m.chat_id, func.max(m.seq).label("seq")).where(by_person).group_by(m.chat_id).subquery()
)
COUNTED = (
    select(
        c.id,
        func.count(case((by_person & ~by_customer & (m.seq > c.customer_read), 1))).label(
            "customer_unread"
        ),
        func.count(case((by_customer & (m.seq > c.staff_read), 1))).label("staff_unread"),
        func.coalesce(func.max(case((by_person, m.seq))), 0).label("last_seq"),
        func.coalesce(func.max(m.version), 0).label("newest"),
    )
    .join_from(chats.table, messages.table, m.chat_id == c.id, isouter=True)
    .group_by(c.id)
)
STORED = select(
    c.id, c.customer_unread, c.staff_unread, c.last_seq, c.needs_reply, c.version, c.status
)
LAST_BY_CUSTOMER = (
    select(c.id)
    .join(LAST, LAST.c.chat_id == c.id)
    .join(messages.table, (m.chat_id == c.id) & (m.seq == LAST.c.seq))
    .where(by_customer, c.status.in_(LIVING))
)


def wrong(within: Connection | None = None) -> dict[int, dict[str, tuple[Any, Any]]]:
    """By chat: each column whose stored value is not the true one, as (stored, true).

    All of it is read at one moment: within the transaction of `within`, or one of its own.
    """
    if within is None:
        with database.snapshot() as connection:
            return wrong(connection)
    unanswered = {row.id for row in within.execute(LAST_BY_CUSTOMER)}
    counted = {row.id: row._asdict() for row in within.execute(COUNTED)}
    found: dict[int, dict[str, tuple[Any, Any]]] = {}
    for stored in within.execute(STORED):
        true = counted[stored.id]
        true["needs_reply"] = stored.id in unanswered
        # A version may be ahead of its messages (an assignment), never behind.
        true["version"] = max(stored.version, true.pop("newest"))
        off = {
            name: (getattr(stored, name), value)
            for name, value in true.items()
            if getattr(stored, name) != value
        }
        if off:
            found[stored.id] = off
    return found
