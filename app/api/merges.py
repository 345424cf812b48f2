"""Merging two chats of a customer, and two customers."""

from typing import Any

from app.api.endpoint import endpoint
from app.api.users import show
from app.errors import ChatNotFound, NewerChat, NotFound, NotSupportChat, OtherIdentity, TooFast
from app.models.users import Actor, Role
from app.operations import merges
from app.queries import merges as queries
from app.queries import users
from app.rest import MANAGERS, STAFF
from app.schemas.chats import ChatOut, chat_out
from app.schemas.merges import Merge, MergesOut, merges_out
from app.schemas.users import UserOut


@endpoint(
    "POST",
    "/chats/<id:chat_id>/merges",
    body=Merge,
    answer=ChatOut,
    only=STAFF,
    raises=(ChatNotFound, NotSupportChat, NewerChat, TooFast),
)
def merge_chats(actor: Actor, chat_id: int, body: Merge) -> dict[str, Any]:
    """Merge two support chats of a customer into the one that began later.

    What was said in both stands there in the order of time; the other one is empty then, and its
    `mergedInto` says where to go on. Nobody undoes it.
    """
    return chat_out(merges.merge_chats(actor, chat_id, body.other_id))


@endpoint("GET", "/users/<id:user_id>/merges", answer=MergesOut, only=STAFF, raises=(NotFound,))
def merged(actor: Actor, user_id: int) -> dict[str, Any]:
    """Who turned out to be this customer, when, and by whose word."""
    person = users.person(user_id)
    if person is None or person.is_erased or person.role != Role.CUSTOMER:
        raise NotFound
    return merges_out(queries.of_person(user_id))


@endpoint(
    "POST",
    "/users/<id:user_id>/merges",
    body=Merge,
    answer=UserOut,
    only=MANAGERS,
    raises=(NotFound, OtherIdentity, TooFast),
)
def merge_customers(actor: Actor, user_id: int, body: Merge) -> dict[str, Any]:
    """Two customers are the same person: this one stays, and gets all that the other one has.

    Two whom sites have named stay two. Nobody undoes it.
    """
    merges.merge_customers(actor, user_id, body.other_id)
    answer: dict[str, Any] = show(actor, user_id)
    return answer
