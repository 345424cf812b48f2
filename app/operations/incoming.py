"""Incoming webhooks: made, changed, given other keys and removed by admins; and what comes in.

What another program says is said by the customer whom it names, by the same operation as anything
that a customer says.
"""

import hmac
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.errors import (
    ChatBlocked,
    CustomerBlocked,
    Invalid,
    NotFound,
    TooFast,
    TooLong,
    Unauthorized,
)
from app.events import SettingsChanged
from app.models import database, identities, incoming, sites, visitors
from app.models.audits import Action
from app.models.incoming import (
    BY_ID,
    MARKER_LENGTH,
    NAME_LENGTH,
    SHOWN,
    VIA,
    IncomingState,
    digest,
)
from app.models.sites import SiteState
from app.models.users import Actor
from app.operations import access, audits, limits, topics, users, visits, words
from app.operations import identities as naming
from app.operations import messages as sending
from app.operations import visitors as visiting
from app.operations.claims import Claims
from app.operations.messages import Draft
from app.operations.rules import SECRET_BYTES, SECRET_PREFIX
from app.operations.transaction import Transaction, transaction
from app.operations.users import on_one_line
from app.visible import shows

MOST = 50
KEY_BYTES = 16
ATTEMPTS = 3
ID_DIGITS = 40  # of the hash of what the other program calls a message
i = incoming.table.c
INSERT = insert(incoming.table)
CHANGE = update(incoming.table).where(i.id == bindparam("which"))
REMOVE = delete(incoming.table).where(i.id == bindparam("which"))
USED = CHANGE.values(taken=i.taken + 1, last_used_at=bindparam("at"))
LOCKED = BY_ID.with_for_update()
HOW_MANY = select(func.count()).select_from(incoming.table)
SAID_BEFORE = select(visitors.table.c.said_name, visitors.table.c.said_email).where(
    visitors.table.c.user_id == bindparam("user_id")
)
LEAD_TOKEN = (
    update(visitors.tokens)
    .where(visitors.tokens.c.token_hash == bindparam("hash"))
    .values(user_id=bindparam("who"), expires_at=bindparam("at"))
)
SAY_EMAIL = (
    update(visitors.table)
    .where(visitors.table.c.user_id == bindparam("who"))
    .values(said_email=bindparam("address"))
)


@dataclass(frozen=True, slots=True)
class Said:
    """What another program says: `id` is its own of the message, `sub` its own of the customer."""

    id: str
    sub: str
    text: str
    name: str = ""
    email: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    thread: str | None = None
    at: str | None = None  # when it was written there, ISO 8601


class Taken(NamedTuple):
    """Where it stands now, and whether it came the first time."""

    chat_id: int
    message_id: int
    is_new: bool


def make(admin: Actor, **wanted: Any) -> tuple[IncomingState, str]:
    """One of a `name` for a site (`site_id`) and maybe a topic (`topic_id`), which takes what is
    signed alone if it `is_signed`; and its key, which is told this once, as its secret is.

    Raises `Forbidden`, `Unauthorized`, `Invalid`, also for too many, `TooFast`.
    """
    access.require_admin(admin)
    values = checked({"topic_id": None, "is_signed": False} | wanted)
    limits.sends(admin)
    with transaction() as tx:
        access.check_still_holds(admin, tx)
        if tx.run(HOW_MANY, {}).scalar() >= MOST:
            said = _l("There are %(limit)s incoming webhooks already.", limit=MOST)
            raise Invalid(said, fields={"name": said})
        check_places(tx, values["site_id"], values["topic_id"])
        key, now = new_key(), clock.now()
        values |= {"ends_with": key[-SHOWN:], "secret": new_secret(), "taken": 0}
        values["marker"] = secrets.token_hex(MARKER_LENGTH // 2)
        values |= {"last_used_at": None, "created_at": now, "changed_at": now}
        made = IncomingState(id=tx.add(INSERT, values | {"key_hash": digest(key)}), **values)
        about = {"site": made.site_id, "topic": made.topic_id}
        audits.record(tx, Action.INCOMING_MADE, admin, subject_id=made.id, **about)
        tx.say(SettingsChanged("incoming_webhooks", "made", made.id))
        return made, key


def change(admin: Actor, incoming_id: int, **wanted: Any) -> IncomingState:
    """What is named is so from now on. Raises as `make`, `NotFound`."""
    access.require_admin(admin)
    values = checked(wanted)
    limits.sends(admin)
    with transaction() as tx:
        access.check_still_holds(admin, tx)
        lock_topics(tx, incoming_id, values)
        before = by_id(tx, incoming_id)
        after = before._replace(**values)
        changed = [name for name in sorted(values) if values[name] != getattr(before, name)]
        if not changed:
            return before
        if "site_id" in changed or "topic_id" in changed:
            check_places(tx, after.site_id, after.topic_id)
        after = after._replace(changed_at=clock.now())
        tx.run(CHANGE.values(**values, changed_at=after.changed_at), {"which": incoming_id})
        audits.record(tx, Action.INCOMING_CHANGED, admin, subject_id=incoming_id, changed=changed)
        tx.say(SettingsChanged("incoming_webhooks", "changed", incoming_id))
        return after


def make_key(admin: Actor, incoming_id: int) -> tuple[IncomingState, str]:
    """Another key and another secret, told this once; the ones before hold no more.

    Raises `Forbidden`, `NotFound`, `TooFast`.
    """
    access.require_admin(admin)
    limits.sends(admin)
    with transaction() as tx:
        access.check_still_holds(admin, tx)
        before, key = by_id(tx, incoming_id), new_key()
        values: dict[str, Any] = {"ends_with": key[-SHOWN:], "secret": new_secret()}
        values["changed_at"] = clock.now()
        tx.run(CHANGE.values(key_hash=digest(key), **values), {"which": incoming_id})
        audits.record(tx, Action.INCOMING_KEY_MADE, admin, subject_id=incoming_id)
        tx.say(SettingsChanged("incoming_webhooks", "changed", incoming_id))
        return before._replace(**values), key


def remove(admin: Actor, incoming_id: int) -> None:
    """Its address leads nowhere; what came by it stays. Raises `Forbidden`, `NotFound`,
    `TooFast`."""
    access.require_admin(admin)
    limits.sends(admin)
    with transaction() as tx:
        access.check_still_holds(admin, tx)
        tx.run(REMOVE, {"which": by_id(tx, incoming_id).id})
        audits.record(tx, Action.INCOMING_REMOVED, admin, subject_id=incoming_id)
        tx.say(SettingsChanged("incoming_webhooks", "removed", incoming_id))


def take(inbox: IncomingState, said: Said) -> Taken:
    """Puts what is said into the chat of the customer whom the other program means.

    They are the one whom the site knows by that id, or come to be. What comes again is the first
    message. Raises `Invalid`, `TooLong`, `TooFast`, `CustomerBlocked`: then nothing is stored.
    """
    limits.incoming(inbox.id)
    said = as_stored(said)
    told = {"via": VIA, "thread": said.thread, "at": said.at}
    details = {name: value for name, value in told.items() if value is not None}
    draft = Draft(said.text, name_of(inbox, said), details=details, topic_id=inbox.topic_id)
    draft = check(draft)
    try:
        return counted(inbox, said, draft) or sent(inbox, said, draft)
    except (ChatBlocked, Unauthorized) as error:
        raise CustomerBlocked from error


def counted(inbox: IncomingState, said: Said, draft: Draft) -> Taken | None:
    """As a message of who is there already. What came before is nothing that could be too fast."""
    customer = known(inbox, said)
    if customer is None:
        return None
    try:
        limits.sends(customer)
    except TooFast:
        first = sending.earlier(customer, None, draft)
        if first is None:
            raise
        return Taken(first.chat_id, first.id, False)
    return None


def sent(inbox: IncomingState, said: Said, draft: Draft) -> Taken:
    """Once more where another request has just brought the same customer or message, or where the
    customer's chat is one of another site than the topic."""
    for _attempt in range(ATTEMPTS - 1):
        try:
            return sent_at_once(inbox, said, draft)
        except IntegrityError:
            continue
        except Invalid as error:
            if draft.topic_id is None or "topicId" not in (error.fields or {}):
                raise
            draft = replace(draft, topic_id=None)
    return sent_at_once(inbox, said, draft)


def sent_at_once(inbox: IncomingState, said: Said, draft: Draft) -> Taken:
    """The customer, what is said of them and the message are there together, or nothing is.

    Locks are taken in one order: a topic, the customer, their chat, the incoming webhook.
    """
    with transaction() as tx:
        site = site_of(tx, inbox)
        if draft.topic_id is not None:
            topic = topics.shared(tx, draft.topic_id)
            if topic is None or not topic.stands_on(site.id):
                draft = replace(draft, topic_id=None)
        customer = whom(tx, site, said)
        if (first := sending.earlier(customer, None, draft, tx)) is not None:
            return Taken(first.chat_id, first.id, False)
        # First, so that rules and webhooks of the message know it.
        customer = told_of(tx, site, customer, said)
        message, is_new = sending.sent_within(tx, customer, None, draft)
        tx.run(USED, {"which": inbox.id, "at": clock.now()})
        return Taken(message.chat_id, message.id, is_new)


def known(inbox: IncomingState, said: Said) -> Actor | None:
    """Whom the site knows by that id, active or not."""
    found = database.row(identities.OF_SUB, site_id=inbox.site_id, sub=said.sub)
    return found and Actor.of(found[:-1])


def whom(tx: Transaction, site: SiteState, said: Said) -> Actor:
    """Whom the site knows by that id, locked, so that nobody erases or merges them meanwhile; else
    a new customer. Raises `CustomerBlocked` for who was deactivated."""
    for _attempt in range(ATTEMPTS):
        found = tx.run(identities.OF_SUB, {"site_id": site.id, "sub": said.sub}).first()
        if found is None:
            credential = secrets.token_hex()  # which nobody is given
            person = visiting.made(tx, site, credential, "", visiting.Said("", said.email))
            return naming.named(tx, site, person, Claims(said.sub, said.name, "", 0))
        if (person_there := access.locked_person(tx, found.id)) is not None:
            return person_there
        # Who was merged while we waited for the lock is another one by now.
    raise CustomerBlocked


def told_of(tx: Transaction, site: SiteState, person: Actor, said: Said) -> Actor:
    """As the other program calls them now; what it leaves out stays as it was.

    An address is one that is said: it proves nothing, and makes nobody of two one. Their row is
    locked, or new.
    """
    before = tx.run(SAID_BEFORE, {"user_id": person.id}).first()
    said_name, said_email = before or ("", "")
    is_called_so = said.name in ("", person.name)
    if not is_called_so:
        person = users.renamed(tx, person.id, said.name, None)
    if said.email and before is not None and said_email != said.email:
        tx.run(SAY_EMAIL, {"who": person.id, "address": said.email})
        is_called_so = False
    if not is_called_so:
        called = f"{person.name} {said_name}".strip()
        words.keep(tx, person.id, called, person.email or said.email or said_email)
    if said.attributes and current_app.config["VISITS"]:
        token_hash = hash_for(site, said.sub)
        # It is whose the id is now, and is kept for as long as anything is said by it.
        leads = {"hash": token_hash, "who": person.id, "at": clock.now()}
        if tx.run(LEAD_TOKEN, leads).rowcount == 0:
            visiting.end_credential(tx, site, token_hash, person)
        visits.say(tx, site, token_hash, said.attributes)
    return person


def hash_for(site: SiteState, sub: str) -> str:
    """Under which stands what is said of somebody: of no credential, so that nobody has it."""
    secret = current_app.config["SECRET_KEY"].encode()
    told = f"deskbell incoming {site.id} {sub}".encode()
    return hmac.new(secret, told, sha256).hexdigest()


def name_of(inbox: IncomingState, said: Said) -> str:
    """By which a message is known that comes again."""
    return f"in-{inbox.marker}-{sha256(said.id.encode()).hexdigest()[:ID_DIGITS]}"


def as_stored(said: Said) -> Said:
    """Raises `Invalid` for what is no name or no address."""
    name, email, wrong = "", "", {}
    try:
        name = users.checked_name(said.name) if said.name.strip() else ""
    except Invalid as error:
        wrong["customer.name"] = error.message
    try:
        email = users.checked_email(said.email) if said.email.strip() else ""
    except Invalid as error:
        wrong["customer.email"] = error.message
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return replace(said, name=name, email=email)


def check(draft: Draft) -> Draft:
    """As it is stored. Raises `Invalid` or `TooLong` for what no chat takes, of the field that is
    called so here."""
    try:
        draft = sending.cleaned(draft)
        sending.check(draft)
        return draft
    except (Invalid, TooLong) as error:
        error.fields = {"text": next(iter((error.fields or {"": error.message}).values()))}
        raise


def site_of(tx: Transaction, inbox: IncomingState) -> SiteState:
    return SiteState._make(tx.run(sites.BY_ID, {"site_id": inbox.site_id}).one())


def by_id(tx: Transaction, incoming_id: int) -> IncomingState:
    found = tx.run(LOCKED, {"incoming_id": incoming_id}).first()
    if found is None:
        raise NotFound(_l("That incoming webhook is not there."))
    return IncomingState._make(found)


def new_key() -> str:
    return secrets.token_urlsafe(KEY_BYTES)


def new_secret() -> str:
    return SECRET_PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def checked(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """As it is stored; what is left out stays as it is. Raises `Invalid`."""
    values = dict(wanted)
    wrong: dict[str, Any] = {}
    if "name" in wanted:
        values["name"] = name = on_one_line(wanted["name"] or "")
        if not shows(name):
            wrong["name"] = _l("It takes a name.")
        elif len(name) > NAME_LENGTH:
            wrong["name"] = _l("It has at most %(limit)s characters.", limit=NAME_LENGTH)
    if "site_id" in wanted and wanted["site_id"] is None:
        wrong["siteId"] = _l("It takes a site.")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return values


def lock_topics(tx: Transaction, incoming_id: int, wanted: Mapping[str, Any]) -> None:
    """Before the incoming webhook itself, as who removes a topic does."""
    found = tx.run(BY_ID, {"incoming_id": incoming_id}).first()
    ids = {found and found.topic_id, wanted.get("topic_id")} - {None}
    for topic_id in sorted(ids):
        topics.shared(tx, topic_id)


def check_places(tx: Transaction, site_id: int, topic_id: int | None) -> None:
    """Raises `Invalid` for a site or a topic that is not there, or a topic of another site."""
    if tx.run(sites.BY_ID, {"site_id": site_id}).first() is None:
        said = _l("There is no such site.")
        raise Invalid(said, fields={"siteId": said})
    topic = None if topic_id is None else topics.shared(tx, topic_id)
    if topic_id is not None and (topic is None or not topic.stands_on(site_id)):
        said = _l("This topic is not there, or only for chats of another site.")
        raise Invalid(said, fields={"topicId": said})
