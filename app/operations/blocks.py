"""Blocking a chat: nobody writes in it until it is unblocked, or the time is over."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, insert, select, update

from app import clock
from app.errors import Invalid
from app.models import blocks, chats
from app.models.audits import Action
from app.models.blocks import REASON_LENGTH
from app.models.chats import ChatState, Status
from app.models.jobs import Job
from app.models.messages import clean
from app.models.users import Actor
from app.operations import access, assignments, audits, times, versions
from app.operations.transaction import Transaction, transaction

KIND = "end_block"
b = blocks.table.c
INSERT = insert(blocks.table)
FORGET = delete(blocks.table).where(b.chat_id == bindparam("of_chat"))
ENDS_AT = select(b.ends_at).where(b.chat_id == bindparam("of_chat"))
MOVE = (
    update(blocks.table)
    .where(b.chat_id == bindparam("of_chat"))
    .values(chat_id=bindparam("into_id"))
)
DUE = (
    chats.SELECT_CHATS.join(blocks.table, b.chat_id == chats.table.c.id)
    .where(chats.table.c.id == bindparam("chat_id"), b.ends_at <= bindparam("now"))
    .with_for_update(of=chats.table)
)


def block(staff: Actor, chat_id: int, reason: str = "", until: int | None = None) -> ChatState:
    """Staff alone may block, for good or until a time (ms). Again is fine, and changes nothing.

    `reason` is for staff: no party learns of it, nor of the time. Raises `Forbidden`,
    `ChatNotFound`, `Unauthorized`, `Invalid` for words that are too long, or a time that is over
    or more than a year off, `NewerChat` for one that was merged into another.
    """
    access.require_staff(staff)
    reason, now = checked(reason), clock.now()
    if until is not None:
        times.check_to_come(until)
    with transaction() as tx:
        chat = access.chat_for(staff, chat_id, tx)
        assignments.check_not_merged(chat)
        if chat.is_blocked:
            return chat
        said = {"by_id": staff.id, "reason": reason, "blocked_at": now, "ends_at": until}
        tx.run(FORGET, {"of_chat": chat.id})
        tx.run(INSERT, said | {"chat_id": chat.id})
        if until is not None:
            end_later(tx, chat.id, until)
        audits.record(tx, Action.CHAT_BLOCKED, staff, chat_id=chat.id, until=until)
        changes = {"needs_reply": False, "waiting_since": None}
        return versions.changed(tx, chat, status=Status.BLOCKED.value, **changes)


def unblock(staff: Actor, chat_id: int) -> ChatState:
    """The chat is closed then, or waits again, as long as before, if its customer did.

    With a provider there is no queue: where the customer had the last word, that chat is open.
    """
    access.require_staff(staff)
    with transaction() as tx:
        chat = access.chat_for(staff, chat_id, tx)
        return unblocked(tx, chat, staff) if chat.is_blocked else chat


def end_due(chat_id: int) -> None:
    """Its time is over, unless it was unblocked, and blocked anew, since."""
    with transaction() as tx:
        found = tx.run(DUE, {"chat_id": chat_id, "now": clock.now()}).first()
        if found is not None and (chat := access.locked(found, tx)).is_blocked:
            unblocked(tx, chat, None)


def unblocked(tx: Transaction, chat: ChatState, by: Actor | None) -> ChatState:
    tx.run(FORGET, {"of_chat": chat.id})
    audits.record(tx, Action.CHAT_UNBLOCKED, by, chat_id=chat.id)
    # One that was over already stays so. Only after such a one can there be a newer chat.
    if chat.closed_at is None and chat.awaits_answer:
        if chat.is_support:
            return assignments.queue(tx, chat, since=chat.active_at)
        return versions.changed(tx, chat, status=Status.OPEN.value, needs_reply=True)
    changes = {"status": Status.CLOSED.value, "closed_at": chat.closed_at or clock.now()}
    return versions.changed(tx, chat, **changes)


def move(tx: Transaction, chat: ChatState, into: ChatState, *, is_blocked: bool) -> None:
    """What was said in the chat goes on in another one, which is blocked by it or not."""
    if not chat.is_blocked:
        return
    if not is_blocked:
        tx.run(FORGET, {"of_chat": chat.id})
        return
    tx.run(FORGET, {"of_chat": into.id})
    until = tx.run(ENDS_AT, {"of_chat": chat.id}).scalar()
    tx.run(MOVE, {"of_chat": chat.id, "into_id": into.id})
    if until is not None:
        end_later(tx, into.id, until)


def end_later(tx: Transaction, chat_id: int, until: int) -> None:
    tx.later(Job(KIND, {"chat_id": chat_id}, until, f"{KIND}:{chat_id}:{until}"))


def checked(reason: str) -> str:
    reason = clean(reason).strip()
    if len(reason) > REASON_LENGTH:
        wrong = _l("It has at most %(limit)s characters.", limit=REASON_LENGTH)
        raise Invalid(fields={"reason": wrong})
    return reason
