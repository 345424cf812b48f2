"""Invitations: who may make an account of the desk's own by a link, as what, and until when."""

from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, String, and_, bindparam, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model
from app.models import users
from app.models.users import EMAIL_LENGTH, Role

KEY_LENGTH = 32
OPEN = "accepted_at IS NULL AND revoked_at IS NULL"


class Invitation(Model):
    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # The link holds it signed: who reads it here cannot make the link of it.
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    role: Mapped[str] = mapped_column(String(16))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # nobody: the shell
    created_at: Mapped[int] = mapped_column(Id)
    expires_at: Mapped[int] = mapped_column(Id)
    accepted_at: Mapped[int | None] = mapped_column(Id)
    revoked_at: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (
        # One at a time for an address; another link takes the place of the one before.
        Index(
            "uq_invitations_open_email",
            "email",
            unique=True,
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
    )


class InvitationState(NamedTuple):
    id: int
    key: str
    email: str
    role: str
    made_by_id: int | None
    created_at: int
    expires_at: int


table: Any = Invitation.__table__
SELECT_INVITATIONS = select(*(table.c[name] for name in InvitationState._fields))
IS_OPEN = and_(table.c.accepted_at.is_(None), table.c.revoked_at.is_(None))
# An invitation is worth as much as who made it: who has lost their rights has left nobody a way in.
MAKER_HOLDS = or_(
    table.c.made_by_id.is_(None),
    and_(users.table.c.is_active, users.table.c.role == Role.ADMIN.value),
)
HOLDING = SELECT_INVITATIONS.outerjoin(users.table, users.table.c.id == table.c.made_by_id).where(
    IS_OPEN, MAKER_HOLDS, table.c.expires_at > bindparam("now")
)
BY_KEY = HOLDING.where(table.c.key == bindparam("key"))
BY_ID = HOLDING.where(table.c.id == bindparam("invitation_id"))
EVERY_OPEN = SELECT_INVITATIONS.where(IS_OPEN).order_by(table.c.id)
