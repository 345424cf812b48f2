"""Exports: all that is kept of a customer, put into one file for a manager, for a day."""

from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, String, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model

KEY_LENGTH = 32
KEPT_MS = 24 * 3600 * 1000


class Export(Model):
    """The last one of a customer; another one takes its place."""

    __tablename__ = "exports"

    customer_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
    # What its file is called, which nobody is told.
    key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[int] = mapped_column(Id)
    ready_at: Mapped[int | None] = mapped_column(Id)
    size: Mapped[int | None] = mapped_column(Id)  # bytes


class ExportState(NamedTuple):
    customer_id: int
    key: str
    by_id: int | None
    asked_at: int
    ready_at: int | None
    size: int | None

    @property
    def is_ready(self) -> bool:
        return self.ready_at is not None


table: Any = Export.__table__
SELECT_EXPORTS = select(*(table.c[name] for name in ExportState._fields))
OF_CUSTOMER = SELECT_EXPORTS.where(table.c.customer_id == bindparam("customer_id"))
