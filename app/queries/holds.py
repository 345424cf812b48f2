"""Messages that are held, the oldest first, with whose chat they stand in; and chats as they are
told to who wrote some that are held."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, func, select

from app.models import chats, database, messages
from app.models.chats import LIVING, ChatState, Status, customers, said_last
from app.models.messages import IS_HELD, MESSAGE_COLUMNS, SELECT_MESSAGES, MessageState
from app.models.users import Actor

PAGE = 50
m, c = messages.table.c, chats.table.c
IDS = (
    select(m.id)
    .where(IS_HELD, m.id > bindparam("after"))
    .order_by(m.id)
    .limit(bindparam("limit"))
    .subquery()
)
HELD = (
    select(*MESSAGE_COLUMNS, customers.c.name)
    .join_from(messages.table, IDS, m.id == IDS.c.id)
    .join(chats.table, c.id == m.chat_id)
    .join(customers, customers.c.id == c.customer_id)
    .outerjoin(messages.senders, messages.senders.c.id == m.sender_id)
    .order_by(m.id)
)


NUMBER = select(func.count()).select_from(IDS)


OF_CHAT = (m.chat_id == bindparam("chat_id"), IS_HELD)
NEWEST = SELECT_MESSAGES.where(m.seq == bindparam("seq"), *OF_CHAT)
# How many the desk has not read, and the first since the chat was over.
SUMMED = select(
    func.coalesce(func.sum(case((m.seq > bindparam("read"), 1), else_=0)), 0).label("unread"),
    func.min(case((m.created_at > bindparam("closed_at"), m.created_at))).label("first_at"),
).where(*OF_CHAT)


class Held(NamedTuple):
    message: MessageState
    customer_name: str


class HeldPage(NamedTuple):
    held: list[Held]
    next: int | None  # there are more, behind the message with this id


def page(after: int = 0, limit: int = PAGE) -> HeldPage:
    rows = [tuple(row) for row in database.rows(HELD, after=after, limit=limit + 1)]
    held = [Held(MessageState._make(row[:-1]), row[-1]) for row in rows[:limit]]
    return HeldPage(held, held[-1].message.id if len(rows) > limit else None)


def number() -> int:
    """How many are held, counted to a hundred."""
    return int(database.scalar(NUMBER, after=0, limit=100))


def as_told(actor: Actor, chat: ChatState) -> ChatState:
    """The chat as the actor is told of it: to its customer, who sees what is held as sent, it is
    as if that were. Nothing is asked for where nothing is held."""
    return chat if chat.held_seq is None or actor.id != chat.customer_id else as_sent(chat)


def told_of_own(customer: Actor, chat: ChatState | None) -> ChatState | None:
    """The same of a customer's own chat, where they have one."""
    return None if chat is None else as_told(customer, chat)


def as_sent(chat: ChatState) -> ChatState:
    """The chat as it would be if nobody had held what is."""
    summed = summed_up(chat)
    chat = chat._replace(staff_unread=chat.staff_unread + summed.unread)
    if chat.held_seq is not None and chat.held_seq > chat.last_seq:
        newest = database.row(NEWEST, chat_id=chat.id, seq=chat.held_seq)
        if newest is not None:
            chat = with_last(chat, MessageState._make(newest))
    if summed.first_at is not None and awaits_beginning(chat):
        chat = chat._replace(closed_at=None, **began(chat, summed.first_at))
    return chat._replace(needs_reply=chat.status in LIVING and chat.awaits_answer)


def begun_by(chat: ChatState, message: MessageState) -> ChatState | None:
    """The chat as its customer is told of it where this held message of theirs begins it, or
    begins it again; None where it changes nothing of that."""
    if not awaits_beginning(chat) or summed_up(chat).first_at != message.created_at:
        return None
    return as_sent(chat)


def awaits_beginning(chat: ChatState) -> bool:
    """Whether a message of its customer would begin it, or begin it again."""
    return chat.is_over or (chat.is_waiting and chat.waiting_since is None)


def summed_up(chat: ChatState) -> Any:
    about = {"read": chat.staff_read, "closed_at": chat.closed_at or 0}
    return database.row(SUMMED, chat_id=chat.id, **about)


def with_last(chat: ChatState, message: MessageState) -> ChatState:
    """The chat with all that it keeps of its last message."""
    return chat._replace(
        **said_last(message),
        last_sender_id=message.sender_id,
        last_seq=message.seq,
        active_at=max(chat.active_at, message.created_at),
    )


def began(chat: ChatState, at: int) -> dict[str, Any]:
    """What a message makes of a chat that has not begun, or is over."""
    if not chat.is_support:
        return {"status": Status.OPEN.value}
    nobody: dict[str, Any] = {"agent_id": None, "agent_name": None}
    return {"status": Status.WAITING.value, "waiting_since": at} | nobody
