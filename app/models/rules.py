"""Rules: what the desk does by itself when something happens in a chat, and what each did."""

import json
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Boolean, ForeignKey, Index, String, Text, bindparam, select, true
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model

NAME_LENGTH = 80
SECRET_LENGTH = 64


class When(StrEnum):
    """By what a rule is set off."""

    CHAT_BEGINS = "chat_begins"
    MESSAGE = "message"
    OUTSIDE_HOURS = "outside_hours"
    UNANSWERED = "unanswered"
    CLOSED_FOR = "closed_for"


SAID = frozenset({When.CHAT_BEGINS, When.MESSAGE, When.OUTSIDE_HOURS})  # by a customer's message
TIMED = frozenset({When.UNANSWERED, When.CLOSED_FOR})  # by the time; of these `amount` tells more
LONGEST = {When.UNANSWERED: 7 * 24 * 60, When.CLOSED_FOR: 365}  # minutes, days


class Rule(Model):
    __tablename__ = "rules"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    position: Mapped[int]  # they are asked in this order
    is_on: Mapped[bool] = mapped_column(Boolean, default=False)
    # Since when, and who says so; what came to pass before is not its business.
    on_since: Mapped[int | None] = mapped_column(Id)
    on_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    event: Mapped[str] = mapped_column(String(16))
    amount: Mapped[int | None]  # minutes without an answer, or days since it was closed
    any_of: Mapped[bool] = mapped_column(Boolean, default=False)  # one condition is enough
    # JSON: lists of `Condition` and `Action` (`app/conditions.py`).
    conditions: Mapped[str] = mapped_column(Text)
    actions: Mapped[str] = mapped_column(Text)
    version: Mapped[int]  # one more with each change of what it asks or does
    # By which what it tells other programs is signed.
    secret: Mapped[str | None] = mapped_column(String(SECRET_LENGTH))
    created_at: Mapped[int] = mapped_column(Id)
    changed_at: Mapped[int] = mapped_column(Id)
    # The last one that a manager has seen a trial of, and when: no other is switched on.
    tried_version: Mapped[int | None]
    tried_at: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (Index("ix_rules_position", "position", "id"),)


class RuleRun(Model):
    """That a rule has acted in a chat, for a cause for which it acts no second time: ids, and what
    was done. Never a word of anybody."""

    __tablename__ = "rule_runs"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("rules.id"))
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"))
    cause: Mapped[int] = mapped_column(Id)  # the `seq` of a message, or when the chat was closed
    version: Mapped[int]  # the rule's
    at: Mapped[int] = mapped_column(Id)
    # JSON: of each action what became of it; of none where the rule was stopped in this chat.
    outcome: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        Index("uq_rule_runs_cause", "rule_id", "chat_id", "cause", unique=True),
        Index("ix_rule_runs_rule", "rule_id", "id"),
        Index("ix_rule_runs_chat", "chat_id", "id"),
        Index("ix_rule_runs_at", "at"),
    )


class RuleState(NamedTuple):
    id: int
    name: str
    position: int
    is_on: bool
    on_since: int | None
    on_by_id: int | None
    event: str
    amount: int | None
    any_of: bool
    conditions: str
    actions: str
    version: int
    secret: str | None
    created_at: int
    changed_at: int
    tried_version: int | None = None
    tried_at: int | None = None

    @property
    def is_tried(self) -> bool:
        """As it asks and acts now."""
        return self.tried_version == self.version

    @property
    def asks(self) -> list[dict[str, Any]]:
        """Its conditions as they are written on the wire."""
        found: list[dict[str, Any]] = json.loads(self.conditions)
        return found

    @property
    def does(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.actions)
        return found


class RunState(NamedTuple):
    id: int
    rule_id: int
    chat_id: int
    cause: int
    version: int
    at: int
    outcome: str

    @property
    def did(self) -> list[dict[str, str]]:
        """Of each action its `kind` and what `became` of it."""
        found: list[dict[str, str]] = json.loads(self.outcome)
        return found

    @property
    def is_stopped(self) -> bool:
        return not self.did


table: Any = Rule.__table__
runs: Any = RuleRun.__table__
SELECT_RULES = select(*(table.c[name] for name in RuleState._fields))
SELECT_RUNS = select(*(runs.c[name] for name in RunState._fields))
EVERY = SELECT_RULES.order_by(table.c.position, table.c.id)
BY_ID = SELECT_RULES.where(table.c.id == bindparam("rule_id"))
IS_ON = table.c.is_on.is_(true())
# Which events any rule is set off by: asked once and kept (`app/operations/triggers.py`).
EVENTS_ON = select(table.c.event).where(IS_ON).distinct()
