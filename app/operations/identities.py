"""Who a visitor is, as the site's own server says; and the secrets that it says so with."""

import secrets
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.errors import OtherIdentity, TokenInvalid
from app.models import database, identities, visitors
from app.models.audits import Action
from app.models.identities import Secret
from app.models.messages import MessageState
from app.models.sites import SiteState
from app.models.users import Actor
from app.operations import (
    access,
    audits,
    deliveries,
    limits,
    logins,
    mail_addresses,
    merges,
    topics,
    users,
    visits,
)
from app.operations import messages as sending
from app.operations import sites as settings
from app.operations import visitors as visiting
from app.operations.claims import Claims, claims_of
from app.operations.messages import Draft
from app.operations.transaction import Transaction, transaction

SECRET_BYTES = 32
DAY_MS = 24 * 3600 * 1000
MOST_CREDENTIALS = 20  # of one person: each browser has one
INSERT = insert(identities.table)
INSERT_SECRET = insert(identities.secrets)
END_SECRETS = (
    update(identities.secrets)
    .where(identities.secrets.c.site_id == bindparam("of_site"))
    .where(identities.secrets.c.ends_at.is_(None))
    .values(ends_at=bindparam("at"))
)
FORGET_SECRETS = delete(identities.secrets).where(identities.secrets.c.ends_at <= bindparam("now"))
KEEP_EMAIL = (
    update(identities.table)
    .where(identities.table.c.user_id == bindparam("who"))
    .values(email=bindparam("address"))
)
END_TOKEN = (
    update(visitors.tokens)
    .where(visitors.tokens.c.token_hash == bindparam("hash"))
    .values(expires_at=bindparam("at"), identified_until=None)
)
# What ends latest was used last (`visitors.known`).
SURPLUS = (
    select(visitors.tokens.c.token_hash, visitors.tokens.c.login)
    .where(visitors.tokens.c.user_id == bindparam("who"))
    .where(visitors.tokens.c.expires_at > bindparam("at"))
    .order_by(visitors.tokens.c.expires_at.desc(), visitors.tokens.c.token_hash)
    .offset(MOST_CREDENTIALS - 1)
)
VOUCH = (
    update(visitors.tokens)
    .where(visitors.tokens.c.token_hash == bindparam("hash"))
    .values(identified_until=bindparam("until"), expires_at=bindparam("ends"))
)


def rotate_secret(actor: Actor, site_id: int) -> Secret:
    """A new secret; those before hold for a day more. Raises `Forbidden`, `NotFound`."""
    access.require_manager(actor)
    with transaction() as tx:
        access.check_still_holds(actor, tx)
        return rotated(tx, settings.by_id(tx, site_id), actor)


def rotate_secret_by_shell(key: str) -> Secret:
    """For whoever has the shell. Raises `NotFound`."""
    with transaction() as tx:
        return rotated(tx, settings.by_key(tx, key))


def rotated(tx: Transaction, site: SiteState, by: Actor | None = None) -> Secret:
    now = clock.now()
    tx.run(FORGET_SECRETS, {"now": now})
    tx.run(END_SECRETS, {"of_site": site.id, "at": now + DAY_MS})
    made = Secret(secrets.token_hex(4), secrets.token_hex(SECRET_BYTES), now, None)
    tx.run(INSERT_SECRET, made._asdict() | {"site_id": site.id})
    audits.record(tx, Action.SITE_SECRET_MADE, by, subject_id=site.id)
    return made


class Known(NamedTuple):
    """Somebody, and the credential by which they are known from now on."""

    actor: Actor
    credential: str


def identify(site: SiteState, credential: str, proof: str) -> Known | None:
    """Whoever has the credential is who the site says; None while they have written nothing.

    An unknown person keeps the visitor's chat. A known one receives it (`merges.merge`). The
    credential is a new one: who used this browser before may have kept the old one. Raises
    `IdentityInvalid`, `TokenInvalid`, `OtherIdentity` when the credential is another person's, and
    `TooFast` when they are given too many.
    """
    return known_as(site, credential, claims_of(site, proof))


def known_as(site: SiteState, credential: str, claims: Claims) -> Known | None:
    check_pace(site, credential, claims)
    try:
        return identified(site, credential, claims)
    except IntegrityError:  # by two tabs at once
        return identified(site, credential, claims)


def check_pace(site: SiteState, credential: str, claims: Claims) -> None:
    """The site's word is good for a day, with any credential that somebody makes up."""
    shown = {"token_hash": visiting.digest(credential), "now": clock.now()}
    person = database.row(identities.WITH_CREDENTIAL, site_id=site.id, sub=claims.sub, **shown)
    if person is not None and person.token_hash is None:
        limits.credentials(person.user_id)


def write_first(
    site: SiteState, credential: str, proof: str, draft: Draft, *, language: str, address: str
) -> tuple[Known, MessageState]:
    """A known person's first message. Raises what `visitors.write_first` and `identify` do."""
    sending.check(draft)
    about: dict[str, Any] = {"language": language, "address": address}
    known = known_or_new(site, credential, proof, **about, topic_id=draft.topic_id)
    return known, sending.send(known.actor, None, draft)


def known_or_new(
    site: SiteState,
    credential: str,
    proof: str,
    *,
    language: str,
    address: str,
    topic_id: int | None = None,
) -> Known:
    """As `identify`, but who has written nothing comes to be."""
    claims = claims_of(site, proof)
    if (known := known_as(site, credential, claims)) is not None:
        return known
    if topic_id is not None:
        topics.check_offered(topic_id, site.id)
    limits.visitors(address)
    return come(site, credential, claims, language)


def come(site: SiteState, credential: str, claims: Claims, language: str) -> Known:
    """A new customer whom the site knows, or one who has just come by another tab or browser."""
    fresh = new_credential()
    try:
        with transaction() as tx:
            person = named(tx, site, visiting.made(tx, site, fresh, language), claims)
            visits.follow(tx, visiting.digest(credential), visiting.digest(fresh))
            visiting.end_credential(tx, site, visiting.digest(credential), person)
            return vouched(tx, Known(person, fresh), claims)
    except IntegrityError:
        if (known := known_as(site, credential, claims)) is None:
            raise
        return known


def identified(site: SiteState, credential: str, claims: Claims) -> Known | None:
    with transaction() as tx:
        person, visitor, is_ended = both(tx, site, credential, claims)
        if visitor is not None and is_known(tx, visitor):
            if person is None or visitor.id != person.id:
                raise OtherIdentity
            return vouched(tx, Known(visitor, credential), claims)
        if person is None:
            if visitor is None:
                return None
            person = named(tx, site, visitor, claims)
        elif visitor is not None:
            merges.merge(tx, visitor, person)
            deliveries.identified(tx, person.id)
        fresh = new_credential()
        visits.follow(tx, visiting.digest(credential), visiting.digest(fresh))
        if visitor is not None:
            leave(tx, visitor, person)
        elif not is_ended:
            visiting.end_credential(tx, site, visiting.digest(credential), person)
        make_room(tx, person)
        person = visiting.with_token(tx, site, visiting.digest(fresh), person)
        return vouched(tx, Known(person, fresh), claims)


def make_room(tx: Transaction, person: Actor) -> None:
    """One more credential of this person: those that were not used for longest give way."""
    now = clock.now()
    for surplus in tx.run(SURPLUS, {"who": person.id, "at": now}).all():
        tx.run(END_TOKEN, {"hash": surplus.token_hash, "at": now})
        logins.end_login(tx, person.id, surplus.login)


def leave(tx: Transaction, visitor: Actor, person: Actor) -> None:
    """What the visitor was known by ends, and where they wanted mail: it may be another's.

    A credential that has ended stays the person's: what is still on its way with it, or is sent
    once more, brings about nobody new.
    """
    ids = {"from_id": visitor.id, "to_id": person.id}
    tx.run(merges.END_TOKENS, ids | {"at": clock.now()})
    logins.end_login(tx, visitor.id, visitor.login or "")
    mail_addresses.forget(tx, visitor.id)


def both(
    tx: Transaction, site: SiteState, credential: str, claims: Claims
) -> tuple[Actor | None, Actor | None, bool]:
    """Whom the site means, and who has the credential, both locked; either may be nobody yet.

    And whether the credential is an ended one of that very person, who asks for the next anew:
    the answer may have been lost.
    """
    for is_sure in (False, True):
        known = tx.run(identities.OF_SUB, {"site_id": site.id, "sub": claims.sub}).first()
        here = tx.run(visiting.BY_CREDENTIAL, {"token_hash": visiting.digest(credential)}).first()
        if not is_sure:
            # In one order: two that lock the same people would wait for each other.
            for user_id in sorted({row.id for row in (known, here) if row is not None}):
                access.locked_person(tx, user_id)
    person = active(tx, known)
    if here is not None and person is not None and here.id == person.id and has_ended(here):
        return person, None, True
    return person, here and visiting.holder(site, here), False


def has_ended(credential: Row[Any]) -> bool:
    ends_at: int = credential.expires_at
    return ends_at <= clock.now()


def active(tx: Transaction, known: Row[Any] | None) -> Actor | None:
    """Raises `TokenInvalid` when the person was deactivated."""
    if known is None:
        return None
    actor = Actor.of(known[:-1])
    if access.locked_person(tx, actor.id) is None:
        raise TokenInvalid
    return actor


def is_known(tx: Transaction, visitor: Actor) -> bool:
    return tx.run(identities.OF_PERSON, {"user_id": visitor.id}).first() is not None


def named(tx: Transaction, site: SiteState, visitor: Actor, claims: Claims) -> Actor:
    """The visitor, who is known from now on."""
    row = {"site_id": site.id, "sub": claims.sub, "user_id": visitor.id, "email": claims.email}
    tx.run(INSERT, row | {"created_at": clock.now()})
    deliveries.identified(tx, visitor.id)
    return visitor


def vouched(tx: Transaction, known: Known, claims: Claims) -> Known:
    """As the site calls them now, until then; what it leaves out stays as it was.

    The credential has been used, which renews it.
    """
    person, credential = known
    times = {"until": claims.until, "ends": clock.now() + visiting.lifetime()}
    tx.run(VOUCH, {"hash": visiting.digest(credential)} | times)
    if claims.email:
        tx.run(KEEP_EMAIL, {"who": person.id, "address": claims.email})
    if claims.name and claims.name != person.name:
        users.renamed(tx, person.id, claims.name, None)
    named = person._replace(name=claims.name or person.name, identified_until=claims.until)
    return Known(named, credential)


def new_credential() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)
