"""Who is connected, a row a person and process; a row that nobody renews expires by itself."""

from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, String, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.extensions import Id, Model


class Presence(Model):
    __tablename__ = "presence"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    process: Mapped[str] = mapped_column(String(40), primary_key=True)
    expires_at: Mapped[int] = mapped_column(Id, index=True)


table: Any = Presence.__table__
# The moment of the question, not of the statement's making.
ALIVE = table.c.expires_at > bindparam("now", callable_=lambda: clock.now())


def online(user_id: Any) -> ColumnElement[bool]:
    """Whether some process holds a live connection of this person; an expression."""
    return select(table.c.user_id).where(table.c.user_id == user_id, ALIVE).exists()
