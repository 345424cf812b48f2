"""The live board: what waits, who answers, and today's numbers."""

from typing import Any

from flask import current_app

from app.api.endpoint import endpoint
from app.models.users import Actor
from app.operations.availability import idle_at
from app.queries import board
from app.rest import MANAGERS
from app.schemas.board import BoardOut, BoardQuery, board_out


@endpoint("GET", "/board", query=BoardQuery, answer=BoardOut, only=MANAGERS)
def live_board(actor: Actor, query: BoardQuery) -> dict[str, Any]:
    """What goes on now, and today so far: a second old at most."""
    return board_out(board.shared(idle_at(), current_app.config["CAPACITY"], query.zone))
