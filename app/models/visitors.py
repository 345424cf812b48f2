"""Visitors: customers without an account, known by a credential that their browser keeps."""

from typing import Any

from sqlalchemy import ForeignKey, String, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model
from app.models import sites, users
from app.models.logins import ID_LENGTH
from app.models.users import EMAIL_LENGTH, NAME_LENGTH

CODE_LENGTH = 8
LANGUAGE_LENGTH = 35


class Visitor(Model):
    """What is known of a customer who came by a site."""

    __tablename__ = "visitors"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    language: Mapped[str] = mapped_column(String(LANGUAGE_LENGTH), default="")
    # What they have said of themselves. Nobody has verified it, and it proves nothing.
    said_name: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    said_email: Mapped[str] = mapped_column(String(EMAIL_LENGTH), default="")
    created_at: Mapped[int] = mapped_column(Id)


class VisitorToken(Model):
    """A visitor's credential: made by their browser, shown by all its tabs, stored as a hash."""

    __tablename__ = "visitor_tokens"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    login: Mapped[str] = mapped_column(String(ID_LENGTH))
    expires_at: Mapped[int] = mapped_column(Id, index=True)
    # A known person's holds as long as the site last said who they are.
    identified_until: Mapped[int | None] = mapped_column(Id)


table: Any = Visitor.__table__
tokens: Any = VisitorToken.__table__
BY_CREDENTIAL = (
    select(
        *users.ACTOR_COLUMNS,
        *(tokens.c[name] for name in ("site_id", "login", "expires_at", "identified_until")),
        users.table.c.is_active,
    )
    .join_from(tokens, users.table, users.table.c.id == tokens.c.user_id)
    .where(tokens.c.token_hash == bindparam("token_hash"))
)
IDENTIFIED_UNTIL = select(tokens.c.identified_until).where(
    tokens.c.user_id == bindparam("user_id"), tokens.c.login == bindparam("login")
)
BY_HASH = select(tokens.c.user_id).where(tokens.c.token_hash == bindparam("token_hash"))
# The site that a visitor came by, and whose its chats are where nothing else is said.
SITE_OF = (
    select(table.c.site_id, sites.table.c.team_id)
    .outerjoin(sites.table, sites.table.c.id == table.c.site_id)
    .where(table.c.user_id == bindparam("user_id"))
)
