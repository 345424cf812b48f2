"""Chats that a member of staff keeps on top of their lists: theirs alone."""

from typing import Any

from sqlalchemy import ForeignKey, Index, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model

MOST = 20


class ChatPin(Model):
    __tablename__ = "chat_pins"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
    chat_id: Mapped[int] = mapped_column(
        ForeignKey("chats.id"), primary_key=True, autoincrement=False
    )
    at: Mapped[int] = mapped_column(Id)

    __table_args__ = (Index("ix_chat_pins_chat_id", "chat_id"),)


table: Any = ChatPin.__table__
OF_USER = (
    select(table.c.chat_id).where(table.c.user_id == bindparam("user_id")).order_by(table.c.chat_id)
)
