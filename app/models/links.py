"""Links that lead back into a chat: whose, which, how long, and the code that lets one write."""

from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, String, and_, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model
from app.models import users
from app.models.users import Role

KEY_LENGTH = 32


class ChatLink(Model):
    __tablename__ = "chat_links"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # The link holds it signed: who reads it here cannot make the link of it.
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"), index=True)
    created_at: Mapped[int] = mapped_column(Id)
    expires_at: Mapped[int] = mapped_column(Id, index=True)
    revoked_at: Mapped[int | None] = mapped_column(Id)
    # Of the code that was mailed last, and how often another one was written.
    code_hash: Mapped[str | None] = mapped_column(String(64))
    code_expires_at: Mapped[int | None] = mapped_column(Id)
    code_tries: Mapped[int] = mapped_column(default=0)


class LinkState(NamedTuple):
    id: int
    key: str
    user_id: int
    chat_id: int
    created_at: int
    expires_at: int
    revoked_at: int | None
    code_expires_at: int | None


table: Any = ChatLink.__table__
# Proof of a customer alone: whoever may more by now does not by a mail that lies about.
IS_THEIRS = and_(
    users.table.c.id == table.c.user_id,
    users.table.c.is_active,
    users.table.c.role == Role.CUSTOMER.value,
)
SELECT_LINKS = select(*(table.c[name] for name in LinkState._fields)).join(users.table, IS_THEIRS)
HOLDING = SELECT_LINKS.where(table.c.revoked_at.is_(None), table.c.expires_at > bindparam("now"))
BY_KEY = HOLDING.where(table.c.key == bindparam("key"))
BY_ID = HOLDING.where(table.c.id == bindparam("link_id"))
