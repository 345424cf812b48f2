"""Two that are one: a visitor whom a site has named, two chats of a customer, two customers."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import bindparam, func, select, update

from app import clock
from app.errors import Invalid, NewerChat, NotFound, NotSupportChat, OtherIdentity
from app.events import AccessEnded, ChatChanged
from app.models import chats, files, identities, links, mail, messages, users, visitors
from app.models.audits import Action
from app.models.chats import ChatState
from app.models.users import Actor
from app.operations import (
    access,
    attributes,
    audits,
    limits,
    mail_addresses,
    notes,
    pours,
    reactions,
    search,
    versions,
    words,
)
from app.operations import chats as opening
from app.operations import users as people
from app.operations.transaction import Transaction, transaction

m, u = messages.table.c, users.table.c
# In one order, whichever of the two is to become the other.
CHATS_OF = (
    chats.SELECT_CHATS.where(chats.table.c.customer_id.in_(bindparam("ids", expanding=True)))
    .order_by(chats.table.c.id)
    .with_for_update(of=chats.table)
)
HAND_OVER = (
    update(messages.table)
    .where(m.chat_id == bindparam("of_chat"), m.sender_id == bindparam("from_id"))
    .values(sender_id=bindparam("to_id"))
)
REACTED_IN = select(m.id, m.reactions).where(
    m.chat_id == bindparam("chat_id"), m.reactions.is_not(None)
)
REACTED = (
    update(messages.table)
    .where(m.id == bindparam("message_id"))
    .values(reactions=bindparam("reacted"))
)
NUMBER = select(func.count()).where(m.chat_id == bindparam("chat_id"), m.line.is_(None))
END = (
    update(users.table)
    .where(u.id == bindparam("who"))
    .values(is_active=False, merged_into_id=bindparam("into_id"))
)


def leads(table: Any, column: str) -> Any:
    """What names the one who goes (`from_id`) names the one who stays (`to_id`)."""
    theirs = table.c[column] == bindparam("from_id")
    return update(table).where(theirs).values({column: bindparam("to_id")})


# What is on its way, and goes along with what they say next.
LEAD_FILES = leads(files.table, "owner_id")
LEAD_IDENTITY = leads(identities.table, "user_id")
LEAD_TOKENS = leads(visitors.tokens, "user_id")
LEAD_VISITOR = leads(visitors.table, "user_id")
LEAD_ADDRESS = leads(mail.table, "user_id")
LEAD_MAILS = [leads(mail.mails, "user_id"), leads(links.table, "user_id")]
END_TOKENS = LEAD_TOKENS.values(expires_at=bindparam("at"), identified_until=None)
IS_VISITOR = select(visitors.table.c.user_id).where(visitors.table.c.user_id == bindparam("who"))
PASSWORD = select(u.password_hash).where(u.id == bindparam("who"))
ACCOUNT = (
    update(users.table)
    .where(u.id == bindparam("who"))
    .values(email=bindparam("address"), password_hash=bindparam("hash"))
)
TAKES_MAIL = update(users.table).where(u.id == bindparam("who")).values(takes_mail=True)


def merge(tx: Transaction, visitor: Actor, person: Actor) -> None:
    """The visitor's chats are the person's; the visitor is gone, with all that was issued to them.

    Both rows are locked. Who has no chat yet receives them whole. Otherwise what was said in them
    follows in the newest one, since a customer has one chat that goes on: it stays with whoever
    answers it, or with whoever answered the visitor if it was over. With a provider there is one
    chat an order.
    """
    found = [ChatState._make(row) for row in tx.run(CHATS_OF, {"ids": [visitor.id]})]
    newest = opening.newest_of(tx, person.id)
    for chat in found:
        into = newest if chat.is_support else opening.between(tx, chat, person)
        if into is None:
            hand_over(tx, chat, person)
        elif chat.is_support:
            newest = pours.pour(tx, chat, into)
        else:
            pours.pour(tx, chat, into)
    end(tx, visitor, person, None)


def merge_chats(staff: Actor, chat_id: int, other_id: int) -> ChatState:
    """Two chats of a customer are one: the one that began later, at which they look.

    The chat that both have become. Staff is told by a note in it. Raises `Forbidden`,
    `ChatNotFound`, `Unauthorized`, `Invalid` for one chat or two customers, `NotSupportChat`,
    `NewerChat` where one of them has gone on in another already, `TooFast`.
    """
    access.require_staff(staff)
    if chat_id == other_id:
        raise Invalid(fields={"otherId": _l("It takes another chat.")})
    limits.sends(staff)
    with transaction() as tx:
        # In one order: two that merge the same chats would wait for each other.
        chat, into = (access.chat_for(staff, each, tx) for each in sorted((chat_id, other_id)))
        check_may_be_one(chat, into)
        number = int(tx.run(NUMBER, {"chat_id": chat.id}).scalar())
        after = pours.pour(tx, chat, into)
        notes.written(tx, after, staff, said_of(number), None)
        about = {"chat": chat.id, "messages": number}
        audits.record(tx, Action.CHATS_MERGED, staff, chat_id=into.id, **about)
        return after


def check_may_be_one(chat: ChatState, into: ChatState) -> None:
    if chat.customer_id != into.customer_id:
        raise Invalid(fields={"otherId": _l("These are chats of two customers.")})
    if not (chat.is_support and into.is_support):
        raise NotSupportChat
    if chat.merged_into_id is not None or into.merged_into_id is not None:
        raise NewerChat(_l("One of these chats has been merged already."))


def said_of(number: int) -> str:
    said: str = _("An earlier chat was merged into this one.")
    more: str = ngettext("%(num)s message came along.", "%(num)s messages came along.", number)
    return f"{said} {more}"


def merge_customers(manager: Actor, customer_id: int, other_id: int) -> None:
    """Two customers are the same person: the first one stays and gets all that the other has.

    Chats go along as they are; of two that go on one is left. The other's account ends, unless
    the one who stays had none. Nobody undoes it. Raises `Forbidden`, `Unauthorized`, `NotFound`
    for who is no customer, or none any more, `Invalid` for one person, `OtherIdentity` where
    sites have named both, `TooFast`.
    """
    access.require_manager(manager)
    if customer_id == other_id:
        raise Invalid(fields={"otherId": _l("It takes another customer.")})
    limits.sends(manager)
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        # In one order, as when a site names somebody.
        found = {who: access.locked_person(tx, who) for who in sorted((customer_id, other_id))}
        person, other = found[customer_id], found[other_id]
        if person is None or other is None or not (person.is_customer and other.is_customer):
            raise NotFound(_l("There is no such customer."))
        if is_named(tx, person) and is_named(tx, other):
            raise OtherIdentity(_l("Sites have named both of them: they stay two."))
        found_chats = [
            ChatState._make(row) for row in tx.run(CHATS_OF, {"ids": [person.id, other.id]})
        ]
        lead_credentials(tx, other, person)
        person = lead_account(tx, other, person)
        lead_chats(tx, found_chats, other, person)
        end(tx, other, person, manager)


def is_named(tx: Transaction, person: Actor) -> bool:
    return tx.run(identities.OF_PERSON, {"user_id": person.id}).first() is not None


def is_proved(tx: Transaction, person: Actor) -> bool:
    """Whether somebody but they themselves has said who they are, or a password has."""
    return bool(person.email) or is_named(tx, person)


def lead_credentials(tx: Transaction, other: Actor, person: Actor) -> None:
    """By whatever the other one was known, the person is.

    But a browser of which nobody knows whose it is never opens what somebody said who has proved
    who they are: what it holds ends, and so do addresses that were given there.
    """
    proved = {each.id: is_proved(tx, each) for each in (person, other)}
    for each in (person, other):
        if not proved[each.id] and any(proved.values()):
            ids = {"from_id": each.id, "to_id": person.id}
            tx.run(END_TOKENS, ids | {"at": clock.now()})
            mail_addresses.forget(tx, each.id)
            if each is person:
                version = tx.run(people.BUMP, {"who": person.id, "now": clock.now()}).scalar_one()
                tx.say(AccessEnded(person.id, version))
    ids = {"from_id": other.id, "to_id": person.id}
    tx.run(LEAD_TOKENS, ids)
    tx.run(LEAD_IDENTITY, ids)
    if tx.run(IS_VISITOR, {"who": person.id}).first() is None:
        tx.run(LEAD_VISITOR, ids)
    theirs = tx.run(mail.OF_PERSON, {"user_id": other.id}).first()
    if theirs is None:
        return
    if tx.run(mail.OF_PERSON, {"user_id": person.id}).first() is not None:
        mail_addresses.forget(tx, other.id)
        return
    tx.run(LEAD_ADDRESS, ids)
    for statement in LEAD_MAILS:
        tx.run(statement, ids)
    if mail.AddressState._make(theirs).takes_mail:
        tx.run(TAKES_MAIL, {"who": person.id})


def lead_account(tx: Transaction, other: Actor, person: Actor) -> Actor:
    """Who had no account has the other's."""
    if person.email or not other.email:
        return person
    kept = tx.run(PASSWORD, {"who": other.id}).scalar_one()
    tx.run(ACCOUNT, {"who": other.id, "address": None, "hash": ""})
    tx.run(ACCOUNT, {"who": person.id, "address": other.email, "hash": kept})
    words.keep(tx, person.id, person.name, other.email)
    return person._replace(email=other.email)


def lead_chats(tx: Transaction, found: list[ChatState], other: Actor, person: Actor) -> None:
    """All chats are the person's. One that goes on, or is blocked, while they look at another one
    follows in that; and one with the same provider about the same order."""
    support = []
    for chat in found:
        if chat.merged_into_id is not None:
            continue
        into = None
        if chat.customer_id == other.id:
            into = None if chat.is_support else opening.between(tx, chat, person)
            if into is None:
                chat = hand_over(tx, chat, person)
            else:
                pours.pour(tx, chat, into)
        if chat.is_support:
            support.append(chat)
    if not support:
        return
    *before, newest = support
    for chat in before:
        if not chat.is_over:
            newest = pours.pour(tx, chat, newest)


def hand_over(tx: Transaction, chat: ChatState, person: Actor) -> ChatState:
    """The chat as it is, one version on, with another customer."""
    ids = {"of_chat": chat.id, "from_id": chat.customer_id, "to_id": person.id}
    tx.run(HAND_OVER, ids)
    as_person = {chat.customer_id: person.id}
    for row in tx.run(REACTED_IN, {"chat_id": chat.id}).all():
        reacted = reactions.moved(row.reactions, as_person)
        tx.run(REACTED, {"message_id": row.id, "reacted": reacted})
    after = chat._replace(
        version=chat.version + 1,
        updated_at=clock.now(),
        customer_id=person.id,
        customer_name=person.name,
        customer_email=person.email,
        last_sender_id=person.id if chat.awaits_answer else chat.last_sender_id,
    )
    search.later(tx, chat.id)
    # New to whom it belongs now, whose pages have not joined it.
    tx.say(ChatChanged(versions.store(tx, chat, after), before=None))
    return after


def end(tx: Transaction, other: Actor, person: Actor, by: Actor | None) -> None:
    """The other one is gone, with all that was issued to them; the row says who they are."""
    tx.run(LEAD_FILES, {"from_id": other.id, "to_id": person.id})
    version = tx.run(people.BUMP, {"who": other.id, "now": clock.now()}).scalar_one()
    tx.run(people.END_LOGINS, {"user_id": other.id})
    tx.run(END, {"who": other.id, "into_id": person.id})
    audits.record(tx, Action.CUSTOMERS_MERGED, by, subject_id=person.id, visitor=other.id)
    attributes.later(tx, other.id, person.id)
    tx.say(AccessEnded(other.id, version))
