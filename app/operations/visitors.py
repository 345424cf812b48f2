"""Visitors: customers without an account, who come to be with their first message."""

import re
import secrets
from hashlib import sha256
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Row, bindparam, delete, insert, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.errors import IdentityExpired, Invalid, TokenInvalid
from app.models import database, users, visitors
from app.models.messages import MessageState
from app.models.sites import SiteState
from app.models.users import Actor, Role
from app.operations import limits, logins, topics, words
from app.operations import messages as sending
from app.operations.messages import Draft
from app.operations.transaction import Transaction, transaction
from app.operations.users import checked_email, checked_name

LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# Read aloud and typed without a doubt: no 0 and O, no 1 and I and L.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 4
DAY_MS = 24 * 3600 * 1000
INSERT_PERSON = insert(users.table)
INSERT = insert(visitors.table)
INSERT_TOKEN = insert(visitors.tokens)
BY_CREDENTIAL = visitors.BY_CREDENTIAL
# It may have ended since it was read: then it ends earlier, or is another one's.
RENEW = (
    update(visitors.tokens)
    .where(visitors.tokens.c.token_hash == bindparam("hash"))
    .where(visitors.tokens.c.user_id == bindparam("who"))
    .where(visitors.tokens.c.expires_at >= bindparam("read"))
    .values(expires_at=bindparam("until"))
)
EXPIRED = delete(visitors.tokens).where(visitors.tokens.c.expires_at <= bindparam("before"))


class Said(NamedTuple):
    """What somebody says of themselves before they write: words, which prove nothing."""

    name: str = ""
    email: str = ""


NOTHING = Said()


def known(site: SiteState, credential: str) -> Actor | None:
    """The visitor of this site who has the credential; None while it is nobody's.

    Using it renews it. Raises `TokenInvalid` for one that has ended, or is another site's,
    `IdentityExpired` for a known person's of whom the site says nothing any more.
    """
    found = database.row(BY_CREDENTIAL, token_hash=digest(credential))
    if found is None:
        return None
    actor = holder(site, found)
    if found.identified_until is not None and found.identified_until <= clock.now():
        raise IdentityExpired
    until = clock.now() + lifetime()
    if until - found.expires_at >= DAY_MS:
        values = {"hash": digest(credential), "who": actor.id, "read": found.expires_at}
        with transaction() as tx:
            if not tx.run(RENEW, values | {"until": until}).rowcount:
                raise TokenInvalid
    return actor


def write_first(
    site: SiteState,
    credential: str,
    draft: Draft,
    *,
    language: str,
    address: str,
    said: Said = NOTHING,
) -> tuple[Actor, MessageState]:
    """A visitor's first message, and with it the visitor, from this network address.

    Whoever has the credential already just writes: of two tabs that are first, and of a repeat,
    there is one visitor and one message. What they have said of themselves is kept beside them.
    Raises what sending raises, `TokenInvalid`, `TooFast`, and `Invalid` (`saidName`, `saidEmail`)
    for what is no name or address, or is missing where the site asks for it first.
    """
    sending.check(draft)
    about: dict[str, Any] = {"language": language, "address": address, "said": said}
    actor = known_or_new(site, credential, **about, topic_id=draft.topic_id)
    return actor, sending.send(actor, None, draft)


def known_or_new(
    site: SiteState,
    credential: str,
    *,
    language: str,
    address: str,
    said: Said = NOTHING,
    topic_id: int | None = None,
) -> Actor:
    """Whoever has the credential; the visitor whom it becomes where it is nobody's.

    Raises `TokenInvalid`, `TooFast` and `Invalid` as `write_first` does.
    """
    if (actor := known(site, credential)) is not None:
        return actor
    if topic_id is not None:
        topics.check_offered(topic_id, site.id)
    said = checked(site, said)
    limits.visitors(address)
    return come(site, credential, language, said)


def checked(site: SiteState, said: Said) -> Said:
    """As it is stored. Raises `Invalid`."""
    name, email, wrong = "", "", {}
    try:
        if said.name.strip() or site.asks_first:
            name = checked_name(said.name)
    except Invalid as error:
        wrong["saidName"] = error.message
    try:
        if said.email.strip() or (site.asks_first and site.wants_email):
            email = checked_email(said.email)
    except Invalid as error:
        wrong["saidEmail"] = error.message
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return Said(name, email)


def come(site: SiteState, credential: str, language: str, said: Said = NOTHING) -> Actor:
    """Whoever has the credential: a new customer, or one who has just come by another tab."""
    try:
        with transaction() as tx:
            return made(tx, site, credential, language, said)
    except IntegrityError:
        if (actor := known(site, credential)) is None:
            raise
        return actor


def made(
    tx: Transaction, site: SiteState, credential: str, language: str, said: Said = NOTHING
) -> Actor:
    """A new customer, called by the language they read and a short code."""
    return made_of(tx, site, digest(credential), language, said)


def made_of(
    tx: Transaction, site: SiteState, token_hash: str, language: str, said: Said = NOTHING
) -> Actor:
    """The same by the hash of the credential, for who is on the site and has not shown it yet."""
    code = "".join(secrets.choice(LETTERS) for _each in range(CODE_LENGTH))
    person: dict[str, Any] = {
        "name": name_of(code, language),
        "email": None,
        "role": Role.CUSTOMER.value,
        "password_hash": "",
        "is_active": True,
        "auth_version": 1,
        "created_at": clock.now(),
    }
    user_id = tx.add(INSERT_PERSON, person)
    # Staff looks for them by what they say of themselves, too.
    words.keep(tx, user_id, f"{person['name']} {said.name}", said.email)
    about = {"site_id": site.id, "code": code, "language": language}
    about |= {"said_name": said.name, "said_email": said.email}
    tx.run(INSERT, about | {"user_id": user_id, "created_at": person["created_at"]})
    known_as = person | {"id": user_id, "email": ""}
    actor = Actor(**{name: known_as[name] for name in Actor._fields if name in known_as})
    return with_token(tx, site, token_hash, actor)


def end_credential(tx: Transaction, site: SiteState, token_hash: str, person: Actor) -> None:
    """It is nobody's, and is to become nobody's other than the person's, who has another one."""
    token = {"token_hash": token_hash, "user_id": person.id, "site_id": site.id, "login": ""}
    tx.run(INSERT_TOKEN, token | {"expires_at": clock.now()})


def with_token(tx: Transaction, site: SiteState, token_hash: str, person: Actor) -> Actor:
    """The person, whose credential it is from now on: their login by it."""
    actor = logins.begun(person)
    token = {"token_hash": token_hash, "user_id": actor.id, "site_id": site.id}
    until = clock.now() + lifetime()
    tx.run(INSERT_TOKEN, token | {"login": actor.login, "expires_at": until})
    return actor


def holder(site: SiteState, found: Row[Any]) -> Actor:
    if found.site_id != site.id or found.expires_at <= clock.now() or not found.is_active:
        raise TokenInvalid
    return Actor.of(found[:-5], found.login, found.identified_until)


def name_of(code: str, language: str) -> str:
    """In the words of those who answer."""
    with force_locale(current_app.config["LANGUAGES"][0]):
        name = _("Visitor %(code)s", code=code)
    return f"{name} ({language})" if language else name


def language_of(text: str) -> str:
    """A language tag as far as it is one: it is shown, and decides nothing."""
    return text if LANGUAGE.fullmatch(text) and len(text) <= visitors.LANGUAGE_LENGTH else ""


def forget_expired() -> None:
    with transaction() as tx:
        tx.run(EXPIRED, {"before": clock.now() - lifetime()})


def lifetime() -> int:
    days: int = current_app.config["VISITOR_DAYS"]
    return days * DAY_MS


def digest(credential: str) -> str:
    return sha256(credential.encode()).hexdigest()
