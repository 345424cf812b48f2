"""Webhooks of events, what each was told, and what there is to tell."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, union_all

from app.errors import NotFound
from app.models import database, messages, notes, webhooks
from app.models.chats import SELECT_CHATS, ChatState, customers
from app.models.chats import table as chat_rows
from app.models.messages import SELECT_MESSAGES, MessageState
from app.models.notes import SELECT_NOTES, NoteState
from app.models.webhooks import (
    BY_ID,
    EVERY,
    GIVEN_UP,
    SELECT_DELIVERIES,
    WAITS,
    DeliveryState,
    WebhookState,
)

PAGE = 50
d = webhooks.deliveries.c
NEXT = (
    SELECT_DELIVERIES.where(
        d.webhook_id == bindparam("webhook_id"), d.line == bindparam("line"), WAITS
    )
    .order_by(d.id)
    .limit(1)
)
ONE = SELECT_DELIVERIES.where(
    d.webhook_id == bindparam("webhook_id"), d.id == bindparam("delivery_id")
)
NEWEST = SELECT_DELIVERIES.where(
    d.webhook_id == bindparam("webhook_id"), d.id < bindparam("before")
).order_by(d.id.desc())
# Of who is to be forgotten nothing is told, also while their rows are still there.
CHAT = SELECT_CHATS.where(chat_rows.c.id == bindparam("chat_id"), customers.c.erased_at.is_(None))
MESSAGE = SELECT_MESSAGES.where(messages.table.c.id == bindparam("message_id"))
NOTE = SELECT_NOTES.where(notes.table.c.id == bindparam("note_id"))


class Page(NamedTuple):
    """Deliveries, the newest first, and the id to go on from (`before`), if there are more."""

    deliveries: list[DeliveryState]
    following: int | None


def every() -> list[WebhookState]:
    return [WebhookState._make(row) for row in database.rows(EVERY)]


def names() -> dict[int, str]:
    return {each.id: each.name for each in every()}


def find(webhook_id: int) -> WebhookState | None:
    found = database.row(BY_ID, webhook_id=webhook_id)
    return found and WebhookState._make(found)


def there(webhook_id: int) -> WebhookState:
    """Raises `NotFound`."""
    found = find(webhook_id)
    if found is None:
        raise NotFound
    return found


def page(webhook_id: int, before: int | None, limit: int = PAGE) -> Page:
    wanted = NEWEST.limit(limit + 1)
    rows = database.rows(wanted, webhook_id=webhook_id, before=before or 2**53)
    found = [DeliveryState._make(row) for row in rows]
    return Page(found[:limit], found[limit - 1].id if len(found) > limit else None)


def next_of(webhook_id: int, line: str) -> DeliveryState | None:
    """What waits first in a line."""
    found = database.row(NEXT, webhook_id=webhook_id, line=line)
    return found and DeliveryState._make(found)


def chat(chat_id: int) -> ChatState | None:
    found = database.row(CHAT, chat_id=chat_id)
    return found and ChatState._make(found)


def message(message_id: int) -> MessageState | None:
    found = database.row(MESSAGE, message_id=message_id)
    return found and MessageState._make(found)


def note(note_id: int) -> NoteState | None:
    found = database.row(NOTE, note_id=note_id)
    return found and NoteState._make(found)


def given_up(webhook_ids: list[int]) -> dict[int, int]:
    """By webhook how many of what is kept were given up, counted to a hundred."""
    counted: list[Any] = [
        select(d.webhook_id).where(d.webhook_id == each, GIVEN_UP).limit(100).subquery()
        for each in webhook_ids
    ]
    found: dict[int, int] = {}
    if counted:
        for row in database.rows(union_all(*(select(each.c.webhook_id) for each in counted))):
            found[row.webhook_id] = found.get(row.webhook_id, 0) + 1
    return found
