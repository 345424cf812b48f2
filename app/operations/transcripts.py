"""A chat as it was said, to take along: who may have it, and having it mailed."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam

from app import clock
from app.errors import Conflict
from app.models import chats, database, mail
from app.models.chats import SELECT_CHATS, ChatState
from app.models.jobs import Job
from app.models.mail import AddressState
from app.models.users import Actor
from app.operations import access, limits
from app.operations.transaction import transaction

KIND = "mail_transcript"
CHAT = SELECT_CHATS.where(chats.table.c.id == bindparam("chat_id"))


class Due(NamedTuple):
    """What is to be mailed of a chat, and to whom."""

    chat: ChatState
    address: AddressState


def ask_by_mail(actor: Actor, chat_id: int) -> None:
    """The chat goes to its customer's address: a customer asks for it, or staff has it sent.

    Raises `ChatNotFound`, `Unauthorized`, `Conflict` where nothing is mailed to them, `TooFast`.
    """
    limits.sends(actor)
    with transaction() as tx:
        chat = access.chat_for(actor, chat_id, tx)
        if not goes_by_mail(chat):
            raise Conflict(_l("There is no confirmed e-mail address that it could go to."))
        asked = {"chat_id": chat.id, "asked_at": clock.now()}
        tx.later(Job(KIND, asked, unique_key=f"{KIND}:{chat.id}"))


def goes_by_mail(chat: ChatState) -> bool:
    """Whether it can be mailed to its customer, as far as the chat knows."""
    return mail.is_on() and chat.is_support and chat.customer_takes_mail


def due(chat_id: int) -> Due | None:
    """What is to be mailed, as it is by now; None where it is not wanted any more."""
    found = database.row(CHAT, chat_id=chat_id)
    chat = found and ChatState._make(found)
    if chat is None or not goes_by_mail(chat):
        return None
    row = database.row(mail.OF_PERSON, user_id=chat.customer_id)
    address = row and AddressState._make(row)
    return Due(chat, address) if address and address.takes_mail else None
