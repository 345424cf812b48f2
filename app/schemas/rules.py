"""Rules on the wire: for managers."""

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from app.clock import iso
from app.conditions import MOST_PARTS, Action, Condition
from app.models.rules import RuleState, When
from app.operations.rules import Wanted
from app.queries.rules import Run, Runs, Trial
from app.schemas.wire import Id, Limit, Version, Wire

AMOUNT = Field(default=None, description="minutes of `unanswered`, days of `closed_for`; else null")
ANY = Field(default=False, description="one condition is enough; else all of them")


class NewRule(Wire):
    """It is made switched off."""

    name: str = Field(max_length=1000)
    event: When
    amount: int | None = AMOUNT
    any_of: bool = ANY
    conditions: list[Condition] = Field(default=[], max_length=MOST_PARTS)
    actions: list[Action] = Field(min_length=1, max_length=MOST_PARTS)

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            self.name, self.event, self.amount, self.any_of, self.conditions, self.actions
        )


class ChangedRule(NewRule):
    """The whole rule as it is to be."""

    version: Version | None = Field(default=None, description="the one that was changed")


class Switch(Wire):
    is_on: bool
    version: Version = Field(description="the rule's as it was tried")


class Order(Wire):
    rule_ids: list[Id] = Field(max_length=1000)


class RuleOut(Wire):
    id: int
    name: str
    is_on: bool
    event: When
    amount: int | None = AMOUNT
    any_of: bool = ANY
    conditions: list[Condition]
    actions: list[Action]
    version: int = Field(description="one more with each change of what it asks or does")
    changed_at: str
    tried_version: int | None = Field(
        description="the last one that a dry run was asked for; no other is switched on"
    )
    tried_at: str | None


class RulesOut(Wire):
    """In the order in which they are asked."""

    rules: list[RuleOut]


class SecretOut(Wire):
    secret: str = Field(description="as Standard Webhooks write one; it is told this once")


class RunsQuery(Wire):
    before: Id | None = Field(default=None, description="`next` of the page before")
    limit: Limit = 50


class ActedOut(Wire):
    kind: str
    became: str = Field(
        description="`done`, `so_already`, `gone` (what it names), `over` (the chat), "
        "`not_there` (the colleague); of a webhook `waits`, `failed` (and tried again), "
        "`refused` (where it goes); or the code of what it was refused with"
    )


class RunOut(Wire):
    id: int
    chat_id: int
    at: str
    version: int = Field(description="the rule's at that time")
    is_stopped: bool = Field(description="it had acted there too often within an hour")
    did: list[ActedOut]


class RunsOut(Wire):
    """Newest first; `next` goes into `before` for the next page, null ends the list."""

    runs: list[RunOut]
    next: int | None


class WouldOut(Wire):
    chat_id: int
    times: int
    last_at: str


class TrialOut(Wire):
    """What the rule would have done in the newest chats, as these are now."""

    version: int
    looked_at: int = Field(description="chats")
    is_whole: bool = Field(description="false where it took too long to look at more")
    chats: list[WouldOut]


def rule_out(rule: RuleState) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "isOn": rule.is_on,
        "event": rule.event,
        "amount": rule.amount,
        "anyOf": rule.any_of,
        "conditions": rule.asks,
        "actions": rule.does,
        "version": rule.version,
        "changedAt": iso(rule.changed_at),
        "triedVersion": rule.tried_version,
        "triedAt": iso(rule.tried_at),
    }


def rules_out(found: Iterable[RuleState]) -> dict[str, Any]:
    return {"rules": [rule_out(each) for each in found]}


def run_out(found: Run) -> dict[str, Any]:
    run = found.run
    return {
        "id": run.id,
        "chatId": run.chat_id,
        "at": iso(run.at),
        "version": run.version,
        "isStopped": run.is_stopped,
        "did": run.did,
    }


def runs_out(found: Runs) -> dict[str, Any]:
    return {"runs": [run_out(each) for each in found.runs], "next": found.following}


def trial_out(rule: RuleState, found: Trial) -> dict[str, Any]:
    return {
        "version": rule.version,
        "lookedAt": found.looked_at,
        "isWhole": found.is_whole,
        "chats": [
            {"chatId": each.chat.id, "times": each.times, "lastAt": iso(each.at)}
            for each in found.would
        ],
    }
