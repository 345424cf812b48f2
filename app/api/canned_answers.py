"""Answers that staff has at hand."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatNotFound, Invalid, NotFound, TooFast, TooLong
from app.models.canned_answers import CannedAnswerState
from app.models.users import Actor
from app.operations import canned_answers as operations
from app.queries import canned_answers as queries
from app.rest import STAFF
from app.schemas.canned_answers import (
    BroughtIn,
    CannedAnswerChanges,
    CannedAnswerOut,
    CannedAnswerQuery,
    CannedAnswersOut,
    CsvIn,
    CsvOut,
    CsvQuery,
    FilledOut,
    NewCannedAnswer,
    answer_out,
    filled_out,
    found_out,
)

ONE = "/canned-answers/<id:answer_id>"
FILE = "/canned-answers/csv"


@endpoint("GET", "/canned-answers", query=CannedAnswerQuery, answer=CannedAnswersOut, only=STAFF)
def find_canned_answers(actor: Actor, query: CannedAnswerQuery) -> dict[str, Any]:
    """Everybody's and one's own in which each word of `query` stands, the likeliest first."""
    found = queries.found(actor, query.query, query.limit)
    return found_out(found, queries.files_of(found))


@endpoint(
    "POST",
    "/canned-answers",
    body=NewCannedAnswer,
    answer=CannedAnswerOut,
    status=201,
    only=STAFF,
    raises=(TooFast,),
)
def create_canned_answer(actor: Actor, body: NewCannedAnswer) -> dict[str, Any]:
    """Write one: one's own, or everybody's."""
    said = {"name": body.name, "text": body.text, "folder": body.folder}
    return shown(operations.create(actor, body.is_shared, body.attachments, **said))


@endpoint(
    "PATCH",
    ONE,
    body=CannedAnswerChanges,
    answer=CannedAnswerOut,
    only=STAFF,
    raises=(NotFound, TooFast),
)
def edit_canned_answer(actor: Actor, answer_id: int, body: CannedAnswerChanges) -> dict[str, Any]:
    """What is left out stays as it is."""
    changed = operations.edit(actor, answer_id, body.is_shared, body.attachments, **body.said)
    return shown(changed)


@endpoint("DELETE", ONE, status=204, only=STAFF, raises=(NotFound, TooFast))
def remove_canned_answer(actor: Actor, answer_id: int) -> None:
    """Remove one. What was sent with it stays."""
    operations.remove(actor, answer_id)


@endpoint(
    "POST",
    "/chats/<id:chat_id>/canned-answers/<id:answer_id>/uses",
    answer=FilledOut,
    only=STAFF,
    raises=(ChatNotFound, NotFound, TooFast),
)
def use_canned_answer(actor: Actor, chat_id: int, answer_id: int) -> dict[str, Any]:
    """What it says in a chat, and that it was used. Nothing is sent by it."""
    used = operations.use(actor, chat_id, answer_id)
    return filled_out(queries.in_chat(used.answer, used.chat, actor), used)


@endpoint("GET", FILE, query=CsvQuery, answer=CsvOut, only=STAFF)
def canned_answers_as_csv(actor: Actor, query: CsvQuery) -> dict[str, Any]:
    """All of everybody's, or of one's own, as they can be brought in again; without their files."""
    every = queries.all_at_hand(actor)
    return {"csv": queries.as_csv(each for each in every if each.is_shared == query.is_shared)}


@endpoint("POST", FILE, body=CsvIn, answer=BroughtIn, only=STAFF, raises=(TooFast,))
def bring_in_canned_answers(actor: Actor, body: CsvIn) -> dict[str, Any]:
    """Bring in all that a CSV says, or none; one of the same name says that from now on."""
    try:
        return {"count": operations.bring_in(actor, body.is_shared, body.csv)}
    except (Invalid, TooLong) as error:
        fields = error.fields or {}
        error.fields = {"csv" if name == "file" else name: fields[name] for name in fields}
        raise


def shown(answer: CannedAnswerState) -> dict[str, Any]:
    return answer_out(answer, queries.files_of([answer]).get(answer.id, []))
