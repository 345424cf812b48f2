"""What a message said before it was edited."""

from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model


class EarlierText(Model):
    __tablename__ = "earlier_texts"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    until: Mapped[int] = mapped_column(Id)


table: Any = EarlierText.__table__
