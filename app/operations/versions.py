"""A chat, one version on: how what changed about it is stored and a message added.

The caller holds the lock of the chat's row, so a version is used once and versions have no gap.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from app import clock
from app.events import ChatChanged, MessageChanged, MessageSent
from app.models import chats, messages
from app.models.chats import ChatState, Status
from app.models.messages import IS_HELD, Line, MessageState, MessageType
from app.models.statements import Prepared
from app.operations import search
from app.operations.transaction import Transaction

# What a message gets later, if at all, is NULL until then and not written.
LATER = {"delivered_at", "read_at", "edited_at", "deleted_at", "redacted_at", "reactions"}
LATER |= {"held_at", "masked_at", "rejected_at"}
SAYING = {"text", "attachments", "message_type"}
INSERT_MESSAGE = Prepared(
    insert(messages.table),
    [each.name for each in messages.table.c if each.name not in ("id", *LATER)],
)
NEWEST_HELD = select(func.max(messages.table.c.seq)).where(
    messages.table.c.chat_id == bindparam("chat_id"), IS_HELD
)
HELD_SINCE = select(func.max(messages.table.c.created_at)).where(
    messages.table.c.chat_id == bindparam("chat_id"), IS_HELD
)
NOTHING_YET = MessageState(*[None] * len(MessageState._fields))  # type: ignore[arg-type]


def store(tx: Transaction, before: ChatState, after: ChatState) -> ChatState:
    """Writes the columns that differ; the caller holds the lock of the row, which is `before`."""
    # Not all columns: an index costs as soon as an UPDATE names one of its columns.
    values = {
        name: new
        for name, old, new in zip(ChatState._fields, before, after, strict=True)
        if new != old and name not in chats.NAMES
    }
    tx.run(storing(tuple(values)), values | {"chat_id": after.id})
    return after


@lru_cache
def storing(names: tuple[str, ...]) -> Prepared:
    """The statement that writes these columns of a chat."""
    return Prepared(
        update(chats.table)
        .where(chats.table.c.id == bindparam("chat_id"))
        .values({name: bindparam(name) for name in names})
    )


def changed(tx: Transaction, chat: ChatState, **changes: Any) -> ChatState:
    """The chat one version on, with `changes`; stored and said. It is put aside no longer."""
    changes["snoozed_until"] = None
    after = chat._replace(version=chat.version + 1, updated_at=clock.now(), **changes)
    moved = (after.agent_id, after.team_id) != (chat.agent_id, chat.team_id)
    tx.say(ChatChanged(store(tx, chat, after), Status(chat.status), moved))
    return after


def line(
    tx: Transaction,
    chat: ChatState,
    kind: Line,
    name: str = "",
    details: Mapping[str, Any] | None = None,
) -> ChatState:
    """Adds a system line: what happened in the chat, told to both sides, for nobody to confirm."""
    now, seq = clock.now(), chat.version + 1
    # By the time other processes find what they have not heard of.
    after = store(tx, chat, chat._replace(version=seq, updated_at=now))
    message = NOTHING_YET._replace(
        chat_id=chat.id,
        seq=seq,
        version=seq,
        message_type=MessageType.SYSTEM.value,
        line=kind.value,
        text=name,
        details=None if details is None else json.dumps(details, ensure_ascii=False),
        created_at=now,
    )
    tx.say(MessageSent(after, add_message(tx, message)))
    return after


def with_held(tx: Transaction, chat: ChatState) -> ChatState:
    """The chat, with which of its messages is the newest that is held by now."""
    return chat._replace(held_seq=tx.run(NEWEST_HELD, {"chat_id": chat.id}).scalar())


def held_since(tx: Transaction, chat: ChatState) -> bool:
    """Whether its customer has written, since the chat was over, what is held: to them it has
    begun again."""
    if chat.held_seq is None:
        return False
    newest = tx.run(HELD_SINCE, {"chat_id": chat.id}).scalar()
    return newest is not None and newest > (chat.closed_at or 0)


def change_message(
    tx: Transaction,
    chat: ChatState,
    message: MessageState,
    *,
    of_files: bool = False,
    **changes: Any,
) -> MessageState:
    """The message with `changes`, in the chat one version on; stored and said. `of_files` tells
    that it was one of its files that was looked at."""
    version = chat.version + 1
    after = message._replace(version=version, **changes)
    values = changes | {"version": version}
    tx.run(writing(tuple(values)), values | {"message_id": message.id})
    if after.searched != message.searched:
        search.keep(tx, after, chat)
    moved: dict[str, Any] = {"version": version, "updated_at": clock.now()}
    if after.is_held != message.is_held:
        moved["held_seq"] = with_held(tx, chat).held_seq
    if message.seq == chat.last_seq and not changes.keys().isdisjoint(SAYING):
        moved |= chats.said_last(after)
    tx.say(MessageChanged(store(tx, chat, chat._replace(**moved)), after, of_files))
    return after


@lru_cache
def writing(names: tuple[str, ...]) -> Prepared:
    """The statement that writes these columns of a message."""
    return Prepared(
        update(messages.table)
        .where(messages.table.c.id == bindparam("message_id"))
        .values({name: bindparam(name) for name in names})
    )


def add_message(tx: Transaction, message: MessageState) -> MessageState:
    """Writes the message's row; its `id` is the row's."""
    values = message._asdict()
    del values["id"], values["sender_name"], values["sender_role"]
    return message._replace(id=tx.add(INSERT_MESSAGE, values))
