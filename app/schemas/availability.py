"""Who can be given a chat, on the wire: for staff."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from app.clock import iso
from app.hours import DAYS
from app.models.availability import Colleague, Standing, State, Why
from app.schemas.wire import Wire, digits

Capacity = Annotated[int, BeforeValidator(digits)]
Day = Annotated[str, Field(max_length=200)]


class SetAway(Wire):
    """`set_away`."""

    is_away: bool


class BeActive(Wire):
    """`be_active`."""


class StateOut(Wire):
    state: State
    why: Why | None = Field(description="one is away: one says so, or one's working hours do")
    until: str | None = Field(description="when one is away no more, if that ends by itself")


class SetCapacity(Wire):
    capacity: Capacity | None = Field(
        description="chats at most; null: as the desk's setting `CAPACITY` has it"
    )


class SetHours(Wire):
    time_zone: str = Field(max_length=100, description="by its name: `Europe/Berlin`")
    hours: list[Day] = Field(
        min_length=len(DAYS),
        max_length=len(DAYS),
        description="of each day, Monday first, as `09:00-12:30, 13:30-18:00`; `22:00-02:00` ends"
        " on the next. None at all: one is away by hand alone",
    )


class ColleagueStateOut(StateOut):
    id: int
    name: str
    capacity: int | None
    open_chats: int
    time_zone: str | None
    hours: list[str] = Field(description="working hours of each day, Monday first; `[]`: none")


class ColleagueStatesOut(Wire):
    colleagues: list[ColleagueStateOut]


def standing_out(standing: Standing) -> dict[str, Any]:
    return {"state": standing.state, "why": standing.why, "until": iso(standing.until)}


def colleague_state_out(each: Colleague, idle_at: int) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        **standing_out(each.standing(idle_at)),
        "capacity": each.capacity,
        "openChats": each.open_chats,
        "timeZone": each.time_zone,
        "hours": each.week,
    }


def colleague_states_out(found: Iterable[Colleague], idle_at: int) -> dict[str, Any]:
    return {"colleagues": [colleague_state_out(each, idle_at) for each in found]}
