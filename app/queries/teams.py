"""Teams: all there are, who is in them, and the chats that are theirs."""

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import bindparam, exists, select

from app.extensions import this_app
from app.folding import fold
from app.models import database, teams, users
from app.models.chats import ChatState
from app.models.teams import SELECT_TEAMS, Routing, TeamState
from app.models.users import STAFF, Actor
from app.queries.chats import ChatsOf, chats_of

t, m, u = teams.table.c, teams.members.c, users.table.c
EVERY = SELECT_TEAMS.order_by(t.folded)
MEMBERS = (
    select(m.team_id, u.id, u.name)
    .join(users.table, u.id == m.user_id)
    .where(u.is_active, u.role.in_(sorted(STAFF)))
    .order_by(u.name, u.id)
)
INSIDE = exists().where(m.team_id == t.id, m.user_id == bindparam("who"))
WAY = select(t.routing, INSIDE).where(t.id == bindparam("team"))
FOLDED = select(t.id, t.folded)


class Member(NamedTuple):
    id: int
    name: str


class TeamAndMembers(NamedTuple):
    team: TeamState
    members: list[Member]


def every() -> list[TeamState]:
    return [TeamState._make(row) for row in database.rows(EVERY)]


def manned() -> list[TeamAndMembers]:
    """All teams by name, each with its members by name."""
    found: dict[int, list[Member]] = defaultdict(list)
    for row in database.rows(MEMBERS):
        found[row[0]].append(Member(row[1], row[2]))
    return [TeamAndMembers(team, found[team.id]) for team in every()]


def names() -> dict[int, str]:
    return {team.id: team.name for team in every()}


def is_taken_by_looking(staff: Actor, chat: ChatState) -> bool:
    """Whether to look at a chat is to take it: not where it comes to somebody by itself, nor one
    of a team that they are not in."""
    if not (chat.is_support and chat.is_waiting):
        return False
    row = None if chat.team_id is None else database.row(WAY, team=chat.team_id, who=staff.id)
    way, is_inside = row or (None, True)
    return bool(is_inside and (way or this_app().config["ROUTING"]) == Routing.BY_HAND)


def of_teams(name: str) -> ChatsOf:
    """The chats of a team that is called so, or begins so."""
    wanted = fold(name)
    by_name = {row.folded: row.id for row in database.rows(FOLDED)}
    exact = [by_name[wanted]] if wanted in by_name else []
    team_ids = exact or [by_name[each] for each in by_name if each.startswith(wanted)]
    return chats_of("team_id", team_ids)
