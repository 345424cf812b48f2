"""A file that somebody sends: announced, received in parts, looked at, then shown or refused."""

import json
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model

NAME_LENGTH = 200
ALT_LENGTH = 500
TYPE_LENGTH = 100
CONTENT_LENGTH = 100
OTHER = "application/octet-stream"
# Of what was recorded: how long at most, and by how many numbers up to which it is drawn.
VOICE_SECONDS, PEAKS, LOUDEST = 300, 64, 100
# So long it may turn out to be: where nobody looks at its tab, a recorder's clock ticks once a
# minute.
MEASURED_SECONDS = VOICE_SECONDS + 70
IS_SENT = text("message_id IS NOT NULL")
IS_OF_ANSWER = text("answer_id IS NOT NULL")


class FileStatus(StrEnum):
    ARRIVING = "arriving"  # not all of it is here
    CHECKING = "checking"  # all of it is, and nobody is shown it yet
    READY = "ready"
    REFUSED = "refused"  # its content is gone


class Refusal(StrEnum):
    """Why a file is not shown, for programs; pages have words for it."""

    INFECTED = "infected"
    TOO_LARGE = "too_large"  # of a picture: more pixels than are taken
    UNREADABLE = "unreadable"  # looks like a picture and is none that can be shown
    TYPE = "type"  # of a kind that is not taken here
    TOO_LONG = "too_long"  # what was recorded goes on for more than `MEASURED_SECONDS`


class File(Model):
    __tablename__ = "files"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # None until it is sent.
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    # The canned answer with which it is kept, and of which each use is given one of its own.
    answer_id: Mapped[int | None] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    alt: Mapped[str] = mapped_column(String(ALT_LENGTH))
    # Bytes: as announced, and once it is ready what is shown.
    size: Mapped[int] = mapped_column(Id)
    status: Mapped[str] = mapped_column(String(10))
    refusal: Mapped[str | None] = mapped_column(String(16))
    content_type: Mapped[str | None] = mapped_column(String(TYPE_LENGTH))
    width: Mapped[int | None]
    height: Mapped[int | None]
    # What it is called in the store, once it is there.
    content: Mapped[str | None] = mapped_column(String(CONTENT_LENGTH), index=True)
    # Of what was recorded JSON, `{seconds, peaks}`: as announced, and once it is ready with the
    # seconds that it has. NULL once it turns out to be no sound, or none of which they are known.
    voice: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[int] = mapped_column(Id)

    __table_args__ = (
        Index("ix_files_owner_id_created_at", "owner_id", "created_at"),
        # Partial: what somebody has sent, as it is listed.
        Index("ix_files_sent", "owner_id", "id", sqlite_where=IS_SENT, postgresql_where=IS_SENT),
        Index(
            "ix_files_answer_id",
            "answer_id",
            "id",
            sqlite_where=IS_OF_ANSWER,
            postgresql_where=IS_OF_ANSWER,
        ),
        {"sqlite_autoincrement": True},  # what comes of it lies under its id, which is no other's
    )


class FileState(NamedTuple):
    id: int
    owner_id: int
    message_id: int | None
    answer_id: int | None
    name: str
    alt: str
    size: int
    status: str
    refusal: str | None
    content_type: str | None
    width: int | None
    height: int | None
    content: str | None
    voice: str | None
    created_at: int

    @property
    def is_ready(self) -> bool:
        return self.status == FileStatus.READY

    @property
    def is_arriving(self) -> bool:
        return self.status == FileStatus.ARRIVING

    @property
    def is_checking(self) -> bool:
        """Whether all of it is here, and nobody knows yet what it is."""
        return self.status == FileStatus.CHECKING

    @property
    def is_picture(self) -> bool:
        """Whether there is a small one of it beside it."""
        return self.width is not None

    @property
    def may_be_sound(self) -> bool:
        """Whether it is something to hear, as far as is known yet."""
        return self.content_type is None or self.content_type.startswith("audio/")

    @property
    def attached(self) -> dict[str, Any]:
        """What a message says of it; `voice` where it was recorded."""
        voice = {"voice": json.loads(self.voice)} if self.voice else {}
        return voice | {
            "id": self.id,
            "name": self.name,
            "alt": self.alt,
            "size": self.size,
            "status": self.status,
            "refusal": self.refusal,
            "contentType": self.content_type,
            "width": self.width,
            "height": self.height,
        }


table: Any = File.__table__
SELECT_FILES = select(*(table.c[name] for name in FileState._fields))
