"""Rules: what the desk does by itself, for managers."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import Conflict, NotFound, TooFast
from app.models.users import Actor
from app.operations import rules as operations
from app.queries import rules
from app.rest import MANAGERS
from app.schemas.rules import (
    ChangedRule,
    NewRule,
    Order,
    RuleOut,
    RulesOut,
    RunsOut,
    RunsQuery,
    SecretOut,
    Switch,
    TrialOut,
    rule_out,
    rules_out,
    runs_out,
    trial_out,
)

ONE = "/rules/<id:rule_id>"


@endpoint("GET", "/rules", answer=RulesOut, only=MANAGERS)
def list_rules(actor: Actor) -> dict[str, Any]:
    """All rules in the order in which they are asked."""
    return rules_out(rules.every())


@endpoint(
    "POST", "/rules", body=NewRule, answer=RuleOut, status=201, only=MANAGERS, raises=(TooFast,)
)
def make_rule(actor: Actor, body: NewRule) -> dict[str, Any]:
    """Make one, switched off, the last in order."""
    return rule_out(operations.make(actor, body.wanted))


@endpoint(
    "PUT", "/rules/order", body=Order, answer=RulesOut, only=MANAGERS, raises=(NotFound, TooFast)
)
def order_rules(actor: Actor, body: Order) -> dict[str, Any]:
    """Put them in this order; those that are not named come after these."""
    return rules_out(operations.order(actor, body.rule_ids))


@endpoint("GET", ONE, answer=RuleOut, only=MANAGERS, raises=(NotFound,))
def get_rule(actor: Actor, rule_id: int) -> dict[str, Any]:
    """One rule."""
    return rule_out(rules.there(rule_id))


@endpoint(
    "PUT", ONE, body=ChangedRule, answer=RuleOut, only=MANAGERS,
    raises=(Conflict, NotFound, TooFast),
)  # fmt: skip
def change_rule(actor: Actor, rule_id: int, body: ChangedRule) -> dict[str, Any]:
    """Write it anew. Where it asks or does anything else than before it is switched off."""
    return rule_out(operations.change(actor, rule_id, body.wanted, body.version))


@endpoint("DELETE", ONE, status=204, only=MANAGERS, raises=(NotFound, TooFast))
def remove_rule(actor: Actor, rule_id: int) -> None:
    """Remove it, and the log of what it did."""
    operations.remove(actor, rule_id)


@endpoint(
    "PUT", f"{ONE}/switch", body=Switch, answer=RuleOut, only=MANAGERS,
    raises=(Conflict, NotFound, TooFast),
)  # fmt: skip
def switch_rule(actor: Actor, rule_id: int, body: Switch) -> dict[str, Any]:
    """Switch it on or off: on only the version that a dry run was asked for, `conflict`
    else. What came to pass before it was on is not its business."""
    return rule_out(operations.switch(actor, rule_id, is_on=body.is_on, version=body.version))


@endpoint(
    "POST", f"{ONE}/secret", answer=SecretOut, status=201, only=MANAGERS,
    raises=(NotFound, TooFast),
)  # fmt: skip
def make_rule_secret(actor: Actor, rule_id: int) -> dict[str, Any]:
    """Make a new secret for its webhook, which is told this once; the one before ends."""
    return {"secret": operations.make_secret(actor, rule_id)}


@endpoint("GET", f"{ONE}/dry-run", answer=TrialOut, only=MANAGERS, raises=(NotFound,))
def try_rule(actor: Actor, rule_id: int) -> dict[str, Any]:
    """What it would have done in the last hundred chats. Nothing is done, and nothing stored but
    that this version was tried, which may be switched on then."""
    rule = rules.there(rule_id)
    trial = rules.tried(rule)
    operations.tried(actor, rule)
    return trial_out(rule, trial)


@endpoint("GET", f"{ONE}/runs", query=RunsQuery, answer=RunsOut, only=MANAGERS, raises=(NotFound,))
def list_runs(actor: Actor, rule_id: int, query: RunsQuery) -> dict[str, Any]:
    """What it did, newest first, and why not what it could not. Kept for 90 days."""
    return runs_out(rules.of_rule(rules.there(rule_id).id, query.before, query.limit))
