"""Lists of words that customers' messages are masked or held for, and what masked ones said."""

import json
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model

NAME_LENGTH = 60
WORD_LENGTH = 100


class Effect(StrEnum):
    """What becomes of a message that has one of the words."""

    MASK = "mask"
    HOLD = "hold"


class WordList(Model):
    __tablename__ = "word_lists"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    effect: Mapped[str] = mapped_column(String(8))
    words: Mapped[str] = mapped_column(Text)  # JSON: words and phrases as somebody wrote them
    created_at: Mapped[int] = mapped_column(Id)
    updated_at: Mapped[int] = mapped_column(Id)


class Original(Model):
    """What a message said before words of it were masked: for managers. It goes as it does."""

    __tablename__ = "originals"

    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id"), primary_key=True, autoincrement=False
    )
    text: Mapped[str] = mapped_column(Text)


class WordListState(NamedTuple):
    id: int
    name: str
    effect: str
    words: str
    created_at: int
    updated_at: int

    @property
    def listed(self) -> list[str]:
        found: list[str] = json.loads(self.words)
        return found


table: Any = WordList.__table__
originals: Any = Original.__table__
SELECT_LISTS = select(*(table.c[name] for name in WordListState._fields)).order_by(table.c.id)
