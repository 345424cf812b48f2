"""The words by which people are found: of their names and addresses, folded."""

from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model
from app.folding import LONGEST_WORD

# Compared character by character, as SQLite does, so that a beginning is a range of an index.
Plain = String(LONGEST_WORD).with_variant(String(LONGEST_WORD, collation="C"), "postgresql")


class UserWord(Model):
    __tablename__ = "user_words"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
    word: Mapped[str] = mapped_column(Plain, primary_key=True)
    spelled: Mapped[str] = mapped_column(Plain, primary_key=True)

    __table_args__ = (
        Index("ix_user_words_word", "word", "user_id"),
        Index("ix_user_words_spelled", "spelled", "user_id"),
    )


table: Any = UserWord.__table__
