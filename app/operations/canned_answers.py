"""Canned answers: written once, found while one writes, and filled in for a chat."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypedDict, Unpack

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, func, insert, select, update

from app import clock
from app.errors import Invalid, NotFound, TooLong
from app.events import SettingsChanged
from app.extensions import this_app
from app.folding import fold
from app.models import canned_answers
from app.models.audits import Action
from app.models.canned_answers import (
    CSV_FIELDS,
    FOLDER_LENGTH,
    NAME_LENGTH,
    ONE_AT_HAND,
    CannedAnswerState,
)
from app.models.chats import ChatState
from app.models.files import FileState
from app.models.messages import clean
from app.models.users import Actor
from app.operations import access, audits, files, limits
from app.operations.keeping import by_names_of_their_own, owner_of
from app.operations.transaction import Transaction, transaction
from app.operations.users import on_one_line
from app.visible import shows

NOUN = "canned_answers"
MOST = 2000  # everybody's, and somebody's own
DONE = {
    "made": Action.ANSWER_MADE,
    "changed": Action.ANSWER_CHANGED,
    "removed": Action.ANSWER_REMOVED,
}
CSV_BYTES = 900_000
NO_CSV = _l("This is no CSV file in UTF-8.")
c = canned_answers.c
INSERT = insert(canned_answers.table)
CHANGE = update(canned_answers.table).where(c.id == bindparam("which"))
REMOVE = delete(canned_answers.table).where(c.id == bindparam("which"))
USED = CHANGE.values(used=c.used + 1, used_at=bindparam("at"))
IS_OWNERS = c.owner_id.is_not_distinct_from(bindparam("owner"))
OF_OWNER = canned_answers.SELECT.where(IS_OWNERS).with_for_update()
HOW_MANY = select(func.count()).where(IS_OWNERS)
LOCKED = ONE_AT_HAND.with_for_update()


class Wanted(TypedDict, total=False):
    """What may be said of one; what is left out stays as it is."""

    name: str
    folder: str
    text: str


class Used(NamedTuple):
    """An answer in a chat; of its files one of the actor's own each, and those that are not shown
    (yet)."""

    answer: CannedAnswerState
    chat: ChatState
    files: list[FileState]
    left_out: list[FileState]


def create(
    staff: Actor, is_shared: bool, files_of_it: Sequence[int] = (), **wanted: Unpack[Wanted]
) -> CannedAnswerState:
    """A new one: everybody's, which managers alone write, or one's own; with files of the actor's
    that have arrived.

    Raises `Forbidden`, `Invalid` with `fields`, `TooLong`, `TooFast`.
    """
    access.require_staff(staff)
    values = checked({"name": "", "text": ""} | wanted)
    limits.sends(staff)
    owner_id = owner_of(staff, is_shared)
    with by_names_of_their_own(), transaction() as tx:
        access.check_still_holds(staff, tx)
        check_not_too_many(tx.run(HOW_MANY, {"owner": owner_id}).scalar() + 1)
        answer = made(tx, owner_id, values)
        if files_of_it:
            files.keep_with(tx, staff, answer.id, files_of_it)
        if is_shared:
            audits.record(tx, Action.ANSWER_MADE, staff, subject_id=answer.id)
        tx.say(SettingsChanged(NOUN, "made", answer.id, owner_id))
        return answer


def edit(
    staff: Actor,
    answer_id: int,
    is_shared: bool | None = None,
    files_of_it: Sequence[int] | None = None,
    **wanted: Unpack[Wanted],
) -> CannedAnswerState:
    """It says something else, has these files and no others, or is everybody's, or one's own.
    Raises `NotFound` for another's own, and as `create`."""
    access.require_staff(staff)
    values: dict[str, Any] = checked(wanted)
    limits.sends(staff)
    with by_names_of_their_own(), transaction() as tx:
        before = writable(tx, staff, answer_id)
        owner_id = before.owner_id if is_shared is None else owner_of(staff, is_shared)
        after = before._replace(**values, owner_id=owner_id, updated_at=clock.now())
        if owner_id != before.owner_id:
            check_not_too_many(tx.run(HOW_MANY, {"owner": owner_id}).scalar() + 1)
        tx.run(CHANGE, stored(after) | {"which": answer_id})
        if files_of_it is not None:
            files.keep_with(tx, staff, answer_id, files_of_it)
        # One that is everybody's from now on, or no longer, comes to staff or goes from them; whose
        # own it is hears that as well.
        what, whose = "changed", owner_id
        if owner_id != before.owner_id:
            what, whose = ("made" if owner_id is None else "removed"), None
        tx.say(SettingsChanged(NOUN, what, answer_id, whose))
        if None in (before.owner_id, owner_id):  # it is everybody's, or was
            audits.record(tx, DONE[what], staff, subject_id=answer_id)
        return after


def remove(staff: Actor, answer_id: int) -> None:
    """It is gone; what was sent with it stays. Raises `Forbidden`, `NotFound`, `TooFast`."""
    access.require_staff(staff)
    limits.sends(staff)
    with transaction() as tx:
        answer = writable(tx, staff, answer_id)
        files.remove(tx, files.of_answer(tx, answer_id))
        tx.run(REMOVE, {"which": answer_id})
        if answer.owner_id is None:
            audits.record(tx, Action.ANSWER_REMOVED, staff, subject_id=answer_id)
        tx.say(SettingsChanged(NOUN, "removed", answer_id, answer.owner_id))


def use(staff: Actor, chat_id: int, answer_id: int) -> Used:
    """It is used in a chat. Its files are there to be sent, without arriving once more; those that
    are not sent are forgotten as others are.

    Raises `Forbidden`, `ChatNotFound`, `NotFound`, `TooFast`.
    """
    access.require_staff(staff)
    limits.sends(staff)
    chat = access.chat_for(staff, chat_id)
    with transaction() as tx:
        answer = by_id(tx, staff, answer_id)
        tx.run(USED, {"which": answer_id, "at": clock.now()})
        return Used(answer, chat, *files.given(tx, staff, answer_id))


def bring_in(staff: Actor, is_shared: bool, text: str) -> int:
    """Those that a CSV file says (`name`, `folder`, `text`, in this order or by a first line that
    names them); one of the same name says that from now on. All of them, or none.

    Returns how many there were. Raises `Forbidden`, `Invalid` with the line, `TooLong`, `TooFast`.
    """
    access.require_staff(staff)
    owner_id = owner_of(staff, is_shared)
    rows = read_csv(text)
    limits.sends(staff)
    with by_names_of_their_own(), transaction() as tx:
        access.check_still_holds(staff, tx)
        found = map(CannedAnswerState._make, tx.run(OF_OWNER, {"owner": owner_id}))
        there = {fold(answer.name): answer for answer in found}
        what = set()
        for values in rows:
            name = fold(values["name"])
            if name in there:
                there[name] = there[name]._replace(**values, updated_at=clock.now())
                tx.run(CHANGE, stored(there[name]) | {"which": there[name].id})
                what.add("changed")
            else:
                there[name] = made(tx, owner_id, values)
                check_not_too_many(len(there))
                what.add("made")
        if is_shared and rows:
            audits.record(tx, Action.ANSWERS_IMPORTED, staff, answers=len(rows))
        for each in sorted(what):
            tx.say(SettingsChanged(NOUN, each, None, owner_id))
    return len(rows)


def read_csv(text: str) -> list[dict[str, Any]]:
    if len(text) > CSV_BYTES:
        raise TooLong(fields={"file": _l("It has more than %(limit)s KB.", limit=900)})
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    # As spreadsheets write it where a comma stands in numbers.
    delimiter = ";" if head.count(";") > head.count(",") else ","
    order: tuple[str, ...] = CSV_FIELDS
    found = []
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Invalid(fields={"file": NO_CSV}) from error
    for number, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row]
        if number == 1 and {"name", "text"} <= {cell.lower() for cell in cells}:
            order = tuple(cell.lower() for cell in cells)
            continue
        if not any(cells):
            continue
        if len(cells) > len(order):
            raise Invalid(fields={"file": in_line(number, _l("It has too many columns."))})
        said = {name: cell for name, cell in zip(order, cells, strict=False) if name in CSV_FIELDS}
        try:
            found.append(checked({"name": "", "text": ""} | said))
        except Invalid as error:
            why = " ".join(str(each) for each in (error.fields or {}).values())
            raise Invalid(fields={"file": in_line(number, why)}) from error
    if not found:
        raise Invalid(fields={"file": _l("There is nothing in it.")})
    return found


def in_line(number: int, why: object) -> Any:
    return _l("Line %(number)s: %(why)s", number=number, why=why)


def checked(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are stored. Raises `Invalid` with `fields`."""
    values: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    limit = this_app().config["MESSAGE_LENGTH"]
    for name, most in (("name", NAME_LENGTH), ("folder", FOLDER_LENGTH)):
        if name in wanted:
            values[name] = on_one_line(wanted[name])
            if len(values[name]) > most:
                wrong[name] = _l("It has at most %(limit)s characters.", limit=most)
    if "name" in wanted and not shows(values["name"]):
        wrong["name"] = _l("It is empty.")
    if "text" in wanted:
        values["text"] = clean(wanted["text"]).strip()
        if not shows(values["text"]):
            wrong["text"] = _l("It is empty.")
        elif len(values["text"]) > limit:
            wrong["text"] = _l("It has at most %(limit)s characters.", limit=limit)
    if wrong:
        raise Invalid(fields=wrong)
    return values


def writable(tx: Transaction, staff: Actor, answer_id: int) -> CannedAnswerState:
    answer = by_id(tx, staff, answer_id)
    owner_of(staff, answer.is_shared)
    return answer


def by_id(tx: Transaction, staff: Actor, answer_id: int) -> CannedAnswerState:
    access.check_still_holds(staff, tx)
    found = tx.run(LOCKED, {"staff_id": staff.id, "answer_id": answer_id}).first()
    if found is None:
        raise NotFound
    return CannedAnswerState._make(found)


def made(tx: Transaction, owner_id: int | None, values: Mapping[str, Any]) -> CannedAnswerState:
    now = clock.now()
    answer = CannedAnswerState(
        id=0,
        owner_id=owner_id,
        name=values["name"],
        folder=values.get("folder", ""),
        text=values["text"],
        used=0,
        used_at=None,
        created_at=now,
        updated_at=now,
    )
    new = stored(answer) | {"created_at": now, "used": 0, "used_at": None}
    return answer._replace(id=tx.add(INSERT, new))


def check_not_too_many(count: int) -> None:
    if count > MOST:
        raise Invalid(fields={"name": _l("There are %(count)s already.", count=MOST)})


def stored(answer: CannedAnswerState) -> dict[str, Any]:
    names = ("owner_id", "name", "folder", "text", "updated_at")
    folded = [fold(each) for each in (answer.name, answer.folder, answer.text)]
    made = {name: getattr(answer, name) for name in names}
    return made | {"folded": folded[0], "words": "\n".join(folded)}
