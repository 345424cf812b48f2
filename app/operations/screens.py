"""What customers write, looked at on its way in: words that are masked, messages that are held.

What there is to look for is kept in memory, in each process, and forgotten when a list changes
(`SettingsChanged`). Where there is nothing, a message costs one look at that.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import bindparam, delete, func, insert, select

from app import clock, links
from app.extensions import this_app
from app.models import chats, database, identities, messages, visitors, word_lists
from app.models.messages import MessageState, called
from app.models.users import Actor
from app.models.word_lists import SELECT_LISTS, Effect, WordListState
from app.operations import files, versions
from app.operations.transaction import Transaction
from app.screening import Words, phrase

MINUTE_MS = 60_000
m, o = messages.table.c, word_lists.originals.c
# A visitor whom no site has named; who has an account has proved who they are as they logged in.
IS_NAMED = (
    select(identities.table.c.user_id)
    .where(identities.table.c.user_id == visitors.table.c.user_id)
    .exists()
)
STRANGER = select(visitors.table.c.user_id).where(
    visitors.table.c.user_id == bindparam("who"), ~IS_NAMED
)
FIRST = (
    select(func.min(m.created_at))
    .join_from(chats.table, messages.table, m.chat_id == chats.table.c.id)
    .where(chats.table.c.customer_id == bindparam("who"), m.sender_id == bindparam("who"))
)
STAMP = select(
    func.count(), func.max(word_lists.table.c.id), func.max(word_lists.table.c.updated_at)
)
KEEP = insert(word_lists.originals)
FORGET = delete(word_lists.originals).where(o.message_id == bindparam("of_message"))


class Screen(NamedTuple):
    """What is looked for: words, and links of who has written for less than `link_ms`."""

    masks: Words | None
    holds: Words | None
    link_ms: int


@dataclass(slots=True)
class Known:
    """What this process knows of that; `screen` is None where nothing is looked for."""

    screen: Screen | None = None
    is_read: bool = False
    changes: int = 0  # of which it has heard: what was read before one is not kept after it
    stamp: tuple[Any, ...] | None = None  # of the lists, as they were when they were looked at


class Verdict(NamedTuple):
    """What a message says to others, and whether staff is to decide on it first."""

    text: str
    is_held: bool
    original: str | None = None  # where words of it were masked

    @property
    def is_plain(self) -> bool:
        return not self.is_held and self.original is None


def init_app(app: Flask) -> None:
    app.extensions["screen"] = Known()


def now(tx: Transaction) -> Screen | None:
    """What is looked for at the moment; None where that is nothing."""
    known: Known = this_app().extensions["screen"]
    return known.screen if known.is_read else read(tx, known)


def read(tx: Transaction, known: Known) -> Screen | None:
    changes = known.changes
    screen = made([WordListState._make(row) for row in tx.run(SELECT_LISTS, {})])
    if known.changes == changes:
        known.screen, known.is_read = screen, True
    return screen


def made(
    lists: Sequence[WordListState], between: Callable[[], None] = lambda: None
) -> Screen | None:
    """What these lists look for; `between` one of them and the next something else is done."""
    link_ms = int(this_app().config["HOLD_LINKS_MINUTES"]) * MINUTE_MS
    masks: list[str] = []
    holds: list[str] = []
    for each in lists:
        (masks if each.effect == Effect.MASK else holds).extend(map(phrase, each.listed))
        between()
    if not (masks or holds or link_ms):
        return None
    return Screen(Words(masks) if masks else None, Words(holds) if holds else None, link_ms)


def forget() -> None:
    """A list has changed, somewhere, or may have: the next message reads what there is."""
    known: Known = this_app().extensions["screen"]
    known.changes += 1
    known.is_read = False


def refresh() -> None:
    """A list has changed: what is looked for is made anew at once, in the process that hears of it,
    so that no message waits for it. Until it is, a message that comes makes its own, by the lists
    as they are: none is judged by what was there before."""
    forget()
    known: Known = this_app().extensions["screen"]
    changes = known.changes
    stamp = tuple(database.row(STAMP))  # before the lists: `look` finds what came in between
    lists = [WordListState._make(row) for row in database.rows(SELECT_LISTS)]
    screen = made(lists, others_turn)
    if known.changes == changes:
        known.screen, known.is_read, known.stamp = screen, True, stamp


def others_turn() -> None:
    time.sleep(0)


def look() -> None:
    """For a change of which nothing was heard, as while Redis is away."""
    known: Known = this_app().extensions["screen"]
    if tuple(database.row(STAMP)) != known.stamp:
        refresh()


def verdict(
    tx: Transaction, screen: Screen, customer: Actor, text: str, beside: Sequence[str] = ()
) -> Verdict:
    """Of a text, and of what its files are called and said to show."""
    said = "\n".join([text, *beside])
    is_held = (screen.holds is not None and screen.holds.are_in(said)) or (
        screen.link_ms > 0 and has_link(said) and is_new(tx, customer, screen.link_ms)
    )
    masked = screen.masks.hidden_in(text) if screen.masks else text
    is_masked = screen.masks is not None and screen.masks.are_in(said)
    return Verdict(masked, is_held, text if is_masked else None)


def has_link(text: str) -> bool:
    return any(True for _link in links.found_in(text))


def is_new(tx: Transaction, customer: Actor, since_ms: int) -> bool:
    """Whether nobody knows who they are, and they have written nothing before that."""
    who = {"who": customer.id}
    if customer.identified_until is not None or tx.run(STRANGER, who).first() is None:
        return False
    first = tx.run(FIRST, who).scalar()
    return first is None or first > clock.now() - since_ms


def marked(tx: Transaction, message: MessageState, found: Verdict) -> MessageState:
    """A message that was just written, with what the verdict makes of it."""
    changes = changes_of(tx, message, found, message.created_at)
    tx.run(versions.writing(tuple(changes)), changes | {"message_id": message.id})
    return message._replace(**changes)


def changes_of(tx: Transaction, message: MessageState, found: Verdict, now: int) -> dict[str, Any]:
    """What becomes of a message by the verdict, at `now`: of a new one as it is sent, by which it
    is known that nobody has seen it. Its original is kept, and one before it gone."""
    forget_original(tx, message)
    changes: dict[str, Any] = {"masked_at": None}
    if found.is_held:
        changes["held_at"] = message.held_at or now
    if found.original is not None:
        changes["masked_at"] = now
        said = [found.original, *(called(each) for each in message.attached)]
        tx.add(KEEP, {"message_id": message.id, "text": "\n".join(filter(None, said))})
        if message.attachments is not None:
            changes["attachments"] = masked_files(tx, message)
    return changes


def masked_files(tx: Transaction, message: MessageState) -> str:
    screen = now(tx)
    masks = screen and screen.masks
    if masks is None:
        return message.attachments or ""
    renamed = files.renamed(tx, message, masks.hidden_in)
    attached = [
        each | {"name": masks.hidden_in(each["name"])}
        if isinstance(each.get("name"), str)
        else each
        for each in files.attached_now(message, renamed)
    ]
    return files.as_json(attached)


def forget_original(tx: Transaction, message: MessageState) -> None:
    """What it said before it was masked is nobody's to read any more."""
    if message.masked_at is not None:
        tx.run(FORGET, {"of_message": message.id})
