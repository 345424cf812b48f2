"""Tags: put on a chat and taken off by staff, called otherwise or removed by managers."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert  # SQLite renders its ON CONFLICT as well

from app import clock
from app.errors import Invalid, NotFound
from app.events import SettingsChanged, TagsChanged
from app.folding import fold
from app.models import tags
from app.models.audits import Action
from app.models.chats import ChatState
from app.models.tags import MOST_OF_A_CHAT, NAME_LENGTH, SELECT_TAGS, TagState
from app.models.users import Actor
from app.operations import access, assignments, audits, limits
from app.operations.keeping import by_names_of_their_own
from app.operations.transaction import Transaction, transaction
from app.operations.users import on_one_line
from app.visible import shows

MOST = 500
t, given = tags.table.c, tags.given.c
INSERT = insert(tags.table).on_conflict_do_nothing()
# KEY SHARE: until the end it is not removed, and not called otherwise.
BY_FOLDED = SELECT_TAGS.where(t.folded == bindparam("folded")).with_for_update(
    read=True, key_share=True
)
# In one order, whichever of the two is to be called as the other.
BOTH = (
    SELECT_TAGS.where((t.id == bindparam("tag_id")) | (t.folded == bindparam("folded")))
    .order_by(t.id)
    .with_for_update()
)
BY_ID = SELECT_TAGS.where(t.id == bindparam("tag_id")).with_for_update()
HOW_MANY = select(func.count()).select_from(tags.table)
FIRST_LOCKED = select(t.id).order_by(t.id).limit(1).with_for_update(key_share=True)
OF_CHAT = (
    SELECT_TAGS.join(tags.given, given.tag_id == t.id)
    .where(given.chat_id == bindparam("of_chat"))
    .order_by(t.folded)
)
GIVE = insert(tags.given).on_conflict_do_nothing()
TAKE = delete(tags.given).where(
    given.chat_id == bindparam("of_chat"), given.tag_id == bindparam("which")
)
RENAME = update(tags.table).where(t.id == bindparam("which"))
# Where a chat has both, one is left.
twice: Any = tags.given.alias("twice")
MOVE = (
    update(tags.given)
    .where(
        given.tag_id == bindparam("which"),
        given.chat_id.not_in(select(twice.c.chat_id).where(twice.c.tag_id == bindparam("to_tag"))),
    )
    .values(tag_id=bindparam("to_tag"))
)
POUR = (
    update(tags.given)
    .where(
        given.chat_id == bindparam("of_chat"),
        given.tag_id.in_(bindparam("which", expanding=True)),
    )
    .values(chat_id=bindparam("into_id"))
)
TAKE_ALL = delete(tags.given).where(given.tag_id == bindparam("which"))
LEAVE_NONE = delete(tags.given).where(given.chat_id == bindparam("of_chat"))
REMOVE = delete(tags.table).where(t.id == bindparam("which"))


def put_on(staff: Actor, chat_id: int, name: str) -> list[TagState]:
    """The chat has a tag of this name, which is made where there is none; again is fine.

    What tags the chat has. Raises `ChatNotFound`, `Unauthorized`, `Forbidden`, `Invalid` for no
    name, or too many tags, `NewerChat`, `TooFast`.
    """
    access.require_staff(staff)
    name = checked(name)
    limits.sends(staff)
    with transaction() as tx:
        chat = access.chat_for(staff, chat_id, tx)
        found = give(tx, chat, staff, named(tx, name).id)
        return of_chat(tx, chat) if found is None else found


def take_off(staff: Actor, chat_id: int, tag_id: int) -> list[TagState]:
    """The chat has this tag no more; again is fine. Raises as `put_on`."""
    access.require_staff(staff)
    limits.sends(staff)
    with transaction() as tx:
        chat = access.chat_for(staff, chat_id, tx)
        found = take(tx, chat, tag_id)
        return of_chat(tx, chat) if found is None else found


def give(
    tx: Transaction, chat: ChatState, staff: Actor | None, tag_id: int
) -> list[TagState] | None:
    """The chat's tags with one more; None where it has that already. A rule is nobody of staff.

    Raises `Invalid`, `NewerChat`.
    """
    assignments.check_not_merged(chat)
    values = {"chat_id": chat.id, "tag_id": tag_id, "by_id": staff and staff.id, "at": clock.now()}
    if not tx.run(GIVE, values).rowcount:
        return None
    found = of_chat(tx, chat)
    if len(found) > MOST_OF_A_CHAT:
        wrong = _l("A chat has at most %(limit)s tags.", limit=MOST_OF_A_CHAT)
        raise Invalid(fields={"name": wrong})
    return told(tx, chat, found)


def give_again(
    tx: Transaction, chat: ChatState, staff: Actor, tag_id: int
) -> list[TagState] | None:
    """The same of a tag that may have been removed meanwhile."""
    is_there = tx.run(BY_ID, {"tag_id": tag_id}).first() is not None
    return give(tx, chat, staff, tag_id) if is_there else None


def take(tx: Transaction, chat: ChatState, tag_id: int) -> list[TagState] | None:
    """The chat's tags with one less; None where it has not that."""
    if not tx.run(TAKE, {"of_chat": chat.id, "which": tag_id}).rowcount:
        return None
    return told(tx, chat, of_chat(tx, chat))


def rename(manager: Actor, tag_id: int, name: str) -> TagState:
    """It is called otherwise on all its chats. Where another one is called so, both become that.

    Raises `Forbidden`, `NotFound`, `Invalid`, `TooFast`.
    """
    access.require_manager(manager)
    name = checked(name)
    limits.sends(manager)
    with by_names_of_their_own(), transaction() as tx:
        access.check_still_holds(manager, tx)
        rows = tx.run(BOTH, {"tag_id": tag_id, "folded": fold(name)})
        found = {row.id: TagState._make(row) for row in rows}
        tag = found.pop(tag_id, None)
        if tag is None:
            raise NotFound
        for there in found.values():
            tx.run(MOVE, {"which": tag.id, "to_tag": there.id})
            removed(tx, tag)
            audits.record(tx, Action.TAG_RENAMED, manager, subject_id=tag.id, into=there.id)
            return there
        tx.run(RENAME.values(name=name, folded=fold(name)), {"which": tag.id})
        audits.record(tx, Action.TAG_RENAMED, manager, subject_id=tag.id)
        tx.say(SettingsChanged("tags", "renamed", tag.id))
        return tag._replace(name=name)


def remove(manager: Actor, tag_id: int) -> None:
    """No chat has it any more. Raises `Forbidden`, `NotFound`, `TooFast`."""
    access.require_manager(manager)
    limits.sends(manager)
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        removed(tx, by_id(tx, tag_id))
        audits.record(tx, Action.TAG_REMOVED, manager, subject_id=tag_id)


def pour(tx: Transaction, chat: ChatState, into: ChatState) -> list[TagState] | None:
    """What was said in the chat follows in the other one, and so do its tags, as far as a chat has
    room for them. What the other one has then; None where that is what it had."""
    ours, theirs = of_chat(tx, into), of_chat(tx, chat)
    new, _left = tags.together(ours, theirs)
    if new:
        which = [each.id for each in new]
        tx.run(POUR, {"of_chat": chat.id, "into_id": into.id, "which": which})
    tx.run(LEAVE_NONE, {"of_chat": chat.id})
    return of_chat(tx, into) if new else None


def checked(name: str) -> str:
    """The name as it is stored. Raises `Invalid`."""
    name = on_one_line(name)
    if not shows(name) or not fold(name).strip():
        raise Invalid(fields={"name": _l("It takes a name.")})
    if len(name) > NAME_LENGTH:
        wrong = _l("It has at most %(limit)s characters.", limit=NAME_LENGTH)
        raise Invalid(fields={"name": wrong})
    return name


def named(tx: Transaction, name: str) -> TagState:
    """The tag of this name, however it is spelled; made where there is none."""
    key = {"folded": fold(name)}
    found = tx.run(BY_FOLDED, key).first()
    if found is None:
        tx.run(FIRST_LOCKED, {})  # of two who make one at once the other counts the first one's
        if tx.run(HOW_MANY, {}).scalar() >= MOST:
            raise Invalid(fields={"name": _l("There are %(limit)s tags already.", limit=MOST)})
        is_made = tx.run(INSERT, key | {"name": name, "created_at": clock.now()}).rowcount
        tag = named(tx, name)  # somebody else may have made it, and removed it again
        if is_made:
            tx.say(SettingsChanged("tags", "made", tag.id))
        return tag
    return TagState._make(found)


def by_id(tx: Transaction, tag_id: int) -> TagState:
    found = tx.run(BY_ID, {"tag_id": tag_id}).first()
    if found is None:
        raise NotFound
    return TagState._make(found)


def removed(tx: Transaction, tag: TagState) -> None:
    tx.run(TAKE_ALL, {"which": tag.id})
    tx.run(REMOVE, {"which": tag.id})
    tx.say(SettingsChanged("tags", "removed", tag.id))


def of_chat(tx: Transaction, chat: ChatState) -> list[TagState]:
    return [TagState._make(row) for row in tx.run(OF_CHAT, {"of_chat": chat.id})]


def told(tx: Transaction, chat: ChatState, found: list[TagState]) -> list[TagState]:
    tx.say(TagsChanged(chat, tuple(each.name for each in found)))
    return found
