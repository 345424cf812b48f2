"""Answers by mail: what is to be mailed of a chat is written down, and then what became of it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, exists, func, insert, select, update

from app import clock
from app.models import chats, links, mail, messages, users
from app.models.chats import SELECT_CHATS, ChatState
from app.models.jobs import Job
from app.models.links import LinkState
from app.models.mail import AT_MOST, REPLY_DAYS, AddressState, MailState
from app.models.messages import MessageState
from app.operations import access, chat_links
from app.operations.transaction import Transaction, transaction

UNREAD_MS = 2 * 60 * 1000  # so long a customer has to read an answer where it was given
# After the end of its link: in all a mail is there as long as a reply to it is taken, to the day.
KEPT_MS = (REPLY_DAYS + 1) * 24 * 3600 * 1000 - chat_links.LINK_MS
c, m = mail.mails.c, messages.table.c
CHAT = SELECT_CHATS.where(chats.table.c.id == bindparam("chat_id")).with_for_update(of=chats.table)
OPEN = mail.SELECT_MAILS.where(
    c.chat_id == bindparam("chat_id"), c.sent_at.is_(None), c.refused_at.is_(None)
)
MAILED = select(func.max(c.up_to)).where(c.chat_id == bindparam("chat_id"))
BEFORE = (
    select(c.id, c.created_at)
    .where(c.chat_id == bindparam("chat_id"), c.sent_at.is_not(None), c.id < bindparam("mail_id"))
    .order_by(c.id.desc())
    .limit(1)
)
SAID = (
    messages.SELECT_MESSAGES.where(
        m.chat_id == bindparam("chat_id"),
        m.seq > bindparam("after_seq"),
        m.seq <= bindparam("up_to"),
        m.sender_id != bindparam("customer_id"),  # NULL, a system line, is nobody's answer
        m.deleted_at.is_(None),
    )
    .order_by(m.seq)
    .limit(AT_MOST)
)
TAKES_MAIL = select(users.table.c.takes_mail).where(users.table.c.id == bindparam("user_id"))
INSERT = insert(mail.mails)
DROP = delete(mail.mails).where(c.id == bindparam("mail_id"))
SENT = update(mail.mails).where(c.id == bindparam("mail_id")).values(sent_at=bindparam("at"))
REFUSED = update(mail.mails).where(c.id == bindparam("mail_id")).values(refused_at=bindparam("at"))
# The last one of a chat says from where on nothing was mailed, and what the next one follows.
next_one: Any = mail.mails.alias("next_one")
IS_FOLLOWED = exists().where(next_one.c.chat_id == c.chat_id, next_one.c.up_to > c.up_to)
HAS_ENDED = c.link_id.in_(select(links.table.c.id).where(chat_links.HAS_ENDED))
FORGET = delete(mail.mails).where(HAS_ENDED, IS_FOLLOWED)


class Due(NamedTuple):
    """What is to be mailed now: answers of a chat, to whom, with a link that leads back."""

    mail: MailState
    chat: ChatState
    address: AddressState
    link: LinkState
    messages: Sequence[MessageState]
    before: tuple[int, int] | None  # id and time of the mail before, of the same chat


def ask(tx: Transaction, chat: ChatState) -> None:
    """Staff has written: what stays unread is mailed. Costs nothing where nobody takes mail."""
    if chat.customer_takes_mail and chat.is_support and mail.is_on():
        tx.later(job(chat.id, clock.now() + UNREAD_MS))


def takes_mail(tx: Transaction, customer_id: int) -> bool:
    """The same of a customer whose chat is just being opened. Asks nothing while mail is off."""
    return mail.is_on() and bool(tx.run(TAKES_MAIL, {"user_id": customer_id}).scalar())


def next_due(chat_id: int) -> Due | None:
    """The mail that this chat's customer gets next, if any; what was not sent before is the same.

    It is written down with its link before it is sent. What has not been unread for long enough
    is left to a job of its own.
    """
    with transaction() as tx:
        found = tx.run(CHAT, {"chat_id": chat_id}).first()
        chat = found and access.locked(found, tx)
        address = chat and address_of(tx, chat)
        if chat is None or address is None:
            return None
        begun = begun_before(tx, chat)
        if begun is not None:
            link = chat_links.by_id(tx, begun.link_id)
            said = answers(tx, chat, begun.after_seq, begun.up_to)
            if link and said:
                return due(tx, begun, chat, address, link, said)
            tx.run(DROP, {"mail_id": begun.id})
        after_seq = max(chat.customer_read, tx.run(MAILED, {"chat_id": chat_id}).scalar() or 0)
        said = answers(tx, chat, after_seq, chat.version)
        if not said:
            return None
        if (at := said[0].created_at + UNREAD_MS) > clock.now():
            tx.later(job(chat_id, at))
            return None
        link = chat_links.made(tx, chat)
        values = {
            "chat_id": chat_id,
            "user_id": chat.customer_id,
            "link_id": link.id,
            "after_seq": after_seq,
            "up_to": said[-1].seq,
            "created_at": clock.now(),
        }
        new = MailState(tx.add(INSERT, values), **values, sent_at=None, refused_at=None)
        return due(tx, new, chat, address, link, said)


def sent(mail_id: int) -> None:
    """The server has taken it."""
    with transaction() as tx:
        tx.run(SENT, {"mail_id": mail_id, "at": clock.now()})


def refused(mail_id: int) -> None:
    """The server will never take it: it is not tried again."""
    with transaction() as tx:
        tx.run(REFUSED, {"mail_id": mail_id, "at": clock.now()})


def forget_old() -> None:
    """Removes mails, and the links in them, once no reply to them is taken any more.

    The last one of each chat is kept, or what it said would be mailed again with the next answer.
    """
    ended_before = clock.now() - KEPT_MS
    with transaction() as tx:
        tx.run(FORGET, {"ended_before": ended_before})
        chat_links.forget(tx, ended_before)


def begun_before(tx: Transaction, chat: ChatState) -> MailState | None:
    """What was written down and not sent, or not noted as sent, unless it was read meanwhile."""
    found = tx.run(OPEN, {"chat_id": chat.id}).first()
    if found is None:
        return None
    begun = MailState._make(found)
    if begun.up_to > chat.customer_read and begun.user_id == chat.customer_id:
        return begun
    tx.run(DROP, {"mail_id": begun.id})
    return None


def due(
    tx: Transaction,
    new: MailState,
    chat: ChatState,
    address: AddressState,
    link: LinkState,
    said: Sequence[MessageState],
) -> Due:
    before = tx.run(BEFORE, {"chat_id": chat.id, "mail_id": new.id}).first()
    return Due(new, chat, address, link, said, before and (before.id, before.created_at))


def answers(tx: Transaction, chat: ChatState, after_seq: int, up_to: int) -> list[MessageState]:
    span = {"chat_id": chat.id, "after_seq": after_seq, "up_to": up_to}
    found = tx.run(SAID, span | {"customer_id": chat.customer_id})
    return [MessageState._make(row) for row in found]


def address_of(tx: Transaction, chat: ChatState) -> AddressState | None:
    """Where answers of this chat go, if anywhere."""
    if chat.is_blocked or not chat.is_support:
        return None
    found = tx.run(mail.OF_PERSON, {"user_id": chat.customer_id}).first()
    address = found and AddressState._make(found)
    return address if address and address.takes_mail else None


def job(chat_id: int, at: int) -> Job:
    key = f"mail-answers-{chat_id}"
    return Job("mail_answers", {"chat_id": chat_id}, run_at=at, unique_key=key)
