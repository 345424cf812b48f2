"""What a message said before it was edited, for staff."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from app.models import database, edits

e = edits.table.c
EARLIER = select(e.text, e.until).where(e.message_id == bindparam("message_id")).order_by(e.id)


class Earlier(NamedTuple):
    """A text, and until when (milliseconds since 1970) it stood."""

    text: str
    until: int


def earlier_texts(message_id: int) -> list[Earlier]:
    """The oldest first; empty for a message that was never edited, or was taken back."""
    return [Earlier(*row) for row in database.rows(EARLIER, message_id=message_id)]
