"""Lists of words that customers' messages are masked or held for: kept by managers."""

import json
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, func, insert, select, update

from app import clock
from app.errors import Invalid, NotFound
from app.events import SettingsChanged
from app.models import word_lists
from app.models.audits import Action
from app.models.users import Actor
from app.models.word_lists import (
    NAME_LENGTH,
    SELECT_LISTS,
    WORD_LENGTH,
    Effect,
    WordListState,
)
from app.operations import access, audits, limits
from app.operations.transaction import Transaction, transaction
from app.operations.users import on_one_line
from app.screening import phrase
from app.visible import shows

MOST, MOST_WORDS = 20, 1000
MOST_CHARACTERS = 10_000  # of a list: in each process it takes 2 MB to look for them
t = word_lists.table.c
INSERT = insert(word_lists.table)
CHANGE = update(word_lists.table).where(t.id == bindparam("which"))
REMOVE = delete(word_lists.table).where(t.id == bindparam("which"))
LOCKED = SELECT_LISTS.where(t.id == bindparam("which")).with_for_update()
HOW_MANY = select(func.count()).select_from(word_lists.table)


def make(manager: Actor, name: str, effect: str, words: Sequence[str]) -> WordListState:
    """A list, which holds from now on: `effect` is `mask` or `hold`.

    Raises `Forbidden`, `Unauthorized`, `Invalid` (`name`, `effect`, `words`), also for too many,
    `TooFast`.
    """
    access.require_manager(manager)
    values = checked({"name": name, "effect": effect, "words": words})
    limits.sends(manager)
    now = clock.now()
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        if tx.run(HOW_MANY, {}).scalar() >= MOST:
            raise Invalid(fields={"name": _l("There are %(limit)s lists already.", limit=MOST)})
        values |= {"created_at": now, "updated_at": now}
        made = WordListState(tx.add(INSERT, values), **values)
        written_down(tx, Action.WORD_LIST_MADE, manager, made)
        tx.say(SettingsChanged("word_lists", "made", made.id))
        return made


def change(manager: Actor, list_id: int, **wanted: Any) -> WordListState:
    """Another `name`, `effect`, or other `words`; the same changes nothing.

    Raises as `make`, `NotFound`.
    """
    access.require_manager(manager)
    values = checked(wanted)
    limits.sends(manager)
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        before = by_id(tx, list_id)
        after = before._replace(**values)
        if after == before:
            return before
        after = after._replace(updated_at=clock.now())
        tx.run(CHANGE.values(**values, updated_at=after.updated_at), {"which": list_id})
        changed = sorted(name for name in values if getattr(after, name) != getattr(before, name))
        written_down(tx, Action.WORD_LIST_CHANGED, manager, after, changed=changed)
        tx.say(SettingsChanged("word_lists", "changed", list_id))
        return after


def remove(manager: Actor, list_id: int) -> None:
    """Messages that it has masked or held stay so. Raises `Forbidden`, `NotFound`, `TooFast`."""
    access.require_manager(manager)
    limits.sends(manager)
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        gone = by_id(tx, list_id)
        tx.run(REMOVE, {"which": list_id})
        written_down(tx, Action.WORD_LIST_REMOVED, manager, gone)
        tx.say(SettingsChanged("word_lists", "removed", list_id))


def written_down(
    tx: Transaction, action: Action, manager: Actor, of: WordListState, **details: Any
) -> None:
    """How many words, and none of them."""
    about: dict[str, Any] = {"effect": of.effect, "words": len(of.listed)}
    audits.record(tx, action, manager, subject_id=of.id, **about, **details)


def by_id(tx: Transaction, list_id: int) -> WordListState:
    found = tx.run(LOCKED, {"which": list_id}).first()
    if found is None:
        raise NotFound(_l("That list is not there."))
    return WordListState._make(found)


def checked(wanted: dict[str, Any]) -> dict[str, Any]:
    """As it is stored; what is left out stays as it is. Raises `Invalid`."""
    values: dict[str, Any] = {}
    if "name" in wanted:
        values["name"] = name = on_one_line(wanted["name"])
        if not shows(name):
            raise Invalid(fields={"name": _l("It takes a name.")})
        if len(name) > NAME_LENGTH:
            wrong = _l("It has at most %(limit)s characters.", limit=NAME_LENGTH)
            raise Invalid(fields={"name": wrong})
    if "effect" in wanted:
        values["effect"] = wanted["effect"]
        if wanted["effect"] not in list(Effect):
            raise Invalid(fields={"effect": _l("It is none of the choices.")})
    if "words" in wanted:
        values["words"] = json.dumps(checked_words(wanted["words"]), ensure_ascii=False)
    return values


def checked_words(words: Sequence[str]) -> list[str]:
    """Each once, however it is spelled, in their order."""
    found: dict[str, str] = {}
    for word in filter(shows, map(on_one_line, words)):
        if len(word) > WORD_LENGTH:
            wrong = _l("A word or phrase has at most %(limit)s characters.", limit=WORD_LENGTH)
            raise Invalid(fields={"words": wrong})
        folded = phrase(word)
        if not folded:
            raise Invalid(fields={"words": _l("Nothing of “%(word)s” can be found.", word=word)})
        found.setdefault(folded, word)
    if not found:
        raise Invalid(fields={"words": _l("It takes a word at least.")})
    if len(found) > MOST_WORDS:
        wrong = _l("A list has at most %(limit)s words.", limit=MOST_WORDS)
        raise Invalid(fields={"words": wrong})
    if sum(map(len, found)) > MOST_CHARACTERS:
        wrong = _l("A list has at most %(limit)s characters.", limit=MOST_CHARACTERS)
        raise Invalid(fields={"words": wrong})
    return list(found.values())
