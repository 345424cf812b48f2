"""The audit log as it is read: newest first, of everybody and everything or of some."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from sqlalchemy import and_, select, union

from app.models import audits, database
from app.models.audits import ABOUT, SELECT_AUDIT, About, Action, AuditState
from app.models.users import Actor
from app.queries import (
    articles,
    canned_answers,
    incoming,
    keys,
    rules,
    sites,
    tags,
    teams,
    topics,
    users,
    webhooks,
    word_lists,
)

PAGE = 50
a = audits.table.c
PEOPLE_TOLD = ("agent", "had_it", "person")  # details that are somebody's id
THINGS_TOLD = {  # and of something else
    "team": About.TEAM,
    "site": About.SITE,
    "rule": About.RULE,
    "into": About.TAG,
    "topic": About.TOPIC,
}
CALLED: dict[About, Callable[[], dict[int, str]]] = {
    About.SITE: sites.names,
    About.TEAM: teams.names,
    About.RULE: rules.names,
    About.TOPIC: topics.names,
    About.WEBHOOK: webhooks.names,
    About.INCOMING: incoming.names,
    About.KEY: keys.names,
    About.WORD_LIST: word_lists.names,
    About.ARTICLE: articles.names,
    About.ANSWER: canned_answers.names,
    About.TAG: tags.names,
}
PEOPLES = [action.value for action, about in ABOUT.items() if about == About.PERSON]
NEWEST = SELECT_AUDIT.order_by(a.id.desc())


class Log(NamedTuple):
    """A page of it, and the id to go on from (`before`), if there is more."""

    rows: list[AuditState]
    following: int | None


class Names(NamedTuple):
    """What those are called whom rows name, as far as they are there."""

    people: dict[int, Actor]
    things: dict[About, dict[int, str]]

    def of_detail(self, name: str, value: Any) -> str:
        """Of what a detail names by its id; empty where it names nothing, or that is gone."""
        if name in PEOPLE_TOLD:
            return person_called(self.people, value)
        if name not in THINGS_TOLD or not isinstance(value, int):
            return ""  # a list of what was changed, say
        return self.things.get(THINGS_TOLD[name], {}).get(value, "")

    def of(self, row: AuditState) -> str:
        """Of what the row is about; empty where it has no name."""
        if row.subject_id is None or row.about is None:
            return ""
        if row.about == About.PERSON:
            return person_called(self.people, row.subject_id)
        return self.things.get(row.about, {}).get(row.subject_id, "")


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
    about = {row.about for row in found if row.about is not None}
    about |= {THINGS_TOLD[name] for row in found for name in row.said if name in THINGS_TOLD}
    return Names(people, {each: called() for each, called in CALLED.items() if each in about})


def person_called(people: dict[int, Actor], user_id: int) -> str:
    found = people.get(user_id)
    return found.name if found else ""
