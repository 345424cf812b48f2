"""Topics: what a chat is about, chosen before its first message, and the team that it leads to."""

from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, String, Text, bindparam, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model

NAME_LENGTH = 40
OF_ALL = text("site_id IS NULL")


class Topic(Model):
    __tablename__ = "topics"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    folded: Mapped[str] = mapped_column(Text)  # the name as it is compared
    # Where it stands: on one site, or everywhere.
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    position: Mapped[int]  # the lowest comes first
    created_at: Mapped[int] = mapped_column(Id)

    __table_args__ = (
        Index("uq_topics_site", "site_id", "folded", unique=True),
        Index("uq_topics_all", "folded", unique=True, sqlite_where=OF_ALL, postgresql_where=OF_ALL),
    )


class TopicState(NamedTuple):
    id: int
    name: str
    site_id: int | None
    team_id: int | None
    position: int

    def stands_on(self, site_id: int | None) -> bool:
        """Whether it may be chosen on this site, or without one on the desk's own pages."""
        return self.site_id is None or self.site_id == site_id


table: Any = Topic.__table__
t = table.c
SELECT_TOPICS = select(*(t[name] for name in TopicState._fields))
BY_ID = SELECT_TOPICS.where(t.id == bindparam("topic_id"))
IN_ORDER = SELECT_TOPICS.order_by(t.position, t.id)
