"""Sites: setting up where the chat is embedded."""

import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypedDict, Unpack

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, func, insert, or_, select, update

from app import clock, origins
from app.direction import isolated
from app.errors import Invalid, NotFound
from app.events import SettingsChanged
from app.hours import DAYS, MOST_MINUTES
from app.models import sites
from app.models.audits import Action
from app.models.bots import Bot
from app.models.ratings import Asks
from app.models.sites import GREETING_LENGTH, Edge, SiteState
from app.models.users import Actor
from app.operations import access, audits, hours, sightings, teams
from app.operations.transaction import Transaction, transaction
from app.operations.users import checked_name, on_one_line
from app.visible import shows

MOST_ORIGINS = 50
FARTHEST = 200  # pixels
KEY_BYTES = 8
COLOUR = re.compile("#[0-9a-f]{6}")
SHOWN_LENGTH = 80  # of what is no origin, where that is said


class Settings(TypedDict, total=False):
    """What may be said of a site; what is left out stays as it is."""

    name: str
    origins: Iterable[str]
    colour: str
    edge: str
    distance: int
    greeting: str
    asks_first: bool
    rating: str
    bot: str
    wants_email: bool
    time_zone: str
    hours: Sequence[str]  # Monday first, as `9-12:30, 13:30-18:00`
    holidays: str  # one a line, as `2026-12-24 Christmas Eve`
    country: str
    region: str
    away_text: str
    languages: Iterable[str]
    asks_topic: bool
    team_id: int | None
    answer_minutes: int | None
    for_desk: bool


NEW: Settings = {
    "name": "",
    "origins": (),
    "colour": "#0f766e",
    "edge": Edge.END,
    "distance": 20,
    "greeting": "",
    "asks_first": False,
    "wants_email": False,
    "time_zone": "UTC",
    "hours": ("",) * len(DAYS),
    "holidays": "",
    "country": "",
    "region": "",
    "away_text": "",
    "languages": (),
    "rating": "off",
    "bot": "off",
    "asks_topic": False,
    "team_id": None,
    "answer_minutes": None,
    "for_desk": False,
}
INSERT = insert(sites.table)
# NO KEY UPDATE: visitors of the site may go on to write first messages, whose rows name it.
BY_ID_LOCKED = sites.BY_ID.with_for_update(key_share=True)
BY_KEY_LOCKED = sites.BY_KEY.with_for_update(key_share=True)
# Of several that are to be the desk's at once each knows of the one before, also where there is no
# row yet that could be locked; on SQLite, who writes is alone anyway.
ONE_BY_ONE = select(func.pg_advisory_xact_lock(0x6465736B))
# In one order: two would wait for each other.
DESKS_LOCKED = (
    sites.SELECT_SITES.where(
        or_(
            sites.table.c.for_desk,
            sites.table.c.id == bindparam("site_id"),
            sites.table.c.key == bindparam("key"),
        )
    )
    .order_by(sites.table.c.id)
    .with_for_update(key_share=True)
)


def create(actor: Actor, **wanted: Unpack[Settings]) -> SiteState:
    """A new site. Raises `Forbidden`, `Invalid` with `fields`."""
    access.require_manager(actor)
    values = checked(NEW | wanted)
    with transaction() as tx:
        access.check_still_holds(actor, tx)
        check_others(tx, values)
        return made(tx, values, actor)


def edit(actor: Actor, site_id: int, **wanted: Unpack[Settings]) -> SiteState:
    """Other settings. Raises `Forbidden`, `NotFound`, `Invalid` with `fields`."""
    access.require_manager(actor)
    values = checked(wanted)
    with transaction() as tx:
        access.check_still_holds(actor, tx)
        check_others(tx, values, site_id=site_id)
        return changed(tx, by_id(tx, site_id), values, actor)


def allow(actor: Actor, site_id: int, origin: str) -> SiteState:
    """One more origin may embed the chat. Raises `Forbidden`, `NotFound`, `Invalid`."""
    access.require_manager(actor)
    with transaction() as tx:
        access.check_still_holds(actor, tx)
        site = by_id(tx, site_id)
        return changed(tx, site, checked({"origins": [*site.allowed, origin]}), actor)


def rotate(actor: Actor, site_id: int) -> SiteState:
    """Another key: pages that carry the old one show no chat. Raises `Forbidden`, `NotFound`."""
    access.require_manager(actor)
    with transaction() as tx:
        access.check_still_holds(actor, tx)
        return rotated(tx, by_id(tx, site_id), actor)


def create_by_shell(**wanted: Unpack[Settings]) -> SiteState:
    """For whoever has the shell. Raises `Invalid` with `fields`."""
    values = checked(NEW | wanted)
    with transaction() as tx:
        check_others(tx, values)
        return made(tx, values)


def edit_by_shell(key: str, **wanted: Unpack[Settings]) -> SiteState:
    """For whoever has the shell. Raises `NotFound`, `Invalid` with `fields`."""
    values = checked(wanted)
    with transaction() as tx:
        check_others(tx, values, key=key)
        return changed(tx, by_key(tx, key), values)


def rotate_by_shell(key: str) -> SiteState:
    """For whoever has the shell. Raises `NotFound`."""
    with transaction() as tx:
        return rotated(tx, by_key(tx, key))


def by_id(tx: Transaction, site_id: int) -> SiteState:
    found = tx.run(BY_ID_LOCKED, {"site_id": site_id}).first()
    if found is None:
        raise NotFound
    return SiteState._make(found)


def by_key(tx: Transaction, key: str) -> SiteState:
    found = tx.run(BY_KEY_LOCKED, {"key": key}).first()
    if found is None:
        raise NotFound(_l("There is no site with this key."))
    return SiteState._make(found)


def check_others(
    tx: Transaction, values: Mapping[str, Any], site_id: int | None = None, key: str | None = None
) -> None:
    """What else is concerned is locked before the site: its team, as by who removes that, and the
    site that is the desk's where this one is to be. Raises `Invalid`."""
    team_id = values.get("team_id")
    if team_id is not None and teams.if_there(tx, team_id) is None:
        raise Invalid(fields={"team_id": _l("That team is not there.")})
    if values.get("for_desk"):
        if tx.connection.dialect.name == "postgresql":
            tx.run(ONE_BY_ONE, {})
        tx.run(DESKS_LOCKED, {"site_id": site_id, "key": key})


def take_over(tx: Transaction, values: Mapping[str, Any], by: Actor | None, but: int = 0) -> None:
    """At most one site says the hours of the desk's own pages: the one before says them no more."""
    if values.get("for_desk"):
        found = tx.run(sites.FOR_DESK, {}).first()
        if found is not None and found.id != but:
            changed(tx, SiteState._make(found), {"for_desk": False}, by)


def made(tx: Transaction, values: Mapping[str, Any], by: Actor | None = None) -> SiteState:
    hours.check_region(values["country"], values["region"])
    take_over(tx, values, by)
    now = clock.now()
    row = {**values, "key": new_key(), "created_at": now, "updated_at": now}
    site = SiteState(id=tx.add(INSERT, row), **row)
    audits.record(tx, Action.SITE_MADE, by, subject_id=site.id)
    tx.say(SettingsChanged("sites", "made", site.id))
    return site


def changed(
    tx: Transaction, before: SiteState, values: Mapping[str, Any], by: Actor | None = None
) -> SiteState:
    after = before._replace(**values)
    if after == before:
        return before
    # A region that the library has no more stays, and is in the way of nothing else.
    if (after.country, after.region) != (before.country, before.region):
        hours.check_region(after.country, after.region)
    take_over(tx, values, by, but=before.id)
    said = [name for name in values if getattr(before, name) != getattr(after, name)]
    audits.record(tx, Action.SITE_CHANGED, by, subject_id=before.id, changed=sorted(said))
    tx.say(SettingsChanged("sites", "renamed" if "name" in said else "changed", before.id))
    after = after._replace(updated_at=clock.now())
    row = {name: value for name, value in after._asdict().items() if name != "id"}
    tx.run(update(sites.table).where(sites.table.c.id == before.id).values(**row), {})
    return after


def rotated(tx: Transaction, before: SiteState, by: Actor | None = None) -> SiteState:
    """Where it was seen by the old key is forgotten: there it has to be installed anew."""
    sightings.forget(tx, before.id)
    return changed(tx, before, {"key": new_key()}, by)


def new_key() -> str:
    return secrets.token_hex(KEY_BYTES)


def checked(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """By column what is to be stored. Raises `Invalid` with all that is wrong."""
    values: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    for name, value in wanted.items():
        try:
            values[name] = CHECKS[name](value)
        except Invalid as error:
            wrong |= error.fields or {name: error.message}
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return values


def checked_origins(wanted: Iterable[str]) -> str:
    """As they are stored, each once."""
    found = dict.fromkeys(map(checked_origin, wanted))
    if len(found) > MOST_ORIGINS:
        raise Invalid(_l("A site has at most %(limit)s origins.", limit=MOST_ORIGINS))
    return json.dumps(list(found))


def checked_origin(written: str) -> str:
    try:
        return origins.normal(written)
    except ValueError as error:
        shown = isolated(written.strip()[:SHOWN_LENGTH])
        raise Invalid(
            _l(
                "%(written)s is no origin. One is written like %(one)s, or %(several)s for all "
                "that are below it.",
                written=shown,
                one=isolated("https://shop.example.com"),
                several=isolated("https://*.example.com"),
            )
        ) from error


def checked_colour(wanted: str) -> str:
    colour = wanted.strip().lower()
    if not COLOUR.fullmatch(colour):
        raise Invalid(_l("A colour is written as # and six digits or letters from a to f."))
    return colour


def checked_edge(wanted: str) -> str:
    try:
        return Edge(wanted).value
    except ValueError as error:
        raise Invalid(_l("A side is one of %(sides)s.", sides=", ".join(Edge))) from error


def checked_distance(wanted: int) -> int:
    if not 0 <= wanted <= FARTHEST:
        raise Invalid(_l("The distance is 0 to %(limit)s pixels.", limit=FARTHEST))
    return wanted


def checked_greeting(wanted: str) -> str:
    greeting = on_one_line(wanted)
    if len(greeting) > GREETING_LENGTH:
        raise Invalid(_l("A greeting has at most %(limit)s characters.", limit=GREETING_LENGTH))
    return greeting if shows(greeting) else ""


def checked_rating(wanted: str) -> str:
    try:
        return Asks(wanted).value
    except ValueError as error:
        raise Invalid(_l("It is one of %(kinds)s.", kinds=", ".join(Asks))) from error


def checked_bot(wanted: str) -> str:
    try:
        return Bot(wanted).value
    except ValueError as error:
        raise Invalid(_l("It is one of %(kinds)s.", kinds=", ".join(Bot))) from error


def checked_minutes(wanted: int | None) -> int | None:
    if wanted is not None and not 0 <= wanted <= MOST_MINUTES:
        raise Invalid(_l("It takes 0 to %(most)s minutes.", most=MOST_MINUTES))
    return wanted


CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": checked_name,
    "origins": checked_origins,
    "colour": checked_colour,
    "edge": checked_edge,
    "distance": checked_distance,
    "greeting": checked_greeting,
    "asks_first": bool,
    "wants_email": bool,
    "rating": checked_rating,
    "bot": checked_bot,
    "asks_topic": bool,
    "team_id": lambda wanted: wanted,  # looked up in the transaction
    "answer_minutes": checked_minutes,
    "for_desk": bool,
    **hours.CHECKS,
}
