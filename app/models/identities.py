"""Whom a site knows: the secrets that its server signs with, and the people it has named."""

from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, String, and_, bindparam, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model
from app.models import users, visitors
from app.models.users import EMAIL_LENGTH

SUB_LENGTH = 128
KID_LENGTH = 16
SECRET_LENGTH = 64


class SiteSecret(Model):
    """What a site's server signs with. One that was replaced holds for a day longer."""

    __tablename__ = "site_secrets"

    kid: Mapped[str] = mapped_column(String(KID_LENGTH), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    secret: Mapped[str] = mapped_column(String(SECRET_LENGTH))
    created_at: Mapped[int] = mapped_column(Id)
    ends_at: Mapped[int | None] = mapped_column(Id)


class Identity(Model):
    """Somebody as a site names them: `sub` is theirs on that site for good."""

    __tablename__ = "identities"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    sub: Mapped[str] = mapped_column(String(SUB_LENGTH), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH), default="")
    created_at: Mapped[int] = mapped_column(Id)


class Secret(NamedTuple):
    kid: str
    secret: str
    created_at: int
    ends_at: int | None


table: Any = Identity.__table__
secrets: Any = SiteSecret.__table__
LIVE_SECRETS = (
    select(*(secrets.c[name] for name in Secret._fields))
    .where(
        secrets.c.site_id == bindparam("site_id"),
        or_(secrets.c.ends_at.is_(None), secrets.c.ends_at > bindparam("now")),
    )
    .order_by(secrets.c.created_at.desc(), secrets.c.kid)
)
OF_SUB = (
    select(*users.ACTOR_COLUMNS, table.c.email.label("signed_email"))
    .join_from(table, users.table, users.table.c.id == table.c.user_id)
    .where(table.c.site_id == bindparam("site_id"), table.c.sub == bindparam("sub"))
)
# Who that is, and whether the credential is theirs and holds.
WITH_CREDENTIAL = (
    select(table.c.user_id, visitors.tokens.c.token_hash)
    .outerjoin(
        visitors.tokens,
        and_(
            visitors.tokens.c.user_id == table.c.user_id,
            visitors.tokens.c.token_hash == bindparam("token_hash"),
            visitors.tokens.c.expires_at > bindparam("now"),
        ),
    )
    .where(table.c.site_id == bindparam("site_id"), table.c.sub == bindparam("sub"))
)
OF_PERSON = select(table.c.sub, table.c.email).where(table.c.user_id == bindparam("user_id"))
