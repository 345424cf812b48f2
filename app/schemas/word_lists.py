"""Word lists on the wire: for managers."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field

from app.clock import iso
from app.models.word_lists import WordListState
from app.operations.word_lists import MOST_WORDS
from app.schemas.wire import Wire

Name = Annotated[str, Field(max_length=1000)]
Effect = Annotated[
    Literal["mask", "hold"],
    Field(description="`mask`: `•••` stands there; `hold`: staff decides on the message first"),
]
Word = Annotated[str, Field(max_length=1000)]
Words = Annotated[
    list[Word],
    Field(max_length=2 * MOST_WORDS, description="words and phrases, met however they are spelled"),
]


class WordListOut(Wire):
    id: int
    name: str
    effect: Effect
    words: list[str]
    created_at: str
    updated_at: str


class WordListsOut(Wire):
    lists: list[WordListOut]


class NewWordList(Wire):
    name: Name
    effect: Effect
    words: Words


class ChangedWordList(Wire):
    """What is left out stays as it is; `words` takes the place of all."""

    name: Name | None = None
    effect: Effect | None = None
    words: Words | None = None

    @property
    def wanted(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True, by_alias=False)


class OriginalOut(Wire):
    """What a message said before words of it were masked."""

    message: str


def word_list_out(each: WordListState) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "effect": each.effect,
        "words": each.listed,
        "createdAt": iso(each.created_at),
        "updatedAt": iso(each.updated_at),
    }


def word_lists_out(lists: Iterable[WordListState]) -> dict[str, Any]:
    return {"lists": [word_list_out(each) for each in lists]}
