"""Pinning a chat: it stands on top of the lists of who has pinned it, and of nobody else's."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert  # SQLite renders its ON CONFLICT as well

from app import clock
from app.errors import Conflict
from app.events import PinChanged
from app.models.chats import ChatState
from app.models.pins import MOST, OF_USER, table
from app.models.users import Actor
from app.operations import access, assignments
from app.operations.transaction import Transaction, transaction

p = table.c
PIN = insert(table).on_conflict_do_nothing()
UNPIN = delete(table).where(p.user_id == bindparam("of_user"), p.chat_id == bindparam("of_chat"))
OF_CHAT = select(p.user_id).where(p.chat_id == bindparam("of_chat")).order_by(p.user_id)
# Who has pinned both has one of them left.
both = table.alias("both")
POUR = (
    update(table)
    .where(
        p.chat_id == bindparam("of_chat"),
        p.user_id.not_in(select(both.c.user_id).where(both.c.chat_id == bindparam("into_id"))),
    )
    .values(chat_id=bindparam("into_id"))
)
LEAVE_NONE = delete(table).where(p.chat_id == bindparam("of_chat"))


def pin(staff: Actor, chat_id: int) -> Sequence[int]:
    """On top of one's own lists; again is fine. The chats (ids) that one has pinned.

    Raises `ChatNotFound`, `Unauthorized`, `Forbidden`, `Conflict` for one too many, `NewerChat`.
    """
    access.require_staff(staff)
    with transaction() as tx:
        chat = access.chat_for(staff, chat_id, tx)
        assignments.check_not_merged(chat)
        access.locked_person(tx, staff.id)  # whose pins are counted
        values = {"user_id": staff.id, "chat_id": chat.id, "at": clock.now()}
        if not tx.run(PIN, values).rowcount:
            return of(tx, staff.id)
        pins = of(tx, staff.id)
        if len(pins) > MOST:
            raise Conflict(_l("You have pinned %(limit)s chats already. Unpin one.", limit=MOST))
        return told(tx, staff.id, chat.id, pins, is_pinned=True)


def unpin(staff: Actor, chat_id: int) -> Sequence[int]:
    """Back in its place; again is fine. Raises as `pin`."""
    access.require_staff(staff)
    with transaction() as tx:
        chat = access.chat_for(staff, chat_id, tx)
        is_gone = tx.run(UNPIN, {"of_user": staff.id, "of_chat": chat.id}).rowcount
        pins = of(tx, staff.id)
        return told(tx, staff.id, chat.id, pins, is_pinned=False) if is_gone else pins


def pour(tx: Transaction, chat: ChatState, into: ChatState) -> None:
    """What was said in the chat follows in the other one, which is on top of the lists then."""
    whose = [row.user_id for row in tx.run(OF_CHAT, {"of_chat": chat.id})]
    if not whose:
        return
    tx.run(POUR, {"of_chat": chat.id, "into_id": into.id})
    tx.run(LEAVE_NONE, {"of_chat": chat.id})
    for user_id in whose:
        told(tx, user_id, into.id, of(tx, user_id), is_pinned=True)


def of(tx: Transaction, user_id: int) -> tuple[int, ...]:
    return tuple(row.chat_id for row in tx.run(OF_USER, {"user_id": user_id}))


def told(
    tx: Transaction, user_id: int, chat_id: int, pins: Sequence[int], *, is_pinned: bool
) -> Sequence[int]:
    tx.say(PinChanged(user_id, chat_id, is_pinned, tuple(pins)))
    return pins
