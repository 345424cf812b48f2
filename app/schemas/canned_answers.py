"""Canned answers on the wire."""

from collections.abc import Sequence
from typing import Annotated, Any, cast

from pydantic import Field, StrictBool

from app.clock import iso
from app.models.canned_answers import CannedAnswerState, Filled
from app.models.files import FileState
from app.operations.canned_answers import Used, Wanted
from app.schemas.files import AttachmentOut
from app.schemas.wire import Id, Limit, Wire

Words = Annotated[str, Field(max_length=100_000)]
# As many as a message may have at most; `FILES_A_MESSAGE` may say less.
Files = Annotated[list[Id], Field(max_length=10)]


class CannedAnswerOut(Wire):
    """An answer that staff has at hand; `isShared` where it is everybody's and not one's own."""

    id: int
    name: str
    folder: str
    text: str = Field(description="`{customer}` and the like are filled in when it is used")
    is_shared: bool
    attachments: list[AttachmentOut] = Field(description="files that go along")
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
    attachments: list[AttachmentOut] = Field(
        description="your own of each file of it: name their ids in the message, or give them up"
    )
    left_out: list[str] = Field(
        description="names of files that do not go along, since they are not shown (yet)"
    )


class NewCannedAnswer(Wire):
    name: Words
    text: Words
    folder: Words = ""
    is_shared: StrictBool = Field(default=False, description="managers alone say so")
    attachments: Files = Field(default=[], description="ids of files of yours that have arrived")


class CannedAnswerChanges(Wire):
    name: Words | None = None
    text: Words | None = None
    folder: Words | None = None
    is_shared: StrictBool | None = None
    attachments: Files | None = Field(
        default=None,
        description="all that it is to have: those among its own, and new ones of yours",
    )

    @property
    def said(self) -> Wanted:
        said = {"name": self.name, "text": self.text, "folder": self.folder}
        return cast(Wanted, {name: value for name, value in said.items() if value is not None})


class CannedAnswerQuery(Wire):
    """`find_canned_answers`: of those one has at hand, in which each of these words stands."""

    query: Annotated[str, Field(max_length=200)] = ""
    limit: Limit = 8


class CsvQuery(Wire):
    is_shared: bool = Field(default=True, description="everybody's; `false`: one's own")


class CsvOut(Wire):
    csv: str = Field(description="`name`, `folder`, `text`, named in its first line")


class CsvIn(Wire):
    csv: Annotated[str, Field(max_length=1_000_000)] = Field(
        description="`name`, `folder`, `text`, in this order or as its first line names them"
    )
    is_shared: StrictBool = Field(default=False, description="managers alone say so")


class BroughtIn(Wire):
    count: int


class UseCannedAnswer(Wire):
    """`use_canned_answer`."""

    chat_id: Id
    answer_id: Id


def answer_out(answer: CannedAnswerState, files: Sequence[FileState]) -> dict[str, Any]:
    return {
        "id": answer.id,
        "name": answer.name,
        "folder": answer.folder,
        "text": answer.text,
        "isShared": answer.is_shared,
        "attachments": [each.attached for each in files],
        "used": answer.used,
        "usedAt": iso(answer.used_at),
        "createdAt": iso(answer.created_at),
        "updatedAt": iso(answer.updated_at),
    }


def filled_out(filled: Filled, used: Used) -> dict[str, Any]:
    return {
        "text": filled.text,
        "missing": filled.missing,
        "attachments": [each.attached for each in used.files],
        "leftOut": [each.name for each in used.left_out],
    }


def found_out(
    answers: Sequence[CannedAnswerState], files: dict[int, list[FileState]]
) -> dict[str, Any]:
    return {"answers": [answer_out(each, files.get(each.id, [])) for each in answers]}
