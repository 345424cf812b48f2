"""Tags: all there are, those of a chat, and the chats that have some."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, func, select

from app.folding import fold
from app.models import database, tags, topics
from app.models.chats import ChatState
from app.models.presence import online
from app.models.tags import SELECT_TAGS, TagState, names_in, names_of

MATCHES = 2000  # so many chats of a tag are looked at by their ids
COUNT_LIMIT = 100
t, given = tags.table.c, tags.given.c
EVERY = SELECT_TAGS.order_by(t.folded)
FOLDED = select(t.id, t.folded)
HAS_IT = exists().where(given.chat_id == bindparam("chat_id"), given.tag_id == t.id)
OF_CHAT = SELECT_TAGS.where(HAS_IT).order_by(t.folded)
AROUND = EVERY.add_columns(HAS_IT)
some = (
    select(given.chat_id).where(given.tag_id == t.id).limit(COUNT_LIMIT).correlate(tags.table)
).subquery()
COUNTED = SELECT_TAGS.add_columns(
    select(func.count()).select_from(some).scalar_subquery()
).order_by(t.folded)
TOPIC = select(topics.table.c.name).where(topics.table.c.id == bindparam("topic_id"))
BESIDE = select(online(bindparam("customer_id")), names_of(bindparam("chat_id")))


BESIDE_WITH_TOPIC = BESIDE.add_columns(TOPIC.scalar_subquery())


class BesideRow(NamedTuple):
    """What a row of the inbox shows that the chat itself does not say: whether its customer is
    here, its tags, and what its topic is called."""

    is_online: bool
    tags: Sequence[str]
    topic: str | None


class Tagged(NamedTuple):
    """The chats that have one of some tags: by their ids, or where these are too many by that."""

    ids: list[int] | None
    tag_ids: list[int]

    def holds(self, chat_id: Any) -> ColumnElement[bool]:
        if self.ids is not None:
            theirs = select(given.chat_id).where(given.tag_id.in_(self.tag_ids))
            found: ColumnElement[bool] = chat_id.in_(theirs)
            return found
        return exists().where(given.chat_id == chat_id, given.tag_id.in_(self.tag_ids))


def every() -> list[TagState]:
    return [TagState._make(row) for row in database.rows(EVERY)]


def names() -> dict[int, str]:
    return {each.id: each.name for each in every()}


def counted() -> list[tuple[TagState, int]]:
    """All, each with how many chats have it, at most `COUNT_LIMIT`."""
    return [(TagState(row[0], row[1]), row[2]) for row in database.rows(COUNTED)]


def of_chat(chat_id: int) -> list[TagState]:
    return [TagState._make(row) for row in database.rows(OF_CHAT, chat_id=chat_id)]


def around(chat_id: int) -> tuple[list[TagState], list[str]]:
    """A chat's tags, and the names of all others."""
    rows = database.rows(AROUND, chat_id=chat_id)
    has = [TagState(row[0], row[1]) for row in rows if row[2]]
    return has, [row.name for row in rows if not row[2]]


def tagged(name: str) -> Tagged:
    """The chats with a tag that is called so, or begins so."""
    wanted = fold(name)
    by_name = {row.folded: row.id for row in database.rows(FOLDED)}
    exact = [by_name[wanted]] if wanted in by_name else []
    tag_ids = exact or [by_name[each] for each in by_name if each.startswith(wanted)]
    found = select(given.chat_id).where(given.tag_id.in_(tag_ids)).distinct().limit(MATCHES + 1)
    ids = [row.chat_id for row in database.rows(found)]
    return Tagged(ids if len(ids) <= MATCHES else None, tag_ids)


def beside_row(chat: ChatState) -> BesideRow:
    values = {"chat_id": chat.id, "customer_id": chat.customer_id}
    if chat.topic_id is None:
        is_online, names = database.row(BESIDE, **values)
        return BesideRow(bool(is_online), names_in(names), None)
    values["topic_id"] = chat.topic_id
    is_online, names, topic = database.row(BESIDE_WITH_TOPIC, **values)
    return BesideRow(bool(is_online), names_in(names), topic)
