"""Canned answers on the wire."""

from typing import Annotated, Any, cast

from pydantic import Field, StrictBool

from app.clock import iso
from app.models.canned_answers import CannedAnswerState, Filled
from app.operations.canned_answers import Wanted
from app.schemas.wire import Id, Limit, Wire

Words = Annotated[str, Field(max_length=100_000)]


class CannedAnswerOut(Wire):
    """An answer that staff has at hand; `isShared` where it is everybody's and not one's own."""

    id: int
    name: str
    folder: str
    text: str = Field(description="`{customer}` and the like are filled in when it is used")
    is_shared: bool
    used: int = Field(description="how often")
    used_at: str | None
    created_at: str
    updated_at: str


class CannedAnswersOut(Wire):
    answers: list[CannedAnswerOut]


class FilledOut(Wire):
    """What is written for a chat; of `missing` nothing is known there, and it stands in `text`."""

    text: str
    missing: list[str]


class NewCannedAnswer(Wire):
    name: Words
    text: Words
    folder: Words = ""
    is_shared: StrictBool = Field(default=False, description="managers alone say so")


class CannedAnswerChanges(Wire):
    name: Words | None = None
    text: Words | None = None
    folder: Words | None = None
    is_shared: StrictBool | None = None

    @property
    def said(self) -> Wanted:
        said = {"name": self.name, "text": self.text, "folder": self.folder}
        return cast(Wanted, {name: value for name, value in said.items() if value is not None})


class CannedAnswerQuery(Wire):
    """`find_canned_answers`: of those one has at hand, in which each of these words stands."""

    query: Annotated[str, Field(max_length=200)] = ""
    limit: Limit = 8


class UseCannedAnswer(Wire):
    """`use_canned_answer`."""

    chat_id: Id
    answer_id: Id


def answer_out(answer: CannedAnswerState) -> dict[str, Any]:
    return {
        "id": answer.id,
        "name": answer.name,
        "folder": answer.folder,
        "text": answer.text,
        "isShared": answer.is_shared,
        "used": answer.used,
        "usedAt": iso(answer.used_at),
        "createdAt": iso(answer.created_at),
        "updatedAt": iso(answer.updated_at),
    }


def filled_out(filled: Filled) -> dict[str, Any]:
    return {"text": filled.text, "missing": filled.missing}
