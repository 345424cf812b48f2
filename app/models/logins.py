"""Logins that somebody ended, kept for as long as a cookie or token of theirs could still come.

A login has an id that its session and its tokens carry; while it lasts nothing of it is stored.
"""

from typing import Any

from sqlalchemy import ForeignKey, String, bindparam, exists, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model
from app.models.statements import Prepared
from app.models.users import ACTOR_BY_ID

ID_LENGTH = 32


class EndedLogin(Model):
    __tablename__ = "ended_logins"

    login: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[int] = mapped_column(Id, index=True)


table: Any = EndedLogin.__table__
IS_ENDED = exists(select(table.c.login).where(table.c.login == bindparam("login")))
ACTOR_BY_LOGIN = Prepared(ACTOR_BY_ID.where(~IS_ENDED))
