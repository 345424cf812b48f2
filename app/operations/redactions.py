"""What nobody is to read again: words, in a message and all that it ever said, or a file of it."""

import json
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, select, update

from app import clock
from app.errors import FileNotFound, Forbidden, Invalid, MessageNotFound
from app.models import edits
from app.models.audits import Action
from app.models.chats import ChatState
from app.models.messages import MessageState, MessageType, clean
from app.models.places import place_in
from app.models.users import Actor
from app.operations import access, audits, files, limits, screens, versions
from app.operations.transaction import Transaction, transaction
from app.screening import HIDDEN

EARLIER = select(edits.table.c.id, edits.table.c.text).where(
    edits.table.c.message_id == bindparam("of_message")
)
KEEP = (
    update(edits.table).where(edits.table.c.id == bindparam("which")).values(text=bindparam("said"))
)


def redact(admin: Actor, message_id: int, words: str) -> MessageState:
    """Each occurrence of exactly these words is `HIDDEN` from now on, and stored nowhere.

    Of anybody's message, however old, in a chat of any state; in its text, its earlier texts, and
    what came with it. Raises `Forbidden` for who is no admin and for system lines,
    `MessageNotFound`, `Unauthorized`, `Invalid` for words that do not stand in it, `TooFast`.
    """
    access.require_admin(admin)
    words = clean(words)
    if not any(map(str.isalnum, words)):
        raise Invalid(fields={"words": _l("It takes a letter or a digit at least.")})
    limits.sends(admin)
    with transaction() as tx:
        message, chat = there(admin, message_id, tx)
        changes: dict[str, Any] = {
            "text": message.text.replace(words, HIDDEN),
            "attachments": hidden_in_attachments(tx, message, words),
            "details": hidden_within(message.details, words),
        }
        is_earlier = hide_earlier(tx, message, words)
        if not is_earlier and all(getattr(message, name) == new for name, new in changes.items()):
            raise Invalid(fields={"words": _l("That does not stand in this message.")})
        screens.forget_original(tx, message)
        audits.record(tx, Action.MESSAGE_REDACTED, admin, chat_id=chat.id, subject_id=message.id)
        changes |= {"redacted_at": clock.now(), "masked_at": None}
        return versions.change_message(tx, chat, message, **changes)


def redact_file(admin: Actor, message_id: int, file_id: int) -> MessageState:
    """The file is gone from the message, row and content, whoever sent it and whenever.

    Where nothing else was in it, `HIDDEN` stands there. Copies that were forwarded are files of
    their own. Raises as `redact`, and `FileNotFound` for what is no file of this message.
    """
    access.require_admin(admin)
    limits.sends(admin)
    with transaction() as tx:
        message, chat = there(admin, message_id, tx)
        found = files.of_message(tx, message.id)
        left = [each for each in found if each.id != file_id]
        if left == found:
            raise FileNotFound
        about = {"chat_id": chat.id, "subject_id": message.id}
        audits.record(tx, Action.FILE_REDACTED, admin, **about, file=file_id)
        files.remove(tx, [each for each in found if each.id == file_id])
        attached = [each for each in message.attached if files.file_id(each) != file_id]
        text = message.text or ("" if attached else HIDDEN)
        kind = files.kind_of(left) if left else message.message_type
        screens.forget_original(tx, message)  # which says what the file was called
        is_words = not attached and kind in files.KINDS
        return versions.change_message(
            tx,
            chat,
            message,
            redacted_at=clock.now(),
            masked_at=None,
            text=text,
            attachments=files.as_json(attached) if attached else None,
            message_type=MessageType.TEXT.value if is_words else kind,
        )


def there(admin: Actor, message_id: int, tx: Transaction) -> tuple[MessageState, ChatState]:
    """What somebody has said, and its chat, locked."""
    message, chat = access.locked_message(admin, message_id, tx)
    if message.is_line:
        raise Forbidden
    if message.deleted_at is not None:
        raise MessageNotFound
    return message, chat


def hide_earlier(tx: Transaction, message: MessageState, words: str) -> bool:
    """Whether there was something to hide in what the message said before."""
    found = [row for row in tx.run(EARLIER, {"of_message": message.id}) if words in row.text]
    for row in found:
        tx.run(KEEP, {"which": row.id, "said": row.text.replace(words, HIDDEN)})
    return bool(found)


def hidden_in_attachments(tx: Transaction, message: MessageState, words: str) -> str | None:
    """Of files what they are called and said to show; of what a client says of others, all."""
    if message.attachments is None:
        return None
    found = files.renamed(tx, message, lambda said: said.replace(words, HIDDEN))
    ours = {each.id for each in found}
    after = [
        each if files.file_id(each) in ours else without(each, words)
        for each in files.attached_now(message, found)
    ]
    return message.attachments if after == message.attached else files.as_json(after)


def without(attachment: dict[str, Any], words: str) -> Any:
    """A place is hidden as a whole by what it is shown as."""
    place = place_in(attachment)
    if place is None or words not in place.said:
        return replaced(attachment, words)
    return dict.fromkeys(("latitude", "longitude", "accuracy"), HIDDEN)


def hidden_within(stored: str | None, words: str) -> str | None:
    """JSON with the words hidden wherever it names or says something."""
    if stored is None:
        return None
    before = json.loads(stored)
    after = without(before, words)
    return stored if after == before else json.dumps(after, ensure_ascii=False)


def replaced(value: Any, words: str) -> Any:
    if isinstance(value, str):
        return value.replace(words, HIDDEN)
    if isinstance(value, list):
        return [replaced(each, words) for each in value]
    if isinstance(value, dict):
        return {replaced(name, words): replaced(each, words) for name, each in value.items()}
    if isinstance(value, (int, float)) and not isinstance(value, bool) and words in str(value):
        return str(value).replace(words, HIDDEN)
    return value
