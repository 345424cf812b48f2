"""Files: announced, then all here, then sent with a message; looked at before they are shown.

What a file holds lies outside the database (`app/files/`); here is what becomes of its row. A row
that changes while a message names it changes the message, in a version like any other.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, func, insert, select, update

from app import clock
from app.direction import isolated, straight
from app.errors import (
    FileHeldBack,
    FileNotFound,
    Invalid,
    MessageNotFound,
    TooLong,
    TooMuch,
    Unauthorized,
)
from app.extensions import this_app
from app.models import canned_answers, chats, database, files
from app.models.chats import ChatState
from app.models.files import ALT_LENGTH, NAME_LENGTH, SELECT_FILES, FileState, FileStatus, Refusal
from app.models.jobs import Job
from app.models.messages import MessageState, MessageType
from app.models.users import Actor
from app.operations import access, limits, versions
from app.operations.transaction import Transaction, transaction
from app.visible import drawn

DAY_MS = 24 * 3600 * 1000
MEGABYTE = 1_000_000
f = files.table.c
INSERT = insert(files.table)
BY_ID = SELECT_FILES.where(f.id == bindparam("file_id"))
SENT_TODAY = select(func.coalesce(func.sum(f.size), 0)).where(
    f.owner_id == bindparam("owner_id"), f.created_at > bindparam("since")
)
# Of what one may send now: one's own, not sent yet, and not refused.
SENDABLE = (
    SELECT_FILES.where(
        f.id.in_(bindparam("ids", expanding=True)),
        f.owner_id == bindparam("owner_id"),
        f.message_id.is_(None),
        f.answer_id.is_(None),
    )
    .order_by(f.id)
    .with_for_update()
)
TO_COPY = (
    SELECT_FILES.where(f.id.in_(bindparam("ids", expanding=True))).order_by(f.id).with_for_update()
)
SEND = (
    update(files.table)
    .where(f.id.in_(bindparam("ids", expanding=True)))
    .values(message_id=bindparam("message"))
)
HERE = (
    update(files.table)
    .where(f.id == bindparam("file_id"), f.status == FileStatus.ARRIVING)
    .values(status=FileStatus.CHECKING)
)
# What became of it, for as long as nobody has sent it, or by the message that names it.
LOOKED_AT = update(files.table).where(f.id == bindparam("file_id"), f.status == FileStatus.CHECKING)
STILL_UNSENT = f.message_id.is_(None)
NOBODYS = STILL_UNSENT & f.answer_id.is_(None)
DESCRIBE = (
    update(files.table).where(f.id == bindparam("file_id"), NOBODYS).values(alt=bindparam("said"))
)
KEEP = (
    update(files.table)
    .where(f.id.in_(bindparam("ids", expanding=True)))
    .values(answer_id=bindparam("answer"))
)
OF_ANSWER = SELECT_FILES.where(f.answer_id == bindparam("of_answer")).order_by(f.id)
AT_HAND = canned_answers.ONE_AT_HAND.with_only_columns(canned_answers.c.id)
OF_MESSAGE = SELECT_FILES.where(f.message_id == bindparam("of_message")).order_by(f.id)
REMOVE = delete(files.table).where(f.id.in_(bindparam("ids", expanding=True)))
CHAT = chats.SELECT_CHATS.where(chats.table.c.id == bindparam("chat_id")).with_for_update(
    of=chats.table
)
RENAME = (
    update(files.table)
    .where(f.id == bindparam("file_id"))
    .values(name=bindparam("called"), alt=bindparam("shows"))
)
# Without those that somebody is sending after all.
OLD = (
    SELECT_FILES.where(NOBODYS, f.created_at <= bindparam("before"))
    .order_by(f.id)
    .limit(500)
    .with_for_update(skip_locked=True)
)


def announce(
    actor: Actor, name: str, size: int, alt: str = "", voice: Mapping[str, Any] | None = None
) -> FileState:
    """A file of so many bytes is about to arrive; the row under which it will. Of what was
    recorded `voice` says how long and how loud it is (`seconds`, `peaks`).

    Raises `Invalid`, `TooLong` for a larger one than is taken, `TooMuch` for more than one person
    may send in a day, `TooFast`.
    """
    settings = this_app().config
    limits.files(actor)
    if size < 1:
        raise Invalid(fields={"size": _l("It is empty.")})
    if size > settings["FILE_BYTES"]:
        raise TooLong(in_megabytes(settings["FILE_BYTES"]))
    check_alt(alt)
    now = clock.now()
    made = FileState(
        id=0,
        owner_id=actor.id,
        message_id=None,
        answer_id=None,
        name=cleaned(name),
        alt=straight(alt).strip(),
        size=size,
        status=FileStatus.ARRIVING,
        refusal=None,
        content_type=None,
        width=None,
        height=None,
        content=None,
        voice=None if voice is None else json.dumps(voice),
        created_at=now,
    )
    values = made._asdict()
    del values["id"]
    with transaction() as tx:
        # Of two at once, the second knows of the first.
        person = access.locked_person(tx, actor.id)
        if person is None or person.auth_version != actor.auth_version:
            raise Unauthorized
        today = {"owner_id": actor.id, "since": now - DAY_MS}
        if tx.run(SENT_TODAY, today).first()[0] + size > settings["FILE_BYTES_A_DAY"]:
            raise TooMuch
        return made._replace(id=tx.add(INSERT, values))


def in_megabytes(limit: int) -> Any:
    said = f"{limit / MEGABYTE:g}"
    return _l("A file has at most %(limit)s MB.", limit=said)


def cleaned(name: str) -> str:
    """The last part of a path, without what does not show or turns the text: never a place."""
    last = straight(name.replace("\\", "/")).rstrip("/").rpartition("/")[2]
    shown = "".join(char for char in last if drawn(char)).strip(" .")
    if len(shown) > NAME_LENGTH:
        stem, dot, suffix = shown.rpartition(".")
        suffix = dot + suffix if stem and len(suffix) <= 10 else ""
        shown = shown[: NAME_LENGTH - len(suffix)] + suffix
    return shown or "file"


def own(actor: Actor, file_id: int) -> FileState:
    """The actor's file. Raises `FileNotFound`, also for what has been sent and taken back."""
    found = database.row(BY_ID, file_id=file_id)
    if found is None or found.owner_id != actor.id:
        access.check_still_holds(actor)
        raise FileNotFound
    return FileState._make(found)


def seen(actor: Actor, file_id: int) -> FileState:
    """A file that the actor may see: one's own, that of a message that one may see, and for staff
    that of a canned answer at hand.

    Raises `FileNotFound`, `Unauthorized`.
    """
    found = database.row(BY_ID, file_id=file_id)
    if found is None:
        access.check_still_holds(actor)
        raise FileNotFound
    if found.answer_id is not None:
        access.check_still_holds(actor)
        key = {"staff_id": actor.id, "answer_id": found.answer_id}
        if not actor.is_staff or database.row(AT_HAND, **key) is None:
            raise FileNotFound
        return FileState._make(found)
    if found.message_id is None:
        return own(actor, file_id)
    try:
        access.message_for(actor, found.message_id)
    except MessageNotFound:
        raise FileNotFound from None
    return FileState._make(found)


def arrived(file_id: int) -> None:
    """All of the file is here: it is looked at next. Once it is so, nothing changes."""
    with transaction() as tx:
        if tx.run(HERE, {"file_id": file_id}).rowcount:
            tx.later(Job("check_file", {"file_id": file_id}, unique_key=f"file:{file_id}"))


def describe(actor: Actor, file_id: int, alt: str) -> FileState:
    """Says what a file shows, as long as it is not sent. Raises `FileNotFound`, `Invalid`."""
    check_alt(alt)
    own(actor, file_id)
    values = {"file_id": file_id, "said": straight(alt).strip()}
    with transaction() as tx:
        if not tx.run(DESCRIBE, values).rowcount:
            raise FileNotFound
    return own(actor, file_id)


def check_alt(alt: str) -> None:
    if len(alt) > ALT_LENGTH:
        raise Invalid(fields={"alt": _l("It is too long: at most %(limit)s.", limit=ALT_LENGTH)})


def give_up(actor: Actor, file_id: int) -> None:
    """The actor does not send it after all. Raises `FileNotFound`, also for what is sent."""
    own(actor, file_id)
    with transaction() as tx:
        values = {"ids": [file_id], "owner_id": actor.id}
        found = [FileState._make(row) for row in tx.run(SENDABLE, values)]
        if not found:
            raise FileNotFound
        remove(tx, found)


def to_send(tx: Transaction, actor: Actor, ids: Sequence[int]) -> list[FileState]:
    """The files that a message of the actor names, in its order. Raises `Invalid`, whose words
    name the file that is meant."""
    check_count(ids)
    found = {
        row.id: FileState._make(row)
        for row in tx.run(SENDABLE, {"ids": list(ids), "owner_id": actor.id})
    }
    if set(ids) - set(found):
        raise not_attached(_l("There is no such file, or it has been sent."))
    for each in (found[file_id] for file_id in ids):
        if each.is_arriving:
            raise not_attached(_l("Not all of “%(name)s” is here yet.", name=isolated(each.name)))
        if each.status == FileStatus.REFUSED:
            raise not_attached(_l("“%(name)s” is not taken here.", name=isolated(each.name)))
    return [found[file_id] for file_id in ids]


def check_count(ids: Sequence[int]) -> None:
    limit = this_app().config["FILES_A_MESSAGE"]
    if len(ids) > limit or len(set(ids)) < len(ids):
        raise not_attached(_l("A message has at most %(limit)s files.", limit=limit))


def not_attached(why: Any) -> Invalid:
    return Invalid(why, fields={"attachments": why})


def copies(tx: Transaction, actor: Actor, ids: Sequence[int]) -> list[FileState]:
    """Rows of the actor's own for what these hold, as long as nobody takes it back meanwhile.

    Raises `FileHeldBack` for what is not shown.
    """
    if not ids:
        return []
    found = {row.id: FileState._make(row) for row in tx.run(TO_COPY, {"ids": list(ids)})}
    if set(ids) - set(found) or not all(each.is_ready for each in found.values()):
        raise FileHeldBack
    made = []
    for each in (found[file_id] for file_id in ids):
        copy = each._replace(
            owner_id=actor.id, message_id=None, answer_id=None, created_at=clock.now()
        )
        values = copy._asdict()
        del values["id"]
        made.append(copy._replace(id=tx.add(INSERT, values)))
    return made


def sent(tx: Transaction, message: MessageState, ids: Sequence[int]) -> None:
    """These belong to the message from now on."""
    tx.run(SEND, {"ids": list(ids), "message": message.id})


def of_answer(tx: Transaction, answer_id: int) -> list[FileState]:
    return [FileState._make(row) for row in tx.run(OF_ANSWER, {"of_answer": answer_id})]


def keep_with(tx: Transaction, staff: Actor, answer_id: int, ids: Sequence[int]) -> list[FileState]:
    """A canned answer has these files and no others: those among its own, and new ones of the
    actor's. Those that it has no more are gone; what was sent of them stays with its messages.
    Raises `Invalid`."""
    check_count(ids)
    before = {each.id: each for each in of_answer(tx, answer_id)}
    added = to_send(tx, staff, [each for each in ids if each not in before])
    remove(tx, [each for each in before.values() if each.id not in ids])
    if added:
        tx.run(KEEP, {"ids": [each.id for each in added], "answer": answer_id})
    kept = before | {each.id: each._replace(answer_id=answer_id) for each in added}
    return [kept[file_id] for file_id in sorted(ids)]


def given(tx: Transaction, staff: Actor, answer_id: int) -> tuple[list[FileState], list[FileState]]:
    """Of the files of a canned answer one of the actor's own each, to be sent or given up; and
    those of which that cannot be, since they are not shown (yet)."""
    found = of_answer(tx, answer_id)
    ready = [each.id for each in found if each.is_ready]
    return copies(tx, staff, ready), [each for each in found if not each.is_ready]


def kind_of(found: Sequence[FileState]) -> str:
    """The type of a message of these: `voice` where all of them were recorded, `image` where all
    look like pictures."""
    if all(each.voice for each in found):
        return MessageType.VOICE
    pictures = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".avif")
    is_image = all(
        each.content_type.startswith("image/")
        if each.content_type
        else each.name.lower().endswith(pictures)
        for each in found
    )
    return MessageType.IMAGE if is_image else MessageType.FILE


# The types of messages that only their files make so.
KINDS = {MessageType.VOICE, MessageType.IMAGE, MessageType.FILE}


def type_with(said: str, found: Sequence[FileState]) -> str:
    """The type of a message with these files that is said, or was taken, to be of another one.

    What they were found to be counts, once all have been looked at; until then what was said.
    """
    if said == MessageType.VOICE and any(each.may_be_sound for each in found):
        return said
    is_known = any(each.is_ready for each in found) and not any(each.is_checking for each in found)
    return kind_of(found) if said == MessageType.TEXT or (said in KINDS and is_known) else said


def ready(file_id: int, values: Mapping[str, Any]) -> bool:
    """The file may be shown: `content`, `content_type`, `size`, `width`, `height`, and `voice`:
    of what was recorded how long it is, None of all else.

    False: it is gone, or it is known already what became of it.
    """
    return looked_at(file_id, {**values, "status": FileStatus.READY})


def refuse(file_id: int, why: Refusal) -> bool:
    """The file is not shown to anybody. False as for `ready`."""
    return looked_at(file_id, {"status": FileStatus.REFUSED, "refusal": why})


def looked_at(file_id: int, values: Mapping[str, Any]) -> bool:
    key = {"file_id": file_id}
    with transaction() as tx:
        if tx.run(LOOKED_AT.where(STILL_UNSENT).values(**values), key).rowcount:
            return True
        # It has been sent: the chat is locked first, as everybody does.
        found = tx.run(BY_ID, key).first()
        if found is None or found.message_id is None:
            return False
        message, chat = locked_message(tx, found.message_id)
        if not tx.run(LOOKED_AT.values(**values), key).rowcount:
            return False
        together = of_message(tx, message.id)
        changes = {"attachments": as_json(attached_now(message, together))}
        kind = type_with(message.message_type, together)
        if kind == MessageType.VOICE and found.voice and values.get("voice", found.voice) is None:
            kind = kind_of(together)  # it was recorded, and nobody knows how long it is
        if kind != message.message_type:
            changes["message_type"] = kind
        versions.change_message(tx, chat, message, of_files=True, **changes)
        return True


def locked_message(tx: Transaction, message_id: int) -> tuple[MessageState, ChatState]:
    """The message, and its chat's row locked: that of another one if it has moved meanwhile."""
    key = {"message_id": message_id}
    before = MessageState._make(tx.run(access.MESSAGE, key).first())
    chat = access.locked(tx.run(CHAT, {"chat_id": before.chat_id}).first(), tx)
    message = MessageState._make(tx.run(access.MESSAGE, key).first())
    return (message, chat) if message.chat_id == chat.id else locked_message(tx, message_id)


def attached_now(message: MessageState, found: Sequence[FileState]) -> list[dict[str, Any]]:
    """What is attached to the message, its files as these rows have them."""
    now = {each.id: each.attached for each in found}
    return [now.get(file_id(each), each) for each in message.attached]


def file_id(attachment: Mapping[str, Any]) -> int:
    """0 for what is no file of ours, whatever a client calls it."""
    said = attachment.get("id")
    return said if type(said) is int else 0


def as_json(attached: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(attached, ensure_ascii=False)


def files_of(message: MessageState) -> list[FileState]:
    """The files of a message, asked for where it has attachments."""
    if not message.attachments:
        return []
    return [FileState._make(row) for row in database.rows(OF_MESSAGE, of_message=message.id)]


def of_message(tx: Transaction, message_id: int) -> list[FileState]:
    return [FileState._make(row) for row in tx.run(OF_MESSAGE, {"of_message": message_id})]


def renamed(
    tx: Transaction, message: MessageState, hidden: Callable[[str], str]
) -> list[FileState]:
    """The files of a message, called and said to show what is left once something is hidden."""
    return [rename(tx, each, hidden) for each in of_message(tx, message.id)]


def rename(tx: Transaction, file: FileState, hidden: Callable[[str], str]) -> FileState:
    after = file._replace(name=hidden(file.name)[:NAME_LENGTH], alt=hidden(file.alt)[:ALT_LENGTH])
    if after != file:
        tx.run(RENAME, {"file_id": file.id, "called": after.name, "shows": after.alt})
    return after


def take_back(tx: Transaction, message: MessageState) -> None:
    """The files of a message that is taken back are gone, with what they hold."""
    if message.attachments:
        remove(tx, of_message(tx, message.id))


def remove(tx: Transaction, found: Sequence[FileState]) -> None:
    if found:
        tx.run(REMOVE, {"ids": [each.id for each in found]})
        contents = [each.content for each in found if each.content]
        tx.later(Job("remove_files", {"ids": [each.id for each in found], "contents": contents}))


def forget_unsent() -> None:
    """What nobody has sent within a day goes."""
    with transaction() as tx:
        found = tx.run(OLD, {"before": clock.now() - DAY_MS})
        remove(tx, [FileState._make(row) for row in found])
