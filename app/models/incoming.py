"""Incoming webhooks: secret addresses at which other programs say what customers write."""

from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Boolean, ForeignKey, String, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model

NAME_LENGTH = 80
SHOWN = 4  # of the key's characters, by which somebody tells one from another
SECRET_LENGTH = 64
MARKER_LENGTH = 16
VIA = "incoming"  # `details` that say `via` so are of a message that another program brought


class IncomingWebhook(Model):
    __tablename__ = "incoming_webhooks"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    # By which what came here is known when it comes again: an id may be given to another one later.
    marker: Mapped[str] = mapped_column(String(MARKER_LENGTH))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    ends_with: Mapped[str] = mapped_column(String(SHOWN))
    # What the other program signs with, where it has to; whoever checks has to know it.
    secret: Mapped[str] = mapped_column(String(SECRET_LENGTH))
    is_signed: Mapped[bool] = mapped_column(Boolean)
    taken: Mapped[int] = mapped_column(Id)  # how many messages
    last_used_at: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[int] = mapped_column(Id)
    changed_at: Mapped[int] = mapped_column(Id)


class IncomingState(NamedTuple):
    id: int
    name: str
    site_id: int
    topic_id: int | None
    marker: str
    ends_with: str
    secret: str
    is_signed: bool
    taken: int
    last_used_at: int | None
    created_at: int
    changed_at: int


table: Any = IncomingWebhook.__table__
SELECT_INCOMING = select(*(table.c[name] for name in IncomingState._fields))
EVERY = SELECT_INCOMING.order_by(table.c.id)
BY_ID = SELECT_INCOMING.where(table.c.id == bindparam("incoming_id"))
BY_HASH = SELECT_INCOMING.where(table.c.key_hash == bindparam("key_hash"))


def digest(key: str) -> str:
    """What is stored of a key. It is 128 bits by chance, which nobody tries out."""
    return sha256(key.encode()).hexdigest()
