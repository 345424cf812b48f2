"""Teams on the wire: for staff."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field

from app.models.teams import Routing, TeamState
from app.queries.teams import Member, TeamAndMembers
from app.schemas.actions import UNDO
from app.schemas.chats import ChatOut
from app.schemas.wire import Id, Text, Version, Wire

Name = Annotated[str, Field(max_length=1000)]
OWN = Field(default=None, description="of its own; null: as the desk's setting `ROUTING` has it")


class MemberOut(Wire):
    id: int
    name: str


class TeamOut(Wire):
    id: int
    name: str
    routing: Routing | None = OWN


class TeamAndMembersOut(TeamOut):
    members: list[MemberOut]


class TeamsOut(Wire):
    teams: list[TeamAndMembersOut]


class NewTeam(Wire):
    name: Name
    routing: Routing | None = OWN


class ChangedTeam(Wire):
    """What is not named stays."""

    name: Name | None = None
    routing: Routing | None = OWN


class Transfer(Wire):
    """To a colleague or to a team, not both."""

    version: Version = Field(
        description="the chat's, as it is known: whoever has moved it since then was first"
    )
    agent_id: Id | None = None
    team_id: Id | None = None
    note: Text = Field(default="", description="stands beside the chat, for staff alone")

    @property
    def wanted(self) -> dict[str, Any]:
        return {"agent_id": self.agent_id, "team_id": self.team_id, "note": self.note}


class TransferChat(Transfer):
    """`transfer_chat`."""

    chat_id: Id


class TransferredOut(ChatOut):
    undo: str | None = UNDO


def team_out(team: TeamState) -> dict[str, Any]:
    return {"id": team.id, "name": team.name, "routing": team.routing}


def teams_out(found: Iterable[TeamAndMembers]) -> dict[str, Any]:
    return {
        "teams": [
            team_out(team) | {"members": [member_out(each) for each in members]}
            for team, members in found
        ]
    }


def member_out(member: Member) -> dict[str, Any]:
    return {"id": member.id, "name": member.name}
