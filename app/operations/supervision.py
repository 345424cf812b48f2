"""A manager looks on at a chat, of which its customer sees nothing, and takes it over."""

from sqlalchemy import bindparam, select

from app import clock
from app.models import audits, database
from app.models.audits import Action
from app.models.chats import ChatState
from app.models.users import Actor
from app.operations import access, assignments
from app.operations.audits import record
from app.operations.transaction import Transaction, transaction

HOUR_MS = 3600 * 1000
a = audits.table.c
LATELY = (
    select(a.id)
    .where(
        a.chat_id == bindparam("chat_id"),
        a.action == Action.CHAT_WATCHED.value,
        a.actor_id == bindparam("who"),
        a.created_at > bindparam("since"),
    )
    .limit(1)
)


def watch(manager: Actor, chat_id: int) -> ChatState:
    """The chat as it is; that they look on is written down, once an hour.

    Nothing of the chat changes, and nobody is told. Raises `Forbidden` for who is no manager,
    `ChatNotFound`, `Unauthorized`.
    """
    access.require_manager(manager)
    chat = access.chat_for(manager, chat_id)
    write_down(manager, chat)
    return chat


def read(reader: Actor, chat: ChatState) -> None:
    """A manager has been given what is said in a chat that somebody else answers, by a program or
    otherwise: the same is written down. Of anybody else, and of one's own chat, nothing is."""
    if is_anothers(reader, chat):
        write_down(reader, chat)


def read_in(tx: Transaction, reader: Actor, chat: ChatState) -> None:
    """The same, in the transaction that gives it, under the lock of the chat."""
    if is_anothers(reader, chat):
        record_once(tx, reader, chat)


def is_anothers(reader: Actor, chat: ChatState) -> bool:
    return reader.is_manager and chat.agent_id not in (None, reader.id)


def write_down(manager: Actor, chat: ChatState) -> None:
    if database.row(LATELY, **lately(manager, chat)) is None:
        with transaction() as tx:
            access.chat_for(manager, chat.id, tx)
            record_once(tx, manager, chat)  # or another tab was as quick


def lately(manager: Actor, chat: ChatState) -> dict[str, int]:
    return {"chat_id": chat.id, "who": manager.id, "since": clock.now() - HOUR_MS}


def record_once(tx: Transaction, manager: Actor, chat: ChatState) -> None:
    """In the log, once an hour; the chat's row is locked."""
    if tx.run(LATELY, lately(manager, chat)).first() is None:
        record(tx, Action.CHAT_WATCHED, manager, chat_id=chat.id)


def read_beneath(reader: Actor, message_id: int, action: Action) -> None:
    """A manager has been given what a message said before words of it were masked, or before it was
    edited: that is written down, each time. Of anybody else nothing is, who reads what everybody
    of staff may. Raises `MessageNotFound`, `Unauthorized`."""
    if reader.is_manager:
        with transaction() as tx:
            message = access.message_for(reader, message_id, tx)
            record(tx, action, reader, chat_id=message.chat_id, subject_id=message.id)


def take_over(manager: Actor, chat_id: int) -> ChatState:
    """The chat is the manager's own from now on, whoever has it, who is told. Again is fine.

    Raises `Forbidden`, `ChatNotFound`, `Unauthorized`, `ChatBlocked`, `NotSupportChat`,
    `NewerChat`.
    """
    access.require_manager(manager)
    with transaction() as tx:
        chat = access.chat_for(manager, chat_id, tx)
        return assignments.assigned(tx, chat, manager, manager.id)
