"""Webhooks: other programs that are told what happens at the desk, and each telling of one."""

import json
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Index, String, Text, bindparam, select, text, true
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model

NAME_LENGTH = 80
URL_LENGTH = 500
SECRET_LENGTH = 64
LINE_LENGTH = 24
ERROR_LENGTH = 16


class Told(StrEnum):
    """What may be told of, by the names that `/live` has for it where it has one."""

    CHAT_BEGUN = "chat_begun"
    NEW_MESSAGE = "new_message"
    MESSAGE_CHANGED = "message_changed"
    CHAT_ASSIGNED = "chat_assigned"
    CHAT_CHANGED = "chat_changed"
    CHAT_CLOSED = "chat_closed"
    CHAT_RATED = "chat_rated"
    TAGS_CHANGED = "tags_changed"
    PRIORITY_CHANGED = "priority_changed"
    NOTE_CHANGED = "note_changed"
    CUSTOMER_IDENTIFIED = "customer_identified"
    PERSON_CHANGED = "person_changed"
    CHAT_ERASED = "chat_erased"


TEST = "test"  # which is told when somebody asks for it
OF_PEOPLE = frozenset({Told.CUSTOMER_IDENTIFIED, Told.PERSON_CHANGED})
FILTERS = ("sites", "teams", "topics", "tags")


class Became(StrEnum):
    """What became of a delivery."""

    WAITS = "waits"
    DONE = "done"
    GIVEN_UP = "given_up"
    GONE = "gone"  # what it was about is there no more, or is held
    OFF = "off"  # the webhook was switched off meanwhile


class Webhook(Model):
    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    url: Mapped[str] = mapped_column(String(URL_LENGTH))
    is_on: Mapped[bool] = mapped_column(Boolean, default=True)
    events: Mapped[str] = mapped_column(Text)  # JSON: a list of `Told`
    filters: Mapped[str] = mapped_column(Text)  # JSON: lists of ids by `FILTERS`; none is all
    secret: Mapped[str] = mapped_column(String(SECRET_LENGTH))
    # Signs beside it until somebody ends it.
    old_secret: Mapped[str | None] = mapped_column(String(SECRET_LENGTH))
    # Since when nothing was taken, and how often in a row there was no answer at all: then all of
    # its chats wait together.
    failing_since: Mapped[int | None] = mapped_column(Id)
    misses: Mapped[int]
    rests_until: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[int] = mapped_column(Id)
    changed_at: Mapped[int] = mapped_column(Id)


class Delivery(Model):
    """That something happened of which a webhook is told: ids and codes, never a word of anybody.
    What is told is read when it is told."""

    __tablename__ = "webhook_deliveries"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # No foreign key: a process may not have heard yet that one was removed, and what it is told of
    # must not fail by that.
    webhook_id: Mapped[int] = mapped_column(Id)
    event: Mapped[str] = mapped_column(String(24))
    # One after the other: those of a chat (`c12`), or of a person (`p7`).
    line: Mapped[str] = mapped_column(String(LINE_LENGTH))
    chat_id: Mapped[int | None] = mapped_column(Id)  # no foreign key: it may be gone
    subject_id: Mapped[int | None] = mapped_column(Id)  # a message, a note, a person
    facts: Mapped[str | None] = mapped_column(Text)  # JSON: how the chat then stood, in codes
    created_at: Mapped[int] = mapped_column(Id)
    state: Mapped[str] = mapped_column(String(10))
    begun_at: Mapped[int] = mapped_column(Id)  # from when on it is tried for a day
    attempts: Mapped[int]
    tried_at: Mapped[int | None] = mapped_column(Id)
    next_at: Mapped[int] = mapped_column(Id)  # not before
    answer: Mapped[int | None]  # the status of HTTP that was answered last
    error: Mapped[str | None] = mapped_column(String(ERROR_LENGTH))

    __table_args__ = (
        Index("ix_webhook_deliveries_webhook", "webhook_id", "id"),
        Index("ix_webhook_deliveries_chat", "chat_id"),
        Index("ix_webhook_deliveries_at", "created_at"),
        Index(
            "ix_webhook_deliveries_waiting",
            "webhook_id",
            "line",
            "id",
            sqlite_where=text("state = 'waits'"),
            postgresql_where=text("state = 'waits'"),
        ),
        Index(
            "ix_webhook_deliveries_given_up",
            "webhook_id",
            sqlite_where=text("state = 'given_up'"),
            postgresql_where=text("state = 'given_up'"),
        ),
    )


class WebhookState(NamedTuple):
    id: int
    name: str
    url: str
    is_on: bool
    events: str
    filters: str
    secret: str
    old_secret: str | None
    failing_since: int | None
    misses: int
    rests_until: int | None
    created_at: int
    changed_at: int

    @property
    def listens_to(self) -> list[str]:
        found: list[str] = json.loads(self.events)
        return found

    @property
    def only(self) -> dict[str, list[int]]:
        """Ids by each of `FILTERS`; an empty list lets everything by."""
        found: dict[str, list[int]] = json.loads(self.filters)
        return {name: found.get(name, []) for name in FILTERS}

    @property
    def secrets(self) -> list[str]:
        return [each for each in (self.secret, self.old_secret) if each]


class DeliveryState(NamedTuple):
    id: int
    webhook_id: int
    event: str
    line: str
    chat_id: int | None
    subject_id: int | None
    facts: str | None
    created_at: int
    state: str
    begun_at: int
    attempts: int
    tried_at: int | None
    next_at: int
    answer: int | None
    error: str | None

    @property
    def change(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = json.loads(self.facts) if self.facts else None
        return found

    @property
    def is_by_hand(self) -> bool:
        """Whether somebody asked for it: as a test, or once more."""
        return self.event == TEST or self.begun_at > self.created_at

    @property
    def name(self) -> str:
        """By which the other program knows one that comes again."""
        return f"evt_{self.webhook_id}_{self.id}_{self.created_at}"


table: Any = Webhook.__table__
deliveries: Any = Delivery.__table__
d = deliveries.c
SELECT_WEBHOOKS = select(*(table.c[name] for name in WebhookState._fields))
SELECT_DELIVERIES = select(*(d[name] for name in DeliveryState._fields))
EVERY = SELECT_WEBHOOKS.order_by(table.c.id)
BY_ID = SELECT_WEBHOOKS.where(table.c.id == bindparam("webhook_id"))
# Who listens to what: asked once and kept (`app/operations/deliveries.py`).
LISTENING = SELECT_WEBHOOKS.where(table.c.is_on.is_(true())).order_by(table.c.id)
WAITS = d.state == text("'waits'")  # as their indexes say it
GIVEN_UP = d.state == text("'given_up'")
