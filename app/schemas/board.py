"""The live board on the wire: for managers and admins."""

from typing import Any

from pydantic import Field

from app.clock import iso
from app.queries.board import AtWork, Board, Waits
from app.schemas.availability import StateOut, standing_out
from app.schemas.insight import NumberOut, number_out
from app.schemas.wire import Wire


class BoardQuery(Wire):
    zone: str | None = Field(
        default=None,
        max_length=64,
        description="whose day is today, `Europe/Berlin`; else that of the oldest site",
    )


class WaitingOut(Wire):
    """How many chats wait, and since when the first of them does."""

    count: int
    since: str | None


class TeamWaitingOut(WaitingOut):
    team_id: int | None = Field(description="null: what waits for anybody")
    name: str


class AtWorkOut(StateOut):
    id: int
    name: str
    open_chats: int
    capacity: int = Field(description="chats at most that come by themselves")
    answered_today: int = Field(description="questions of today that they answered as the first")


class BoardTodayOut(Wire):
    """As `GET /insight` counts this day."""

    chats: int
    solved: int
    first_answers: NumberOut
    measured: int = Field(description="first answers for which there is a target")
    in_time: int = Field(description="those of them that came in time")


class BoardOut(Wire):
    at: str
    day: str
    zone: str
    waiting: WaitingOut
    teams: list[TeamWaitingOut] = Field(description="empty where there are no teams")
    open: int
    overdue: int | None = Field(
        description="questions that are late now, at most 100; null where nothing is measured"
    )
    customers_online: int
    colleagues: list[AtWorkOut]
    today: BoardTodayOut


def board_out(found: Board) -> dict[str, Any]:
    today = found.today
    return {
        "at": iso(found.at),
        "day": found.period.first.isoformat(),
        "zone": found.period.zone.key,
        "waiting": {"count": found.waiting, "since": iso(found.since)},
        "teams": [team_waiting_out(each) for each in found.teams],
        "open": found.open,
        "overdue": found.overdue,
        "customersOnline": found.customers_online,
        "colleagues": [at_work_out(each) for each in found.colleagues],
        "today": {
            "chats": today.chats,
            "solved": today.solved,
            "firstAnswers": number_out(today.first_answers),
            "measured": today.measured,
            "inTime": today.in_time,
        },
    }


def team_waiting_out(each: Waits) -> dict[str, Any]:
    return {
        "teamId": each.team_id,
        "name": each.name,
        "count": each.number,
        "since": iso(each.since),
    }


def at_work_out(each: AtWork) -> dict[str, Any]:
    return {
        "id": each.colleague.id,
        "name": each.colleague.name,
        **standing_out(each.standing),
        "openChats": each.colleague.open_chats,
        "capacity": each.capacity,
        "answeredToday": each.answered,
    }
