"""Refresh tokens: only a hash is stored; the descendants of one login are one family."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model


class RefreshToken(Model):
    __tablename__ = "refresh_tokens"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    family: Mapped[str] = mapped_column(String(32), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[int] = mapped_column(Id)
    expires_at: Mapped[int] = mapped_column(Id, index=True)
    used_at: Mapped[int | None] = mapped_column(Id)
