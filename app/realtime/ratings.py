"""Events in: what a chat was like."""

from typing import Any

from app.operations import ratings
from app.realtime.live import on
from app.schemas.ratings import DismissRating, RateChat, rating_out
from app.sockets.connections import Connection


@on("rate_chat", RateChat)
def rate_chat(connection: Connection, payload: RateChat) -> dict[str, Any]:
    rated = ratings.rate(connection.actor, payload.chat_id, payload.value, payload.words)
    return {"rating": rating_out(rated)}


@on("dismiss_rating", DismissRating)
def dismiss_rating(connection: Connection, payload: DismissRating) -> None:
    ratings.dismiss(connection.actor, payload.chat_id)
