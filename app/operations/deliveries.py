"""What webhooks are told of: a row in the transaction in which it happens, and what becomes of it.

Which webhooks there are is known in memory: where there is none, nothing is added to any
transaction. Whoever writes a webhook tells all processes (`SettingsChanged`), and each asks anew
by itself now and then, for what it did not hear. `app/webhooks/telling.py` is what then tells.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import bindparam, delete, func, insert, select, update

from app import clock
from app.errors import NotFound
from app.events import (
    ChatChanged,
    ChatErased,
    ChatRated,
    Event,
    JobStored,
    MessageChanged,
    MessageReleased,
    MessageSent,
    NoteChanged,
    PersonChanged,
    PriorityChanged,
    TagsChanged,
)
from app.extensions import this_app
from app.models import database, tags, webhooks
from app.models.chats import SELECT_CHATS, ChatState, Status
from app.models.chats import table as chat_rows
from app.models.jobs import Job
from app.models.jobs import table as job_rows
from app.models.messages import MessageState
from app.models.statements import Prepared
from app.models.users import Actor
from app.models.webhooks import (
    EVERY,
    FILTERS,
    LISTENING,
    OF_PEOPLE,
    SELECT_DELIVERIES,
    TEST,
    WAITS,
    Became,
    DeliveryState,
    Told,
    WebhookState,
)
from app.operations import access, limits
from app.operations.transaction import Transaction, transaction

DAY_MS = 24 * 3600 * 1000
TRIED_MS, KEPT_MS = DAY_MS, 7 * DAY_MS
# Between two attempts: three times as long as before; where nobody answers at all, for all chats.
FIRST_PAUSE_MS, LONGEST_PAUSE_MS = 15_000, 3 * 3600 * 1000
LONGEST_REST_MS = 10 * 60 * 1000
FORGOTTEN_TOGETHER = 1000
KIND = "tell_webhook"

d, w = webhooks.deliveries.c, webhooks.table.c
# What comes of one later, if at all, is NULL until then and not written.
LATER = {"tried_at", "answer", "error"}
INSERT = Prepared(
    insert(webhooks.deliveries),
    [each.name for each in d if each.name not in ("id", *LATER)],
)
TAGS_OF = select(tags.given.c.tag_id).where(tags.given.c.chat_id == bindparam("chat_id"))
CHAT = SELECT_CHATS.where(chat_rows.c.id == bindparam("chat_id"))
LOCKED = SELECT_DELIVERIES.where(
    d.id == bindparam("which"), d.webhook_id == bindparam("of_webhook")
).with_for_update()
CHANGE = update(webhooks.deliveries).where(d.id == bindparam("which"))
STILL_WAITS = CHANGE.where(WAITS)
WEBHOOK = update(webhooks.table).where(w.id == bindparam("of_webhook"))
OLD = select(d.id).where(d.created_at <= bindparam("before")).limit(FORGOTTEN_TOGETHER)
OF_WEBHOOK = select(d.id).where(d.webhook_id == bindparam("of_webhook")).limit(FORGOTTEN_TOGETHER)
NEXT_WEBHOOK = select(func.min(d.webhook_id)).where(d.webhook_id > bindparam("after"))
AT_ONCE = (
    update(job_rows)
    .where(
        job_rows.c.unique_key > bindparam("first"),
        job_rows.c.unique_key < bindparam("last"),
        job_rows.c.lease_id.is_(None),
        job_rows.c.dead_at.is_(None),
    )
    .values(run_at=bindparam("at"))
)
WAITING = select(d.webhook_id, d.line).where(WAITS).distinct()
OF_PERSON = delete(webhooks.deliveries).where(
    d.chat_id.is_(None), d.line.in_(bindparam("lines", expanding=True))
)


class Happened(NamedTuple):
    """Something that webhooks may be told of. `chat` is None where it is of none, or that is not
    at hand; a line is what is told in order."""

    event: Told
    chat_id: int | None
    subject_id: int | None = None
    chat: ChatState | None = None
    facts: Mapping[str, Any] | None = None

    @property
    def line(self) -> str:
        return f"c{self.chat_id}" if self.chat_id is not None else f"p{self.subject_id}"


@dataclass(frozen=True, slots=True)
class Listener:
    """A webhook that is on, as it is kept in memory."""

    id: int
    events: frozenset[str]
    only: Mapping[str, frozenset[int]]

    @classmethod
    def of(cls, webhook: WebhookState) -> "Listener":
        only = {name: frozenset(ids) for name, ids in webhook.only.items() if ids}
        return cls(webhook.id, frozenset(webhook.listens_to), only)


def init_app(app: Flask) -> None:
    app.extensions["begin"].hears = first


def first(tx: Transaction) -> None:
    """What is called where nothing has asked yet which webhooks there are."""
    keep(WebhookState._make(row) for row in tx.run(LISTENING, {}))
    hears: Callable[[Transaction], None] | None = this_app().extensions["begin"].hears
    if hears is not None:
        hears(tx)


def refresh() -> None:
    """Asks which webhooks there are."""
    keep(WebhookState._make(row) for row in database.rows(LISTENING))


def keep(found: Iterable[WebhookState]) -> None:
    listeners = tuple(map(Listener.of, found))
    this_app().extensions["begin"].hears = partial(hear, listeners) if listeners else None


def hear(listeners: Sequence[Listener], tx: Transaction) -> None:
    """Writes down what was said in this transaction for each who listens to it."""
    asked: dict[int, frozenset[int]] = {}
    lines: dict[tuple[int, str], None] = {}
    for happened in all_that(tx.said):
        for each in listeners:
            if happened.event in each.events and lets_by(tx, each, happened, asked):
                write(tx, each.id, happened)
                lines[each.id, happened.line] = None
    for webhook_id, line in lines:
        tx.later(job_of(webhook_id, line))


def all_that(said: Iterable[Event]) -> Iterator[Happened]:
    for event in list(said):
        told = TELLING.get(type(event))
        if told is not None:
            yield from told(event)


def lets_by(
    tx: Transaction, listener: Listener, happened: Happened, asked: dict[int, frozenset[int]]
) -> bool:
    """Whether the filters do. They are about chats, so of people nothing is told beside one; that
    a chat is gone for good is told always, since nobody can ask any more where it belonged."""
    if not listener.only or happened.event == Told.CHAT_ERASED:
        return True
    if happened.event in OF_PEOPLE or happened.chat_id is None:
        return False
    chat = happened.chat or chat_of(tx, happened.chat_id)
    if chat is None:
        return False
    found: dict[str, frozenset[int]] = {
        "sites": frozenset([chat.site_id or 0]),
        "teams": frozenset([chat.team_id or 0]),
        "topics": frozenset([chat.topic_id or 0]),
    }
    if "tags" in listener.only:
        if chat.id not in asked:
            asked[chat.id] = frozenset(row.tag_id for row in tx.run(TAGS_OF, {"chat_id": chat.id}))
        found["tags"] = asked[chat.id]
    return all(found[name] & listener.only[name] for name in FILTERS if name in listener.only)


def chat_of(tx: Transaction, chat_id: int) -> ChatState | None:
    found = tx.run(CHAT, {"chat_id": chat_id}).first()
    return found and ChatState._make(found)


def identified(tx: Transaction, user_id: int) -> None:
    """A site has said who a visitor is, whom nobody knew before."""
    begin = this_app().extensions["begin"]
    if begin.hears is first:
        keep(WebhookState._make(row) for row in tx.run(LISTENING, {}))
    hears = begin.hears
    if hears is None:
        return
    (listeners,) = hears.args
    happened = Happened(Told.CUSTOMER_IDENTIFIED, None, user_id)
    for each in listeners:
        if happened.event in each.events and not each.only:
            write(tx, each.id, happened)
            tx.later(job_of(each.id, happened.line))


def write(tx: Transaction, webhook_id: int, happened: Happened) -> int:
    now = clock.now()
    values = {
        "webhook_id": webhook_id,
        "event": happened.event.value,
        "line": happened.line,
        "chat_id": happened.chat_id,
        "subject_id": happened.subject_id,
        "facts": json.dumps(happened.facts) if happened.facts else None,
        "created_at": now,
        "state": Became.WAITS.value,
        "begun_at": now,
        "attempts": 0,
        "next_at": now,
    }
    return tx.add(INSERT, values)


def job_of(webhook_id: int, line: str, at: int = 0) -> Job:
    """Tells all that waits in the line, one after the other: of a line one job is under way."""
    about = {"webhook_id": webhook_id, "line": line}
    return Job(KIND, about, run_at=at, unique_key=f"webhook:{webhook_id}:{line}")


def of_sent(event: MessageSent | MessageReleased) -> Iterator[Happened]:
    if event.message.is_held:
        return
    if event.began_waiting:
        yield Happened(Told.CHAT_BEGUN, event.chat.id, None, event.chat, stands(event.chat))
    yield of_message(Told.NEW_MESSAGE, event.chat, event.message)


def of_released(event: MessageReleased) -> Iterator[Happened]:
    if event.was_shown:
        yield of_message(Told.MESSAGE_CHANGED, event.chat, event.message)
    else:
        yield from of_sent(event)


def of_changed(event: MessageChanged) -> Iterator[Happened]:
    if not event.message.is_held and event.message.rejected_at is None:
        yield of_message(Told.MESSAGE_CHANGED, event.chat, event.message)


def of_message(told: Told, chat: ChatState, message: MessageState) -> Happened:
    return Happened(told, chat.id, message.id, chat, {"version": message.version})


def of_chat(event: ChatChanged) -> Iterator[Happened]:
    chat, facts = event.chat, stands(event.chat)
    if event.before is not None:
        facts |= {"statusBefore": event.before.value}
    if chat.active_at == 0:  # nobody has written in it
        return
    if event.is_new and chat.version == 1:
        yield Happened(Told.CHAT_BEGUN, chat.id, None, chat, facts)
        return
    if event.is_reassigned:
        yield Happened(Told.CHAT_ASSIGNED, chat.id, None, chat, facts)
    if chat.status == Status.CLOSED and event.before not in (Status.CLOSED, Status.ARCHIVED):
        yield Happened(Told.CHAT_CLOSED, chat.id, None, chat, facts)
    yield Happened(Told.CHAT_CHANGED, chat.id, None, chat, facts)


def stands(chat: ChatState) -> dict[str, Any]:
    """How the chat stood then: numbers and codes."""
    return {
        "version": chat.version,
        "status": chat.status,
        "agentId": chat.agent_id,
        "teamId": chat.team_id,
    }


TELLING: dict[type[Event], Callable[[Any], Iterable[Happened]]] = {
    MessageSent: of_sent,
    MessageReleased: of_released,
    MessageChanged: of_changed,
    ChatChanged: of_chat,
    ChatRated: lambda event: [Happened(Told.CHAT_RATED, event.chat_id)],
    ChatErased: lambda event: [Happened(Told.CHAT_ERASED, event.chat_id)],
    TagsChanged: lambda event: [Happened(Told.TAGS_CHANGED, event.chat.id, None, event.chat)],
    PriorityChanged: lambda event: [
        Happened(Told.PRIORITY_CHANGED, event.chat.id, None, event.chat)
    ],
    NoteChanged: lambda event: [Happened(Told.NOTE_CHANGED, event.note.chat_id, event.note.id)],
    PersonChanged: lambda event: [Happened(Told.PERSON_CHANGED, None, event.user_id)],
}


# What becomes of them.


def taken(webhook: WebhookState, delivery: DeliveryState, answer: int) -> None:
    """The other side says that it has it."""
    now = clock.now()
    values: dict[str, Any] = {"state": Became.DONE.value, "answer": answer, "error": None}
    values |= {"attempts": delivery.attempts + 1, "tried_at": now}
    with transaction() as tx:
        tx.run(STILL_WAITS.values(**values), {"which": delivery.id})
        if webhook.failing_since is not None or webhook.misses:
            well = {"failing_since": None, "misses": 0, "rests_until": None}
            tx.run(WEBHOOK.values(**well), {"of_webhook": webhook.id})


def failed(
    webhook: WebhookState, delivery: DeliveryState, answer: int | None, error: str | None
) -> None:
    """It was not taken: it is tried again later, or after a day no more. Where nobody answered,
    all that this webhook is told waits a while with it."""
    now = clock.now()
    attempts = delivery.attempts + 1
    values: dict[str, Any] = {"answer": answer, "error": error, "attempts": attempts}
    values |= {"tried_at": now, "next_at": now + pause_after(attempts)}
    if now >= delivery.begun_at + TRIED_MS:
        values["state"] = Became.GIVEN_UP.value
    else:  # once more when the day is over, and not after it
        values["next_at"] = min(values["next_at"], delivery.begun_at + TRIED_MS)
    misses = webhook.misses + 1 if answer is None else 0
    ill: dict[str, Any] = {"failing_since": webhook.failing_since or now, "misses": misses}
    ill["rests_until"] = now + min(pause_after(misses), LONGEST_REST_MS) if misses else None
    with transaction() as tx:
        tx.run(STILL_WAITS.values(**values), {"which": delivery.id})
        tx.run(WEBHOOK.values(**ill), {"of_webhook": webhook.id})


def is_over(webhook: WebhookState, delivery: DeliveryState) -> bool:
    """Whether its day went by while nobody answered: what comes after one that is tried is not."""
    last = delivery.begun_at + TRIED_MS + LONGEST_REST_MS
    return webhook.misses > 0 and clock.now() > last


def became(delivery: DeliveryState, state: Became) -> None:
    """It is not told, and why."""
    with transaction() as tx:
        tx.run(STILL_WAITS.values(state=state.value, error=None), {"which": delivery.id})


def pause_after(attempts: int) -> int:
    """Milliseconds until the next attempt."""
    return int(min(FIRST_PAUSE_MS * 3 ** min(attempts - 1, 20), LONGEST_PAUSE_MS))


def wait(webhook_id: int, line: str, until: int) -> None:
    """The line goes on then."""
    with transaction() as tx:
        tx.later(job_of(webhook_id, line, until))


def test(admin: Actor, webhook_id: int) -> DeliveryState:
    """One that says nothing but that it is a test. Raises `Forbidden`, `NotFound`, `TooFast`."""
    access.require_admin(admin)
    limits.sends(admin)
    with transaction() as tx:
        access.check_still_holds(admin, tx)
        there(tx, webhook_id)
        now = clock.now()
        line = f"t{now}"  # of its own: it waits for no other
        values: dict[str, Any] = {
            "webhook_id": webhook_id,
            "event": TEST,
            "line": line,
            "created_at": now,
        }
        values |= {"state": Became.WAITS.value, "begun_at": now, "attempts": 0, "next_at": now}
        values |= {"chat_id": None, "subject_id": None, "facts": None}
        made = tx.add(INSERT, values)
        tx.run(WEBHOOK.values(rests_until=None), {"of_webhook": webhook_id})
        tx.later(job_of(webhook_id, line))
        go_on(tx, webhook_id)
        return by_id(tx, webhook_id, made)


def send_again(admin: Actor, webhook_id: int, delivery_id: int) -> DeliveryState:
    """It is told once more, at once, and for a day where it is not taken; before all that waits in
    its line. Raises `Forbidden`, `NotFound`, `TooFast`."""
    access.require_admin(admin)
    limits.sends(admin)
    with transaction() as tx:
        access.check_still_holds(admin, tx)
        there(tx, webhook_id)
        found = by_id(tx, webhook_id, delivery_id)
        now = clock.now()
        values: dict[str, Any] = {"state": Became.WAITS.value, "attempts": 0}
        values |= {"begun_at": now, "next_at": now}
        tx.run(CHANGE.values(**values), {"which": delivery_id})
        tx.run(WEBHOOK.values(rests_until=None), {"of_webhook": webhook_id})
        tx.later(job_of(webhook_id, found.line))
        go_on(tx, webhook_id)
        return found._replace(**values)


def go_on(tx: Transaction, webhook_id: int) -> None:
    """It rests no longer: all that waits for it is looked at now."""
    keys = {"first": f"webhook:{webhook_id}:", "last": f"webhook:{webhook_id};"}
    if tx.run(AT_ONCE, keys | {"at": clock.now()}).rowcount:
        tx.say(JobStored())


def there(tx: Transaction, webhook_id: int) -> WebhookState:
    found = tx.run(webhooks.BY_ID.with_for_update(), {"webhook_id": webhook_id}).first()
    if found is None:
        raise NotFound
    return WebhookState._make(found)


def by_id(tx: Transaction, webhook_id: int, delivery_id: int) -> DeliveryState:
    found = tx.run(LOCKED, {"which": delivery_id, "of_webhook": webhook_id}).first()
    if found is None:
        raise NotFound
    return DeliveryState._make(found)


def forget_old() -> None:
    """Upkeep: what is a week old goes, and each line that waits has a job, whatever became of the
    last one."""
    before = clock.now() - KEPT_MS
    for webhook_id in strays():
        forget_some(OF_WEBHOOK, {"of_webhook": webhook_id})
    forget_some(OLD, {"before": before})
    lines = [tuple(row) for row in database.rows(WAITING)]
    for first_one in range(0, len(lines), 100):
        with transaction() as tx:
            for webhook_id, line in lines[first_one : first_one + 100]:
                tx.later(job_of(webhook_id, line))


def strays() -> list[int]:
    """The webhooks that are gone, of whom there are deliveries: each by one look into an index."""
    live, found, last = {row.id for row in database.rows(EVERY)}, [], 0
    while (last := database.scalar(NEXT_WEBHOOK, after=last) or 0) != 0:
        if last not in live:
            found.append(last)
    return found


def forget_some(which: Any, values: dict[str, Any]) -> None:
    """All of these, a thousand at a time."""
    forget = delete(webhooks.deliveries).where(d.id.in_(which))
    while True:
        with transaction() as tx:
            if tx.run(forget, values).rowcount < FORGOTTEN_TOGETHER:
                return


def forget_people(tx: Transaction, ids: Iterable[int]) -> None:
    """What was told of these people beside any chat."""
    tx.run(OF_PERSON, {"lines": [f"p{each}" for each in ids]})
