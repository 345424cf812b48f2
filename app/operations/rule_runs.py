"""What rules do: in a job of the message that sets them off, or as the time for it has come.

What a rule does sets off no rule: a customer's message alone does, and time. It acts in a chat once
for each cause, and at most `MOST_AN_HOUR` times an hour.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, exists, func, or_, select, true, tuple_, update
from sqlalchemy.dialects.postgresql import insert as put  # SQLite renders its ON CONFLICT as well

from app import clock, hours
from app.conditions import (
    ACTIONS,
    CONDITIONS,
    AnswerAction,
    AssignAction,
    CloseAction,
    Facts,
    NotifyAction,
    Part,
    PriorityAction,
    TagAction,
    WebhookAction,
    hold,
)
from app.errors import ChatError, NotFound
from app.extensions import Id
from app.models import (
    chats,
    database,
    messages,
    rules,
    sites,
    tags,
    teams,
    users,
    visitors,
    visits,
)
from app.models.audits import Action
from app.models.chats import LIVING, ChatState, Priority, Status
from app.models.jobs import Job
from app.models.messages import Line
from app.models.rules import BY_ID, SELECT_RULES, TIMED, RuleState, When
from app.models.sites import SiteState
from app.models.users import MANAGERS, STAFF, Actor
from app.operations import (
    access,
    assignments,
    audits,
    closures,
    notes,
    priorities,
    routing,
    transfers,
    versions,
)
from app.operations import tags as tagging
from app.operations import teams as manning
from app.operations.transaction import Transaction, transaction

MOST_AN_HOUR = 5  # runs of a rule in a chat
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 24 * 3_600_000
KEPT_MS = 90 * DAY_MS
MOST_NAMED = 20  # by a note
TOGETHER = 200  # chats, a look
LATEST_MS = 2 * DAY_MS  # what nobody has looked for so long, as nothing ran, is let go
# What became of an action; else the `code` of what it was refused with.
DONE, SO_ALREADY, GONE, OVER, WAITS = "done", "so_already", "gone", "over", "waits"
NOT_THERE = "not_there"
r, runs, m, c, u = rules.table.c, rules.runs.c, messages.table.c, chats.table.c, users.table.c
SET_OFF = SELECT_RULES.where(
    rules.IS_ON, r.event.in_(bindparam("events", expanding=True))
).order_by(r.position, r.id)
CHAT = chats.SELECT_CHATS.where(c.id == bindparam("chat_id")).with_for_update(of=chats.table)
IS_KEPT = chats.customers.c.erased_at.is_(None)
TEXT = select(m.text, m.deleted_at, m.held_at).where(
    m.chat_id == bindparam("chat_id"), m.seq == bindparam("seq")
)
PLACE = select(m.chat_id, m.seq).where(m.id == bindparam("message_id"))
FIRST_TEXT = (
    select(m.text, m.deleted_at, m.held_at)
    .where(
        m.chat_id == bindparam("chat_id"),
        m.sender_id == bindparam("customer_id"),
        m.deleted_at.is_(None),
        m.held_at.is_(None),
    )
    .order_by(m.seq)
    .limit(1)
)
TAG_IDS = select(tags.given.c.tag_id).where(tags.given.c.chat_id == bindparam("of_chat"))
LANGUAGE = select(visitors.table.c.language).where(visitors.table.c.user_id == bindparam("user_id"))
RUN = put(rules.runs).on_conflict_do_nothing()
ENDED = update(rules.runs).where(
    runs.rule_id == bindparam("of_rule"),
    runs.chat_id == bindparam("of_chat"),
    runs.cause == bindparam("of_cause"),
)
RUN_LOCKED = (
    select(runs.outcome)
    .where(
        runs.rule_id == bindparam("of_rule"),
        runs.chat_id == bindparam("of_chat"),
        runs.cause == bindparam("of_cause"),
    )
    .with_for_update()
)
LATELY = select(runs.outcome).where(
    runs.rule_id == bindparam("rule_id"),
    runs.chat_id == bindparam("chat_id"),
    runs.at > bindparam("since"),
)
FORGET = delete(rules.runs).where(runs.at < bindparam("before"))
said: Any = messages.table.alias("said")
asking: Any = messages.table.alias("asking")
# Since when a chat waits for an answer: the first that its customer wrote after the last answer,
# and after they asked anew.
ANSWERED = (
    select(func.coalesce(func.max(said.c.seq), 0))
    .where(
        said.c.chat_id == c.id,
        said.c.sender_id.is_not(None),
        said.c.sender_id != c.customer_id,
    )
    .correlate(chats.table)
    .scalar_subquery()
)
ASKED = (
    select(func.min(asking.c.seq))
    .where(
        asking.c.chat_id == c.id,
        asking.c.sender_id == c.customer_id,
        asking.c.seq > ANSWERED,
        asking.c.held_at.is_(None),
        asking.c.created_at >= func.coalesce(c.asked_at, 0),
    )
    .correlate(chats.table)
    .scalar_subquery()
)
STILL_ASKED = select(ASKED).select_from(chats.table).where(c.id == bindparam("chat_id"))
HAS_RUN = exists().where(runs.rule_id == bindparam("rule_id"), runs.chat_id == c.id)
# As no index has it: most chats are of no provider, and the index of the state or time finds few.
ANY_SUPPORT = ((c.provider_id + 0).is_(None), c.merged_into_id.is_(None))


def behind(at: Any) -> tuple[Any, ...]:
    """In the order of the index, from where the page before ended on."""
    return (
        *ANY_SUPPORT,
        tuple_(at, c.id) > tuple_(bindparam("at", type_=Id), bindparam("after", type_=Id)),
    )


# Whoever waits since then has written since then: the index ends there.
UNANSWERED = (
    select(c.id, m.seq.label("cause"), c.active_at.label("at"))
    .join_from(chats.table, messages.table, (m.chat_id == c.id) & (m.seq == ASKED))
    .where(
        c.status == bindparam("status"),
        c.needs_reply.is_(true()),
        c.snoozed_until.is_(None),
        m.created_at <= bindparam("until"),
        m.created_at > bindparam("since"),
        ~HAS_RUN.where(runs.cause == m.seq),
        *behind(c.active_at),
    )
    .order_by(c.active_at, c.id)
    .limit(TOGETHER)
)
CLOSED_FOR = (
    select(c.id, c.closed_at.label("cause"), c.closed_at.label("at"))
    .where(
        c.closed_at.is_not(None),
        c.closed_at <= bindparam("until"),
        c.closed_at > bindparam("since"),
        func.coalesce(c.status, "") == bindparam("status"),
        ~HAS_RUN.where(runs.cause == c.closed_at),
        *behind(c.closed_at),
    )
    .order_by(c.closed_at, c.id)
    .limit(TOGETHER)
)
# What a condition asks of a chat's row; in words that no index has, as above.
ASKED_OF_ROWS: dict[str, Callable[[Any], Any]] = {
    "site": lambda asked: (c.site_id + 0).in_(asked.site_ids),
    "topic": lambda asked: (c.topic_id + 0).in_(asked.topic_ids),
    "priority": lambda asked: func.coalesce(c.priority, Priority.NORMAL.value).in_(
        [each.value for each in asked.priorities]
    ),
    "tag": lambda asked: exists().where(
        tags.given.c.chat_id == c.id, tags.given.c.tag_id == asked.tag_id
    ),
}
# What conditions ask of many chats at once, before anything is locked.
IDS: Any = bindparam("ids", expanding=True)
THOSE = chats.SELECT_CHATS.where(c.id.in_(IDS), IS_KEPT)
TEXTS = select(m.chat_id, m.seq, m.text, m.deleted_at, m.held_at).where(
    tuple_(m.chat_id, m.seq).in_(bindparam("places", expanding=True))
)
first: Any = messages.table.alias("first")
FIRST_SEQ = (
    select(first.c.seq)
    .where(
        first.c.chat_id == c.id,
        first.c.sender_id == c.customer_id,
        first.c.deleted_at.is_(None),
        first.c.held_at.is_(None),
    )
    .order_by(first.c.seq)
    .limit(1)
    .correlate(chats.table)
    .scalar_subquery()
)
# One look into the index a chat, however much was said in it.
FIRST_TEXTS = (
    select(m.chat_id, m.text)
    .join_from(chats.table, messages.table, (m.chat_id == c.id) & (m.seq == FIRST_SEQ))
    .where(c.id.in_(IDS))
)
TAGS_OF = select(tags.given.c.chat_id, tags.given.c.tag_id).where(tags.given.c.chat_id.in_(IDS))
LANGUAGES = select(visitors.table.c.user_id, visitors.table.c.language).where(
    visitors.table.c.user_id.in_(IDS)
)
VISITS = (
    select(visitors.tokens.c.user_id, visits.table.c.attributes)
    .join(visits.table, visits.table.c.token_hash == visitors.tokens.c.token_hash)
    .where(visitors.tokens.c.user_id.in_(IDS))
    .order_by(visits.table.c.seen_at)  # the newest last
)
DUE = {
    When.UNANSWERED: (UNANSWERED, MINUTE_MS, LIVING),
    When.CLOSED_FOR: (CLOSED_FOR, DAY_MS, (Status.CLOSED.value,)),
}
TO_NOTIFY = (
    select(u.id)
    .where(
        u.is_active,
        u.role.in_(sorted(STAFF)),
        or_(
            u.id.in_(bindparam("user_ids", expanding=True)),
            u.id.in_(
                select(teams.members.c.user_id).where(
                    teams.members.c.team_id.in_(bindparam("team_ids", expanding=True))
                )
            ),
            u.role.in_(bindparam("roles", expanding=True)),
        ),
    )
    .order_by(u.id)
    .limit(MOST_NAMED)
)
AUTHOR = select(*users.ACTOR_COLUMNS).where(u.id == bindparam("user_id"))


def apply(chat_id: int, seq: int, events: Sequence[str], message_id: int | None = None) -> None:
    """What a customer's message, at `seq`, sets off; once, however often this is called.

    Where the chat was merged meanwhile, in the one in which that message stands now.
    """
    found = [RuleState._make(row) for row in database.rows(SET_OFF, events=list(events))]
    places = [(chat_id, seq)]
    for rule in found:
        while act(rule, *places[-1]) is None:
            place = place_of(message_id)
            if place is None or place in places:
                break
            places.append(place)


def place_of(message_id: int | None) -> tuple[int, int] | None:
    """In which chat a message stands, and where; None of one that is gone, or not known."""
    row = None if message_id is None else database.row(PLACE, message_id=message_id)
    return row and (row.chat_id, row.seq)


def look() -> None:
    """What time sets off: nobody answered for so long, or a chat has been closed for so long.

    What came to pass before a rule was switched on is not its business.
    """
    for row in database.rows(SET_OFF, events=sorted(TIMED)):
        rule = RuleState._make(row)
        for some in due(rule):
            for each in as_asked_of(rule, some):
                act(rule, each.id, each.cause)
                time.sleep(0)  # others go on between one chat and the next


def due(rule: RuleState) -> Iterator[Sequence[Any]]:
    """Chats whose time has come, a page at a time, with why."""
    found_by, unit, statuses = DUE[When(rule.event)]
    statement = narrowed(found_by, rule)
    longest = (rule.amount or 0) * unit
    now = clock.now()
    since = max((rule.on_since or now) - longest, now - longest - LATEST_MS)
    values = {"rule_id": rule.id, "until": now - longest, "since": since}
    for status in statuses:
        place = {"at": since, "after": 0}
        is_last = False
        while not is_last:
            found = database.rows(statement, **values, **place, status=status)
            if found:
                yield found
                place = {"at": found[-1].at, "after": found[-1].id}
            is_last = len(found) < TOGETHER
            time.sleep(0)


def narrowed(statement: Any, rule: RuleState) -> Any:
    """Without those for whom a condition does not hold that the database itself can ask."""
    asks = () if rule.any_of else CONDITIONS.validate_python(rule.asks)
    for each in asks:
        if each.kind in ASKED_OF_ROWS:
            statement = statement.where(ASKED_OF_ROWS[each.kind](each))
    return statement


def as_asked_of(rule: RuleState, found: Sequence[Any]) -> list[Any]:
    """Those for whom its conditions hold, by reads alone: of most they do not, however often they
    are looked at, and nobody waits for a lock of them. `act` asks once more."""
    conditions = CONDITIONS.validate_python(rule.asks)
    if not conditions:
        return list(found)
    kinds = {each.kind for each in conditions}
    ids = [each.id for each in found]
    there = {row.id: ChatState._make(row) for row in database.rows(THOSE, ids=ids)}
    people = sorted({chat.customer_id for chat in there.values()})
    texts = texts_of(rule, found) if "words" in kinds else {}
    tag_ids: dict[int, set[int]] = {}
    for row in database.rows(TAGS_OF, ids=ids) if "tag" in kinds else ():
        tag_ids.setdefault(row.chat_id, set()).add(row.tag_id)
    asked = database.rows(LANGUAGES, ids=people) if "language" in kinds else ()
    languages = {row.user_id: row.language for row in asked}
    asked = database.rows(VISITS, ids=people) if "attribute" in kinds else ()
    attributes = {row.user_id: json.loads(row.attributes) for row in asked}
    held = []
    for each in found:
        chat = there.get(each.id)
        if chat is None:
            continue
        if texts:
            time.sleep(0)  # a long one is looked through for milliseconds
        about = (languages.get(chat.customer_id) or "", attributes.get(chat.customer_id, {}))
        facts = Facts(chat, texts.get(each.id, ""), frozenset(tag_ids.get(each.id, ())), *about)
        if hold(conditions, facts, any_of=rule.any_of):
            held.append(each)
    return held


def texts_of(rule: RuleState, found: Sequence[Any]) -> dict[int, str]:
    """By chat what the words of its conditions are looked for in."""
    if rule.event == When.CLOSED_FOR:
        rows = database.rows(FIRST_TEXTS, ids=[each.id for each in found])
        return {row.chat_id: row.text for row in rows}
    rows = database.rows(TEXTS, places=[(each.id, each.cause) for each in found])
    return {row.chat_id: row.text for row in rows if row.deleted_at is None}


def act(rule: RuleState, chat_id: int, cause: int) -> bool | None:
    """The rule does in the chat what it does, if all is as it asks; whether it did. None where
    there is no message at this place any more, which sets nothing off."""
    todo = ACTIONS.validate_python(rule.does)
    team_ids = sorted(
        {each.team_id for each in todo if isinstance(each, AssignAction) and each.team_id}
    )
    with transaction() as tx:
        # Before the chat, as whoever transfers one locks them.
        left = {team_id for team_id in team_ids if manning.if_there(tx, team_id)}
        found = tx.run(CHAT.where(IS_KEPT), {"chat_id": chat_id}).first()
        chat = found and access.locked(found, tx)
        now = tx.run(BY_ID, {"rule_id": rule.id}).first()
        is_same = now is not None and now.is_on and now.version == rule.version
        if chat is None or chat.merged_into_id is not None:
            return None
        if not is_same or chat.is_blocked:
            return False
        said = said_at(tx, rule, chat, cause)
        if said is None:
            return None
        is_held = said.held_at is not None and said.deleted_at is None
        text = said.text if said.deleted_at is None else ""
        if is_held or not is_as_asked(rule, facts_of(tx, chat, text)):
            return False
        if rule.event == When.OUTSIDE_HOURS and is_open_now(tx, chat):
            return False
        if rule.event == When.UNANSWERED and not is_unanswered(tx, chat, cause):
            return False
        if rule.event == When.CLOSED_FOR and (chat.status, chat.closed_at) != (
            Status.CLOSED,
            cause,
        ):
            return False
        at = clock.now()
        lately = [row.outcome for row in tx.run(LATELY, key(rule, chat) | {"since": at - HOUR_MS})]
        is_stopped = sum(each != "[]" for each in lately) >= MOST_AN_HOUR
        if is_stopped and "[]" in lately:
            return False  # which the log has said
        run = key(rule, chat) | {"cause": cause, "version": rule.version, "at": at}
        if not tx.run(RUN, run | {"outcome": "[]"}).rowcount or is_stopped:
            return False
        doing = Doing(rule, cause, left, Actor.of(tx.run(AUTHOR, {"user_id": now.on_by_id}).one()))
        outcome = []
        for number, action in enumerate(todo):
            became, chat = done(tx, chat, doing._replace(number=number), action)
            outcome.append({"kind": action.kind, "became": became})
        of_run = {"of_rule": rule.id, "of_chat": chat.id, "of_cause": cause}
        tx.run(ENDED.values(outcome=json.dumps(outcome)), of_run)
        return True


def key(rule: RuleState, chat: ChatState) -> dict[str, int]:
    return {"rule_id": rule.id, "chat_id": chat.id}


def is_as_asked(rule: RuleState, facts: Facts) -> bool:
    """Whether its conditions hold, all or, where it says so, one of them."""
    return hold(CONDITIONS.validate_python(rule.asks), facts, any_of=rule.any_of)


class Said(NamedTuple):
    """As `TEXT` has it, of a message."""

    text: str
    deleted_at: int | None
    held_at: int | None


UNSAID = Said("", None, None)


def said_at(tx: Transaction, rule: RuleState, chat: ChatState, cause: int) -> Any:
    """What its conditions are asked of; None where it stands there no longer."""
    about = {"chat_id": chat.id}
    if rule.event == When.CLOSED_FOR:
        return tx.run(FIRST_TEXT, about | {"customer_id": chat.customer_id}).first() or UNSAID
    return tx.run(TEXT, about | {"seq": cause}).first()


def is_unanswered(tx: Transaction, chat: ChatState, cause: int) -> bool:
    """Whether it is still this for which the chat waits, and nobody has put it aside."""
    if not chat.needs_reply or chat.status not in LIVING or chat.is_snoozed:
        return False
    return bool(tx.run(STILL_ASKED, {"chat_id": chat.id}).scalar() == cause)


def facts_of(tx: Transaction, chat: ChatState, text: str) -> Facts:
    tag_ids = frozenset(row.tag_id for row in tx.run(TAG_IDS, {"of_chat": chat.id}))
    who = {"user_id": chat.customer_id}
    language = tx.run(LANGUAGE, who).scalar()
    visit = tx.run(visits.OF_PERSON, who).first()
    attributes = json.loads(visit.attributes) if visit else {}
    return Facts(chat, text, tag_ids, language or "", attributes)


def is_open_now(tx: Transaction, chat: ChatState) -> bool:
    """Whether the site that its customer writes from is open, or says nothing of hours."""
    asked = sites.FOR_DESK if chat.site_id is None else sites.BY_ID
    found = tx.run(asked, {"site_id": chat.site_id}).first()
    kept = hours.of_site(SiteState._make(found)) if found else None
    return kept is None or hours.is_open(kept, clock.now())


class Doing(NamedTuple):
    """A run of a rule: why, the teams of it that are there, and who has switched it on."""

    rule: RuleState
    cause: int
    team_ids: set[int]
    author: Actor
    number: int = 0  # of the action


def done(tx: Transaction, chat: ChatState, doing: Doing, action: Part) -> tuple[str, ChatState]:
    """What became of it, and the chat after it. What is refused leaves nothing, and the rest is
    done all the same."""
    said = len(tx.said)
    tx.connection.exec_driver_sql("SAVEPOINT action")
    try:
        became, after = DO[type(action)](tx, chat, doing, action)
    except ChatError as error:
        tx.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT action")
        del tx.said[said:]
        became, after = (GONE if type(error) is NotFound else error.code), chat
    tx.connection.exec_driver_sql("RELEASE SAVEPOINT action")
    return became, after


def answer(tx: Transaction, chat: ChatState, _: Doing, action: Any) -> tuple[str, ChatState]:
    """A line, which is nobody's answer: the chat waits as before, and no mail goes out."""
    return DONE, versions.line(tx, chat, Line.RULE_ANSWERED, action.text)


def put_tag(tx: Transaction, chat: ChatState, _: Doing, action: Any) -> tuple[str, ChatState]:
    tag = tagging.by_id(tx, action.tag_id)
    return (SO_ALREADY if tagging.give(tx, chat, None, tag.id) is None else DONE), chat


def assign(tx: Transaction, chat: ChatState, doing: Doing, action: Any) -> tuple[str, ChatState]:
    assignments.check_support(chat)
    if chat.is_over:
        return OVER, chat
    if action.team_id is not None:
        if action.team_id not in doing.team_ids:
            return GONE, chat
        if chat.is_waiting and chat.team_id == action.team_id:
            return SO_ALREADY, chat
        after = transfers.queued(tx, chat, action.team_id)
        written_down(tx, chat, doing, team=action.team_id)
        return DONE, after
    if chat.is_open and chat.agent_id == action.agent_id:
        return SO_ALREADY, chat
    agent = assignments.colleague(tx, action.agent_id)
    if not routing.is_there(tx, agent.id):
        return NOT_THERE, chat  # and the chat waits for whoever is
    after = assignments.take(tx, chat, agent)
    written_down(tx, chat, doing, agent=agent.id)
    return DONE, after


def written_down(tx: Transaction, chat: ChatState, doing: Doing, **given: int) -> None:
    """In the audit log, as what a person gives is: nobody did it, by this rule."""
    said: dict[str, Any] = given | {"had_it": chat.agent_id, "rule": doing.rule.id}
    audits.record(tx, Action.CHAT_TRANSFERRED, chat_id=chat.id, **said)


def notify(tx: Transaction, chat: ChatState, doing: Doing, action: Any) -> tuple[str, ChatState]:
    roles = sorted(MANAGERS) if action.managers else []
    wanted = {"user_ids": action.user_ids, "team_ids": action.team_ids, "roles": roles}
    ids = [row.id for row in tx.run(TO_NOTIFY, wanted)]
    if not ids:
        return GONE, chat
    notes.by_desk(tx, chat, doing.author, f"{doing.rule.name}\n{action.text}".strip(), ids)
    return DONE, chat


def close(tx: Transaction, chat: ChatState, _: Doing, __: Any) -> tuple[str, ChatState]:
    if chat.is_over:
        return SO_ALREADY, chat
    return DONE, closures.closed(tx, chat, None)


def prioritise(tx: Transaction, chat: ChatState, _: Doing, action: Any) -> tuple[str, ChatState]:
    after = priorities.put(tx, chat, action.priority)
    return (SO_ALREADY if after is chat else DONE), after


def call_webhook(
    tx: Transaction, chat: ChatState, doing: Doing, action: Any
) -> tuple[str, ChatState]:
    about = {"rule_id": doing.rule.id, "chat_id": chat.id, "cause": doing.cause}
    tx.later(Job("call_webhook", about | {"number": doing.number, "url": action.url}))
    return WAITS, chat


DO: dict[type[Part], Callable[..., tuple[str, ChatState]]] = {
    AnswerAction: answer,
    TagAction: put_tag,
    AssignAction: assign,
    NotifyAction: notify,
    CloseAction: close,
    PriorityAction: prioritise,
    WebhookAction: call_webhook,
}


def webhook_became(rule_id: int, chat_id: int, cause: int, number: int, became: str) -> None:
    """Writes down what became of a call, in the run that asked for it."""
    of_run = {"of_rule": rule_id, "of_chat": chat_id, "of_cause": cause}
    with transaction() as tx:
        found = tx.run(RUN_LOCKED, of_run).first()
        outcome = json.loads(found.outcome) if found else []
        if number < len(outcome):
            outcome[number]["became"] = became
            tx.run(ENDED.values(outcome=json.dumps(outcome)), of_run)


def forget_old() -> None:
    """Removes what the log keeps no longer."""
    with transaction() as tx:
        tx.run(FORGET, {"before": clock.now() - KEPT_MS})
