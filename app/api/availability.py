"""Who of staff can be given a chat."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import Invalid, NotFound, TooFast
from app.models.users import Actor
from app.operations import availability as operations
from app.queries import availability
from app.rest import STAFF
from app.schemas.availability import (
    ColleagueStateOut,
    ColleagueStatesOut,
    SetAway,
    SetCapacity,
    SetHours,
    StateOut,
    colleague_state_out,
    colleague_states_out,
    standing_out,
)


@endpoint("GET", "/availability", answer=ColleagueStatesOut, only=STAFF)
def list_availability(actor: Actor) -> dict[str, Any]:
    """All of staff by name: who is available, and how many chats they have."""
    return colleague_states_out(availability.colleagues(), operations.idle_at())


@endpoint("PUT", "/me/availability", body=SetAway, answer=StateOut, only=STAFF, raises=(TooFast,))
def set_away(actor: Actor, body: SetAway) -> dict[str, Any]:
    """Say that one is away, or back."""
    return standing_out(operations.set_away(actor, body.is_away))


@endpoint("PUT", "/me/activity", answer=StateOut, only=STAFF)
def be_active(actor: Actor) -> dict[str, Any]:
    """Say that one does something: who has said so once, and not for a while, is idle."""
    return standing_out(operations.be_active(actor))


@endpoint(
    "PUT", "/availability/<id:agent_id>/capacity", body=SetCapacity, answer=ColleagueStateOut,
    only=STAFF, raises=(NotFound, TooFast),
)  # fmt: skip
def set_capacity(actor: Actor, agent_id: int, body: SetCapacity) -> dict[str, Any]:
    """Managers say how many chats a colleague is given at most."""
    found = operations.set_capacity(actor, agent_id, body.capacity)
    return colleague_state_out(found, operations.idle_at())


@endpoint(
    "PUT", "/me/hours", body=SetHours, answer=ColleagueStateOut, only=STAFF,
    raises=(Invalid, TooFast),
)  # fmt: skip
def set_own_hours(actor: Actor, body: SetHours) -> dict[str, Any]:
    """Say when one works: outside these hours one is away by oneself."""
    return hours_set(actor, actor.id, body)


@endpoint(
    "PUT", "/availability/<id:agent_id>/hours", body=SetHours, answer=ColleagueStateOut,
    only=STAFF, raises=(Invalid, NotFound, TooFast),
)  # fmt: skip
def set_hours(actor: Actor, agent_id: int, body: SetHours) -> dict[str, Any]:
    """Managers say when a colleague works."""
    return hours_set(actor, agent_id, body)


def hours_set(actor: Actor, agent_id: int, body: SetHours) -> dict[str, Any]:
    found = operations.set_hours(actor, agent_id, body.time_zone, body.hours)
    return colleague_state_out(found, operations.idle_at())
