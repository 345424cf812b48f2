"""Teams: who of staff answers together, and so whose a chat may be before anybody has it."""

from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, String, Text, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model

NAME_LENGTH = 40


class Routing(StrEnum):
    """How a chat that waits comes to somebody."""

    BY_HAND = "by_hand"
    ROUND_ROBIN = "round_robin"
    LEAST_BUSY = "least_busy"


class Team(Model):
    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    # The name as it is compared: nobody has two of the same.
    folded: Mapped[str] = mapped_column(Text, unique=True)
    routing: Mapped[str | None] = mapped_column(String(16))  # none: as the desk has it
    created_at: Mapped[int] = mapped_column(Id)


class TeamMember(Model):
    __tablename__ = "team_members"

    team_id: Mapped[int] = mapped_column(
        ForeignKey("teams.id"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )

    __table_args__ = (Index("ix_team_members_user", "user_id"),)


class TeamState(NamedTuple):
    id: int
    name: str
    routing: str | None


table: Any = Team.__table__
members: Any = TeamMember.__table__
SELECT_TEAMS = select(*(table.c[name] for name in TeamState._fields))
BY_ID = SELECT_TEAMS.where(table.c.id == bindparam("team_id"))
