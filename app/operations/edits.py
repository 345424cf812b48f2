"""Messages that say something else, or nothing any more: by who wrote them, for a while."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, insert

from app import clock
from app.errors import Forbidden, MessageNotFound, TooLate
from app.extensions import this_app
from app.models import chats, edits, messages
from app.models.chats import LIVING, ChatState
from app.models.messages import SELECT_MESSAGES, MessageState
from app.models.users import Actor
from app.operations import access, assignments, files, limits, screens, versions
from app.operations.messages import Draft, check, cleaned
from app.operations.transaction import Transaction, transaction

KEEP = insert(edits.table)
FORGET = delete(edits.table).where(edits.table.c.message_id == bindparam("of_message"))
NOTHING: dict[str, Any] = {"text": "", "attachments": None, "details": None, "reactions": None}
NOTHING |= {"masked_at": None}
m = messages.table.c
LAST_SAID = (
    SELECT_MESSAGES.where(
        m.chat_id == bindparam("chat_id"),
        m.sender_id.is_not(None),
        m.held_at.is_(None),
        m.seq != bindparam("but"),
    )
    .order_by(m.seq.desc())
    .limit(1)
)


def edit(actor: Actor, message_id: int, text: str) -> MessageState:
    """The message says `text` from now on; staff can read what it said before.

    What it says already changes nothing. Raises `MessageNotFound`, `Unauthorized`, `Forbidden` for
    somebody else's, `TooLate`, `Conflict` in a blocked chat, `Invalid`, `TooLong`, `TooFast`.
    """
    draft = cleaned(Draft(text))
    check(draft)
    limits.sends(actor)
    with transaction() as tx:
        message, chat = own(tx, actor, message_id)
        if message.deleted_at is not None:
            raise MessageNotFound
        if message.text == draft.text:
            return message
        check_in_time(actor, chat, message)
        found = screens.Verdict(draft.text, False)
        if actor.id == chat.customer_id and (screen := screens.now(tx)) is not None:
            found = screens.verdict(tx, screen, actor, draft.text)
        if message.text == found.text and not found.is_held:
            return message
        now = clock.now()
        changes: dict[str, Any] = {"text": found.text, "edited_at": now}
        if message.is_marked or not found.is_plain:
            later = max(now, message.created_at + 1)  # than what is held as it is sent
            changes |= screens.changes_of(tx, message, found, later)
        if found.is_held and message.held_at is None:
            after = out_of_sight(tx, chat, message)
            chat = chat if after == chat else versions.store(tx, chat, after)
        tx.add(KEEP, {"message_id": message.id, "text": message.text, "until": now})
        return versions.change_message(tx, chat, message, **changes)


def take_back(actor: Actor, message_id: int) -> MessageState:
    """The message says nothing any more, and what it ever said is gone; its place stays.

    Once it is so, nothing changes. Raises as `edit` does.
    """
    limits.sends(actor)
    with transaction() as tx:
        message, chat = own(tx, actor, message_id)
        if message.deleted_at is not None:
            return message
        check_in_time(actor, chat, message)
        return removed(tx, chat, message)


def removed(
    tx: Transaction, chat: ChatState, message: MessageState, *, is_rejected: bool = False
) -> MessageState:
    """Its words, all that it said before, and its files are gone."""
    now = clock.now()
    changes: dict[str, Any] = NOTHING | {"deleted_at": now}
    if is_rejected:
        changes["rejected_at"] = now
    tx.run(FORGET, {"of_message": message.id})
    screens.forget_original(tx, message)
    files.take_back(tx, message)
    return versions.change_message(tx, chat, message, **changes)


def out_of_sight(tx: Transaction, chat: ChatState, message: MessageState) -> ChatState:
    """What the chat says of its messages without one that was seen, and is to be held from now
    on: what is said in its place nobody has seen."""
    after = chat
    if message.seq == chat.last_seq:
        found = tx.run(LAST_SAID, {"chat_id": chat.id, "but": message.seq}).first()
        after = after._replace(**said_last(chat, found and MessageState._make(found)))
    if message.seq > chat.staff_read:
        after = after._replace(staff_unread=chat.staff_unread - 1)
    return after


def said_last(chat: ChatState, message: MessageState | None) -> dict[str, Any]:
    """What the chat says of its newest message; of none where nobody has said anything."""
    if message is None:
        nothing = {"last_seq": 0, "last_text": "", "last_gist": None, "last_sender_id": None}
        return nothing | {"needs_reply": False}
    return chats.said_last(message) | {
        "last_seq": message.seq,
        "last_sender_id": message.sender_id,
        "needs_reply": chat.status in LIVING and message.sender_id == chat.customer_id,
    }


def own(tx: Transaction, actor: Actor, message_id: int) -> tuple[MessageState, ChatState]:
    message, chat = access.locked_message(actor, message_id, tx)
    if message.is_line or message.sender_id != actor.id:
        raise Forbidden(_l("Only who wrote a message changes it."))
    return message, chat


def check_in_time(actor: Actor, chat: ChatState, message: MessageState) -> None:
    if not actor.is_staff:
        assignments.check_not_blocked(chat)
    if clock.now() > message.created_at + seconds_of(actor) * 1000:
        raise TooLate


def seconds_of(actor: Actor | None) -> int:
    """So long after sending it the actor may change a message."""
    is_staff = actor is not None and actor.is_staff
    return int(this_app().config["STAFF_EDIT_SECONDS" if is_staff else "EDIT_SECONDS"])
