"""Answers that staff has at hand: everybody's, or one's own."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, String, Text, bindparam, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model
from app.folding import fold

IS_SHARED = text("owner_id IS NULL")
NAME_LENGTH = 80
FOLDER_LENGTH = 60
VARIABLE = re.compile(r"\{([^\W\d][\w .-]{0,39})\}")
# What a desk itself fills in; other names are what a site says of its visitor.
KNOWN = ("customer", "customer name", "agent", "agent name", "order", "site")
DOUBLED = re.compile(r"\{\{[^{}]*\}\}")
CSV_FIELDS = ("name", "folder", "text")


class CannedAnswer(Model):
    __tablename__ = "canned_answers"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    folder: Mapped[str] = mapped_column(String(FOLDER_LENGTH), default="")
    # With `{customer}` and the like in it, which `filled` puts what is known for.
    text: Mapped[str] = mapped_column(Text)
    # The name as it is compared: one is found by it, so nobody has two of the same.
    folded: Mapped[str] = mapped_column(Text)
    # Name, folder and text as they are searched (`app/folding.py`), each on a line.
    words: Mapped[str] = mapped_column(Text)
    used: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[int] = mapped_column(Id)
    updated_at: Mapped[int] = mapped_column(Id)

    __table_args__ = (
        Index("uq_canned_answers_own", "owner_id", "folded", unique=True),
        Index(
            "uq_canned_answers_shared",
            "folded",
            unique=True,
            sqlite_where=IS_SHARED,
            postgresql_where=IS_SHARED,
        ),
    )


class CannedAnswerState(NamedTuple):
    """A canned answer; `owner_id` is null where it is everybody's."""

    id: int
    owner_id: int | None
    name: str
    folder: str
    text: str
    used: int
    used_at: int | None
    created_at: int
    updated_at: int

    @property
    def is_shared(self) -> bool:
        return self.owner_id is None


class Filled(NamedTuple):
    """What is written for a chat, and of which variables nothing is known there: they stand in the
    text as they were."""

    text: str
    missing: list[str]


def filled(text: str, known: Mapping[str, str]) -> Filled:
    """The text with what is known in the place of its `{variables}`; `known` by folded name."""
    missing: dict[str, None] = {}

    def put(found: re.Match[str]) -> str:
        said = known.get(fold(found[1]).strip())
        if not said:
            missing[found[0]] = None
        return said or found[0]

    return Filled(VARIABLE.sub(put, text), list(missing))


def strange(text: str) -> list[str]:
    """Its variables that a desk does not fill in itself, in braces as they are written."""
    names = (found for found in VARIABLE.finditer(text) if fold(found[1]).strip() not in KNOWN)
    return list(dict.fromkeys(found[0] for found in names))


def doubled(text: str) -> list[str]:
    """What stands in braces twice, of which one pair is left."""
    return list(dict.fromkeys(DOUBLED.findall(text)))


table: Any = CannedAnswer.__table__
c = table.c
SELECT = select(*(c[name] for name in CannedAnswerState._fields))
# What somebody of staff has at hand.
AT_HAND = SELECT.where(c.owner_id.is_(None) | (c.owner_id == bindparam("staff_id")))
ONE_AT_HAND = AT_HAND.where(c.id == bindparam("answer_id"))
