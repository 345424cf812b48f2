"""Something done to several chats at once, and undone."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import (
    ChatBlocked,
    ChatNotFound,
    Conflict,
    NewerChat,
    NotFound,
    NotOpen,
    NotSupportChat,
    TooFast,
    TooLate,
)
from app.models.users import Actor
from app.operations import actions
from app.rest import STAFF
from app.schemas.actions import Act, OutcomeOut, Undo, outcome_out

STANDING = (ChatBlocked, NewerChat, NotOpen, NotSupportChat)
REFUSALS = (ChatNotFound, Conflict, NotFound, TooLate, *STANDING)


@endpoint("POST", "/actions", body=Act, answer=OutcomeOut, only=STAFF, raises=(TooFast,))
def act(actor: Actor, body: Act) -> dict[str, Any]:
    """Do something to up to 100 chats, to each under the rules that it has for one.

    What a chat is refused with stands in the answer, and the others are done.
    """
    return outcome_out(actions.act(actor, body.chat_ids, body.wanted))


@endpoint("POST", "/actions/undo", body=Undo, answer=OutcomeOut, only=STAFF, raises=REFUSALS)
def undo(actor: Actor, body: Undo) -> dict[str, Any]:
    """Take it back, chat by chat, where nobody has changed it since.

    What was done to one chat and cannot be undone is an error, of several it stands in the answer.
    """
    return outcome_out(actions.undo(actor, body.undo))
