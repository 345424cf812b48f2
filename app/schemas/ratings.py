"""Ratings on the wire."""

from typing import Annotated, Any

from pydantic import Field

from app.clock import iso
from app.models.ratings import RatingState
from app.schemas.wire import Id, Text, Wire


class RatingIn(Wire):
    """What a chat was like."""

    value: Annotated[int, Field(ge=0, le=5, description="`thumbs`: 0 or 1; `stars`: 1 to 5")]
    words: Annotated[Text, Field(max_length=5000)] = ""


class RateChat(RatingIn):
    """`rate_chat`."""

    chat_id: Id


class DismissRating(Wire):
    """`dismiss_rating`."""

    chat_id: Id


class RatingOut(Wire):
    """Asked once of a chat. `isAsked` as long as an answer is taken; then `value`, if it came."""

    kind: str
    is_asked: bool
    asked_at: str
    rated_at: str | None
    value: int | None
    words: str


class RatingOf(Wire):
    """Of a chat; null where it was never asked."""

    rating: RatingOut | None


class RatingAck(Wire):
    rating: RatingOut


def rating_out(rating: RatingState) -> dict[str, Any]:
    return {
        "kind": rating.kind,
        "isAsked": rating.is_open,
        "askedAt": iso(rating.asked_at),
        "ratedAt": iso(rating.rated_at),
        "value": rating.value,
        "words": rating.words,
    }
