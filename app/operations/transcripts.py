"""A chat as it was said, to take along: who may have it, and having it mailed."""

from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, select

from app import clock, hours
from app.errors import ChatNotFound, Conflict, Unauthorized
from app.models import chats, database, mail, users
from app.models.chats import SELECT_CHATS, ChatState
from app.models.jobs import Job
from app.models.mail import AddressState
from app.models.users import STAFF, Actor
from app.operations import access, limits, supervision
from app.operations.transaction import Transaction, transaction

KIND = "mail_transcript"
CHAT = SELECT_CHATS.where(chats.table.c.id == bindparam("chat_id"))
OF_STAFF = select(*users.ACTOR_COLUMNS).where(
    users.table.c.id == bindparam("staff_id"),
    users.table.c.is_active,
    users.table.c.role.in_(sorted(STAFF)),
)


class Reader(NamedTuple):
    """How somebody reads their copy: in which language, and with times of which zone (as
    `Europe/Berlin`; empty is UTC)."""

    language: str
    zone: str


class Due(NamedTuple):
    """What is to be mailed of a chat, and to whom."""

    chat: ChatState
    address: AddressState


def ask_by_mail(actor: Actor, chat_id: int, reader: Reader | None = None) -> None:
    """The chat goes to its customer's address: a customer asks for it, or staff has it sent.

    With a `reader` it is staff's own copy, to the address of their account; a customer's own is
    the one that goes to them anyway. Raises `ChatNotFound`, `Unauthorized`, `Forbidden` for a
    provider's own, `Conflict` where nothing is mailed there, `TooFast`.
    """
    if reader is not None and not actor.is_customer:
        ask_for_copy(actor, chat_id, reader)
        return
    limits.sends(actor)
    with transaction() as tx:
        chat = access.chat_for(actor, chat_id, tx)
        if not goes_by_mail(chat):
            raise Conflict(_l("There is no confirmed e-mail address that it could go to."))
        asked = {"chat_id": chat.id, "asked_at": clock.now()}
        tx.later(Job(KIND, asked, unique_key=f"{KIND}:{chat.id}"))


def ask_for_copy(staff: Actor, chat_id: int, reader: Reader) -> None:
    """As it is downloaded by staff, which is written down of a manager as any reading is."""
    limits.sends(staff)
    limits.transcripts(staff)
    with transaction() as tx:
        chat = access.chat_for(staff, chat_id, tx)
        access.require_staff(staff)
        check_gets_mail(tx, staff)
        supervision.read_in(tx, staff, chat)
        asked: dict[str, Any] = {"chat_id": chat.id, "asked_at": clock.now(), "staff_id": staff.id}
        asked["language"] = reader.language
        asked["zone"] = reader.zone if reader.zone in hours.zones() else ""
        tx.later(Job(KIND, asked, unique_key=f"{KIND}:{chat.id}:{staff.id}"))


def check_gets_mail(tx: Transaction, staff: Actor) -> None:
    """Raises `Conflict` where no mail goes to this person's own address, `Unauthorized` for who is
    of staff no longer."""
    if not mail.is_on():
        raise Conflict(_l("No mail goes out from here."))
    found = tx.run(OF_STAFF, {"staff_id": staff.id}).first()
    if found is None:  # since they were let in
        raise Unauthorized
    if not found.email:
        raise Conflict(_l("Your account has no e-mail address."))
    if tx.run(mail.IS_UNWANTED, {"email": found.email}).scalar():
        raise Conflict(_l("Whoever has the address of your account wants no mail from here."))


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


def copy_due(chat_id: int, staff_id: int) -> tuple[ChatState, str] | None:
    """The chat of which somebody of staff wants a copy, and their address as it is by now; None
    where they are none any more, or the chat is there for them no longer.

    Of a manager it is written down anew: a colleague may have the chat by now.
    """
    row = database.row(OF_STAFF, staff_id=staff_id)
    staff = row and Actor.of(row)
    if staff is None or not staff.email or not mail.is_on():
        return None
    if database.scalar(mail.IS_UNWANTED, email=staff.email):
        return None
    try:
        chat = access.chat_for(staff, chat_id)
        supervision.read(staff, chat)
    except (ChatNotFound, Unauthorized):
        return None
    return chat, staff.email
