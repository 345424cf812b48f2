"""The live board, for a screen on a wall: a page, and its numbers, which come again and again."""

from typing import Any

from flask import current_app, render_template
from flask_babel import lazy_gettext as _l

from app import clock
from app.auth.session import manager_required
from app.models.availability import State
from app.operations.availability import idle_at
from app.pages.blueprint import bp
from app.queries import board

STATES: dict[State, Any] = {
    State.AVAILABLE: _l("Available"),
    State.IDLE: _l("Idle"),
    State.AWAY: _l("Away"),
    State.OFFLINE: _l("Offline"),
}


@bp.get("/admin/board")
@manager_required
def live_board() -> str:
    return shown("board.html")


@bp.get("/admin/board/numbers")
@manager_required
def board_numbers() -> str:
    return shown("_board.html")


def shown(template: str) -> str:
    found = board.shared(idle_at(), current_app.config["CAPACITY"])
    seen = [each for each in found.colleagues if is_seen(each)]
    others = len(found.colleagues) - len(seen)
    day = found.period.first
    asked = {"first": day, "last": day, "zone": found.period.zone.key}
    values = {"board": found, "seen": seen, "others": others, "states": STATES, "asked": asked}
    return render_template(template, now=clock.now(), **values)


def is_seen(each: board.AtWork) -> bool:
    """A wall has no room for all who are at home."""
    return (
        each.standing.state != State.OFFLINE or each.colleague.open_chats > 0 or each.answered > 0
    )
