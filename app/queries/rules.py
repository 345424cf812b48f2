"""Rules as they are read: all there are, what each did, and what one would have done."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from app import clock, hours
from app.conditions import CONDITIONS, Facts, hold
from app.errors import NotFound
from app.models import chats, database, messages, rules, tags, users, visitors, visits
from app.models.chats import ChatState, Status
from app.models.messages import Line
from app.models.rules import BY_ID, EVERY, SELECT_RUNS, RuleState, RunState, When
from app.models.users import STAFF
from app.queries import sites as known_sites
from app.queries import teams, topics

PAGE = 50
TRIED, MESSAGES, SECONDS = 100, 200, 5.0  # chats, messages of each; how long it takes at most
MINUTE_MS, DAY_MS = 60_000, 24 * 3_600_000
runs, c, m, u = rules.runs.c, chats.table.c, messages.table.c, users.table.c
NAMES = select(rules.table.c.id, rules.table.c.name)
OF_RULE = (
    SELECT_RUNS.add_columns(chats.customers.c.name)
    .join(chats.table, c.id == runs.chat_id)
    .join(chats.customers, chats.customers.c.id == c.customer_id)
    .where(runs.rule_id == bindparam("rule_id"))
    .order_by(runs.id.desc())
    .limit(bindparam("most"))
)
OF_CHAT = (
    SELECT_RUNS.add_columns(rules.table.c.name)
    .join(rules.table, rules.table.c.id == runs.rule_id)
    .where(runs.chat_id == bindparam("chat_id"))
    .order_by(runs.id.desc())
    .limit(bindparam("most"))
)
NEWEST = (
    chats.SELECT_CHATS.where(
        c.provider_id.is_(None),
        c.last_seq > 0,
        c.merged_into_id.is_(None),
        chats.customers.c.erased_at.is_(None),
    )
    .order_by(c.id.desc())
    .limit(TRIED)
)
SAID = (
    select(m.seq, m.sender_id, m.line, m.text, m.created_at, m.deleted_at)
    .where(m.chat_id == bindparam("chat_id"), m.held_at.is_(None))
    .order_by(m.seq.desc())
    .limit(MESSAGES)
)
OF_ID = chats.SELECT_CHATS.where(
    c.id == bindparam("chat_id"), chats.customers.c.erased_at.is_(None)
)
TAGS_OF = select(tags.given.c.chat_id, tags.given.c.tag_id).where(
    tags.given.c.chat_id.in_(bindparam("ids", expanding=True))
)
LANGUAGES = select(visitors.table.c.user_id, visitors.table.c.language).where(
    visitors.table.c.user_id.in_(bindparam("ids", expanding=True))
)


class Run(NamedTuple):
    """What a rule did; `name` is the customer's, or the rule's where a chat is asked."""

    run: RunState
    name: str


class Runs(NamedTuple):
    """A page of them, newest first, and the id to go on from (`before`), if there is more."""

    runs: list[Run]
    following: int | None


class Would(NamedTuple):
    """A chat in which a rule would have acted: how often, and when last."""

    chat: ChatState
    times: int
    at: int


class Trial(NamedTuple):
    """Of so many chats that were looked at, those in which it would have acted. Where time ran out
    it was fewer than there are."""

    looked_at: int
    would: list[Would]
    is_whole: bool


class Said(NamedTuple):
    seq: int
    sender_id: int | None
    line: str | None
    text: str
    at: int
    deleted_at: int | None


def every() -> list[RuleState]:
    """In the order in which they are asked."""
    return [RuleState._make(row) for row in database.rows(EVERY)]


def there(rule_id: int) -> RuleState:
    """One rule. Raises `NotFound`."""
    found = database.row(BY_ID, rule_id=rule_id)
    if found is None:
        raise NotFound
    return RuleState._make(found)


def chat_of(chat_id: int) -> ChatState | None:
    """A chat that a rule has acted in, of whomever."""
    found = database.row(OF_ID, chat_id=chat_id)
    return found and ChatState._make(found)


def names() -> dict[int, str]:
    return {row.id: row.name for row in database.rows(NAMES)}


def of_rule(rule_id: int, before: int | None = None, limit: int = PAGE) -> Runs:
    """What it did, and in whose chat."""
    statement = OF_RULE if before is None else OF_RULE.where(runs.id < before)
    found = runs_in(database.rows(statement, rule_id=rule_id, most=limit + 1))
    has_more = len(found) > limit
    return Runs(found[:limit], found[limit - 1].run.id if has_more else None)


def of_chat(chat_id: int, limit: int = 5) -> list[Run]:
    """What was done there by rules, the latest first."""
    return runs_in(database.rows(OF_CHAT, chat_id=chat_id, most=limit))


def runs_in(rows: Iterable[Any]) -> list[Run]:
    return [Run(RunState._make(row[:-1]), row[-1]) for row in rows]


# ---- what one would have done ----


def tried(rule: RuleState) -> Trial:
    """What the rule would have done in the newest chats, had it been on: as they are now, with the
    tags and what is known of their customers now. Nothing is stored."""
    until = time.monotonic() + SECONDS
    found = [ChatState._make(row) for row in database.rows(NEWEST)]
    about = About.of(found)
    conditions = CONDITIONS.validate_python(rule.asks)
    would: list[Would] = []
    for number, chat in enumerate(found):
        said = [Said._make(row) for row in database.rows(SAID, chat_id=chat.id)][::-1]
        at = []
        for when, text in causes(rule, chat, said, about):
            if time.monotonic() > until:
                return Trial(number, would, is_whole=False)
            time.sleep(0)  # others go on between one message and the next
            if hold(conditions, about.facts(chat, text), any_of=rule.any_of):
                at.append(when)
        if at:
            would.append(Would(chat, len(at), max(at)))
    return Trial(len(found), would, is_whole=True)


class About(NamedTuple):
    """What is known beside what was said, of several chats at once."""

    tag_ids: Mapping[int, frozenset[int]]
    languages: Mapping[int, str]
    attributes: dict[int, Mapping[str, Any]]
    hours: Mapping[int | None, hours.Hours | None]  # by site, and None for the desk's own pages

    @classmethod
    def of(cls, found: Sequence[ChatState]) -> "About":
        given: dict[int, set[int]] = {}
        for row in database.rows(TAGS_OF, ids=[chat.id for chat in found]):
            given.setdefault(row.chat_id, set()).add(row.tag_id)
        people = sorted({chat.customer_id for chat in found})
        languages = {row.user_id: row.language for row in database.rows(LANGUAGES, ids=people)}
        kept: dict[int | None, hours.Hours | None] = {}
        for site in known_sites.every():
            kept[site.id] = hours.of_site(site)
            if site.for_desk:
                kept[None] = kept[site.id]
        return cls({key: frozenset(ids) for key, ids in given.items()}, languages, {}, kept)

    def facts(self, chat: ChatState, text: str) -> Facts:
        who = chat.customer_id
        if who not in self.attributes:
            visit = database.row(visits.OF_PERSON, user_id=who)
            self.attributes[who] = json.loads(visit.attributes) if visit else {}
        tag_ids = self.tag_ids.get(chat.id, frozenset())
        return Facts(chat, text, tag_ids, self.languages.get(who, ""), self.attributes[who])


def causes(
    rule: RuleState, chat: ChatState, said: Sequence[Said], about: About
) -> Iterator[tuple[int, str]]:
    """When something happened in the chat by which the rule is set off, and what was written."""
    asked = [each for each in said if each.sender_id == chat.customer_id and not each.deleted_at]
    if rule.event == When.MESSAGE:
        yield from ((each.at, each.text) for each in asked)
    elif rule.event == When.CHAT_BEGINS:
        people = [each for each in said if each.sender_id is not None]
        if people and people[0] in asked and len(said) < MESSAGES:
            yield people[0].at, people[0].text
    elif rule.event == When.OUTSIDE_HOURS:
        kept = about.hours.get(chat.site_id)
        if kept is not None:
            yield from (
                (each.at, each.text)
                for each in beginnings(chat, said)
                if not each.deleted_at and not hours.is_open(kept, each.at)
            )
    elif rule.event == When.UNANSWERED:
        longest = (rule.amount or 0) * MINUTE_MS
        yield from (
            (each.at + longest, each.text)
            for each, until in unanswered(chat, said)
            if until - each.at >= longest
        )
    elif chat.status == Status.CLOSED and chat.closed_at is not None:
        over_at = chat.closed_at + (rule.amount or 0) * DAY_MS
        if over_at <= clock.now():
            yield over_at, asked[0].text if asked else ""


def beginnings(chat: ChatState, said: Sequence[Said]) -> Iterator[Said]:
    """The messages with which its customer has begun it, or begun it again after it was closed."""
    is_over = len(said) < MESSAGES
    for each in said:
        if each.line in (Line.CLOSED, Line.RULE_CLOSED):
            is_over = True
        elif each.sender_id is not None:
            if is_over and each.sender_id == chat.customer_id:
                yield each
            is_over = False


def unanswered(chat: ChatState, said: Sequence[Said]) -> Iterator[tuple[Said, int]]:
    """The first message of each stretch without an answer, and until when there was none."""
    first: Said | None = None
    for each in said:
        is_end = each.line in (Line.CLOSED, Line.RULE_CLOSED)
        if each.sender_id == chat.customer_id:
            first = first or (None if each.deleted_at else each)
        elif first is not None and (is_end or each.sender_id is not None):
            yield first, each.at
            first = None
    if first is not None:
        yield first, clock.now()


# ---- what may be named ----


class Choices(NamedTuple):
    """What a rule can name, by id: those who are there."""

    people: dict[int, str]
    teams: dict[int, str]
    tags: dict[int, str]
    sites: dict[int, str]
    topics: dict[int, str]


PEOPLE = select(u.id, u.name).where(u.role.in_(sorted(STAFF)), u.is_active).order_by(u.name, u.id)
EVERY_TAG = select(tags.table.c.id, tags.table.c.name).order_by(tags.table.c.folded)


def choices() -> Choices:
    people = {row.id: row.name for row in database.rows(PEOPLE)}
    tag_names = {row.id: row.name for row in database.rows(EVERY_TAG)}
    topic_names = {each.id: each.name for each in topics.every()}
    return Choices(people, teams.names(), tag_names, known_sites.names(), topic_names)
