"""History: pages of a chat by `seq`, and what changed after a version. Newest page first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    case,
    func,
    select,
    tuple_,
    union_all,
)

from app.models import database, messages
from app.models.chats import ChatState
from app.models.messages import SELECT_MESSAGES, MessageState
from app.queries.related import NOTHING, Related, related

PAGE = 50
SYNC_PAGE = 100
END = 2**62  # higher than any `seq`

m = messages.table.c
IN_CHAT = SELECT_MESSAGES.where(m.chat_id == bindparam("chat_id"))
BEFORE = IN_CHAT.where(m.seq < bindparam("before")).order_by(m.seq.desc()).limit(bindparam("limit"))
SAID = m.line.is_(None)
NUMBERED = BEFORE.offset(bindparam("skipped"))
COUNTED = select(func.count()).where(m.chat_id == bindparam("chat_id"))
AFTER = IN_CHAT.where(m.seq > bindparam("after")).order_by(m.seq).limit(bindparam("limit"))
# What is held is there for those alone to whom `access.sees_held` says so: others ask with this.
SHOWN = m.held_at.is_(None)


# What changed after a version is what was sent before and changed since, or is new. Of the new no
# more are looked through than belong to the page, whatever became of those that lie between.
def changed_where(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Of these alone."""
    old = (
        select(m.id, m.version)
        .where(
            m.chat_id == bindparam("chat_id"),
            m.version > bindparam("version"),
            m.version > m.seq,
            *conditions,
        )
        .order_by(m.version, m.seq)
        .limit(bindparam("limit"))
        .cte("old")
    )
    last_old = select(
        case((func.count() >= bindparam("limit"), func.max(old.c.version)), else_=END)
    ).scalar_subquery()
    new = (
        select(m.id)
        .where(
            m.chat_id == bindparam("chat_id"),
            m.seq > bindparam("version"),
            m.seq <= last_old,
            m.version == m.seq,
            *conditions,
        )
        .order_by(m.seq)
        .limit(bindparam("limit"))
        .subquery()
    )
    return (
        SELECT_MESSAGES.where(m.id.in_(union_all(select(old.c.id), select(new.c.id))))
        .order_by(m.version, m.seq)
        .limit(bindparam("limit"))
    )


# By whether the reader is shown what is held.
BEFORE_OF = {True: BEFORE, False: BEFORE.where(SHOWN)}
AFTER_OF = {True: AFTER, False: AFTER.where(SHOWN)}
CHANGED_OF = {True: changed_where(), False: changed_where(SHOWN)}


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Messages in the order in which they were said, and whether there are more.

    Of a page that is to be shown also what is shown beside them.
    """

    messages: list[MessageState]
    has_more: bool
    related: Related = NOTHING

    @property
    def first_seq(self) -> int:
        return self.messages[0].seq if self.messages else 0


class CaughtUp(NamedTuple):
    """A chat, its messages, and the version that they bring a client to."""

    chat: ChatState
    messages: list[MessageState]
    version: int
    has_more: bool


def caught_up(chat: ChatState, after: int | None, *, with_held: bool = False) -> CaughtUp:
    """What changed in the chat after version `after`, or without it the newest page.

    The chat was read first: a message that came in between is above the version that is told.
    """
    if after is None:
        page = before(chat.id, with_held=with_held)
        return CaughtUp(chat, page.messages, chat.version, page.has_more)
    page = changed(chat.id, after, with_held=with_held)
    version = page.messages[-1].version if page.has_more else chat.version
    return CaughtUp(chat, page.messages, version, page.has_more)


def before(
    chat_id: int, seq: int = END, limit: int = PAGE, *, with_held: bool = False
) -> MessagePage:
    """The newest messages, or those just before `seq`."""
    found = fetch(BEFORE_OF[with_held], limit + 1, chat_id=chat_id, before=seq)
    return MessagePage(found[:limit][::-1], len(found) > limit)


def shown(
    chat_id: int, seq: int = END, limit: int = PAGE, *, with_held: bool = False
) -> MessagePage:
    """The same, with what a page shows beside them."""
    page = before(chat_id, seq, limit, with_held=with_held)
    return replace(page, related=related(page.messages, with_held=with_held))


def after(chat_id: int, seq: int, limit: int = PAGE, *, with_held: bool = False) -> MessagePage:
    """The messages just after `seq`."""
    found = fetch(AFTER_OF[with_held], limit + 1, chat_id=chat_id, after=seq)
    return MessagePage(found[:limit], len(found) > limit)


def changed(
    chat_id: int, version: int, limit: int = SYNC_PAGE, *, with_held: bool = False
) -> MessagePage:
    """What was said or changed after `version`, in the order of versions.

    A page ends where a version does: who asks again from the last one misses nothing. Here
    `has_more` messages follow by version, not by `seq`.
    """
    found = fetch(CHANGED_OF[with_held], limit + 1, chat_id=chat_id, version=version)
    if len(found) <= limit:
        return MessagePage(found, False)
    kept = [message for message in found if message.version < found[-1].version]
    return MessagePage(kept or found[:limit], True)


def numbered(
    chat_id: int,
    page: int,
    limit: int,
    *,
    with_held: bool = False,
    before: int = END,
    with_lines: bool = False,
) -> MessagePage:
    """A page by its number, 1 being the newest, of what was said before `before` (a `seq`)."""
    statement = wanted(NUMBERED, with_lines=with_lines, with_held=with_held)
    skipped = (page - 1) * limit
    found = fetch(statement, limit + 1, chat_id=chat_id, before=before, skipped=skipped)
    return MessagePage(found[:limit][::-1], len(found) > limit)


def count(chat_id: int, *, with_held: bool = False, with_lines: bool = False) -> int:
    """How many messages a chat has."""
    statement = wanted(COUNTED, with_lines=with_lines, with_held=with_held)
    return int(database.scalar(statement, chat_id=chat_id))


def wanted(statement: Select[Any], *, with_lines: bool, with_held: bool) -> Select[Any]:
    statement = statement if with_lines else statement.where(SAID)
    return statement if with_held else statement.where(SHOWN)


def newest_of(chats: Iterable[ChatState]) -> dict[int, MessageState]:
    """The newest message that a person wrote, by chat."""
    places = [(chat.id, chat.last_seq) for chat in chats if chat.last_seq]
    found = database.rows(SELECT_MESSAGES.where(tuple_(m.chat_id, m.seq).in_(places)))
    return {row.chat_id: MessageState._make(row) for row in found}


def ids_of(chat_id: int, seqs: Sequence[int]) -> dict[int, int]:
    """By `seq` the ids of some of a chat's messages."""
    statement = select(m.seq, m.id).where(m.chat_id == chat_id, m.seq.in_(seqs))
    return {row.seq: row.id for row in database.rows(statement)}


def seq_of(chat_id: int, message_id: int) -> int | None:
    """The place of a message in this chat; None when it is not there."""
    statement = select(m.seq).where(m.id == message_id, m.chat_id == chat_id)
    found: int | None = database.scalar(statement)
    return found


def fetch(statement: object, limit: int, **values: int) -> list[MessageState]:
    found = database.rows(statement, limit=limit, **values)  # type: ignore[arg-type]
    return [MessageState._make(row) for row in found]
