"""Canned answers that somebody of staff has at hand: all, those that a search finds, and what one
says in a chat."""

import csv
import io
from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, case, select

from app.direction import straight
from app.folding import MOST_WORDS, fold
from app.models import canned_answers, database, files, visitors
from app.models.canned_answers import (
    AT_HAND,
    CSV_FIELDS,
    KNOWN,
    ONE_AT_HAND,
    CannedAnswerState,
    Filled,
    filled,
)
from app.models.chats import ChatState
from app.models.files import SELECT_FILES, FileState
from app.models.users import Actor
from app.queries import sites, visits
from app.spreadsheet import plain_cell

c = canned_answers.c
BY_FOLDER = AT_HAND.order_by(c.folder, c.name, c.id)
FOLDERS = AT_HAND.with_only_columns(c.folder).where(c.folder != "").distinct().order_by(c.folder)
FILES = SELECT_FILES.where(
    files.table.c.answer_id.in_(bindparam("answer_ids", expanding=True))
).order_by(files.table.c.id)
CODE = select(visitors.table.c.code).where(visitors.table.c.user_id == bindparam("user_id"))

SHARED = select(c.id, c.name).where(c.owner_id.is_(None))


def names() -> dict[int, str]:
    """Of everybody's."""
    return {row.id: row.name for row in database.rows(SHARED)}


def all_at_hand(staff: Actor, most: int | None = None) -> list[CannedAnswerState]:
    """Everybody's and one's own, by folder and name; so many at most."""
    rows = database.rows(BY_FOLDER.limit(most), staff_id=staff.id)
    return [CannedAnswerState._make(row) for row in rows]


def folders(staff: Actor) -> list[str]:
    return [row.folder for row in database.rows(FOLDERS, staff_id=staff.id)]


def at_hand(staff: Actor, answer_id: int) -> CannedAnswerState | None:
    found = database.row(ONE_AT_HAND, staff_id=staff.id, answer_id=answer_id)
    return found and CannedAnswerState._make(found)


def found(staff: Actor, search: str, limit: int) -> list[CannedAnswerState]:
    """Those in which each word of the search stands, those first whose name begins with it, then
    what is used most."""
    wanted = fold(search).split()[:MOST_WORDS]
    begins = c.words.startswith(" ".join(wanted), autoescape=True)
    statement = AT_HAND.order_by(case((begins, 0), else_=1), c.used.desc(), c.name, c.id)
    for word in wanted:
        statement = statement.where(c.words.contains(word, autoescape=True))
    rows = database.rows(statement.limit(limit), staff_id=staff.id)
    return [CannedAnswerState._make(row) for row in rows]


def files_of(answers: Sequence[CannedAnswerState]) -> dict[int, list[FileState]]:
    """Those of each of these that has some, by the answer's id."""
    found: dict[int, list[FileState]] = {}
    if answers:
        for row in database.rows(FILES, answer_ids=[each.id for each in answers]):
            file = FileState._make(row)
            found.setdefault(row.answer_id, []).append(file)
    return found


def in_chat(answer: CannedAnswerState, chat: ChatState, staff: Actor) -> Filled:
    """What it says there: who the chat is with, who writes, the order, the site, and what the site
    has said of the visitor, by the names that it gave."""
    visit = visits.of_customer(chat.customer_id)
    said = visit.attributes if visit else {}
    known = {fold(name): on_one_line(value) for name, value in said.items() if is_said(value)}
    name = name_of(chat)
    order = str(chat.order_id or known.get("order", ""))
    site = sites.name_for(chat.customer_id)
    values = (first_of(name), name, first_of(staff.name), staff.name, order, site)
    known |= dict(zip(KNOWN, values, strict=True))
    return filled(answer.text, known)


def is_said(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def on_one_line(value: object) -> str:
    """What a stranger's page says is a word within a sentence, and does not turn it."""
    return " ".join(straight(str(value)).split())


def name_of(chat: ChatState) -> str:
    """The customer's name; nothing of a visitor who has said none."""
    found = database.row(CODE, user_id=chat.customer_id)
    is_made_up = found is not None and found.code in chat.customer_name
    return "" if is_made_up else chat.customer_name


def first_of(name: str) -> str:
    return name.split()[0] if name.split() else ""


def as_csv(answers: Iterable[CannedAnswerState]) -> str:
    """As they can be brought in again. What a spreadsheet would take for a formula begins with a
    blank."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(CSV_FIELDS)
    for each in answers:
        writer.writerow([plain_cell(getattr(each, name), " ") for name in CSV_FIELDS])
    return out.getvalue()
