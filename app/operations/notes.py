"""Notes beside a chat, for staff alone: written, edited, taken back, and whom they name.

They have versions of their own. What a customer is told of a chat counts its changes, and a note
is none that they could learn of.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, func, insert, select, true, update

from app import clock
from app.errors import Forbidden, NotFound, TooFast
from app.events import MentionsSeen, NoteChanged
from app.models import database, notes, users
from app.models.audits import Action
from app.models.chats import ChatState
from app.models.notes import BEGIN, END, MENTION, SELECT_NOTES, NoteState
from app.models.users import STAFF, Actor
from app.operations import access, audits, limits, search
from app.operations.messages import Draft, check, cleaned
from app.operations.transaction import Transaction, transaction

n, mentions, u = notes.table.c, notes.mentions.c, users.table.c
INSERT = insert(notes.table)
CHANGE = update(notes.table).where(n.id == bindparam("which"))
# Of a note that moves to another chat.
KEPT = ("chat_id", "after_seq", "version", "client_id", "changed_at")
MOVE = CHANGE.values({name: bindparam(f"to_{name}") for name in KEPT})
OF_CHAT = SELECT_NOTES.where(n.chat_id == bindparam("of_chat")).order_by(n.id)
CALLED = select(n.author_id, n.client_id).where(
    n.chat_id == bindparam("of_chat"), n.client_id.is_not(None)
)
ONE = SELECT_NOTES.where(n.id == bindparam("note_id"))
WRITTEN = SELECT_NOTES.where(
    n.chat_id == bindparam("chat_id"),
    n.author_id == bindparam("author_id"),
    n.client_id == bindparam("client_id"),
)
LAST = select(func.coalesce(func.max(n.version), 0)).where(n.chat_id == bindparam("chat_id"))
COLLEAGUES = select(u.id, u.name).where(u.role.in_(sorted(STAFF)), u.is_active)
NAMED = select(u.id, u.name).where(u.id.in_(bindparam("wanted", expanding=True)))
TELL = insert(notes.mentions)
FORGET = delete(notes.mentions).where(
    mentions.note_id == bindparam("note"), mentions.user_id == bindparam("who")
)
SEE = (
    update(notes.mentions)
    .where(mentions.user_id == bindparam("who"), mentions.seen_at.is_(None))
    .values(seen_at=bindparam("at"))
)
UNSEEN = (
    select(mentions.note_id)
    .where(mentions.user_id == bindparam("who"), mentions.seen_at.is_(None))
    .limit(1)
)
IN_CHAT = mentions.note_id.in_(select(n.id).where(n.chat_id == bindparam("chat")))
BY_ID = re.compile("<@([0-9]{1,16})>")


class Said(NamedTuple):
    """A text as it is stored, and the names of those whom it names, by id."""

    text: str
    names: Mapping[int, str]

    @property
    def told(self) -> tuple[tuple[int, str], ...]:
        return tuple(self.names.items())


def write(staff: Actor, chat_id: int, text: str, client_id: str | None = None) -> NoteState:
    """A note in the chat, whatever state it is in; where another has taken its place, in that one.

    `@` and a colleague's name, or `<@id>`, names them, and they hear of it. A repeat (the same
    author and `client_id`) answers with the first one. Raises `Forbidden`, `ChatNotFound`,
    `Unauthorized`, `Invalid`, `TooLong`, `TooFast`.
    """
    return write_once(staff, chat_id, text, client_id)[0]


def write_once(
    staff: Actor, chat_id: int, text: str, client_id: str | None = None
) -> tuple[NoteState, bool]:
    """The same, and whether the note is new: False for a repeat."""
    access.require_staff(staff)
    text = checked(text, client_id)
    try:
        limits.sends(staff)
        with transaction() as tx:
            chat = chat_now(tx, staff, chat_id)
            first = written_before(chat.id, staff, client_id, tx)
            if first:
                return first, False
            note = written(tx, chat, staff, text, client_id)
            if staff.is_manager and chat.is_open and chat.agent_id not in (None, staff.id):
                about = {"chat_id": chat.id, "subject_id": note.id}
                audits.record(tx, Action.CHAT_WHISPERED, staff, **about, agent=chat.agent_id)
            return note, True
    except TooFast:
        # What is here already is nothing that could be too fast.
        first = written_before(access.chat_for(staff, chat_id).id, staff, client_id)
        if first is None:
            raise
        return first, False


def edit(staff: Actor, note_id: int, text: str) -> NoteState:
    """One's own note says `text` from now on; whom it names newly hears of it.

    Raises `NotFound`, also for what was taken back, and as `write` does.
    """
    access.require_staff(staff)
    text = checked(text)
    limits.sends(staff)
    with transaction() as tx:
        note, chat = locked(tx, staff, note_id)
        if note.author_id != staff.id:
            raise Forbidden(_l("Only who wrote a note changes it."))
        if note.deleted_at is not None:
            raise NotFound
        said = understood(tx, text, note.named)
        if said.text == note.text:
            return note
        new = told(tx, note, staff, said.names)
        return changed(tx, chat, note, said, new, text=said.text, edited_at=clock.now())


def take_back(staff: Actor, note_id: int) -> NoteState:
    """One's own note, or an admin anybody's, says nothing any more, and names nobody.

    Once it is so, nothing changes. Raises as `edit` does.
    """
    access.require_staff(staff)
    limits.sends(staff)
    with transaction() as tx:
        note, chat = locked(tx, staff, note_id)
        if note.author_id != staff.id and not staff.is_admin:
            raise Forbidden(_l("Only who wrote a note changes it."))
        if note.deleted_at is not None:
            return note
        if note.author_id != staff.id:
            about = {"chat_id": note.chat_id, "subject_id": note.id}
            audits.record(tx, Action.NOTE_REMOVED, staff, **about)
        return emptied(tx, chat, note, staff)


def take_back_as_written(tx: Transaction, chat: ChatState, staff: Actor, note_id: int) -> bool:
    """One's own note says nothing any more, if it still stands in the chat as it was written:
    whoever has edited it since has made another one of it. Whether it did."""
    found = tx.run(ONE, {"note_id": note_id}).first()
    note = found and NoteState._make(found)
    if not note or note.chat_id != chat.id or note.deleted_at or note.edited_at:
        return False
    emptied(tx, chat, note, staff)
    return True


def emptied(tx: Transaction, chat: ChatState, note: NoteState, staff: Actor) -> NoteState:
    said = Said("", {})
    told(tx, note, staff, said.names)
    return changed(tx, chat, note, said, (), text="", deleted_at=clock.now())


def see(staff: Actor, chat_id: int | None = None) -> bool:
    """The actor has seen where they are named, in this chat or everywhere; whether that is news.

    Raises `Forbidden`, `Unauthorized`.
    """
    access.require_staff(staff)
    access.check_still_holds(staff)
    where, chat = (IN_CHAT, {"chat": chat_id}) if chat_id is not None else (true(), {})
    # Most that are asked have nothing to see, and no writer waits for them.
    if database.row(UNSEEN.where(where), who=staff.id, **chat) is None:
        return False
    with transaction() as tx:
        tx.run(SEE.where(where), {"who": staff.id, "at": clock.now()} | chat)
        tx.say(MentionsSeen(staff.id, chat_id))
        return True


def move(
    tx: Transaction,
    chat: ChatState,
    into: ChatState,
    place_of: Callable[[int], int],
    since: int = 0,
) -> None:
    """The chat's notes follow what was said in it, which has other places in the other chat, or in
    the same: those behind `since`, where that is given. Both chats are locked."""
    found = [NoteState._make(row) for row in tx.run(OF_CHAT, {"of_chat": chat.id})]
    found = [note for note in found if note.after_seq >= since]
    if not found:
        return
    taken = set()
    if chat.id != into.id:
        taken = {tuple(row) for row in tx.run(CALLED, {"of_chat": into.id})}
    wanted = sorted(notes.named_in(found))
    names = {row.id: row.name for row in tx.run(NAMED, {"wanted": wanted})}
    moved = []
    for version, note in enumerate(found, last_version(tx, into.id) + 1):
        is_twice = (note.author_id, note.client_id) in taken
        after = note._replace(
            chat_id=into.id,
            after_seq=place_of(note.after_seq),
            version=version,
            client_id=None if is_twice else note.client_id,
            changed_at=clock.now(),
        )
        moved.append({f"to_{name}": getattr(after, name) for name in KEPT} | {"which": note.id})
        told = tuple((user_id, names[user_id]) for user_id in note.named)
        tx.say(NoteChanged(after, told))
    tx.connection.execute(MOVE, moved)


def checked(text: str, client_id: str | None = None) -> str:
    """What is written, without what marks a name in what is stored."""
    draft = cleaned(Draft(text.replace(BEGIN, "").replace(END, ""), client_id))
    check(draft)
    return draft.text.strip()


def chat_now(tx: Transaction, staff: Actor, chat_id: int) -> ChatState:
    """The chat, or the one to which all that was said in it has moved; locked."""
    chat = access.chat_for(staff, chat_id, tx)
    while chat.merged_into_id is not None:
        chat = access.chat_for(staff, chat.merged_into_id, tx)
    return chat


def written_before(
    chat_id: int, staff: Actor, client_id: str | None, tx: Transaction | None = None
) -> NoteState | None:
    if client_id is None:
        return None
    key = {"chat_id": chat_id, "author_id": staff.id, "client_id": client_id}
    found = tx.run(WRITTEN, key).first() if tx else database.row(WRITTEN, **key)
    return found and NoteState._make(found)


def written(
    tx: Transaction,
    chat: ChatState,
    staff: Actor,
    text: str,
    client_id: str | None,
    *,
    tells_author: bool = False,
) -> NoteState:
    said = understood(tx, text, ())
    now = clock.now()
    note = NoteState(
        id=0,
        chat_id=chat.id,
        after_seq=chat.version,
        version=last_version(tx, chat.id) + 1,
        author_id=staff.id,
        client_id=client_id,
        text=said.text,
        created_at=now,
        changed_at=now,
        edited_at=None,
        deleted_at=None,
        author_name=staff.name,
    )
    values = note._asdict()
    del values["id"], values["author_name"]
    note = note._replace(id=tx.add(INSERT, values))
    search.keep_note(tx, note, said.names, chat.site_id)
    named = note._replace(text="")  # whom it names is new
    author = None if tells_author else staff
    tx.say(NoteChanged(note, said.told, told(tx, named, author, said.names)))
    return note


def by_desk(tx: Transaction, chat: ChatState, author: Actor, text: str, ids: Sequence[int]) -> None:
    """A note that a rule writes in the name of who has switched it on, who hears of it, too, where
    it names them."""
    named = " ".join(f"<@{user_id}>" for user_id in ids)
    written(tx, chat, author, f"{named}\n{checked(text)}", None, tells_author=True)


def changed(
    tx: Transaction,
    chat: ChatState,
    note: NoteState,
    said: Said,
    new: tuple[int, ...],
    **changes: Any,
) -> NoteState:
    """The note with `changes`, one version on; stored and said."""
    changes |= {"version": last_version(tx, note.chat_id) + 1, "changed_at": clock.now()}
    after = note._replace(**changes)
    tx.run(CHANGE, changes | {"which": note.id})
    search.keep_note(tx, after, said.names, chat.site_id)
    tx.say(NoteChanged(after, said.told, new))
    return after


def told(
    tx: Transaction, note: NoteState, author: Actor | None, names: Iterable[int]
) -> tuple[int, ...]:
    """Stores whom the note names now; who is new among them, and is not its author."""
    before = set(note.named)
    now = [user_id for user_id in names if author is None or user_id != author.id]
    for user_id in before.difference(now):
        tx.run(FORGET, {"note": note.id, "who": user_id})
    new = tuple(user_id for user_id in now if user_id not in before)
    for user_id in new:
        tx.run(TELL, {"note_id": note.id, "user_id": user_id, "seen_at": None})
    return new


def understood(tx: Transaction, text: str, named: Iterable[int]) -> Said:
    """The text with ids in the place of names: of active staff, and of those it has `named`.

    Of two who are called the same both are meant, since the one who is meant must hear of it.
    """
    if "@" not in text:
        return Said(text, {})
    known = {row.id: row.name for row in tx.run(COLLEAGUES, {})}
    known |= {row.id: row.name for row in tx.run(NAMED, {"wanted": sorted(named)})}
    called: dict[str, list[int]] = {}
    for user_id, name in known.items():
        called.setdefault(name.lower(), []).append(user_id)
    longest = sorted(map(re.escape, called), key=len, reverse=True)
    by_name = re.compile(rf"(?<!\w)@({'|'.join(longest)})(?!\w)", re.I)
    text = BY_ID.sub(lambda found: one(int(found[1]), known) or found[0], text)
    text = by_name.sub(lambda found: all_of(called.get(found[1].lower(), ()), found[0]), text)
    ids = dict.fromkeys(int(found[1]) for found in MENTION.finditer(text))
    return Said(text, {user_id: known[user_id] for user_id in ids})


def one(user_id: int, known: Mapping[int, str]) -> str:
    return f"{BEGIN}{user_id}{END}" if user_id in known else ""


def all_of(ids: Iterable[int], written: str) -> str:
    return " ".join(f"{BEGIN}{user_id}{END}" for user_id in ids) or written


def locked(tx: Transaction, staff: Actor, note_id: int) -> tuple[NoteState, ChatState]:
    """The note as it is under its chat's lock, and the chat. Raises `NotFound`, `Unauthorized`."""
    found = tx.run(ONE, {"note_id": note_id}).first()
    if found is None:
        access.check_still_holds(staff, tx)
        raise NotFound
    chat = access.chat_for(staff, found.chat_id, tx)
    note = NoteState._make(tx.run(ONE, {"note_id": note_id}).first())
    if note.chat_id != chat.id:  # it has moved into another one meanwhile
        return locked(tx, staff, note_id)
    return note, chat


def last_version(tx: Transaction, chat_id: int) -> int:
    return int(tx.run(LAST, {"chat_id": chat_id}).scalar())
