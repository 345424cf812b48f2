"""Tags of chats: a word by which staff finds them again. No customer learns of one."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, String, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model

NAME_LENGTH = 40
MOST_OF_A_CHAT = 20
BETWEEN = "\n"  # names, where a statement gives several as one


class Tag(Model):
    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    # The name as it is compared: nobody has two of the same.
    folded: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[int] = mapped_column(Id)


class ChatTag(Model):
    """That a chat has a tag, and who says so; nobody where a rule does."""

    __tablename__ = "chat_tags"

    chat_id: Mapped[int] = mapped_column(
        ForeignKey("chats.id"), primary_key=True, autoincrement=False
    )
    tag_id: Mapped[int] = mapped_column(
        ForeignKey("tags.id"), primary_key=True, autoincrement=False
    )
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[int] = mapped_column(Id)

    __table_args__ = (Index("ix_chat_tags_tag_id_chat_id", "tag_id", "chat_id"),)


class TagState(NamedTuple):
    id: int
    name: str


table: Any = Tag.__table__
given: Any = ChatTag.__table__
SELECT_TAGS = select(table.c.id, table.c.name)


def names_of(chat_id: Any) -> Any:
    """The names of a chat's tags as one text, as `names_in` reads it."""
    return (
        select(func.aggregate_strings(table.c.name, BETWEEN))
        .join_from(given, table, table.c.id == given.c.tag_id)
        .where(given.c.chat_id == chat_id)
        .scalar_subquery()
    )


def names_in(text: str | None) -> list[str]:
    return sorted(text.split(BETWEEN), key=str.casefold) if text else []


def together(
    ours: Sequence[TagState], theirs: Sequence[TagState]
) -> tuple[list[TagState], list[TagState]]:
    """Of the tags of another chat, what a chat gets by a merge, and for what it has no room."""
    new = [each for each in theirs if each not in ours]
    room = max(0, MOST_OF_A_CHAT - len(ours))
    return new[:room], new[room:]
