"""Ratings of chats."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import Conflict, TooFast
from app.models.users import Actor
from app.operations import access, ratings
from app.queries import ratings as queries
from app.rest import CUSTOMERS
from app.schemas.ratings import RatingIn, RatingOf, RatingOut, rating_out

RATING = "/chats/<id:chat_id>/rating"


@endpoint("GET", RATING, answer=RatingOf)
def show(actor: Actor, chat_id: int) -> dict[str, Any]:
    """What a chat's customer is asked, or has said, of what it was like."""
    found = queries.of_chat(access.chat_for(actor, chat_id))
    return {"rating": found and rating_out(found)}


@endpoint(
    "PUT", RATING, body=RatingIn, answer=RatingOut, only=CUSTOMERS, raises=(Conflict, TooFast)
)
def rate(actor: Actor, chat_id: int, body: RatingIn) -> dict[str, Any]:
    """Say what a chat was like, once it was closed and that is asked. The same again is fine."""
    return rating_out(ratings.rate(actor, chat_id, body.value, body.words))


@endpoint("DELETE", RATING, status=204, only=CUSTOMERS, raises=(Conflict, TooFast))
def dismiss(actor: Actor, chat_id: int) -> None:
    """Not say: it is not asked again."""
    ratings.dismiss(actor, chat_id)
