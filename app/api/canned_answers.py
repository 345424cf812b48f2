"""Answers that staff has at hand."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatNotFound, NotFound, TooFast
from app.models.users import Actor
from app.operations import canned_answers as operations
from app.queries import canned_answers as queries
from app.rest import STAFF
from app.schemas.canned_answers import (
    CannedAnswerChanges,
    CannedAnswerOut,
    CannedAnswerQuery,
    CannedAnswersOut,
    FilledOut,
    NewCannedAnswer,
    answer_out,
    filled_out,
)

ONE = "/canned-answers/<id:answer_id>"


@endpoint("GET", "/canned-answers", query=CannedAnswerQuery, answer=CannedAnswersOut, only=STAFF)
def find_canned_answers(actor: Actor, query: CannedAnswerQuery) -> dict[str, Any]:
    """Everybody's and one's own in which each word of `query` stands, the likeliest first."""
    return {
        "answers": [answer_out(each) for each in queries.found(actor, query.query, query.limit)]
    }


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
    created = operations.create(
        actor, body.is_shared, name=body.name, text=body.text, folder=body.folder
    )
    return answer_out(created)


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
    return answer_out(operations.edit(actor, answer_id, body.is_shared, **body.said))


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
    answer, chat = operations.use(actor, chat_id, answer_id)
    return filled_out(queries.in_chat(answer, chat, actor))
