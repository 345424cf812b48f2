"""What the bot has answered: articles, once in a chat, and what its customer said to that."""

import json
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Boolean, ForeignKey, Text, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model

MOST_ARTICLES = 3  # of an answer


class Bot(StrEnum):
    """Whether it answers."""

    OFF = "off"
    ON = "on"


class BotAnswer(Model):
    """At most one a chat, which its key sees to, whichever process is the first."""

    __tablename__ = "bot_answers"

    chat_id: Mapped[int] = mapped_column(
        ForeignKey("chats.id"), primary_key=True, autoincrement=False
    )
    seq: Mapped[int] = mapped_column(Id)  # of the line that tells it
    articles: Mapped[str] = mapped_column(Text)  # JSON: ids
    answered_at: Mapped[int] = mapped_column(Id)
    ended_at: Mapped[int | None] = mapped_column(Id)
    has_helped: Mapped[bool | None] = mapped_column(Boolean)


class BotAnswerState(NamedTuple):
    chat_id: int
    seq: int
    articles: str
    answered_at: int
    ended_at: int | None
    has_helped: bool | None

    @property
    def article_ids(self) -> list[int]:
        found: list[int] = json.loads(self.articles)
        return found


table: Any = BotAnswer.__table__
OF_CHAT = select(*(table.c[name] for name in BotAnswerState._fields)).where(
    table.c.chat_id == bindparam("chat_id")
)
