"""Word lists, all there are, and what a masked message said."""

from sqlalchemy import bindparam, select

from app.models import database, word_lists
from app.models.word_lists import SELECT_LISTS, WordListState

o = word_lists.originals.c
ORIGINAL = select(o.text).where(o.message_id == bindparam("message_id"))


def every() -> list[WordListState]:
    return [WordListState._make(row) for row in database.rows(SELECT_LISTS)]


def names() -> dict[int, str]:
    return {each.id: each.name for each in every()}


def original(message_id: int) -> str | None:
    """What it said, and its files were called; None where nothing of it was masked."""
    found: str | None = database.scalar(ORIGINAL, message_id=message_id)
    return found
