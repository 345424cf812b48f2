"""Rules for tests: made and switched on, their jobs done, and what became of it."""

import json
from typing import Any

from app.conditions import ACTIONS, CONDITIONS
from app.extensions import db
from app.jobs.kinds import kinds
from app.models import database
from app.models.chats import ChatState
from app.models.jobs import table as jobs
from app.models.messages import SELECT_MESSAGES
from app.models.messages import table as said
from app.models.rules import RuleState
from app.models.sites import table as site_table
from app.models.users import Actor
from app.operations import (
    access,
    messages,
    presence,
    tags,
)
from app.operations import rules as operations
from app.operations.messages import Draft
from app.operations.rules import Wanted
from app.queries import rules as queries
from app.queries import sites
from tests.people import People

MINUTE, HOUR, DAY = 60_000, 3_600_000, 24 * 3_600_000


def wanted(
    event: str = "message",
    actions: Any = (),
    conditions: Any = (),
    **more: Any,
) -> Wanted:
    parts = CONDITIONS.validate_python(list(conditions)), ACTIONS.validate_python(list(actions))
    return Wanted(
        **({"name": "Refunds", "event": event} | more), conditions=parts[0], actions=parts[1]
    )


def on(manager: Actor, *args: Any, **more: Any) -> RuleState:
    made = operations.make(manager, wanted(*args, **more))
    operations.tried(manager, made)
    return operations.switch(manager, made.id, is_on=True, version=made.version)


def work() -> int:
    """Does the jobs of rules that wait, as a runner does; how many there were."""
    found = [row for row in database.rows(jobs.select()) if row.kind == "apply_rules"]
    for row in found:
        kinds["apply_rules"].handler(**json.loads(row.payload))
    with db.engine.begin() as connection:
        connection.execute(jobs.delete().where(jobs.c.kind == "apply_rules"))
    return len(found)


def here(*staff: Actor) -> None:
    presence.update_process("one", came=[each.id for each in staff], left=[])


def say(customer: Actor, text: str = "I want a refund") -> int:
    chat_id = messages.send(customer, None, Draft(text)).chat_id
    work()
    return chat_id


def now(people: People, chat_id: int) -> ChatState:
    return access.chat_for(people.maya, chat_id)


def tagged(chat_id: int) -> set[str]:
    return {row.name for row in database.rows(tags.OF_CHAT, of_chat=chat_id)}


def tag(people: People, name: str = "Refund") -> int:
    """A tag that there is, on a chat of nobody who matters here."""
    other = messages.send(people.marcus, None, Draft("Hello")).chat_id
    work()
    return next(each.id for each in tags.put_on(people.ana, other, name) if each.name == name)


def lines(chat_id: int) -> list[tuple[str, str]]:
    found = SELECT_MESSAGES.where(said.c.chat_id == chat_id, said.c.line.is_not(None))
    return [(row.line, row.text) for row in database.rows(found.order_by(said.c.seq))]


def runs(rule: RuleState) -> list[list[dict[str, str]]]:
    return [each.run.did for each in queries.of_rule(rule.id).runs]


def site_with_hours() -> int:
    """The site that there is, which says when it is open."""
    site = sites.first()
    assert site is not None
    with db.engine.begin() as connection:
        week = json.dumps([[[0, 1]], [], [], [], [], [], []])
        connection.execute(site_table.update().values(hours=week))
    return site.id
