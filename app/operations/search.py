"""Keeping the index of what is said: a moment after it was sent, at once when it changes.

Nobody who sends waits for it. Each process looks again and again for messages that have no entry;
two that do so at once do no harm. A note, of which there are few, has its entry at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Text, bindparam, cast, delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import (  # SQLite renders its ON CONFLICT as well
    TSVECTOR,
    insert,
)

from app.criteria import day_of
from app.models import chats, database, messages, notes, users
from app.models.chats import ChatState
from app.models.jobs import Job
from app.models.messages import MessageState
from app.models.notes import NoteState
from app.models.search import (
    ATTRIBUTES,
    MESSAGES,
    NAME,
    NOTES,
    OF_ATTRIBUTES,
    OF_NOTES,
    Entry,
    Indexes,
    index,
    month_of,
    progress,
)
from app.operations.transaction import Transaction, transaction

# On PostgreSQL a row may be committed later than others with a higher id: so many back are looked
# at once more.
LATE = 5_000
TOGETHER = 200  # messages of a chat that are indexed anew, a transaction

m, c, n, u = messages.table.c, chats.table.c, notes.table.c, users.table.c
SAID = (
    select(*messages.MESSAGE_COLUMNS, c.site_id.label("of_site"))
    .join_from(messages.table, chats.table, c.id == m.chat_id)
    .outerjoin(messages.senders, messages.senders.c.id == m.sender_id)
    .order_by(m.id)
    .limit(bindparam("most"))
)
NEXT = SAID.where(m.id > bindparam("after"))
OF_CHAT = NEXT.where(m.chat_id == bindparam("chat_id"))
LOCK_CHAT = select(c.id).where(c.id == bindparam("chat_id")).with_for_update()
UPTO = select(progress.c.upto).where(progress.c.name == NAME).with_for_update()
BEGIN = insert(progress).values(name=NAME, upto=0).on_conflict_do_nothing()
HAVE_COME = update(progress).where(progress.c.name == NAME).values(upto=bindparam("now_upto"))
OF_MONTH = insert(progress)
OF_MONTH = OF_MONTH.on_conflict_do_update(
    index_elements=["name"],
    set_={"upto": OF_MONTH.excluded.upto},
    where=progress.c.upto < OF_MONTH.excluded.upto,
)
NEWEST = select(func.max(m.id))
NOTED = (
    select(*notes.NOTE_COLUMNS, c.site_id.label("of_site"))
    .join_from(notes.table, notes.authors, notes.authors.c.id == n.author_id)
    .join(chats.table, c.id == n.chat_id)
    .where(n.id > bindparam("after"), n.deleted_at.is_(None))
    .order_by(n.id)
    .limit(bindparam("most"))
    .with_for_update(of=notes.table)  # none of them is edited meanwhile
)
NOTED_IN = NOTED.where(n.chat_id == bindparam("chat_id"))
NAMED = select(u.id, u.name).where(u.id.in_(bindparam("wanted", expanding=True)))


class Written(NamedTuple):
    """The statements by which an index is kept, by the kind of database."""

    keep: Mapping[str, Any]
    add: Mapping[str, Any]  # but where an edit has written meanwhile what is newer than was read
    remove: Mapping[str, Any]


def written(indexes: Indexes) -> Written:
    fts, vectors = indexes["sqlite"], indexes["postgresql"]
    into_fts = insert(fts.entries).values(rowid=bindparam("entry"), words=bindparam("said"))
    words = cast(bindparam("said", type_=Text), TSVECTOR)
    into_vectors = insert(vectors.entries).values(
        {vectors.id.name: bindparam("entry"), "words": words}
    )
    replace = into_vectors.on_conflict_do_update(
        index_elements=[vectors.id.name], set_={"words": into_vectors.excluded.words}
    )
    keep = {"sqlite": into_fts.prefix_with("OR REPLACE"), "postgresql": replace}
    remove = {
        name: delete(each.entries).where(each.id.in_(bindparam("ids", expanding=True)))
        for name, each in indexes.items()
    }
    return Written(keep, keep | {"postgresql": into_vectors.on_conflict_do_nothing()}, remove)


OF_MESSAGE, OF_NOTE = written(MESSAGES), written(NOTES)
BACK_TO_NEWEST = (
    update(progress)
    .where(progress.c.name == NAME, progress.c.upto > func.coalesce(NEWEST.scalar_subquery(), 0))
    .values(upto=func.coalesce(NEWEST.scalar_subquery(), 0))
)
SWEPT_TOGETHER = 200  # pages of FTS5
MERGES = [
    text(f"INSERT INTO {name}({name}, rank) VALUES ('merge', :pages)")  # noqa: S608  (ours)
    for name in (NAME, OF_NOTES, OF_ATTRIBUTES)
]
ANEW = delete(progress)


def newest() -> int:
    """The id of the newest message; 0 where there is none."""
    return int(database.scalar(NEWEST) or 0)


def catch_up(most: int) -> int:
    """Makes entries for the next messages that have none, so many at most; how many it were."""
    with transaction() as tx:
        upto = begun(tx)
        rows = tx.run(without_entry(tx), {"after": upto, "most": most}).all()
        if rows:
            entries = [entry_of(row) for row in rows]
            write(tx, OF_MESSAGE.add, entries)
            tx.connection.execute(OF_MONTH, newest_by_month(entries))
            tx.run(HAVE_COME, {"now_upto": max(upto, rows[-1].id)})
        return len(rows)


def newest_by_month(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """In one order, so that two processes do not wait for each other."""
    found: dict[str, int] = {}
    for each in entries:
        month = month_of(each.day or date.min)
        found[month] = max(each.id, found.get(month, 0))
    return [{"name": month, "upto": found[month]} for month in sorted(found)]


def begun(tx: Transaction) -> int:
    """How far the index has come; the row that says so is locked."""
    found = tx.run(UPTO, {}).first()
    if found is None:
        tx.run(BEGIN, {})
        found = tx.run(UPTO, {}).first()
    return int(found.upto)


def without_entry(tx: Transaction) -> Any:
    if tx.connection.dialect.name == "sqlite":  # whose ids are committed in their order
        return NEXT
    has_one = exists().where(index().id == m.id)
    return SAID.where(m.id > bindparam("after") - LATE, ~has_one)


def keep(tx: Transaction, message: MessageState, chat: ChatState) -> None:
    """The entry of a message that is another one by now."""
    write(tx, OF_MESSAGE.keep, [entry(message, chat.site_id)])


def keep_note(
    tx: Transaction, note: NoteState, names: Mapping[int, str], site_id: int | None
) -> None:
    """The entry of a note that is new, or another one by now; `names` are of those it names."""
    write(tx, OF_NOTE.keep, [entry_of_note(note, names, site_id)])


def later(tx: Transaction, chat_id: int) -> None:
    """What was said in the chat, or noted, is somebody else's, or elsewhere: a job makes its
    entries anew."""
    tx.later(Job("index_chat", {"chat_id": chat_id}, unique_key=f"index_chat:{chat_id}"))


def index_chat(chat_id: int) -> None:
    """Makes the entries of a chat's messages and notes anew."""
    index_notes(chat_id)
    after = 0
    while True:
        with transaction() as tx:
            tx.run(LOCK_CHAT, {"chat_id": chat_id})  # nothing in it is edited meanwhile
            values = {"chat_id": chat_id, "after": after, "most": TOGETHER}
            rows = tx.run(OF_CHAT, values).all()
            write(tx, OF_MESSAGE.keep, map(entry_of, rows))
        if len(rows) < TOGETHER:
            return
        after = rows[-1].id


def index_notes(chat_id: int | None = None) -> int:
    """Makes the entries of a chat's notes anew, or of all there are; how many it were."""
    done = after = 0
    while True:
        with transaction() as tx:
            values = {"after": after, "most": TOGETHER}
            if chat_id is None:
                rows = tx.run(NOTED, values).all()
            else:
                rows = tx.run(NOTED_IN, values | {"chat_id": chat_id}).all()
            found = [(NoteState._make(state), site_id) for *state, site_id in rows]
            wanted = sorted(notes.named_in(note for note, _ in found))
            names = {row.id: row.name for row in tx.run(NAMED, {"wanted": wanted})}
            write(tx, OF_NOTE.keep, [entry_of_note(note, names, site) for note, site in found])
        done += len(found)
        if len(found) < TOGETHER:
            return done
        after = found[-1][0].id


def forget_all(tx: Transaction) -> None:
    """The index is empty, and begins anew; that of notes is made by `index_notes`, that of what
    sites say by `attributes.index_all`."""
    for indexes in (MESSAGES, NOTES, ATTRIBUTES):
        tx.run(delete(index(indexes).entries), {})
    tx.run(ANEW, {})


def remove(tx: Transaction, ids: Sequence[int]) -> None:
    """The entries of these messages, whose rows are gone: also their ids may come again."""
    tx.run(OF_MESSAGE.remove[tx.connection.dialect.name], {"ids": list(ids)})
    tx.run(BACK_TO_NEWEST, {})


def remove_notes(tx: Transaction, ids: Sequence[int]) -> None:
    """The entries of these notes, whose rows are gone."""
    tx.run(OF_NOTE.remove[tx.connection.dialect.name], {"ids": list(ids)})


def sweep() -> None:
    """What of entries that are gone still stands in FTS5's own tables goes, a bit at a time.

    It marks them as gone, and forgets them once it has made one piece of what is older and newer.
    """
    if not is_fts():
        return
    for merge in MERGES:
        pages, is_done = -SWEPT_TOGETHER, False  # begins with all there is, however old
        while not is_done:
            with transaction() as tx:
                before = changes(tx)
                tx.run(merge, {"pages": pages})
                is_done = changes(tx) - before < 2  # as SQLite's documentation has it
            pages = SWEPT_TOGETHER


def changes(tx: Transaction) -> int:
    """Rows that this connection has written so far."""
    return int(tx.connection.exec_driver_sql("SELECT total_changes()").scalar() or 0)


def is_fts() -> bool:
    return index() is MESSAGES["sqlite"]


def write(tx: Transaction, statements: Mapping[str, Any], entries: Iterable[Entry]) -> None:
    written = index().written
    found = [written(each) for each in entries]
    if found:
        tx.connection.execute(statements[tx.connection.dialect.name], found)


def entry_of(row: Any) -> Entry:
    *state, site_id = row
    return entry(MessageState._make(state), site_id)


def entry(message: MessageState, site_id: int | None) -> Entry:
    return Entry(
        message.id,
        message.searched,
        message.chat_id,
        message.sender_id,
        site_id,
        day_of(message.created_at),
    )


def entry_of_note(note: NoteState, names: Mapping[int, str], site_id: int | None) -> Entry:
    said = note.said(names)
    day = day_of(note.created_at)
    return Entry(note.id, said, note.chat_id, note.author_id, site_id, day)
