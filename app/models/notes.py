"""Notes that staff writes beside a chat, and which of their colleagues these name."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model
from app.models.messages import CLIENT_ID_LENGTH
from app.models.users import User

# How a colleague stands in a stored note: by id between two points that are no characters, which
# nobody can write (`app/operations/notes.py` takes them out).
BEGIN, END = "\ufdd0", "\ufdd1"
MENTION = re.compile(f"{BEGIN}([0-9]+){END}")
IS_UNSEEN = text("seen_at IS NULL")


class Note(Model):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"))
    # The chat's version at which it was written: it stands behind what was said until then.
    after_seq: Mapped[int] = mapped_column(Id)
    # Counts the changes of the chat's notes, of which no customer hears: one more than all before.
    version: Mapped[int] = mapped_column(Id)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    client_id: Mapped[str | None] = mapped_column(String(CLIENT_ID_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[int] = mapped_column(Id)
    changed_at: Mapped[int] = mapped_column(Id, index=True)
    edited_at: Mapped[int | None] = mapped_column(Id)
    deleted_at: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (
        UniqueConstraint("chat_id", "version"),
        UniqueConstraint("chat_id", "author_id", "client_id"),
        Index("ix_notes_place", "chat_id", "after_seq", "id"),
        # Of one chat, or of those of a customer, the newest first: of its own, so that none is read
        # but what is shown.
        Index("ix_notes_newest", "chat_id", "id", "deleted_at"),
    )


class Mention(Model):
    """Whom a note names, and when they have seen it."""

    __tablename__ = "mentions"

    note_id: Mapped[int] = mapped_column(ForeignKey("notes.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    seen_at: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (
        Index("ix_mentions_user", "user_id", "note_id"),
        Index(
            "ix_mentions_unseen",
            "user_id",
            sqlite_where=IS_UNSEEN,
            postgresql_where=IS_UNSEEN,
        ),
    )


class NoteState(NamedTuple):
    """A note as it stood at `version`, with its author's name."""

    id: int
    chat_id: int
    after_seq: int
    version: int
    author_id: int
    client_id: str | None
    text: str
    created_at: int
    changed_at: int
    edited_at: int | None
    deleted_at: int | None
    author_name: str

    @property
    def named(self) -> list[int]:
        """The ids of those whom it names, each once."""
        return list(dict.fromkeys(int(found[1]) for found in MENTION.finditer(self.text)))

    def said(self, names: Mapping[int, str]) -> str:
        """Its words, with the names of those whom it names."""
        return with_names(self.text, names, lambda name: f"@{name}")


def with_names(text: str, names: Mapping[int, str], shown: Callable[[str], str]) -> str:
    return MENTION.sub(lambda found: shown(names.get(int(found[1]), "?")), text)


def named_in(notes: Iterable[NoteState]) -> set[int]:
    return {user_id for note in notes for user_id in note.named}


table: Any = Note.__table__
mentions: Any = Mention.__table__
authors: Any = User.__table__.alias("authors")
NAMES = {"author_name": authors.c.name}
NOTE_COLUMNS = [
    NAMES[name].label(name) if name in NAMES else table.c[name] for name in NoteState._fields
]
SELECT_NOTES = select(*NOTE_COLUMNS).join_from(table, authors, authors.c.id == table.c.author_id)
