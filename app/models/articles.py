"""Articles: answers to common questions, which customers read before they ask, or instead."""

from typing import Any, NamedTuple

from sqlalchemy import String, Text, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model
from app.terms import indexed

TITLE_LENGTH = 120
TEXT_LENGTH = 20_000
FOLDER_LENGTH = 60
LANGUAGE_LENGTH = 16
LAST_PLACE = 9999


class Article(Model):
    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    # Formatted as messages are (`app/formatting.py`).
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(LANGUAGE_LENGTH), index=True)
    folder: Mapped[str] = mapped_column(String(FOLDER_LENGTH), default="")
    # Its place in the folder, the lowest first; a folder stands where its first article does.
    place: Mapped[int] = mapped_column(default=0)
    # A draft has none; staff alone sees it.
    published_at: Mapped[int | None] = mapped_column(Id)
    # Title and text as they are searched (`app/terms.py`), with a blank before and after each word.
    title_words: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    created_at: Mapped[int] = mapped_column(Id)
    updated_at: Mapped[int] = mapped_column(Id)


class ArticleState(NamedTuple):
    id: int
    title: str
    text: str
    language: str
    folder: str
    place: int
    published_at: int | None
    created_at: int
    updated_at: int

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


def searched(text: str) -> str:
    """The words by which a text is found, as `words` has them."""
    return f" {indexed(text)} "


table: Any = Article.__table__
c = table.c
SELECT = select(*(c[name] for name in ArticleState._fields))
BY_ID = SELECT.where(c.id == bindparam("article_id"))
PUBLISHED = SELECT.where(c.published_at.is_not(None))
ONE_PUBLISHED = BY_ID.where(c.published_at.is_not(None))
