"""Visits: where on a site somebody is who has opened the chat, and beginning a chat with them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert  # SQLite renders its ON CONFLICT as well
from sqlalchemy.exc import IntegrityError

from app import clock, hours, software
from app.errors import NotFound, TooFast
from app.models import sites, visitors, visits
from app.models.chats import ChatState
from app.models.sites import SiteState
from app.models.users import Actor
from app.models.visits import SILENT_MS, SOFTWARE_LENGTH
from app.operations import access, chats, limits
from app.operations import attributes as saying
from app.operations import visitors as visiting
from app.operations.transaction import Transaction, transaction
from app.software import Software

PAUSE_MS = 30 * 60 * 1000  # after which somebody who comes back begins another visit
PAGES = 20
MOST_NOTED = 5000  # between two writes
ADDRESS_LENGTH, TITLE_LENGTH = 300, 120
DAY_MS = 24 * 3600 * 1000

WRITE = insert(visits.table)
WRITE = WRITE.on_conflict_do_update(
    index_elements=["token_hash"],
    set_={c.name: WRITE.excluded[c.name] for c in visits.table.c if c.name != "token_hash"},
)
OF_TOKEN = visits.OF_TOKEN.with_for_update()
# In the order in which they are written, so that two processes do not wait for each other.
OF_TOKENS = (
    select(visits.table)
    .where(visits.v.token_hash.in_(bindparam("hashes", expanding=True)))
    .order_by(visits.v.token_hash)
    .with_for_update()
)
IS_KNOWN = visits.v.token_hash.in_(select(visitors.tokens.c.token_hash))
FOLLOW = (
    update(visits.table)
    .where(visits.v.token_hash == bindparam("before"))
    .values(token_hash=bindparam("now"))
)
# What is seen of a credential that has ended is seen of its next, too.
ENDED = select(visitors.tokens.c.token_hash).where(
    visitors.tokens.c.token_hash.in_(bindparam("hashes", expanding=True)),
    visitors.tokens.c.expires_at <= bindparam("now"),
)
FORGET = (
    delete(visits.table).where(visits.v.seen_at <= bindparam("before")).returning(visits.v.said_of)
)


class Page(NamedTuple):
    """Where somebody is; neither address has a query, in which there may be a secret."""

    url: str
    title: str
    referrer: str
    at: int

    @classmethod
    def of(cls, url: str, title: str, referrer: str) -> "Page":
        shown = " ".join(title.split())[:TITLE_LENGTH]
        return cls(address_of(url), shown, address_of(referrer), clock.now())


class Sign(NamedTuple):
    """A sign of life from a page: what it shows now."""

    site_id: int
    page: Page
    language: str
    time_zone: str
    user_agent: str
    attributes: Mapping[str, Any]


# What was seen here and is still to be written down, by the hash of the credential.
noted: dict[str, Sign] = {}


def note(
    site: SiteState,
    credential: str,
    page: Page,
    *,
    language: str,
    time_zone: str,
    user_agent: str,
    attributes: Mapping[str, Any],
    address: str,
) -> None:
    """Somebody is on a page. Written later: whoever shows it waits for no database.

    The network address counts, and is kept nowhere; what comes too fast from one is not noted, and
    nobody is told.
    """
    if not current_app.config["VISITS"]:
        return
    try:
        limits.visits(address)
    except TooFast:
        return
    key = visiting.digest(credential)
    zone = time_zone if time_zone in hours.zones() else ""
    if key in noted or len(noted) < MOST_NOTED:
        noted[key] = Sign(site.id, page, language, zone, user_agent[: software.LONGEST], attributes)


def note_down() -> None:
    """Writes down who was seen since, once a second, in three statements however many they are."""
    if not noted:
        return
    writing = dict(noted)
    named = {sign.user_agent: software.named(sign.user_agent) for sign in writing.values()}
    with transaction() as tx:
        ended = set(tx.run(ENDED, {"hashes": list(writing), "now": clock.now()}).scalars())
        seen = {each: writing[each] for each in sorted(writing.keys() - ended)}
        before = {row.token_hash: row for row in tx.run(OF_TOKENS, {"hashes": list(seen)})}
        rows = [
            row_of(token_hash, before.get(token_hash), sign, named[sign.user_agent])
            for token_hash, sign in seen.items()
        ]
        if rows:
            tx.connection.execute(WRITE, rows)
    for token_hash, sign in writing.items():
        if noted.get(token_hash) == sign:
            del noted[token_hash]


def row_of(token_hash: str, found: Row[Any] | None, sign: Sign, by: Software) -> dict[str, Any]:
    """The visit that was found as it goes on, or a new one."""
    goes_on = found is not None and sign.page.at - found.seen_at < PAUSE_MS
    before: Sequence[Any] = json.loads(found.pages) if found and goes_on else []
    told = json.dumps(dict(sign.attributes), ensure_ascii=False)
    is_same = bool(before) and before[-1]["url"] == sign.page.url
    pages = [*(before[:-1] if is_same else before), sign.page._asdict()]
    if is_same:
        pages[-1]["at"] = before[-1]["at"]
    return {
        "token_hash": token_hash,
        "site_id": sign.site_id,
        "began_at": found.began_at if found and goes_on else sign.page.at,
        "seen_at": sign.page.at,
        "language": sign.language,
        "time_zone": sign.time_zone,
        "browser": by.browser[:SOFTWARE_LENGTH],
        "system": by.system[:SOFTWARE_LENGTH],
        "pages": json.dumps(pages[-PAGES:], ensure_ascii=False),
        "attributes": told,
        "said_of": said_of(found, told),
    }


def say(tx: Transaction, site: SiteState, token_hash: str, attributes: Mapping[str, Any]) -> None:
    """What another program says of somebody: a visit without pages, by which nobody is there."""
    found = tx.run(OF_TOKEN, {"token_hash": token_hash}).first()
    told = json.dumps(dict(attributes), ensure_ascii=False)
    at = clock.now() - SILENT_MS
    texts = dict.fromkeys(("language", "time_zone", "browser", "system"), "")
    row = {"token_hash": token_hash, "site_id": site.id, "began_at": at, "seen_at": at, **texts}
    row |= {"pages": "[]", "attributes": told, "said_of": said_of(found, told)}
    tx.connection.execute(WRITE, [row])


def said_of(found: Row[Any] | None, told: str) -> int | None:
    """In whose entry of the index these attributes stand; negative where others did before."""
    if found is None or found.said_of is None:
        return None
    return int(found.said_of) if found.attributes == told else -abs(found.said_of)


def follow(tx: Transaction, before: str, now: str) -> None:
    """A visit goes on by another credential; both by their hash."""
    tx.run(FOLLOW, {"before": before, "now": now})


def begin_chat(staff: Actor, token_hash: str) -> tuple[ChatState, bool]:
    """Staff begins a chat with whoever is on a site, written anything or not.

    The chat, and whether it is new. Raises `Forbidden`, `NotFound` for somebody who is not known,
    or has gone without having written: a customer whom nobody might ever be is not made.
    """
    access.require_staff(staff)
    try:
        return begun(staff, token_hash)
    except IntegrityError:  # they have just written themselves
        return begun(staff, token_hash)


def begun(staff: Actor, token_hash: str) -> tuple[ChatState, bool]:
    """The same, once: whoever has the credential is found, or made."""
    with transaction() as tx:
        access.check_still_holds(staff, tx)
        visit = tx.run(OF_TOKEN, {"token_hash": token_hash}).first()
        if visit is None:
            raise NotFound
        customer_id = tx.run(visitors.BY_HASH, {"token_hash": token_hash}).scalar()
        if customer_id is None:
            if clock.now() - visit.seen_at >= SILENT_MS:
                raise NotFound(_l("They have left the site."))
            found = tx.run(sites.BY_ID, {"site_id": visit.site_id}).one()
            site = SiteState._make(found)
            customer_id = visiting.made_of(tx, site, token_hash, visit.language).id
        return chats.with_customer(tx, staff, customer_id)


def forget_old() -> None:
    """After a day of those who wrote nothing, of the others with their credential."""
    with transaction() as tx:
        unknown = tx.run(FORGET.where(~IS_KNOWN), {"before": clock.now() - DAY_MS}).scalars().all()
        known = tx.run(FORGET, {"before": clock.now() - visiting.lifetime()}).scalars().all()
        saying.later(tx, *sorted({abs(each) for each in (*unknown, *known) if each}))
    saying.index_missed()


def address_of(url: str) -> str:
    """An address of the web without query and fragment; empty for what is none."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return ""
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return ""
    return f"{parts.scheme}://{host}{parts.path}"[:ADDRESS_LENGTH]
