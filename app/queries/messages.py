"""History: pages of a chat by `seq`, and what changed after a version. Newest page first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import bindparam, case, func, select, tuple_, union_all

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
# What changed after a version is what was sent before and changed since, or is new. Of the new no
# more are looked through than belong to the page, whatever became of those that lie between.
OLD = (
    select(m.id, m.version)
    .where(m.chat_id == bindparam("chat_id"), m.version > bindparam("version"), m.version > m.seq)
    .order_by(m.version, m.seq)
    .limit(bindparam("limit"))
    .cte("old")
)
LAST_OLD = select(
    case((func.count() >= bindparam("limit"), func.max(OLD.c.version)), else_=END)
).scalar_subquery()
NEW = (
    select(m.id)
    .where(
        m.chat_id == bindparam("chat_id"),
        m.seq > bindparam("version"),
        m.seq <= LAST_OLD,
        m.version == m.seq,
    )
    .order_by(m.seq)
    .limit(bindparam("limit"))
    .subquery()
)
CHANGED = (
    SELECT_MESSAGES.where(m.id.in_(union_all(select(OLD.c.id), select(NEW.c.id))))
    .order_by(m.version, m.seq)
    .limit(bindparam("limit"))
)


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


def caught_up(chat: ChatState, after: int | None) -> CaughtUp:
    """What changed in the chat after version `after`, or without it the newest page.

    The chat was read first: a message that came in between is above the version that is told.
    """
    if after is None:
        page = before(chat.id)
        return CaughtUp(chat, page.messages, chat.version, page.has_more)
    page = changed(chat.id, after)
    version = page.messages[-1].version if page.has_more else chat.version
    return CaughtUp(chat, page.messages, version, page.has_more)


def before(chat_id: int, seq: int = END, limit: int = PAGE) -> MessagePage:
    """The newest messages, or those just before `seq`."""
    found = fetch(BEFORE, limit + 1, chat_id=chat_id, before=seq)
    return MessagePage(found[:limit][::-1], len(found) > limit)


def shown(chat_id: int, seq: int = END, limit: int = PAGE) -> MessagePage:
    """The same, with what a page shows beside them."""
    page = before(chat_id, seq, limit)
    return replace(page, related=related(page.messages))


def after(chat_id: int, seq: int, limit: int = PAGE) -> MessagePage:
    """The messages just after `seq`."""
    found = fetch(AFTER, limit + 1, chat_id=chat_id, after=seq)
    return MessagePage(found[:limit], len(found) > limit)


def changed(chat_id: int, version: int, limit: int = SYNC_PAGE) -> MessagePage:
    """What was said or changed after `version`, in the order of versions.

    A page ends where a version does: who asks again from the last one misses nothing. Here
    `has_more` messages follow by version, not by `seq`.
    """
    found = fetch(CHANGED, limit + 1, chat_id=chat_id, version=version)
    if len(found) <= limit:
        return MessagePage(found, False)
    kept = [message for message in found if message.version < found[-1].version]
    return MessagePage(kept or found[:limit], True)


def numbered(
    chat_id: int, page: int, limit: int, *, before: int = END, with_lines: bool = False
) -> MessagePage:
    """A page by its number, 1 being the newest, of what was said before `before` (a `seq`)."""
    statement = NUMBERED if with_lines else NUMBERED.where(SAID)
    skipped = (page - 1) * limit
    found = fetch(statement, limit + 1, chat_id=chat_id, before=before, skipped=skipped)
    return MessagePage(found[:limit][::-1], len(found) > limit)


def count(chat_id: int, *, with_lines: bool = False) -> int:
    """How many messages a chat has."""
    statement = COUNTED if with_lines else COUNTED.where(SAID)
    return int(database.scalar(statement, chat_id=chat_id))


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
