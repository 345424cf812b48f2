"""Messages that say something else, or nothing any more: by who wrote them, for a while."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, insert

from app import clock
from app.errors import Forbidden, MessageNotFound, TooLate
from app.extensions import this_app
from app.models import edits
from app.models.chats import ChatState
from app.models.messages import MessageState
from app.models.users import Actor
from app.operations import access, assignments, files, limits, versions
from app.operations.messages import Draft, check, cleaned
from app.operations.transaction import Transaction, transaction

KEEP = insert(edits.table)
FORGET = delete(edits.table).where(edits.table.c.message_id == bindparam("of_message"))
NOTHING: dict[str, Any] = {"text": "", "attachments": None, "details": None, "reactions": None}


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
        now = clock.now()
        tx.add(KEEP, {"message_id": message.id, "text": message.text, "until": now})
        return versions.change_message(tx, chat, message, text=draft.text, edited_at=now)


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
        tx.run(FORGET, {"of_message": message.id})
        files.take_back(tx, message)
        return versions.change_message(tx, chat, message, deleted_at=clock.now(), **NOTHING)


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
