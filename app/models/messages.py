"""A message: its words, its place in the chat, and how far it got."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, case, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model
from app.models.gists import Gist, gist_of
from app.models.places import place_in
from app.models.users import User

CLIENT_ID_LENGTH = 64
IS_CHANGED = text("version > seq")  # since it was sent
IS_HELD = text("held_at IS NOT NULL AND deleted_at IS NULL")
IS_REPLY = text("reply_to_id IS NOT NULL")
IS_FORWARDED = text("forwarded_from_id IS NOT NULL")
QUOTED_LENGTH = 160  # of a message, where another one replies to it
Reactions = dict[str, list[int]]  # emoji: who, by id, each in the order in which they came
BY_MAIL = "mail"  # `details` that say `via` so are of a message that came by e-mail


class MessageType(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    FILE = "file"
    LOCATION = "location"
    VOICE = "voice"
    SYSTEM = "system"


class Line(StrEnum):
    """What a system line tells. The text is made where it is shown, in its reader's language."""

    JOINED = "joined"
    CLOSED = "closed"
    REOPENED = "reopened"
    QUEUED = "queued"
    LEFT = "left"
    ANSWERED = "answered"
    ASKED = "asked"
    RULE_ANSWERED = "rule_answered"
    RULE_CLOSED = "rule_closed"


class Message(Model):
    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"))
    # The chat's version at which it was sent: its place among the chat's messages, for good.
    seq: Mapped[int] = mapped_column(Id)
    # The chat's version at which it last changed; `sync` asks for what is higher.
    version: Mapped[int] = mapped_column(Id)
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    client_id: Mapped[str | None] = mapped_column(String(CLIENT_ID_LENGTH))
    message_type: Mapped[str] = mapped_column(String(16), default=MessageType.TEXT)
    line: Mapped[str | None] = mapped_column(String(16))
    # For a system line: the name of the person it is about.
    text: Mapped[str] = mapped_column(Text)
    reply_to_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    # JSON as a client gave it: a list of objects, and an object. We read names, and `via`.
    attachments: Mapped[str | None] = mapped_column(Text)
    details: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[int] = mapped_column(Id)
    delivered_at: Mapped[int | None] = mapped_column(Id)
    read_at: Mapped[int | None] = mapped_column(Id)
    edited_at: Mapped[int | None] = mapped_column(Id)
    deleted_at: Mapped[int | None] = mapped_column(Id)
    redacted_at: Mapped[int | None] = mapped_column(Id)
    # Where somebody of staff has taken it from: theirs to know, and nobody else's. It refers to a
    # message, and is no foreign key: to add one, SQLite writes all messages anew.
    forwarded_from_id: Mapped[int | None] = mapped_column(Id)
    # JSON of `Reactions`, changed under the chat's lock; NULL where there are none.
    reactions: Mapped[str | None] = mapped_column(Text)
    # Since when nobody is shown it but who wrote it, and staff, who decide; and when words of it
    # were masked. Neither is told to a party.
    held_at: Mapped[int | None] = mapped_column(Id)
    masked_at: Mapped[int | None] = mapped_column(Id)
    # When staff has rejected what was held, which is gone then; who wrote it is told so.
    rejected_at: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (
        UniqueConstraint("chat_id", "seq"),
        UniqueConstraint("chat_id", "sender_id", "client_id"),
        # Partial: of those changed since they were sent, so that to send one writes no page of it.
        Index(
            "ix_messages_changed",
            "chat_id",
            "version",
            "seq",
            sqlite_where=IS_CHANGED,
            postgresql_where=IS_CHANGED,
        ),
        # What becomes of these when a message is erased; partial for the same reason.
        Index(
            "ix_messages_reply_to_id",
            "reply_to_id",
            sqlite_where=IS_REPLY,
            postgresql_where=IS_REPLY,
        ),
        Index(
            "ix_messages_forwarded_from_id",
            "forwarded_from_id",
            sqlite_where=IS_FORWARDED,
            postgresql_where=IS_FORWARDED,
        ),
        Index("ix_messages_held", "chat_id", "id", sqlite_where=IS_HELD, postgresql_where=IS_HELD),
        # The list of all that are held, the oldest first.
        Index("ix_messages_held_id", "id", sqlite_where=IS_HELD, postgresql_where=IS_HELD),
    )


class MessageState(NamedTuple):
    """A message as it stood at `version`, with its sender's name and role."""

    id: int
    chat_id: int
    seq: int
    version: int
    sender_id: int | None
    client_id: str | None
    message_type: str
    line: str | None
    text: str
    reply_to_id: int | None
    attachments: str | None
    details: str | None
    created_at: int
    delivered_at: int | None
    read_at: int | None
    edited_at: int | None
    deleted_at: int | None
    redacted_at: int | None
    forwarded_from_id: int | None
    reactions: str | None
    held_at: int | None
    masked_at: int | None
    rejected_at: int | None
    sender_name: str | None
    sender_role: str | None

    @property
    def status(self) -> str:
        return "read" if self.read_at else "delivered" if self.delivered_at else "sent"

    @property
    def is_line(self) -> bool:
        return self.line is not None

    @property
    def is_held(self) -> bool:
        """Whether staff has yet to decide; one that was rejected is gone, and nobody's to see."""
        return self.held_at is not None and self.deleted_at is None

    @property
    def was_shown(self) -> bool:
        """Of one that is held: whether others have seen it before, since an edit is why."""
        return self.held_at is not None and self.held_at > self.created_at

    @property
    def is_marked(self) -> bool:
        """Whether it is another one to staff than to a party."""
        return self.held_at is not None or self.masked_at is not None

    @property
    def attached(self) -> list[dict[str, Any]]:
        """What is attached; each says at least its `name` or its `url`, as the client gave it."""
        return json.loads(self.attachments) if self.attachments else []

    @property
    def said(self) -> str:
        """Its words, or where it has none what its files are called, or where somebody is."""
        return self.text or ", ".join(map(called, self.attached))

    @property
    def gist(self) -> Gist | None:
        """What it is, where it says nothing in words."""
        if self.text or self.line is not None or self.deleted_at is not None:
            return None
        return gist_of(self.message_type, self.attached)

    @property
    def searched(self) -> str:
        """What it is found by: its words, and what its files are called and show."""
        if self.line is not None:
            return ""
        said = [f"{called(each)} {each.get('alt') or ''}".strip() for each in self.attached]
        return "\n".join(filter(None, [self.text, *said]))

    @property
    def detailed(self) -> dict[str, Any] | None:
        """What else a client said about it, as the client gave it."""
        return json.loads(self.details) if self.details else None

    @property
    def reacted(self) -> Reactions:
        return json.loads(self.reactions) if self.reactions else {}

    @property
    def came_by_mail(self) -> bool:
        return self.details is not None and json.loads(self.details).get("via") == BY_MAIL


class Quote(NamedTuple):
    """What a reply shows of the message that it replies to: who says it, and how it begins.

    Always what that says now: it is looked up where the reply is rendered, and stored nowhere.
    """

    id: int
    line: str | None
    text: str
    deleted_at: int | None
    message_type: str
    sender_name: str | None
    held_at: int | None
    rejected_at: int | None
    attachments: str | None  # of one without words

    @property
    def is_held(self) -> bool:
        return self.held_at is not None and self.deleted_at is None

    @property
    def gist(self) -> Gist:
        """What it is, where `text` is empty."""
        return gist_of(self.message_type, json.loads(self.attachments or "[]"))


def called(attachment: Mapping[str, Any]) -> str:
    place = place_in(attachment)
    return place.said if place else clean(str(attachment.get("name") or ""))


def clean(text: str) -> str:
    """Line ends as one character; NUL, which no database wants, gone."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


table: Any = Message.__table__
senders: Any = User.__table__.alias("senders")
NAMES = {"sender_name": senders.c.name, "sender_role": senders.c.role}
MESSAGE_COLUMNS = [
    NAMES[name].label(name) if name in NAMES else table.c[name] for name in MessageState._fields
]
SELECT_MESSAGES = select(*MESSAGE_COLUMNS).outerjoin_from(
    table, senders, senders.c.id == table.c.sender_id
)
SELECT_QUOTES = select(
    table.c.id,
    table.c.line,
    func.substr(table.c.text, 1, QUOTED_LENGTH),
    table.c.deleted_at,
    table.c.message_type,
    senders.c.name,
    table.c.held_at,
    table.c.rejected_at,
    case((table.c.text == "", table.c.attachments)).label("attachments"),
).outerjoin_from(table, senders, senders.c.id == table.c.sender_id)
