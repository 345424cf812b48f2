"""Sending a message: once, in order, or not at all."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam
from sqlalchemy.exc import IntegrityError

from app import clock
from app.errors import Invalid, TooFast, TooLong
from app.events import MessageSent, SnoozeChanged
from app.extensions import this_app
from app.models import database, messages
from app.models.chats import ChatState, Side, Status, said_last
from app.models.chats import table as chat_table
from app.models.files import FileState
from app.models.messages import (
    CLIENT_ID_LENGTH,
    MessageState,
    MessageType,
    Quote,
    called,
    clean,
)
from app.models.places import Place, place_in
from app.models.topics import TopicState
from app.models.users import Actor
from app.operations import (
    access,
    assignments,
    chats,
    files,
    limits,
    mails,
    screens,
    topics,
    triggers,
    versions,
)
from app.operations.transaction import Transaction, transaction
from app.visible import shows

ATTACHED_LENGTH = 10_000  # characters of JSON
SENT_BEFORE = messages.SELECT_MESSAGES.where(
    messages.table.c.sender_id == bindparam("sender_id"),
    messages.table.c.client_id == bindparam("client_id"),
)
IN_ONE_CHAT = SENT_BEFORE.where(messages.table.c.chat_id == bindparam("chat_id"))
IN_OWN_CHATS = (
    SENT_BEFORE.join(
        chat_table,
        (chat_table.c.id == messages.table.c.chat_id)
        & (chat_table.c.customer_id == bindparam("sender_id"))
        & chat_table.c.provider_id.is_(None),
    )
    .where(chat_table.c.id >= bindparam("oldest"))
    .order_by(chat_table.c.id)
)
TO_CUSTOMER = SENT_BEFORE.join(
    chat_table,
    (chat_table.c.id == messages.table.c.chat_id)
    & (chat_table.c.customer_id == bindparam("customer_id"))
    & chat_table.c.provider_id.is_(None),
)
QUOTED = messages.SELECT_QUOTES.where(
    messages.table.c.id == bindparam("message_id"),
    messages.table.c.chat_id == bindparam("chat_id"),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to say. With a `client_id` a repeat is known as one."""

    text: str
    client_id: str | None = None
    message_type: str = MessageType.TEXT
    reply_to_id: int | None = None
    attachments: Sequence[Mapping[str, Any]] = ()
    details: Mapping[str, Any] | None = None
    forwarded_from_id: int | None = None
    files: Sequence[int] = ()
    copied_files: Sequence[int] = ()
    topic_id: int | None = None  # what a customer says that the chat is about, as it begins

    @property
    def place(self) -> Place | None:
        return next(filter(None, map(place_in, self.attachments)), None)


def send(actor: Actor, chat_id: int | None, draft: Draft) -> MessageState:
    """Puts the draft into the chat; without `chat_id` into a customer's own, opened if need be.

    A repeat (the same chat, sender and `client_id`) answers with the first message and stores
    nothing. A customer's message to a finished chat makes it wait again, or goes to their newest
    support chat where that is another one; staff's takes it, unless there is a newer one. With the
    first message, and one by which a chat begins again, a customer chooses its topic; with others
    it makes no difference.
    Raises `Invalid`, `TooLong`, `TooFast`, `ChatNotFound`, `Unauthorized`, `Conflict` (blocked, or
    a newer chat has taken its place).
    """
    return send_once(actor, chat_id, draft)[0]


def send_once(actor: Actor, chat_id: int | None, draft: Draft) -> tuple[MessageState, bool]:
    """The same, and whether the message is new: False for a repeat."""
    draft = cleaned(draft)
    check(draft)
    try:
        limits.sends(actor)
        with transaction() as tx:
            return sent_within(tx, actor, chat_id, draft)
    except (IntegrityError, TooFast):
        # What is here already is no new message, and nothing that could be too fast.
        first = sent_before(actor, chat_id, draft)
        if first is None:
            raise
        return first, False


def sent_within(
    tx: Transaction, actor: Actor, chat_id: int | None, draft: Draft
) -> tuple[MessageState, bool]:
    """The same of a checked draft; a repeat may also be an `IntegrityError`, by which all that the
    transaction has done is undone."""
    topic_id = draft.topic_id if actor.is_customer else None
    topic = None if topic_id is None else topics.chosen(tx, actor, topic_id)
    chat, has_newer = chat_to_send_in(tx, actor, chat_id)
    # In the chat that is ready for it a repeat meets the unique key, at no further query;
    # but its files, if it has some, are the first one's already, and its topic may be gone.
    is_new_here = chat_id is None or has_newer or not is_ready(chat, actor)
    may_be_repeat = is_new_here or bool(draft.files) or topic_id is not None
    if may_be_repeat and (first := earlier(actor, chat if chat_id else None, draft, tx)):
        return first, False
    if has_newer and chat.is_over:
        # It comes late, when another chat has begun; what it replied to is not there.
        chat, _ = chats.own(tx, actor)
        draft = replace(draft, reply_to_id=None)
    if topic_id is not None:
        topic = topics.checked_for(topic, chat)
    return prepared(tx, chat, actor, draft, topic), True


def send_to(staff: Actor, customer_id: int, draft: Draft) -> tuple[MessageState, bool]:
    """Staff writes to a customer, in the chat that is going on or in a new one.

    As `send_once`; a repeat is known in whichever chat of this customer the first one stands.
    Raises `NotFound` when there is no such customer.
    """
    access.require_staff(staff)
    draft = cleaned(draft)
    check(draft)
    try:
        limits.sends(staff)
        with transaction() as tx:
            access.locked_person(tx, customer_id)
            first = earlier_to(customer_id, staff, draft, tx)
            if first is not None:
                return first, False
            chat, _ = chats.with_customer(tx, staff, customer_id)
            return prepared(tx, chat, staff, draft), True
    except (IntegrityError, TooFast):
        first = earlier_to(customer_id, staff, draft)
        if first is None:
            raise
        return first, False


def cleaned(draft: Draft) -> Draft:
    text = clean(draft.text)
    return draft if text == draft.text else replace(draft, text=text)


def check(draft: Draft) -> None:
    """Raises `Invalid` or `TooLong` for what no chat takes."""
    if not (shows(draft.text) or draft.files or draft.copied_files or draft.place):
        raise Invalid(_l("Please write something."), fields={"message": _l("It is empty.")})
    limit = this_app().config["MESSAGE_LENGTH"]
    if len(draft.text) > limit:
        raise TooLong(
            _l("A message has at most %(limit)s characters.", limit=limit),
            fields={"message": _l("It has %(length)s.", length=len(draft.text))},
        )
    name = draft.client_id
    if name is not None and not (1 <= len(name) <= CLIENT_ID_LENGTH and name.isprintable()):
        raise Invalid(fields={"clientId": _l("It takes 1 to 64 characters.")})
    if draft.message_type == MessageType.SYSTEM:
        raise Invalid(fields={"messageType": _l("That one is the server's alone.")})


def chat_to_send_in(tx: Transaction, actor: Actor, chat_id: int | None) -> tuple[ChatState, bool]:
    """The chat that is named, or a customer's own; and whether they have a newer one."""
    if chat_id is not None and actor.is_customer:
        return access.chat_of_customer(actor, chat_id, tx)
    if chat_id is not None:
        return access.chat_for(actor, chat_id, tx), False
    if not actor.is_customer:
        raise Invalid(fields={"chatId": _l("Which chat?")})
    return chats.own(tx, actor)[0], False


def is_ready(chat: ChatState, actor: Actor) -> bool:
    """Whether the chat takes this actor's message in the state that it is in."""
    if chat.is_support and actor.is_staff:
        return chat.is_open and chat.agent_id is not None
    return chat.is_open or (chat.is_waiting and chat.waiting_since is not None)


def made_ready(
    tx: Transaction, chat: ChatState, actor: Actor, topic: TopicState | None = None
) -> ChatState:
    """The chat in the state that a message of this actor puts it into."""
    assignments.check_not_blocked(chat)
    if not chat.is_support:
        assignments.check_not_merged(chat)
        return versions.changed(tx, chat, status=Status.OPEN.value, closed_at=None)
    if actor.is_staff:
        return assignments.take(tx, chat, actor)
    return assignments.queue(tx, chat, topic=topic)


def prepared(
    tx: Transaction, chat: ChatState, actor: Actor, draft: Draft, topic: TopicState | None = None
) -> MessageState:
    """Puts the message into the chat, which is first made ready for it if need be."""
    quote = None if draft.reply_to_id is None else quoted(tx, chat, draft.reply_to_id)
    if actor.is_customer:
        screen = screens.now(tx)
        if screen is not None or (quote is not None and quote.is_held):
            return screened(tx, chat, actor, draft, screen, quote, topic)
    if is_ready(chat, actor):
        return put(tx, chat, actor, draft, quote)
    chat = made_ready(tx, chat, actor, topic)
    return put(tx, chat, actor, draft, quote, began_waiting=chat.is_waiting)


def screened(
    tx: Transaction,
    chat: ChatState,
    actor: Actor,
    draft: Draft,
    screen: screens.Screen | None,
    quote: Quote | None = None,
    topic: TopicState | None = None,
) -> MessageState:
    """The same of a customer's message, which may be masked, or held: then the chat stays as it is
    until staff has decided."""
    found = files_for(tx, actor, draft) if draft.files or draft.copied_files else []
    named = [called(each) for each in draft.attachments]
    named += [f"{each.name} {each.alt}" for each in found]
    verdict = screens.Verdict(draft.text, False)
    if screen is not None:
        verdict = screens.verdict(tx, screen, actor, draft.text, named)
    if quote is not None and quote.is_held:
        verdict = verdict._replace(is_held=True)  # or it would tell how that one begins
    if verdict.is_held:
        assignments.check_not_blocked(chat)
        assignments.check_not_merged(chat)
        if topic is not None and chat.is_support and not is_ready(chat, actor):
            chat = versions.changed(tx, chat, topic_id=topic.id, team_id=topic.team_id)
        return put(tx, chat, actor, draft, quote, found=found, verdict=verdict)
    began_waiting = not is_ready(chat, actor)
    if began_waiting:
        chat = made_ready(tx, chat, actor, topic)
        began_waiting = chat.is_waiting
    how: dict[str, Any] = {"began_waiting": began_waiting, "found": found}
    return put(tx, chat, actor, draft, quote, **how, verdict=None if verdict.is_plain else verdict)


def put(
    tx: Transaction,
    chat: ChatState,
    actor: Actor,
    draft: Draft,
    quote: Quote | None = None,
    *,
    began_waiting: bool = False,
    found: Sequence[FileState] | None = None,
    verdict: screens.Verdict | None = None,
) -> MessageState:
    """Writes the message and what it changes about the chat; `verdict` where it is no plain one."""
    if found is None:
        found = files_for(tx, actor, draft) if draft.files or draft.copied_files else []
    if found:
        draft = with_files(draft, found)
    now, seq = clock.now(), chat.version + 1
    by_customer = chat.side_of(actor) == Side.CUSTOMER
    message = versions.add_message(
        tx,
        MessageState(
            id=0,
            chat_id=chat.id,
            seq=seq,
            version=seq,
            sender_id=actor.id,
            client_id=draft.client_id,
            message_type=draft.message_type,
            line=None,
            text=draft.text if verdict is None else verdict.text,
            reply_to_id=draft.reply_to_id,
            attachments=as_json(draft.attachments, "attachments") if draft.attachments else None,
            details=None if draft.details is None else as_json(draft.details, "metadata"),
            created_at=now,
            delivered_at=None,
            read_at=None,
            edited_at=None,
            deleted_at=None,
            redacted_at=None,
            forwarded_from_id=draft.forwarded_from_id,
            reactions=None,
            held_at=None,
            masked_at=None,
            rejected_at=None,
            sender_name=actor.name,
            sender_role=actor.role,
        ),
    )
    if verdict is not None:
        if found:
            files.sent(tx, message, [each.id for each in found])
        message = screens.marked(tx, message, verdict)
        if verdict.is_held:
            # A chat of which staff knows nothing yet is in their lists, to be decided in.
            opened: dict[str, Any] = {"active_at": chat.active_at or now, "updated_at": now}
            after = chat._replace(version=seq, held_seq=seq, **opened)
            tx.say(MessageSent(versions.store(tx, chat, after), message, quote=quote))
            return message
    after = chat._replace(
        version=seq,
        **said_last(message),
        last_sender_id=actor.id,
        last_seq=seq,
        active_at=now,
        updated_at=now,
        needs_reply=by_customer,
        staff_unread=chat.staff_unread + by_customer,
        customer_unread=chat.customer_unread + (not by_customer),
        snoozed_until=None if by_customer else chat.snoozed_until,
        unread_mark=chat.unread_mark if by_customer else None,
        asked_at=chat.asked_at or (now if by_customer else None),
        first_reply_at=chat.first_reply_at if by_customer or not chat.awaits_first_answer else now,
    )
    if not by_customer:
        mails.ask(tx, chat)
    if found and verdict is None:
        files.sent(tx, message, [each.id for each in found])
    tx.say(MessageSent(versions.store(tx, chat, after), message, began_waiting, quote))
    if by_customer:
        triggers.said(tx, chat, message, began_waiting=began_waiting)
        if chat.is_snoozed:
            tx.say(SnoozeChanged(after))
    return message


def files_for(tx: Transaction, actor: Actor, draft: Draft) -> list[FileState]:
    return files.to_send(tx, actor, draft.files) + files.copies(tx, actor, draft.copied_files)


def with_files(draft: Draft, found: Sequence[FileState]) -> Draft:
    """The draft that says so; one that names no type of its own has that of its files."""
    return replace(
        draft,
        message_type=files.type_with(draft.message_type, found),
        attachments=[*draft.attachments, *(each.attached for each in found)],
    )


def as_json(value: Any, field: str) -> str:
    """What a client attached, as it is stored. Raises `TooLong`."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) > ATTACHED_LENGTH:
        raise TooLong(fields={field: _l("It has %(length)s.", length=len(text))})
    return text


def quoted(tx: Transaction, chat: ChatState, message_id: int) -> Quote:
    """What a reply shows of the message that it replies to. Raises `Invalid` for another chat's."""
    found = tx.run(QUOTED, {"message_id": message_id, "chat_id": chat.id}).first()
    if found is None:
        raise Invalid(fields={"replyTo": _l("That message is not in this chat.")})
    return Quote._make(found)


def earlier(
    actor: Actor, chat: ChatState | None, draft: Draft, tx: Transaction | None = None
) -> MessageState | None:
    """The message that this sender put here with this `client_id`, if there is one.

    For a customer, here is their support chats from this one on, and all of them where none was
    named: the newest may be another one than it was when the message was sent first.
    """
    if draft.client_id is None:
        return None
    key = {"sender_id": actor.id, "client_id": draft.client_id}
    if chat is None or (actor.is_customer and chat.is_support):
        statement = IN_OWN_CHATS
        key["oldest"] = chat.id if chat else 0
    else:
        statement = IN_ONE_CHAT
        key["chat_id"] = chat.merged_into_id or chat.id  # where what was said in it stands now
    found = tx.run(statement, key).first() if tx else database.row(statement, **key)
    return found and MessageState._make(found)


def earlier_to(
    customer_id: int, staff: Actor, draft: Draft, tx: Transaction | None = None
) -> MessageState | None:
    """The message that this sender put with this `client_id` into a chat of the customer."""
    if draft.client_id is None:
        return None
    key = {"sender_id": staff.id, "client_id": draft.client_id, "customer_id": customer_id}
    found = tx.run(TO_CUSTOMER, key).first() if tx else database.row(TO_CUSTOMER, **key)
    return found and MessageState._make(found)


def sent_before(actor: Actor, chat_id: int | None, draft: Draft) -> MessageState | None:
    """The first message of a repeat, for an actor who may still see it."""
    if chat_id is None:
        access.check_still_holds(actor)
        return earlier(actor, None, draft)
    return earlier(actor, access.chat_for(actor, chat_id), draft)
