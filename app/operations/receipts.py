"""How far each side of a chat has received and read. Pointers move forward only."""

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, case, func, select, update

from app import clock
from app.errors import Forbidden, Invalid, MessageNotFound
from app.events import ReceiptsMoved
from app.models import messages
from app.models.chats import ChatState, Side
from app.models.messages import MessageState
from app.models.users import Actor
from app.operations import access, versions
from app.operations.transaction import Transaction, transaction

# One version stamps at most so many messages, so that a page of `sync` never splits a version.
BATCH = 100

m = messages.table.c
IS_CUSTOMERS = m.sender_id == bindparam("customer_id")
FROM_OTHER_SIDE = {
    Side.CUSTOMER: m.sender_id != bindparam("customer_id"),  # NULL, a system line, is neither
    Side.STAFF: IS_CUSTOMERS & m.held_at.is_(None),
}
PASSED = {
    side: select(m.seq)
    .where(
        m.chat_id == bindparam("chat_id"),
        m.seq > bindparam("after"),
        m.seq <= bindparam("up_to"),
        other,
    )
    .order_by(m.seq)
    for side, other in FROM_OTHER_SIDE.items()
}
UNREAD = {
    side: select(func.count()).where(
        m.chat_id == bindparam("chat_id"), m.seq > bindparam("after"), other
    )
    for side, other in FROM_OTHER_SIDE.items()
}
STAMP = {
    side: update(messages.table)
    .where(
        m.chat_id == bindparam("in_chat"),
        m.seq >= bindparam("first"),
        m.seq <= bindparam("last"),
        other,
    )
    .values(
        version=bindparam("at_version"),
        delivered_at=func.coalesce(m.delivered_at, bindparam("at")),
        read_at=case(
            (bindparam("reads") == 1, func.coalesce(m.read_at, bindparam("at"))), else_=m.read_at
        ),
    )
    for side, other in FROM_OTHER_SIDE.items()
}


def mark_delivered(actor: Actor, chat_id: int, up_to: int) -> ChatState:
    """The actor's side has received everything up to the message whose `seq` is `up_to`."""
    return move(actor, chat_id, up_to, read=False)


def mark_read(actor: Actor, chat_id: int, up_to: int | None = None) -> ChatState:
    """The actor's side has read up to `up_to`, or without it everything there is."""
    return move(actor, chat_id, up_to, read=True)


def mark_all_read(actor: Actor, chat_id: int) -> int:
    """The actor's side has read everything there is. How many messages were not read before."""
    with transaction() as tx:
        chat = access.chat_for(actor, chat_id, tx)
        unread = chat.unread_by(side_that_reads(chat, actor))
        read_up_to(tx, chat, actor, chat.version, read=True)
        return unread


def confirm(actor: Actor, message_id: int, *, read: bool) -> MessageState:
    """The receiver of a message has received or read it, and all that was sent before it.

    Raises `NotFound`, and `Forbidden` for its sender's side.
    """
    with transaction() as tx:
        message, chat = access.locked_message(actor, message_id, tx)
        # To its sender it is as any other.
        if message.held_at is not None and actor.id != chat.customer_id:
            raise MessageNotFound
        by_customer = message.sender_id == chat.customer_id
        is_customer = side_that_reads(chat, actor) == Side.CUSTOMER
        if message.is_line or by_customer == is_customer:
            raise Forbidden(_l("Only who a message was sent to confirms it."))
        read_up_to(tx, chat, actor, message.seq, read=read)
        return access.message_for(actor, message_id, tx)


def move(actor: Actor, chat_id: int, up_to: int | None, *, read: bool) -> ChatState:
    """Moves the side's pointer forward. Raises `ChatNotFound`, `Forbidden`, `Invalid`."""
    with transaction() as tx:
        chat = access.chat_for(actor, chat_id, tx)
        return read_up_to(tx, chat, actor, chat.version if up_to is None else up_to, read=read)


def read_up_to(
    tx: Transaction, chat: ChatState, actor: Actor, up_to: int, *, read: bool
) -> ChatState:
    """The chat with the pointer of the actor's side moved so far, if it is not there already."""
    side = side_that_reads(chat, actor)
    if up_to > chat.version:
        raise Invalid(fields={"upTo": _l("The chat has not come that far.")})
    after = chat.read_by(side) if read else chat.delivered_to(side)
    if up_to <= after:
        return chat
    span = {"chat_id": chat.id, "customer_id": chat.customer_id}
    passed = [seq for (seq,) in tx.run(PASSED[side], span | {"after": after, "up_to": up_to})]
    if not passed:
        return chat
    return moved(tx, chat, actor, side, passed, read=read)


def moved(
    tx: Transaction, chat: ChatState, actor: Actor, side: Side, passed: list[int], *, read: bool
) -> ChatState:
    """Stamps the messages that were passed, moves the pointers, counts what is left."""
    now, version, last = clock.now(), chat.version, passed[-1]
    for batch in batches(passed):
        version += 1
        stamp = {"first": batch[0], "last": batch[-1], "at": now, "reads": int(read)}
        chat_key = {"in_chat": chat.id, "customer_id": chat.customer_id, "at_version": version}
        tx.run(STAMP[side], stamp | chat_key)
    changes: dict[str, Any] = {f"{side}_delivered": max(last, chat.delivered_to(side))}
    if read:
        changes[f"{side}_read"] = last
        changes[f"{side}_unread"] = unread(tx, chat, side, last)
        if side == Side.STAFF and last > (chat.unread_mark or last):
            changes["unread_mark"] = None  # of what was said before, the receipt may come late
    after = versions.store(tx, chat, chat._replace(version=version, **changes))
    tx.say(
        ReceiptsMoved(
            chat=after,
            user_id=actor.id,
            delivered_up_to=after.delivered_to(side),
            read_up_to=after.read_by(side),
            at=now,
            seqs=tuple(passed),
            read=read,
        )
    )
    return after


def unread(tx: Transaction, chat: ChatState, side: Side, after: int) -> int:
    """How many messages to this side stand behind the one whose `seq` this is."""
    left = {"chat_id": chat.id, "after": after, "customer_id": chat.customer_id}
    return int(tx.run(UNREAD[side], left).scalar_one())


def side_that_reads(chat: ChatState, actor: Actor) -> Side:
    """Raises `Forbidden` for who answers for neither."""
    if not chat.is_party(actor):
        raise Forbidden(_l("Only the parties of this chat confirm that they have read it."))
    return chat.side_of(actor)


def batches(seqs: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(seqs), BATCH):
        yield seqs[start : start + BATCH]
