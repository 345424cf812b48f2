"""Mail: the addresses of customers, and what was mailed to them of a chat."""

from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import ForeignKey, Index, String, bindparam, exists, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model
from app.models import users
from app.models.users import EMAIL_LENGTH, Role
from app.models.visitors import LANGUAGE_LENGTH

KEY_LENGTH = 32
AT_MOST = 50  # messages in one mail
REPLY_DAYS = 90  # so long a reply to a mail is taken


class MailAddress(Model):
    """Where a customer wants answers. Whether they get any stands with the person as well
    (`takes_mail`), where it costs a chat nothing to know."""

    __tablename__ = "mail_addresses"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    # Names it in links, which are signed; another address has another one.
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    language: Mapped[str] = mapped_column(String(LANGUAGE_LENGTH))
    created_at: Mapped[int] = mapped_column(Id)
    verified_at: Mapped[int | None] = mapped_column(Id)
    unsubscribed_at: Mapped[int | None] = mapped_column(Id)


class Mail(Model):
    """Answers of a chat in one mail, written down before it is sent: a repeat is the same."""

    __tablename__ = "mails"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("chat_links.id"), index=True)
    # What staff said between these places (`seq`), the second one included.
    after_seq: Mapped[int] = mapped_column(Id)
    up_to: Mapped[int] = mapped_column(Id)
    created_at: Mapped[int] = mapped_column(Id)
    sent_at: Mapped[int | None] = mapped_column(Id)
    refused_at: Mapped[int | None] = mapped_column(Id, index=True)

    __table_args__ = (
        Index("ix_mails_chat_up_to", "chat_id", "up_to"),
        Index(
            "uq_mails_open",
            "chat_id",
            unique=True,
            sqlite_where=text("sent_at IS NULL AND refused_at IS NULL"),
            postgresql_where=text("sent_at IS NULL AND refused_at IS NULL"),
        ),
    )


class UnwantedMail(Model):
    """Somebody said that mail to this address was not asked for: none goes there."""

    __tablename__ = "unwanted_mail"

    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH), primary_key=True)
    said_at: Mapped[int] = mapped_column(Id)


class AddressState(NamedTuple):
    user_id: int
    key: str
    email: str
    language: str
    created_at: int
    verified_at: int | None
    unsubscribed_at: int | None

    @property
    def takes_mail(self) -> bool:
        return self.verified_at is not None and self.unsubscribed_at is None


class MailState(NamedTuple):
    id: int
    chat_id: int
    user_id: int
    link_id: int
    after_seq: int
    up_to: int
    created_at: int
    sent_at: int | None
    refused_at: int | None


table: Any = MailAddress.__table__
mails: Any = Mail.__table__
unwanted: Any = UnwantedMail.__table__
SELECT_ADDRESSES = select(*(table.c[name] for name in AddressState._fields))
OF_PERSON = SELECT_ADDRESSES.join(users.table, users.table.c.id == table.c.user_id).where(
    table.c.user_id == bindparam("user_id"),
    users.table.c.is_active,
    users.table.c.role == Role.CUSTOMER.value,  # links in mail would open nothing to others
)
BY_KEY = SELECT_ADDRESSES.where(table.c.key == bindparam("key"))
IS_UNWANTED = select(exists().where(unwanted.c.email == bindparam("email")))
SELECT_MAILS = select(*(mails.c[name] for name in MailState._fields))


def is_on() -> bool:
    """Whether mail goes out at all."""
    return current_app.config["MAIL_URL"] is not None
