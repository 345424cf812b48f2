"""Ratings: what customers say a chat was like, asked once of each chat and never again."""

from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, String, Text, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model

WORDS_LENGTH = 1000


class Asks(StrEnum):
    """Whether it is asked, and how."""

    OFF = "off"
    THUMBS = "thumbs"
    STARS = "stars"


# The values that each takes: down and up, one to five.
VALUES = {Asks.THUMBS: range(2), Asks.STARS: range(1, 6)}


class Rating(Model):
    """That it was asked of a chat, and what was said."""

    __tablename__ = "ratings"

    chat_id: Mapped[int] = mapped_column(
        ForeignKey("chats.id"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(String(8))
    asked_at: Mapped[int] = mapped_column(Id)
    # It is asked no longer: dismissed, or the chat has gone on and was closed once more.
    ended_at: Mapped[int | None] = mapped_column(Id)
    rated_at: Mapped[int | None] = mapped_column(Id)
    value: Mapped[int | None]
    words: Mapped[str] = mapped_column(Text, default="")


class RatingState(NamedTuple):
    chat_id: int
    kind: str
    asked_at: int
    ended_at: int | None
    rated_at: int | None
    value: int | None
    words: str

    @property
    def is_open(self) -> bool:
        """Whether an answer is still taken."""
        return self.ended_at is None and self.rated_at is None


table: Any = Rating.__table__
OF_CHAT = select(*(table.c[name] for name in RatingState._fields)).where(
    table.c.chat_id == bindparam("chat_id")
)
