"""Notes: beside a page of a chat's history, after a version, of a customer, and where one is named.

Only doors of staff ask here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select

from app.models import chats, database, notes
from app.models.chats import customers
from app.models.notes import SELECT_NOTES, NoteState, named_in
from app.queries.messages import END, MessagePage
from app.queries.related import names_of

PAGE = 50
SYNC_PAGE = 100
BESIDE = 500  # of one page of history, the newest
COUNT_LIMIT = 100  # shown as "99+"

n, mentions, c = notes.table.c, notes.mentions.c, chats.table.c
LAST = select(func.coalesce(func.max(n.version), 0)).where(n.chat_id == bindparam("chat_id"))
WITHIN = (
    SELECT_NOTES.where(
        n.chat_id == bindparam("chat_id"),
        n.after_seq >= bindparam("first"),
        n.after_seq < bindparam("before"),
    )
    .order_by(n.after_seq.desc(), n.id.desc())
    .limit(BESIDE)
)
CHANGED = (
    SELECT_NOTES.where(n.chat_id == bindparam("chat_id"), n.version > bindparam("version"))
    .order_by(n.version)
    .limit(bindparam("limit"))
)
NEWEST = (
    SELECT_NOTES.where(n.chat_id == bindparam("chat_id"), n.id < bindparam("before"))
    .order_by(n.id.desc())
    .limit(bindparam("limit"))
)
SINCE = SELECT_NOTES.where(n.changed_at >= bindparam("since")).order_by(n.changed_at, n.id)
UNSEEN_IN = select(mentions.note_id, mentions.user_id).where(
    mentions.note_id.in_(bindparam("wanted", expanding=True)), mentions.seen_at.is_(None)
)
WITH_CUSTOMER = SELECT_NOTES.join(chats.table, c.id == n.chat_id)
# By their ids, which an index has in order; the notes themselves are read of those that are shown.
NEWEST_OF_CUSTOMER = (
    select(n.id)
    .join_from(chats.table, notes.table, n.chat_id == c.id)
    .where(
        c.customer_id == bindparam("customer_id"),
        n.id < bindparam("before"),
        n.deleted_at.is_(None),
    )
    .order_by(n.id.desc())
    .limit(bindparam("limit"))
    .subquery()
)
OF_CUSTOMER = SELECT_NOTES.join(NEWEST_OF_CUSTOMER, NEWEST_OF_CUSTOMER.c.id == n.id).order_by(
    n.id.desc()
)
MENTIONS = (
    WITH_CUSTOMER.join(notes.mentions, mentions.note_id == n.id)
    .join(customers, customers.c.id == c.customer_id)
    .add_columns(mentions.seen_at, customers.c.name.label("customer_name"))
    .where(mentions.user_id == bindparam("user_id"), mentions.note_id < bindparam("before"))
    .order_by(mentions.note_id.desc())
    .limit(bindparam("limit"))
)


class NotePage(NamedTuple):
    """Notes, the names of those whom they name, and whether there are more beyond."""

    notes: list[NoteState]
    names: Mapping[int, str]
    has_more: bool = False

    @property
    def version(self) -> int:
        """Of those that were asked for by version: to ask on from."""
        return max((note.version for note in self.notes), default=0)

    @property
    def last_id(self) -> int:
        return self.notes[-1].id if self.notes else 0


class Beside(NamedTuple):
    """The notes of a page of history: `before` the message of each `seq`, and at its end those
    of none. `version` is that of all notes of the chat."""

    version: int
    before: Mapping[int | None, list[NoteState]]
    names: Mapping[int, str]


class Mentioned(NamedTuple):
    note: NoteState
    seen_at: int | None
    customer_name: str


class MentionPage(NamedTuple):
    mentions: list[Mentioned]
    names: Mapping[int, str]
    has_more: bool


def version_of(chat_id: int) -> int:
    return int(database.scalar(LAST, chat_id=chat_id))


def beside(chat_id: int, page: MessagePage, before: int = END) -> Beside:
    """Those that stand between the messages of a page, which was asked for `before` a `seq`."""
    version = version_of(chat_id)
    if not version:
        return Beside(0, {}, {})
    first = page.first_seq if page.has_more else 0
    rows = database.rows(WITHIN, chat_id=chat_id, first=first, before=before)
    found = [NoteState._make(row) for row in reversed(rows)]
    placed: defaultdict[int | None, list[NoteState]] = defaultdict(list)
    following = iter([*(message.seq for message in page.messages), None])
    seq = next(following)
    for note in found:
        while seq is not None and seq <= note.after_seq:
            seq = next(following)
        placed[seq].append(note)
    return Beside(version, placed, names_in(found))


def changed(chat_id: int, version: int, limit: int = SYNC_PAGE) -> NotePage:
    """What was written or changed after `version`, in that order."""
    return page_of(CHANGED, limit, chat_id=chat_id, version=version)


def newest(chat_id: int, before: int = END, limit: int = PAGE) -> NotePage:
    """A chat's notes, the newest first, before an id."""
    return page_of(NEWEST, limit, chat_id=chat_id, before=before)


def of_customer(customer_id: int, before: int = END, limit: int = PAGE) -> NotePage:
    """Those beside all chats of a customer, the newest first."""
    return page_of(OF_CUSTOMER, limit, customer_id=customer_id, before=before)


def changed_since(since: int) -> list[tuple[NoteState, dict[int, str], tuple[int, ...]]]:
    """What was written or changed since then, with names, and who has not seen it."""
    found = [NoteState._make(row) for row in database.rows(SINCE, since=since)]
    names = names_in(found)
    unseen: defaultdict[int, list[int]] = defaultdict(list)
    wanted = [note.id for note in found if note.named]
    for row in database.rows(UNSEEN_IN, wanted=wanted) if wanted else ():
        unseen[row.note_id].append(row.user_id)
    return [(note, names, tuple(unseen[note.id])) for note in found]


def mentions_of(user_id: int, before: int = END, limit: int = PAGE) -> MentionPage:
    """Where somebody is named, the newest first."""
    rows = database.rows(MENTIONS, user_id=user_id, before=before, limit=limit + 1)
    width = len(NoteState._fields)
    found = [Mentioned(NoteState._make(row[:width]), *row[width:]) for row in rows[:limit]]
    return MentionPage(found, names_in(each.note for each in found), len(rows) > limit)


def unseen(user_id: int) -> int:
    """How often somebody is named where they have not looked, up to a hundred."""
    return int(database.scalar(select(unseen_by(user_id))))


def unseen_by(user_id: int) -> Any:
    """The same, within another statement."""
    unseen = select(mentions.note_id).where(mentions.user_id == user_id, mentions.seen_at.is_(None))
    counted = unseen.limit(COUNT_LIMIT).subquery()
    return select(func.count()).select_from(counted).scalar_subquery()


def names_in(found: Iterable[NoteState]) -> dict[int, str]:
    return names_of(named_in(found))


def page_of(statement: object, limit: int, **values: int) -> NotePage:
    rows = database.rows(statement, limit=limit + 1, **values)  # type: ignore[arg-type]
    found = [NoteState._make(row) for row in rows[:limit]]
    return NotePage(found, names_in(found), len(rows) > limit)
