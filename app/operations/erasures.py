"""Erasing a customer: whatever is stored of them and of their chats is gone, for good.

Asked for at once, which ends all that they could come by; done by a job, chat by chat, a few
messages at a time, so that nobody who writes waits for it. Done again it does no harm. What stays
are rows that name nobody: the person's own, whose id is to be nobody else's, and counts.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import structlog
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, bindparam, delete, exists, func, or_, select, update

from app import addresses, clock
from app.errors import Invalid, NotFound
from app.events import AccessEnded, ChatErased
from app.models import (
    blocks,
    bots,
    canned_answers,
    chats,
    database,
    edits,
    exports,
    files,
    identities,
    invitations,
    jobs,
    links,
    logins,
    mail,
    messages,
    notes,
    password_resets,
    pins,
    presence,
    ratings,
    rules,
    tags,
    tokens,
    users,
    visitors,
    visits,
    webhooks,
    word_lists,
    words,
)
from app.models.audits import Action
from app.models.chats import ChatState, Status
from app.models.files import FileState
from app.models.insight import KEPT
from app.models.jobs import Job
from app.models.messages import MessageState, MessageType
from app.models.users import Actor, Role
from app.operations import (
    access,
    attributes,
    audits,
    deliveries,
    insight,
    limits,
    search,
    versions,
)
from app.operations import files as attached
from app.operations.transaction import Transaction, transaction
from app.operations.users import BUMP, END_LOGINS, on_one_line
from app.screening import HIDDEN

TOGETHER = 100  # messages, a transaction
KIND = "erase_customer"
ABOUT = ("chat_id", "user_id", "link_id", "file_id")  # how the payloads of jobs name what is theirs
log = structlog.get_logger(__name__)

u, c, m, f = users.table.c, chats.table.c, messages.table.c, files.table.c
PERSON = select(u.id, u.name, u.role, u.erased_at).where(u.id == bindparam("who")).with_for_update()
BY_EMAIL = select(u.id).where(u.email == bindparam("email"), u.role == Role.CUSTOMER)
MARK = (
    update(users.table)
    .where(u.id.in_(bindparam("ids", expanding=True)))
    .values(is_active=False, erased_at=bindparam("at"))
)
BLANK = (
    update(users.table)
    .where(u.id.in_(bindparam("ids", expanding=True)))
    .values(
        email=None,
        name="",
        password_hash="",
        is_active=False,
        takes_mail=False,
        renamed_at=None,
        last_seen_at=None,
        merged_into_id=None,
    )
)
CHATS_OF = select(c.id).where(c.customer_id.in_(bindparam("ids", expanding=True))).order_by(c.id)
CHAT = chats.SELECT_CHATS.where(c.id == bindparam("chat_id")).with_for_update(of=chats.table)
# The newest first: a reply goes before what it replies to.
NEXT = (
    select(m.id, m.sender_id)
    .where(m.chat_id == bindparam("chat_id"))
    .order_by(m.seq.desc())
    .limit(bindparam("most"))
)
COPIES = select(m.id).where(m.forwarded_from_id.in_(bindparam("ids", expanding=True)))
FORGET_ORIGIN = (
    update(messages.table)
    .where(m.forwarded_from_id.in_(bindparam("ids", expanding=True)))
    .values(forwarded_from_id=None)
)
FILES_OF = files.SELECT_FILES.where(f.message_id.in_(bindparam("ids", expanding=True)))
FILES_BY = files.SELECT_FILES.where(f.owner_id.in_(bindparam("ids", expanding=True)))


def those(table: Any, column: str) -> Any:
    """Removes rows of the table by these `ids` in the column."""
    return delete(table).where(table.c[column].in_(bindparam("ids", expanding=True)))


EARLIER = those(edits.table, "message_id")
ORIGINALS = those(word_lists.originals, "message_id")
MESSAGES = those(messages.table, "id")
NOTED = select(notes.table.c.id).where(notes.table.c.chat_id == bindparam("chat_id"))
MENTIONS = delete(notes.mentions).where(notes.mentions.c.note_id.in_(NOTED))
BESIDE = [
    delete(table).where(table.c.chat_id == bindparam("chat_id"))
    for table in (
        notes.table,
        mail.mails,
        links.table,
        ratings.table,
        blocks.table,
        pins.table,
        bots.table,
        rules.runs,
        webhooks.deliveries,
        *KEPT,
    )
]
TAGS = (
    delete(tags.given)
    .where(tags.given.c.chat_id == bindparam("chat_id"))
    .returning(tags.given.c.tag_id)
)
# A tag may be called as somebody is: one that no other chat has goes along.
UNUSED = those(tags.table, "id").where(~exists().where(tags.given.c.tag_id == tags.table.c.id))
HAS_MORE = select(exists().where(m.chat_id == bindparam("chat_id")))
LEAVE_MERGED = update(chats.table).where(c.merged_into_id == bindparam("chat_id"))
NEWEST = select(func.max(c.id))
REMOVE = delete(chats.table).where(c.id == bindparam("chat_id"))
HOLLOW = (
    update(chats.table)
    .where(c.id == bindparam("chat_id"))
    .values(
        {
            each.name: each.default.arg if each.default and not each.default.is_callable else None
            for each in c
            if each.name not in ("id", "customer_id", "created_at", "updated_at", "version")
        }
        | {"status": Status.ARCHIVED.value, "active_at": 0}
    )
)
later: Any = chats.table.alias("later")
IS_HOLLOW = and_(
    c.customer_id.in_(select(u.id).where(u.erased_at.is_not(None), u.name == "")),
    exists().where(later.c.id > c.id),
)
HOLLOWED = [
    *(
        delete(table).where(table.c.chat_id.in_(select(c.id).where(IS_HOLLOW)))
        for table in KEPT[::-1]
    ),
    delete(chats.table).where(IS_HOLLOW),
]
THEIR_LINKS = select(links.table.c.id).where(
    or_(
        links.table.c.user_id.in_(bindparam("ids", expanding=True)),
        links.table.c.chat_id.in_(bindparam("chat_ids", expanding=True)),
    )
)
JOBS = select(jobs.table.c.id, jobs.table.c.payload).where(jobs.table.c.kind != KIND)
END_JOBS = those(jobs.table, "id")
CREDENTIALS = select(visitors.tokens.c.token_hash).where(
    visitors.tokens.c.user_id.in_(bindparam("ids", expanding=True))
)
KNOWN_ADDRESSES, SAID_ADDRESSES = (
    [select(column).where(whose.in_(bindparam("ids", expanding=True))) for column, whose in columns]
    for columns in (
        # Of an account, or signed by a site.
        ((u.email, u.id), (identities.table.c.email, identities.table.c.user_id)),
        (
            (visitors.table.c.said_email, visitors.table.c.user_id),
            (mail.table.c.email, mail.table.c.user_id),
        ),
    )
)
UNWANTED = delete(mail.unwanted).where(
    mail.unwanted.c.email.in_(bindparam("emails", expanding=True))
)
INVITED = delete(invitations.table).where(
    invitations.table.c.email.in_(bindparam("emails", expanding=True))
)
# What a visitor has only said may be anybody's address: an invitation to it goes once it has ended.
INVITED_ONCE = INVITED.where(
    or_(~invitations.IS_OPEN, invitations.table.c.expires_at <= bindparam("now"))
)
INVITED_OPEN = INVITED.returning(invitations.table.c.id)
VISITS = delete(visits.table).where(visits.table.c.token_hash.in_(CREDENTIALS))
# What names people elsewhere, in the order in which it can go.
OF_PEOPLE = [
    those(table, column)
    for table, column in (
        (exports.table, "customer_id"),
        (mail.mails, "user_id"),
        (links.table, "user_id"),
        (mail.table, "user_id"),
        (visitors.tokens, "user_id"),
        (visitors.table, "user_id"),
        (identities.table, "user_id"),
        (tokens.RefreshToken.__table__, "user_id"),
        (logins.table, "user_id"),
        (password_resets.table, "user_id"),
        (presence.table, "user_id"),
        (words.table, "user_id"),
        (notes.mentions, "user_id"),
        (canned_answers.table, "owner_id"),
    )
]


class Erased(NamedTuple):
    """What is gone: how many chats, and how many messages in them."""

    chats: int
    messages: int


def erase(manager: Actor, customer_id: int, name: str) -> None:
    """A manager has a customer erased, and says whom by `name`, as it is written.

    They are logged out everywhere and found nowhere at once; a moment later there is nothing left
    to find. Whom they were as a visitor is erased as well. Raises `Forbidden`, `Unauthorized`,
    `NotFound` for who is no customer or erased already, `Invalid` for another name, `TooFast`.
    """
    access.require_manager(manager)
    limits.sends(manager)
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        begin(tx, customer_id, name, manager)
    log.info("erasure asked for", user_id=customer_id, by=manager.id)


def erase_by_shell(customer_id: int, name: str) -> Erased:
    """For whoever has the shell, where it is done at once. Raises `NotFound`, `Invalid`."""
    with transaction() as tx:
        begin(tx, customer_id, name)
    return carry_out(customer_id)


def customer_called(named: str) -> int:
    """The id of a customer whom somebody at the shell names, by id or address.

    Raises `NotFound`.
    """
    if named.isdecimal():
        return int(named)
    found = database.scalar(BY_EMAIL, email=addresses.normal(named))
    if found is None:
        raise NotFound(_l("There is no customer with this e-mail address."))
    return int(found)


def begin(tx: Transaction, customer_id: int, name: str, by: Actor | None = None) -> None:
    person = tx.run(PERSON, {"who": customer_id}).first()
    if person is None or person.role != Role.CUSTOMER or person.erased_at is not None:
        raise NotFound
    if on_one_line(name) != on_one_line(person.name):
        wrong = _l("That is not their name.")
        raise Invalid(wrong, fields={"name": wrong})
    mark(tx, customer_id)
    audits.record(tx, Action.CUSTOMER_ERASED, by, subject_id=customer_id)
    tx.later(Job(KIND, {"customer_id": customer_id}, unique_key=f"{KIND}:{customer_id}"))


def mark(tx: Transaction, customer_id: int) -> None:
    """From now on nothing that was issued to them holds, and `carry_out` removes them."""
    ids = users.with_merged(customer_id, tx.run)
    tx.run(MARK, {"ids": ids, "at": clock.now()})
    for user_id in ids:
        version = tx.run(BUMP, {"who": user_id, "now": clock.now()}).scalar_one()
        tx.run(END_LOGINS, {"user_id": user_id})
        tx.say(AccessEnded(user_id, version))


def carry_out(customer_id: int) -> Erased:
    """Removes all of somebody who was marked. Nothing happens to anybody else."""
    with transaction() as tx:
        person = tx.run(PERSON, {"who": customer_id}).first()
        if person is None or person.erased_at is None:
            return Erased(0, 0)
        ids = users.with_merged(customer_id, tx.run)
        for statement in HOLLOWED:
            tx.run(statement, {})
        chat_ids = [row.id for row in tx.run(CHATS_OF, {"ids": ids})]
        end_jobs(tx, ids, chat_ids)
    number = sum(erase_chat(chat_id, ids).messages for chat_id in chat_ids)
    with transaction() as tx:
        forget_people(tx, ids)
    search.sweep()
    if not database.empty_log():
        log.info("somebody reads: the log of the database is emptied later")
    log.info("customer erased", user_id=customer_id, chats=len(chat_ids), messages=number)
    return Erased(len(chat_ids), number)


def end_jobs(tx: Transaction, ids: Sequence[int], chat_ids: Sequence[int]) -> None:
    """What was to be done about them: a payload may hold what they have written."""
    owned = tx.run(FILES_BY, {"ids": ids})
    link_ids = tx.run(THEIR_LINKS, {"ids": ids, "chat_ids": chat_ids}).scalars()
    theirs = {
        "user_id": set(ids),
        "chat_id": set(chat_ids),
        "link_id": set(link_ids),
        "file_id": {row.id for row in owned},
    }
    found = [
        row.id
        for row in tx.run(JOBS, {})
        if any(json.loads(row.payload).get(name) in theirs[name] for name in ABOUT)
    ]
    tx.run(END_JOBS, {"ids": found})


def erase_chat(
    chat_id: int, ids: Sequence[int], still: Callable[[ChatState], bool] = lambda chat: True
) -> Erased:
    """Removes a chat with all in it and beside it, as long as it is `still` to go; whether it is
    gone, and how many messages are. What these people have said is hidden where it was
    forwarded."""
    number = 0
    while True:
        with transaction() as tx:
            found = tx.run(CHAT, {"chat_id": chat_id}).first()
            if found is None or not still(access.locked(found, tx)):
                return Erased(0, number)
            rows = tx.run(NEXT, {"chat_id": chat_id, "most": TOGETHER}).all()
            theirs = [row.id for row in rows if row.sender_id in ids]
            copies = [row.id for row in tx.run(COPIES, {"ids": theirs})]
            if not copies:
                remove_messages(tx, [row.id for row in rows])
                number += len(rows)
                if len(rows) < TOGETHER:
                    remove_chat(tx, chat_id)
                    return Erased(1, number)
        # Other chats are locked for it, so this one is not meanwhile.
        hide_copies(copies)


def hide_copies(wanted: list[int]) -> None:
    """Their words, where staff has forwarded them to somebody else, and from there on."""
    for message_id in wanted:  # which grows
        with transaction() as tx:
            copies = [row.id for row in tx.run(COPIES, {"ids": [message_id]})]
            wanted += [each for each in copies if each not in wanted]
            message, chat = attached.locked_message(tx, message_id)
            hide(tx, chat, message)


def hide(tx: Transaction, chat: ChatState, message: MessageState) -> None:
    """The copy says nothing of it any more, nor what it said before, nor where it was from."""
    remove_files(tx, tx.run(FILES_OF, {"ids": [message.id]}))
    tx.run(EARLIER, {"ids": [message.id]})
    tx.run(ORIGINALS, {"ids": [message.id]})
    is_gone = message.deleted_at is not None
    versions.change_message(
        tx,
        chat,
        message,
        redacted_at=message.redacted_at if is_gone else clock.now(),
        text=message.text if is_gone else HIDDEN,
        attachments=None,
        details=None,
        message_type=MessageType.TEXT.value,
        forwarded_from_id=None,
        masked_at=None,
    )


def remove_files(tx: Transaction, rows: Any) -> None:
    attached.remove(tx, [FileState._make(row) for row in rows])


def remove_messages(tx: Transaction, ids: list[int]) -> None:
    """Rows, what they said before, their files, and the words by which they are found."""
    if not ids:
        return
    key = {"ids": ids}
    remove_files(tx, tx.run(FILES_OF, key))
    tx.run(EARLIER, key)
    tx.run(ORIGINALS, key)
    tx.run(FORGET_ORIGIN, key)
    insight.forget_messages(tx, ids)
    tx.run(MESSAGES, key)
    search.remove(tx, ids)


def remove_chat(tx: Transaction, chat_id: int) -> None:
    """A chat without messages, and what stands beside it.

    SQLite would give the highest id once more, and a page somewhere may still know it by that: the
    last chat stays, hollow and in no list, until it is the last no longer.
    """
    key = {"chat_id": chat_id}
    noted = [row.id for row in tx.run(NOTED, key)]
    tx.run(MENTIONS, key)
    for statement in BESIDE:
        tx.run(statement, key)
    search.remove_notes(tx, noted)  # the rows first, as who writes a note does
    given = [row.tag_id for row in tx.run(TAGS, key)]
    tx.run(UNUSED, {"ids": given})
    tx.run(LEAVE_MERGED.values(merged_into_id=None), key)
    is_last = tx.run(NEWEST, {}).scalar() == chat_id
    tx.run(HOLLOW if is_last else REMOVE, key)
    tx.say(ChatErased(chat_id))


def forget_people(tx: Transaction, ids: list[int]) -> None:
    """What names them elsewhere; their own rows name nobody any more."""
    key = {"ids": ids}
    known = {row[0] for each in KNOWN_ADDRESSES for row in tx.run(each, key) if row[0]}
    emails = known | {row[0] for each in SAID_ADDRESSES for row in tx.run(each, key) if row[0]}
    tx.later(Job("remove_exports", {"customer_ids": ids}))
    tx.run(UNWANTED, {"emails": sorted(emails)})
    tx.run(INVITED_ONCE, {"emails": sorted(emails), "now": clock.now()})
    for ended in tx.run(INVITED_OPEN, {"emails": sorted(known)}).scalars().all():
        audits.record(tx, Action.INVITATION_REVOKED, subject_id=ended)
    tx.run(VISITS, key)
    attributes.forget(tx, ids)
    deliveries.forget_people(tx, ids)
    remove_files(tx, tx.run(FILES_BY, key))
    for statement in OF_PEOPLE:
        tx.run(statement, key)
    tx.run(BLANK, key)
