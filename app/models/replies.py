"""What became of the mails that came in: a count each, of all processes."""

from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model

OUTCOME_LENGTH = 20


class ReplyCount(Model):
    """The shell takes mail, too, and nobody could ask such a process for what it counted."""

    __tablename__ = "reply_counts"

    outcome: Mapped[str] = mapped_column(String(OUTCOME_LENGTH), primary_key=True)
    number: Mapped[int] = mapped_column(Id)


table: Any = ReplyCount.__table__
SELECT_COUNTS = select(table.c.outcome, table.c.number)
