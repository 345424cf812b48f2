"""Rules: made, put in order, switched on and off by managers. What they then do: `rule_runs.py`."""

import json
import secrets
from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from pydantic import ValidationError
from sqlalchemy import bindparam, delete, func, insert, select, update

from app import clock
from app.conditions import (
    ACTIONS,
    CONDITIONS,
    MOST_PARTS,
    AnswerAction,
    AssignAction,
    NotifyAction,
    Part,
)
from app.errors import Conflict, Invalid, NotFound
from app.events import SettingsChanged
from app.models import (
    chats,
    messages,
    rules,
    sites,
    tags,
    teams,
    topics,
    users,
)
from app.models.audits import Action as Noted
from app.models.rules import BY_ID, LONGEST, NAME_LENGTH, TIMED, RuleState, When
from app.models.users import STAFF, Actor
from app.operations import (
    access,
    audits,
    limits,
)
from app.operations.transaction import Transaction, transaction
from app.operations.users import on_one_line
from app.visible import shows

MOST = 50
SECRET_PREFIX, SECRET_BYTES = "whsec_", 24  # as Standard Webhooks write one

r, runs, m, c, u = rules.table.c, rules.runs.c, messages.table.c, chats.table.c, users.table.c
INSERT = insert(rules.table)
CHANGE = update(rules.table).where(r.id == bindparam("which"))
TRIED = CHANGE.where(r.version == bindparam("of_version"))
LOCKED = BY_ID.with_for_update()
ALL_LOCKED = rules.EVERY.with_for_update()
HOW_MANY = select(func.count(), func.coalesce(func.max(r.position), 0)).select_from(rules.table)
REMOVE_RUNS = delete(rules.runs).where(runs.rule_id == bindparam("which"))
REMOVE = delete(rules.table).where(r.id == bindparam("which"))
# Those of what is named who are there, by what it is.
THERE: dict[str, Any] = {
    "person": select(u.id).where(u.role.in_(sorted(STAFF)), u.is_active),
    "team": select(teams.table.c.id),
    "tag": select(tags.table.c.id),
    "site": select(sites.table.c.id),
    "topic": select(topics.table.c.id),
}
MISSING = {
    "person": _l("That colleague is not there."),
    "team": _l("That team is not there."),
    "tag": _l("That tag is not there."),
    "site": _l("That site is not there."),
    "topic": _l("That topic is not there."),
}


class Wanted(NamedTuple):
    """A rule as somebody writes it; parts as `app/conditions.py` has them."""

    name: str
    event: str
    amount: int | None = None
    any_of: bool = False
    conditions: Sequence[Part] = ()
    actions: Sequence[Part] = ()


def make(manager: Actor, wanted: Wanted) -> RuleState:
    """A rule, the last in order, switched off.

    Raises `Forbidden`, `Unauthorized`, `Invalid` for what it lacks, what there is not, or too many
    rules, `TooFast`.
    """
    access.require_manager(manager)
    values = checked(wanted)
    limits.sends(manager)
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        check_named(tx, wanted)
        number, last = tx.run(HOW_MANY, {}).one()
        if number >= MOST:
            raise Invalid(fields={"name": _l("There are %(limit)s rules already.", limit=MOST)})
        now = clock.now()
        values |= {"position": last + 1, "is_on": False, "on_since": None, "on_by_id": None}
        values |= {"version": 1, "secret": None, "created_at": now, "changed_at": now}
        made = RuleState(id=tx.add(INSERT, values), **values)
        audits.record(tx, Noted.RULE_MADE, manager, subject_id=made.id)
        tx.say(SettingsChanged("rules", "made", made.id))
        return made


def change(manager: Actor, rule_id: int, wanted: Wanted, version: int | None = None) -> RuleState:
    """The rule is this from now on, and switched off where it asks or does anything else.

    `version` is the one that was changed, where that is known. Raises as `make`, `NotFound`,
    `Conflict` where somebody has changed it since.
    """
    access.require_manager(manager)
    values = checked(wanted)
    limits.sends(manager)
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        rule = by_id(tx, rule_id)
        check_version(rule, version)
        changed = sorted(name for name in values if values[name] != getattr(rule, name))
        if not changed:
            return rule
        check_named(tx, wanted)
        if changed != ["name"]:
            values |= {"version": rule.version + 1, "is_on": False, "on_since": None}
        values["changed_at"] = clock.now()
        tx.run(CHANGE.values(**values), {"which": rule.id})
        after = rule._replace(**values)
        about = {"subject_id": rule.id, "version": after.version}
        audits.record(tx, Noted.RULE_CHANGED, manager, **about, changed=changed)
        tx.say(SettingsChanged("rules", "changed", rule.id))
        return after


def switch(manager: Actor, rule_id: int, *, is_on: bool, version: int) -> RuleState:
    """The rule acts from now on, or no more; again is fine. `version` is the one that was tried.

    Raises `Forbidden`, `NotFound`, `Conflict` where somebody has changed it since or nobody has
    tried it as it is (`tried`), `Invalid` where something that it names is gone, `TooFast`.
    """
    access.require_manager(manager)
    limits.sends(manager)
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        rule = by_id(tx, rule_id)
        if is_on:
            check_version(rule, version)
            if not rule.is_tried and not rule.is_on:
                raise Conflict(_l("Try this rule first: nobody has, as it is now."))
            check_named(tx, written(rule))
            if rule.secret is None and any(each["kind"] == "webhook" for each in rule.does):
                raise Invalid(_l("Make a secret for its webhook first, which signs what is told."))
        if rule.is_on == is_on:
            return rule
        values: dict[str, Any] = {"is_on": is_on, "on_since": clock.now() if is_on else None}
        values |= {"on_by_id": manager.id, "changed_at": clock.now()}
        tx.run(CHANGE.values(**values), {"which": rule.id})
        about = {"subject_id": rule.id, "version": rule.version}
        audits.record(tx, Noted.RULE_SWITCHED, manager, **about, is_on=is_on)
        tx.say(SettingsChanged("rules", "changed", rule.id))
        return rule._replace(**values)


def tried(manager: Actor, rule: RuleState) -> None:
    """A manager has seen what this version of the rule would have done, so it may be switched on.
    Where it has been changed meanwhile, or is gone, nothing is stored. Raises `Forbidden`."""
    access.require_manager(manager)
    if rule.is_tried:
        return
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        values = {"tried_version": rule.version, "tried_at": clock.now()}
        tx.run(TRIED.values(**values), {"which": rule.id, "of_version": rule.version})


def make_secret(manager: Actor, rule_id: int) -> str:
    """A new one, by which what its webhook tells is signed; it is told this once, and the one
    before signs nothing any more. Raises `Forbidden`, `NotFound`, `TooFast`."""
    access.require_manager(manager)
    limits.sends(manager)
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        rule = by_id(tx, rule_id)
        secret = SECRET_PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        tx.run(CHANGE.values(secret=secret), {"which": rule.id})
        audits.record(tx, Noted.RULE_CHANGED, manager, subject_id=rule.id, changed=["secret"])
        return secret


def remove(manager: Actor, rule_id: int) -> None:
    """The rule is gone, and the log of what it did. Raises `Forbidden`, `NotFound`, `TooFast`."""
    access.require_manager(manager)
    limits.sends(manager)
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        which = {"which": by_id(tx, rule_id).id}
        tx.run(REMOVE_RUNS, which)
        tx.run(REMOVE, which)
        audits.record(tx, Noted.RULE_REMOVED, manager, subject_id=rule_id)
        tx.say(SettingsChanged("rules", "removed", rule_id))


def order(manager: Actor, rule_ids: Sequence[int]) -> list[RuleState]:
    """They are asked in this order; those that are not named come after these, as they were.

    Raises `Forbidden`, `NotFound` for one that there is not, `TooFast`.
    """
    access.require_manager(manager)
    limits.sends(manager)
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        found = {row.id: RuleState._make(row) for row in tx.run(ALL_LOCKED, {})}
        if not set(rule_ids) <= set(found):
            raise NotFound(_l("That rule is not there."))
        ordered = []
        for position, rule_id in enumerate(dict.fromkeys([*rule_ids, *found]), 1):
            rule = found[rule_id]
            if rule.position != position:
                tx.run(CHANGE.values(position=position), {"which": rule.id})
            ordered.append(rule._replace(position=position))
        tx.say(SettingsChanged("rules", "changed"))
        return ordered


def by_id(tx: Transaction, rule_id: int) -> RuleState:
    found = tx.run(LOCKED, {"rule_id": rule_id}).first()
    if found is None:
        raise NotFound(_l("That rule is not there."))
    return RuleState._make(found)


def check_version(rule: RuleState, version: int | None) -> None:
    if version is not None and rule.version != version:
        raise Conflict(_l("Somebody has changed this rule meanwhile. Look at it once more."))


def written(rule: RuleState) -> Wanted:
    """The rule as somebody has written it."""
    conditions = CONDITIONS.validate_python(rule.asks)
    actions = ACTIONS.validate_python(rule.does)
    return Wanted(rule.name, rule.event, rule.amount, rule.any_of, conditions, actions)


def parsed(
    conditions: Sequence[Any], actions: Sequence[Any]
) -> tuple[Sequence[Part], Sequence[Part]]:
    """The parts of a rule of what a form says, as the wire has it. Raises `Invalid`."""
    found: dict[str, Sequence[Part]] = {}
    wrong: dict[str, Any] = {}
    missing = _l("Something is missing there, or too long.")
    for field, kinds, given in (
        ("conditions", CONDITIONS, conditions),
        ("actions", ACTIONS, actions),
    ):
        try:
            found[field] = kinds.validate_python(list(given))
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_input=False):
                wrong[f"{field}.{problem['loc'][0]}"] = missing
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return found["conditions"], found["actions"]


def checked(wanted: Wanted) -> dict[str, Any]:
    """As it is stored. Raises `Invalid`."""
    wrong: dict[str, Any] = {}
    name = on_one_line(wanted.name)
    if not shows(name):
        wrong["name"] = _l("It takes a name.")
    elif len(name) > NAME_LENGTH:
        wrong["name"] = _l("It has at most %(limit)s characters.", limit=NAME_LENGTH)
    if wanted.event not in list(When):
        wrong["event"] = _l("It is none of the choices.")
    amount = wanted.amount if wanted.event in TIMED else None
    if wanted.event in TIMED:
        limit = LONGEST[When(wanted.event)]
        if amount is None or not 1 <= amount <= limit:
            wrong["amount"] = _l("It takes a number from 1 to %(limit)s.", limit=limit)
    for field in ("conditions", "actions"):
        if len(getattr(wanted, field)) > MOST_PARTS:
            wrong[field] = _l("It takes at most %(limit)s.", limit=MOST_PARTS)
    if not wanted.actions:
        wrong["actions"] = _l("It has to do something.")
    for number, action in enumerate(wanted.actions):
        if isinstance(action, AssignAction) and (action.agent_id is None) == (
            action.team_id is None
        ):
            wrong[f"actions.{number}"] = _l("It takes a colleague or a team.")
        if isinstance(action, NotifyAction) and not (
            action.user_ids or action.team_ids or action.managers
        ):
            wrong[f"actions.{number}"] = _l("It takes somebody who is told.")
        if isinstance(action, AnswerAction) and not shows(action.text):
            wrong[f"actions.{number}"] = _l("Please write something.")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return {
        "name": name,
        "event": wanted.event,
        "amount": amount,
        "any_of": wanted.any_of,
        "conditions": as_stored(wanted.conditions),
        "actions": as_stored(wanted.actions),
    }


def as_stored(parts: Iterable[Part]) -> str:
    """JSON of parts in one spelling, so that the same is the same."""
    told = [each.model_dump(mode="json") for each in parts]
    return json.dumps(told, ensure_ascii=False)


def check_named(tx: Transaction, wanted: Wanted) -> None:
    """Raises `Invalid` for a person, team, tag or site that is not there."""
    wrong = {}
    there: dict[str, set[int]] = {}
    for field in ("conditions", "actions"):
        for number, part in enumerate(getattr(wanted, field)):
            for name, what, named_id in part.named():
                if what not in there:
                    there[what] = {row.id for row in tx.run(THERE[what], {})}
                if named_id not in there[what]:
                    wrong[f"{field}.{number}.{name}"] = MISSING[what]
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
