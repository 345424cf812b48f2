"""Word lists, and what masked messages said."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import MessageNotFound, NotFound, TooFast
from app.models.audits import Action
from app.models.users import Actor
from app.operations import access, supervision
from app.operations import word_lists as operations
from app.queries import word_lists
from app.rest import MANAGERS
from app.schemas.word_lists import (
    ChangedWordList,
    NewWordList,
    OriginalOut,
    WordListOut,
    WordListsOut,
    word_list_out,
    word_lists_out,
)

ALL, ONE = "/word-lists", "/word-lists/<id:list_id>"


@endpoint("GET", ALL, answer=WordListsOut, only=MANAGERS)
def list_word_lists(actor: Actor) -> dict[str, Any]:
    """All lists, for managers: customers' messages are masked or held for their words."""
    return word_lists_out(word_lists.every())


@endpoint(
    "POST", ALL, body=NewWordList, answer=WordListOut, status=201, only=MANAGERS, raises=(TooFast,)
)
def make_word_list(actor: Actor, body: NewWordList) -> dict[str, Any]:
    """Managers make one, which holds at once: for what is written from now on."""
    return word_list_out(operations.make(actor, body.name, body.effect, body.words))


@endpoint(
    "PATCH",
    ONE,
    body=ChangedWordList,
    answer=WordListOut,
    only=MANAGERS,
    raises=(NotFound, TooFast),
)
def change_word_list(actor: Actor, list_id: int, body: ChangedWordList) -> dict[str, Any]:
    """Managers give one another name, effect or other words."""
    return word_list_out(operations.change(actor, list_id, **body.wanted))


@endpoint("DELETE", ONE, status=204, only=MANAGERS, raises=(NotFound, TooFast))
def remove_word_list(actor: Actor, list_id: int) -> None:
    """Managers remove one; what it has masked or held stays so."""
    operations.remove(actor, list_id)


@endpoint(
    "GET",
    "/messages/<id:message_id>/original",
    answer=OriginalOut,
    only=MANAGERS,
    raises=(MessageNotFound,),
)
def show_original(actor: Actor, message_id: int) -> dict[str, Any]:
    """Managers read what a message said before words of it were masked."""
    message = access.message_for(actor, message_id)
    said = word_lists.original(message.id)
    if said is None:
        raise MessageNotFound
    supervision.read_beneath(actor, message.id, Action.ORIGINAL_READ)
    return {"message": said}
