"""Links by which a password is set anew: one a person, used once, an hour long."""

from hashlib import sha256
from typing import Any

from sqlalchemy import ForeignKey, String, and_, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model
from app.models import users
from app.models.users import EMAIL_LENGTH

HOLDS_MS = 3600 * 1000


class PasswordReset(Model):
    """What was mailed last. It ends with the rights and the address that it was mailed for."""

    __tablename__ = "password_resets"

    # Given by the person, not counted: asking again takes the place of what was asked before.
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    auth_version: Mapped[int]
    asked_at: Mapped[int] = mapped_column(Id)  # what was asked before is mailed no more
    expires_at: Mapped[int] = mapped_column(Id)


table: Any = PasswordReset.__table__
# Whose the link is, while it holds.
HOLDER = (
    select(*users.ACTOR_COLUMNS)
    .select_from(table)
    .join(
        users.table,
        and_(
            users.table.c.id == table.c.user_id,
            users.table.c.is_active,
            users.table.c.email == table.c.email,
            users.table.c.auth_version == table.c.auth_version,
        ),
    )
    .where(table.c.token_hash == bindparam("token_hash"), table.c.expires_at > bindparam("now"))
)


def digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
