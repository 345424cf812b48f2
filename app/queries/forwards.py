"""Where a forwarded message comes from, and where one can be forwarded to, for staff."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from app.models import chats, database, messages
from app.models.users import Actor, User
from app.queries import inbox
from app.queries.inbox import ChatRow, Filter

m = messages.table.c
first: Any = messages.table.alias("first")
writers: Any = aliased(User.__table__, name="writers")  # type: ignore[arg-type]
customers: Any = aliased(User.__table__, name="customers")  # type: ignore[arg-type]
ORIGIN = (
    select(first.c.chat_id, first.c.created_at, writers.c.name, customers.c.name)
    .join(messages.table, m.forwarded_from_id == first.c.id)
    .join(chats.table, chats.table.c.id == first.c.chat_id)
    .join(customers, customers.c.id == chats.table.c.customer_id)
    .outerjoin(writers, writers.c.id == first.c.sender_id)
    .where(m.id == bindparam("message_id"))
)
CHOICES = 20


class Origin(NamedTuple):
    """The chat it stood in, when it was said (milliseconds since 1970), by whom, and whose chat."""

    chat_id: int
    said_at: int
    sender_name: str | None
    customer_name: str


def origin(message_id: int) -> Origin | None:
    """None for a message that was not forwarded."""
    found = database.row(ORIGIN, message_id=message_id)
    return found and Origin(*found)


def choices(staff: Actor, message: messages.MessageState, search: str) -> list[ChatRow]:
    """Chats that it can be forwarded to, those with the latest news first."""
    found = inbox.page(staff, Filter.ALL, search).rows
    return [row for row in found if row.chat.id != message.chat_id and not row.chat.is_blocked][
        :CHOICES
    ]
