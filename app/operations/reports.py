"""An agent tells the managers of a customer, in a note that names them."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.errors import Invalid, TooFast
from app.models import users
from app.models.audits import Action
from app.models.chats import ChatState
from app.models.notes import MENTION, NoteState
from app.models.users import MANAGERS, Actor
from app.operations import access, audits, limits, notes
from app.operations.transaction import Transaction, transaction
from app.visible import shows

MOST = 20  # who are named: a desk has few, and a note is to be read
FLAG = "🚩"
u = users.table.c
TO = select(u.id).where(u.role.in_(sorted(MANAGERS)), u.is_active).order_by(u.id).limit(MOST + 1)


def report(staff: Actor, chat_id: int, reason: str, client_id: str | None = None) -> NoteState:
    """A note with the reason, which names all managers but oneself, who hear of it as of any note.

    No customer learns of it. A repeat (the same `client_id`) answers with the first one, and is
    none. Raises `Forbidden`, `ChatNotFound`, `Unauthorized`, `Invalid` for no reason, `TooLong`,
    `TooFast`.
    """
    access.require_staff(staff)
    if not shows(reason):
        raise Invalid(fields={"reason": _l("It takes a reason.")})
    reason = notes.checked(reason, client_id)
    try:
        limits.sends(staff)
        with transaction() as tx:
            chat = notes.chat_now(tx, staff, chat_id)
            first = notes.written_before(chat.id, staff, client_id, tx)
            return first or reported(tx, chat, staff, reason, client_id)
    except TooFast:
        # What is here already is nothing that could be too fast.
        first = notes.written_before(access.chat_for(staff, chat_id).id, staff, client_id)
        if first is None:
            raise
        return first


def reported(
    tx: Transaction, chat: ChatState, staff: Actor, reason: str, client_id: str | None
) -> NoteState:
    ids = [row.id for row in tx.run(TO, {}) if row.id != staff.id][:MOST]
    named = " ".join([FLAG, *(f"<@{user_id}>" for user_id in ids)])
    note = notes.written(tx, chat, staff, f"{named}\n{reason}", client_id)
    about = {"chat_id": chat.id, "subject_id": chat.customer_id}
    audits.record(tx, Action.CUSTOMER_REPORTED, staff, **about, note=note.id)
    return note


def to(note: NoteState) -> list[int]:
    """Whom a report went to, by id: nobody where there is no manager but oneself."""
    first = note.text.partition("\n")[0]
    return [int(found[1]) for found in MENTION.finditer(first)]
