"""Teams: made, called otherwise, manned and removed by managers."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as put  # SQLite renders its ON CONFLICT as well

from app import clock
from app.errors import Invalid, NotFound
from app.events import SettingsChanged
from app.folding import fold
from app.models import chats, sites, teams, topics
from app.models.audits import Action
from app.models.teams import Routing, TeamState
from app.models.users import STAFF, Actor
from app.operations import access, audits, limits
from app.operations.keeping import by_names_of_their_own
from app.operations.tags import checked
from app.operations.transaction import Transaction, transaction

MOST = 100
t, m = teams.table.c, teams.members.c
INSERT = insert(teams.table)
CHANGE = update(teams.table).where(t.id == bindparam("which"))
BY_FOLDED = select(t.id).where(t.folded == bindparam("folded"))
HOW_MANY = select(func.count()).select_from(teams.table)
FIRST_LOCKED = select(t.id).order_by(t.id).limit(1).with_for_update(key_share=True)
LOCKED = teams.BY_ID.with_for_update()
# Whoever puts a chat into a team, and whoever removes the team, begin with its row.
SHARED = teams.BY_ID.with_for_update(read=True)
JOIN = put(teams.members).on_conflict_do_nothing()
LEAVE = delete(teams.members).where(m.team_id == bindparam("which"), m.user_id == bindparam("who"))
LEAVE_ALL = delete(teams.members).where(m.team_id == bindparam("which"))
FREE = update(chats.table).where(chats.table.c.team_id == bindparam("which")).values(team_id=None)
FREE_TOPICS = (
    update(topics.table).where(topics.table.c.team_id == bindparam("which")).values(team_id=None)
)
# In one order, as by who makes another site the desk's.
SITES_LOCKED = (
    select(sites.table.c.id)
    .where(sites.table.c.team_id == bindparam("which"))
    .order_by(sites.table.c.id)
    .with_for_update(key_share=True)
)
FREE_SITES = (
    update(sites.table).where(sites.table.c.team_id == bindparam("which")).values(team_id=None)
)
# Chats after what leads to the team: whoever was led there before is found then. And once more:
# the first time waits for whoever has one of them, and does not see what became of it meanwhile
# (it was merged into a chat that was of no team when the statement began).
UNDONE = (FREE_TOPICS, SITES_LOCKED, FREE_SITES, FREE, FREE, LEAVE_ALL)
LED = {FREE_TOPICS: "topics", FREE_SITES: "sites"}
REMOVE = delete(teams.table).where(t.id == bindparam("which"))


def make(manager: Actor, name: str, routing: str | None = None) -> TeamState:
    """A team without members; without `routing` its chats come to somebody as the desk's do.

    Raises `Forbidden`, `Unauthorized`, `Invalid` for no name, one that there is, or too many
    teams, `TooFast`.
    """
    access.require_manager(manager)
    name, routing = checked(name), checked_routing(routing)
    limits.sends(manager)
    with by_names_of_their_own(), transaction() as tx:
        access.check_still_holds(manager, tx)
        tx.run(FIRST_LOCKED, {})  # of two who make one at once the other counts the first one's
        check_free(tx, name)
        if tx.run(HOW_MANY, {}).scalar() >= MOST:
            raise Invalid(fields={"name": _l("There are %(limit)s teams already.", limit=MOST)})
        values = {"name": name, "folded": fold(name), "routing": routing}
        made = TeamState(tx.add(INSERT, values | {"created_at": clock.now()}), name, routing)
        audits.record(tx, Action.TEAM_MADE, manager, subject_id=made.id, routing=routing)
        tx.say(SettingsChanged("teams", "made", made.id))
        return made


def change(manager: Actor, team_id: int, **wanted: str | None) -> TeamState:
    """Another `name`, or another `routing` (None: as the desk). Raises as `make`, `NotFound`."""
    access.require_manager(manager)
    changes: dict[str, Any] = {}
    if "name" in wanted:
        changes["name"] = checked(wanted["name"] or "")
    if "routing" in wanted:
        changes["routing"] = checked_routing(wanted["routing"])
    limits.sends(manager)
    with by_names_of_their_own(), transaction() as tx:
        access.check_still_holds(manager, tx)
        team = by_id(tx, team_id)
        if not changes:
            return team
        stored = dict(changes)
        if "name" in changes:
            check_free(tx, changes["name"], but=team.id)
            stored["folded"] = fold(changes["name"])
        tx.run(CHANGE.values(**stored), {"which": team.id})
        after = team._replace(**changes)
        if after != team:
            audits.record(
                tx,
                Action.TEAM_CHANGED,
                manager,
                subject_id=team.id,
                changed=sorted(n for n in changes if getattr(after, n) != getattr(team, n)),
                routing=after.routing,
            )
            what = "changed" if after.name == team.name else "renamed"
            tx.say(SettingsChanged("teams", what, team.id))
        return after


def remove(manager: Actor, team_id: int) -> None:
    """Its chats are of no team, and stay where they are; no topic or site leads to it.

    Raises `Forbidden`, `NotFound`.
    """
    access.require_manager(manager)
    limits.sends(manager)
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        which = {"which": by_id(tx, team_id).id}
        for statement in (*UNDONE, REMOVE):
            is_changed = tx.run(statement, which).rowcount > 0
            if is_changed and statement in LED:
                tx.say(SettingsChanged(LED[statement], "changed"))
        audits.record(tx, Action.TEAM_REMOVED, manager, subject_id=which["which"])
        tx.say(SettingsChanged("teams", "removed", team_id))


def join(manager: Actor, team_id: int, user_id: int) -> None:
    """A member of staff answers in it; again is fine. Raises `Forbidden`, `NotFound`."""
    access.require_manager(manager)
    limits.sends(manager)
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        team = by_id(tx, team_id)
        member = access.locked_person(tx, user_id)
        if member is None or member.role not in STAFF:
            raise NotFound(_l("That colleague is not there."))
        if tx.run(JOIN, {"team_id": team.id, "user_id": member.id}).rowcount:
            about = {"subject_id": team.id, "person": member.id}
            audits.record(tx, Action.TEAM_JOINED, manager, **about)
            tx.say(SettingsChanged("teams", "changed", team.id))


def leave(manager: Actor, team_id: int, user_id: int) -> None:
    """They answer in it no more; again is fine. Raises `Forbidden`, `NotFound`."""
    access.require_manager(manager)
    limits.sends(manager)
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        if tx.run(LEAVE, {"which": by_id(tx, team_id).id, "who": user_id}).rowcount:
            about = {"subject_id": team_id, "person": user_id}
            audits.record(tx, Action.TEAM_LEFT, manager, **about)
            tx.say(SettingsChanged("teams", "changed", team_id))


def shared(tx: Transaction, team_id: int) -> TeamState:
    """The team, which is not removed before the end. Raises `NotFound`."""
    return by_id(tx, team_id, SHARED)


def if_there(tx: Transaction, team_id: int) -> int | None:
    """The team's id, as `shared` has it; None for one that has been removed."""
    return team_id if tx.run(SHARED, {"team_id": team_id}).first() is not None else None


def by_id(tx: Transaction, team_id: int, statement: Any = LOCKED) -> TeamState:
    found = tx.run(statement, {"team_id": team_id}).first()
    if found is None:
        raise NotFound(_l("That team is not there."))
    return TeamState._make(found)


def check_free(tx: Transaction, name: str, but: int | None = None) -> None:
    found = tx.run(BY_FOLDED, {"folded": fold(name)}).scalar()
    if found is not None and found != but:
        raise Invalid(fields={"name": _l("There is a team of this name.")})


def checked_routing(wanted: str | None) -> str | None:
    if wanted and wanted not in list(Routing):
        raise Invalid(fields={"routing": _l("It is none of the choices.")})
    return wanted or None
