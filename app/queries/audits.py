"""The audit log as it is read: newest first, of everybody and everything or of some."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import and_, select, union

from app.models import audits, database
from app.models.audits import ABOUT, SELECT_AUDIT, About, Action, AuditState
from app.models.users import Actor
from app.queries import incoming, rules, sites, teams, topics, users, webhooks

PAGE = 50
a = audits.table.c
PEOPLE_TOLD = ("agent", "had_it", "person")  # details that are somebody's id
PEOPLES = [action.value for action, about in ABOUT.items() if about == About.PERSON]
NEWEST = SELECT_AUDIT.order_by(a.id.desc())


class Log(NamedTuple):
    """A page of it, and the id to go on from (`before`), if there is more."""

    rows: list[AuditState]
    following: int | None


class Names(NamedTuple):
    """What those are called whom rows name, as far as they are there."""

    people: dict[int, Actor]
    sites: dict[int, str]
    teams: dict[int, str]
    rules: dict[int, str]
    topics: dict[int, str]
    webhooks: dict[int, str]
    incoming: dict[int, str]

    def of_detail(self, name: str, value: Any) -> str:
        """Of what a detail names by its id; empty where it names nothing, or that is gone."""
        if name in PEOPLE_TOLD:
            return person_called(self.people, value)
        if not isinstance(value, int):
            return ""  # a list of what was changed, say
        called = {"team": self.teams, "site": self.sites, "rule": self.rules}
        called["topic"] = self.topics
        return called.get(name, {}).get(value, "")

    def of(self, row: AuditState) -> str:
        """Of what the row is about; empty where it has no name."""
        if row.subject_id is None:
            return ""
        if row.about == About.PERSON:
            return person_called(self.people, row.subject_id)
        called = {About.SITE: self.sites, About.TEAM: self.teams, About.RULE: self.rules}
        called |= {About.TOPIC: self.topics, About.WEBHOOK: self.webhooks}
        called |= {About.INCOMING: self.incoming}
        return called.get(row.about, {}).get(row.subject_id, "") if row.about else ""


def page(
    person_id: int | None = None,
    action: Action | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> Log:
    """What somebody has done, or was done to them; or what was done of one kind; or all."""
    conditions = [a.action == action.value] if action is not None else []
    if before is not None:
        conditions.append(a.id < before)
    wanted = NEWEST.where(*conditions).limit(limit + 1)
    if person_id is not None:
        is_done_to = and_(a.subject_id == person_id, a.action.in_(PEOPLES))
        # Each by an index of its own, and no further than is shown.
        sides = [
            select(a.id).where(side, *conditions).order_by(a.id.desc()).limit(limit + 1).subquery()
            for side in (a.actor_id == person_id, is_done_to)
        ]
        wanted = NEWEST.where(a.id.in_(union(*map(select, sides)))).limit(limit + 1)
    found = [AuditState._make(row) for row in database.rows(wanted)]
    has_more = len(found) > limit
    return Log(found[:limit], found[limit - 1].id if has_more else None)


def names(rows: Iterable[AuditState]) -> Names:
    found = list(rows)
    theirs = [row.subject_id for row in found if row.about == About.PERSON]
    told = [row.said.get(name) for row in found for name in PEOPLE_TOLD]
    people = users.by_ids([*(row.actor_id for row in found), *theirs, *told])
    about = {row.about for row in found}
    are_rules = About.RULE in about or any("rule" in row.said for row in found)
    rule_names = rules.names() if are_rules else {}
    are_topics = About.TOPIC in about or any(row.said.get("topic") for row in found)
    topic_names = {each.id: each.name for each in topics.every()} if are_topics else {}
    called = webhooks.names() if About.WEBHOOK in about else {}
    boxes = incoming.names() if About.INCOMING in about else {}
    return Names(people, sites.names(), teams.names(), rule_names, topic_names, called, boxes)


def person_called(people: dict[int, Actor], user_id: int) -> str:
    found = people.get(user_id)
    return found.name if found else ""
