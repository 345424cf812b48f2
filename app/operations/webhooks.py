"""Webhooks of events: made, changed, given other secrets and removed by admins."""

import json
import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, func, insert, select, update

from app import clock
from app.conditions import checked_url
from app.errors import Conflict, Invalid, NotFound
from app.events import SettingsChanged
from app.models import webhooks
from app.models.audits import Action
from app.models.users import Actor
from app.models.webhooks import (
    BY_ID,
    FILTERS,
    NAME_LENGTH,
    URL_LENGTH,
    WAITS,
    Became,
    Told,
    WebhookState,
)
from app.operations import access, audits, deliveries, limits
from app.operations.rules import MISSING, SECRET_BYTES, SECRET_PREFIX, THERE
from app.operations.transaction import Transaction, transaction
from app.operations.users import on_one_line
from app.visible import shows

MOST = 20
w, d = webhooks.table.c, webhooks.deliveries.c
INSERT = insert(webhooks.table)
CHANGE = update(webhooks.table).where(w.id == bindparam("which"))
REMOVE = delete(webhooks.table).where(w.id == bindparam("which"))
LET_GO = (
    update(webhooks.deliveries)
    .where(d.webhook_id == bindparam("which"), WAITS)
    .values(state=Became.OFF.value)
)
LOCKED = BY_ID.with_for_update()
HOW_MANY = select(func.count()).select_from(webhooks.table)
WHAT = {"sites": "site", "teams": "team", "topics": "topic", "tags": "tag"}


def make(admin: Actor, **wanted: Any) -> WebhookState:
    """One of a `name` and `url` that is told of `events`, of chats alone that `only` lets by, from
    now on unless `is_on` is false. Its secret is told this once.

    Raises `Forbidden`, `Unauthorized`, `Invalid`, also for too many, `TooFast`.
    """
    access.require_admin(admin)
    values = checked({"only": {}, "is_on": True} | wanted)
    limits.sends(admin)
    with transaction() as tx:
        access.check_still_holds(admin, tx)
        if tx.run(HOW_MANY, {}).scalar() >= MOST:
            raise Invalid(fields={"name": _l("There are %(limit)s webhooks already.", limit=MOST)})
        check_named(tx, values)
        now = clock.now()
        values |= {"secret": new_secret(), "old_secret": None, "misses": 0}
        values |= {"failing_since": None, "rests_until": None}
        values |= {"created_at": now, "changed_at": now}
        made = WebhookState(id=tx.add(INSERT, values), **values)
        audits.record(tx, Action.WEBHOOK_MADE, admin, subject_id=made.id)
        tx.say(SettingsChanged("webhooks", "made", made.id))
        return made


def change(admin: Actor, webhook_id: int, **wanted: Any) -> WebhookState:
    """What is named is so from now on. What waits is told to the new address; of one that is
    switched off it is let go. Raises as `make`, `NotFound`."""
    access.require_admin(admin)
    values = checked(wanted)
    limits.sends(admin)
    with transaction() as tx:
        access.check_still_holds(admin, tx)
        before = by_id(tx, webhook_id)
        changed = sorted(name for name in values if values[name] != getattr(before, name))
        if not changed:
            return before
        if "filters" in changed:
            check_named(tx, values)
        if "url" in changed or "is_on" in changed:  # another one, or the same anew
            values |= {"failing_since": None, "misses": 0, "rests_until": None}
        values["changed_at"] = clock.now()
        tx.run(CHANGE.values(**values), {"which": webhook_id})
        after = before._replace(**values)
        if "rests_until" in values:
            deliveries.go_on(tx, webhook_id)
        if not after.is_on:
            tx.run(LET_GO, {"which": webhook_id})
        about: dict[str, Any] = {"changed": changed, "is_on": after.is_on}
        audits.record(tx, Action.WEBHOOK_CHANGED, admin, subject_id=webhook_id, **about)
        tx.say(SettingsChanged("webhooks", "changed", webhook_id))
        return after


def make_secret(admin: Actor, webhook_id: int) -> str:
    """A new one, told this once. The one before signs beside it until it is ended.

    Raises `Forbidden`, `NotFound`, `Conflict` while an older one still signs, `TooFast`.
    """
    access.require_admin(admin)
    limits.sends(admin)
    with transaction() as tx:
        access.check_still_holds(admin, tx)
        before = by_id(tx, webhook_id)
        if before.old_secret is not None:
            raise Conflict(_l("End the old secret first: two sign already."))
        secret = new_secret()
        tx.run(CHANGE.values(secret=secret, old_secret=before.secret), {"which": webhook_id})
        changed_secret(tx, admin, webhook_id, "secret")
        return secret


def end_old_secret(admin: Actor, webhook_id: int) -> WebhookState:
    """The old secret signs no more; again is fine. Raises `Forbidden`, `NotFound`, `TooFast`."""
    access.require_admin(admin)
    limits.sends(admin)
    with transaction() as tx:
        access.check_still_holds(admin, tx)
        before = by_id(tx, webhook_id)
        if before.old_secret is not None:
            tx.run(CHANGE.values(old_secret=None), {"which": webhook_id})
            changed_secret(tx, admin, webhook_id, "old_secret")
        return before._replace(old_secret=None)


def changed_secret(tx: Transaction, admin: Actor, webhook_id: int, name: str) -> None:
    audits.record(tx, Action.WEBHOOK_CHANGED, admin, subject_id=webhook_id, changed=[name])
    tx.say(SettingsChanged("webhooks", "changed", webhook_id))


def remove(admin: Actor, webhook_id: int) -> None:
    """It is gone; what was told goes with the next upkeep (`deliveries.forget_old`).

    Raises `Forbidden`, `NotFound`, `TooFast`.
    """
    access.require_admin(admin)
    limits.sends(admin)
    with transaction() as tx:
        access.check_still_holds(admin, tx)
        tx.run(REMOVE, {"which": by_id(tx, webhook_id).id})
        audits.record(tx, Action.WEBHOOK_REMOVED, admin, subject_id=webhook_id)
        tx.say(SettingsChanged("webhooks", "removed", webhook_id))


def by_id(tx: Transaction, webhook_id: int) -> WebhookState:
    found = tx.run(LOCKED, {"webhook_id": webhook_id}).first()
    if found is None:
        raise NotFound(_l("That webhook is not there."))
    return WebhookState._make(found)


def new_secret() -> str:
    return SECRET_PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def checked(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """As it is stored; what is left out stays as it is. Raises `Invalid`."""
    values: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    if "name" in wanted:
        values["name"] = name = on_one_line(wanted["name"])
        if not shows(name):
            wrong["name"] = _l("It takes a name.")
        elif len(name) > NAME_LENGTH:
            wrong["name"] = _l("It has at most %(limit)s characters.", limit=NAME_LENGTH)
    if "url" in wanted:
        values["url"] = url = wanted["url"].strip()
        if len(url) > URL_LENGTH or not is_address(url):
            wrong["url"] = _l("It takes an address of http or https.")
    if "events" in wanted:
        events = list(dict.fromkeys(wanted["events"]))
        if not events:
            wrong["events"] = _l("It takes an event at least.")
        elif not set(events) <= set(Told):
            wrong["events"] = _l("It is none of the choices.")
        values["events"] = json.dumps([each for each in Told if each in events])
    if "only" in wanted:
        only: Mapping[str, Sequence[int]] = wanted["only"]
        values["filters"] = json.dumps({name: sorted(set(only.get(name, ()))) for name in FILTERS})
    if "is_on" in wanted:
        values["is_on"] = bool(wanted["is_on"])
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return values


def is_address(url: str) -> bool:
    try:
        checked_url(url)
    except ValueError:
        return False
    return True


def check_named(tx: Transaction, values: Mapping[str, Any]) -> None:
    """Raises `Invalid` for a site, team, topic or tag that is not there."""
    wrong = {}
    for name, ids in json.loads(values["filters"]).items():
        what = WHAT[name]
        if ids and not set(ids) <= {row.id for row in tx.run(THERE[what], {})}:
            wrong[f"only.{name}"] = MISSING[what]
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
