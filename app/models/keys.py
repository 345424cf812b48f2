"""API keys: what a program proves by that it acts for somebody of staff, and what it may ask."""

import json
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, String, Text, and_, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model
from app.models import users

NAME_LENGTH = 80
PREFIX = "dbk_"
SHOWN = 4  # of its characters, by which somebody tells one from another


class Scope(StrEnum):
    """What a key may be good for; each call of REST has one."""

    CHATS_READ = "chats:read"
    CHATS_WRITE = "chats:write"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    REPORTS_READ = "reports:read"


class ApiKey(Model):
    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    ends_with: Mapped[str] = mapped_column(String(SHOWN))
    scopes: Mapped[str] = mapped_column(Text)  # JSON: a list of `Scope`
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))  # for whom it acts
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[int] = mapped_column(Id)
    expires_at: Mapped[int | None] = mapped_column(Id)
    last_used_at: Mapped[int | None] = mapped_column(Id)  # to a minute


class KeyState(NamedTuple):
    id: int
    name: str
    ends_with: str
    scopes: str
    user_id: int
    made_by_id: int
    created_at: int
    expires_at: int | None
    last_used_at: int | None

    @property
    def good_for(self) -> tuple[str, ...]:
        return tuple(json.loads(self.scopes))


table: Any = ApiKey.__table__
SELECT_KEYS = select(*(table.c[name] for name in KeyState._fields))
EVERY = SELECT_KEYS.order_by(table.c.id)
BY_HASH = (
    SELECT_KEYS.add_columns(*users.ACTOR_COLUMNS)
    .join(users.table, and_(users.table.c.id == table.c.user_id, users.table.c.is_active))
    .where(table.c.key_hash == bindparam("key_hash"))
)
