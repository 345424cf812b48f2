"""Teams, and chats that go to a colleague or a team."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import (
    AlreadyAssigned,
    ChatBlocked,
    Conflict,
    NewerChat,
    NotFound,
    NotSupportChat,
    TooFast,
)
from app.models.users import Actor
from app.operations import teams as operations
from app.operations import transfers
from app.queries import teams
from app.rest import STAFF
from app.schemas.chats import chat_out
from app.schemas.teams import (
    ChangedTeam,
    NewTeam,
    TeamOut,
    TeamsOut,
    Transfer,
    TransferredOut,
    team_out,
    teams_out,
)

ONE = "/teams/<id:team_id>"
MEMBER = f"{ONE}/members/<id:agent_id>"
REFUSALS = (AlreadyAssigned, ChatBlocked, Conflict, NewerChat, NotFound, NotSupportChat, TooFast)


@endpoint("GET", "/teams", answer=TeamsOut, only=STAFF)
def list_teams(actor: Actor) -> dict[str, Any]:
    """All teams by name, with who is in them."""
    return teams_out(teams.manned())


@endpoint("POST", "/teams", body=NewTeam, answer=TeamOut, status=201, only=STAFF, raises=(TooFast,))
def make_team(actor: Actor, body: NewTeam) -> dict[str, Any]:
    """Managers make one."""
    return team_out(operations.make(actor, body.name, body.routing))


@endpoint("PATCH", ONE, body=ChangedTeam, answer=TeamOut, only=STAFF, raises=(NotFound, TooFast))
def change_team(actor: Actor, team_id: int, body: ChangedTeam) -> dict[str, Any]:
    """Managers call one otherwise, or have its chats come to somebody in another way."""
    changes = body.model_dump(include=body.model_fields_set)
    return team_out(operations.change(actor, team_id, **changes))


@endpoint("DELETE", ONE, status=204, only=STAFF, raises=(NotFound, TooFast))
def remove_team(actor: Actor, team_id: int) -> None:
    """Managers remove one; its chats are of no team."""
    operations.remove(actor, team_id)


@endpoint("PUT", MEMBER, status=204, only=STAFF, raises=(NotFound, TooFast))
def join_team(actor: Actor, team_id: int, agent_id: int) -> None:
    """Managers put a colleague into a team. Again is fine."""
    operations.join(actor, team_id, agent_id)


@endpoint("DELETE", MEMBER, status=204, only=STAFF, raises=(NotFound, TooFast))
def leave_team(actor: Actor, team_id: int, agent_id: int) -> None:
    """Managers take a colleague out of a team. Again is fine."""
    operations.leave(actor, team_id, agent_id)


@endpoint(
    "POST", "/chats/<id:chat_id>/transfer", body=Transfer, answer=TransferredOut, only=STAFF,
    raises=REFUSALS,
)  # fmt: skip
def transfer_chat(actor: Actor, chat_id: int, body: Transfer) -> dict[str, Any]:
    """Hand a chat to a colleague or a team, with a note for staff.

    Of two who do that at once the first one's holds, and the other is told so (409).
    """
    moved = transfers.transfer(actor, chat_id, body.version, **body.wanted)
    return chat_out(moved.chat) | {"undo": moved.undo}
