"""Views: lists of chats that staff looks at again and again, everybody's or one's own."""

from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, String, Text, bindparam, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model

IS_SHARED = text("owner_id IS NULL")
NAME_LENGTH = 40
FILTER_LENGTH = 16


class SavedView(Model):
    """What the list of the inbox is asked for: a filter, a search and a site."""

    __tablename__ = "saved_views"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    folded: Mapped[str] = mapped_column(Text)  # the name as it is compared (`app/folding.py`)
    filter: Mapped[str] = mapped_column(String(FILTER_LENGTH))
    search: Mapped[str] = mapped_column(Text)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    created_at: Mapped[int] = mapped_column(Id)

    __table_args__ = (
        Index("uq_saved_views_own", "owner_id", "folded", unique=True),
        Index(
            "uq_saved_views_shared",
            "folded",
            unique=True,
            sqlite_where=IS_SHARED,
            postgresql_where=IS_SHARED,
        ),
    )


class SavedViewState(NamedTuple):
    """A view; `owner_id` is null where it is everybody's."""

    id: int
    owner_id: int | None
    name: str
    filter: str
    search: str
    site_id: int | None
    created_at: int

    @property
    def is_shared(self) -> bool:
        return self.owner_id is None


table: Any = SavedView.__table__
v = table.c
SELECT = select(*(v[name] for name in SavedViewState._fields))
# What somebody of staff has beside the filters: everybody's first.
AT_HAND = SELECT.where(v.owner_id.is_(None) | (v.owner_id == bindparam("staff_id"))).order_by(
    v.owner_id.is_not(None), v.folded, v.id
)
ONE_AT_HAND = AT_HAND.where(v.id == bindparam("view_id"))
