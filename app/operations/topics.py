"""Topics: made, ordered and removed by managers, chosen by who writes first, set by staff.

Locks are taken in one order: a team, topics, a chat. While a topic is locked its team is not
removed either, which would have to change it first.
"""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, func, insert, select, update

from app import clock
from app.errors import Invalid, NotFound, NotSupportChat
from app.events import ChatChanged, SettingsChanged
from app.folding import fold
from app.models import chats, database, incoming, sites, topics
from app.models.audits import Action
from app.models.chats import ChatState, Status
from app.models.topics import TopicState
from app.models.users import Actor
from app.operations import access, assignments, audits, limits, teams, versions
from app.operations import chats as opening
from app.operations.keeping import by_names_of_their_own
from app.operations.tags import checked
from app.operations.transaction import Transaction, transaction

MOST = 100
t = topics.table.c
INSERT = insert(topics.table)
CHANGE = update(topics.table).where(t.id == bindparam("which"))
PLACE = CHANGE.values(position=bindparam("place"))
# Nothing moves while one is put between others.
ALL = topics.SELECT_TOPICS.order_by(t.id).with_for_update()
# Whoever gives a chat a topic, and whoever removes the topic, begin with its row.
SHARED = topics.BY_ID.with_for_update(read=True)
LAST = select(func.count(), func.max(t.position))
SITE = select(sites.table.c.id).where(sites.table.c.id == bindparam("site_id"))
FREE = update(chats.table).where(chats.table.c.topic_id == bindparam("which")).values(topic_id=None)
FREE_INCOMING = (
    update(incoming.table)
    .where(incoming.table.c.topic_id == bindparam("which"))
    .values(topic_id=None)
)
REMOVE = delete(topics.table).where(t.id == bindparam("which"))


def make(
    manager: Actor, name: str, team_id: int | None = None, site_id: int | None = None
) -> TopicState:
    """A topic, below all others; of one site or of all, with a team to which it leads or without.

    Raises `Forbidden`, `Unauthorized`, `Invalid` for no name, one that there is, a site or a team
    that is not there or too many topics, `TooFast`.
    """
    access.require_manager(manager)
    name = checked(name)
    limits.sends(manager)
    with by_names_of_their_own(), transaction() as tx:
        access.check_still_holds(manager, tx)
        check_places(tx, {"team_id": team_id, "site_id": site_id})
        number, last = tx.run(LAST, {}).one()
        if number >= MOST:
            raise Invalid(fields={"name": _l("There are %(limit)s topics already.", limit=MOST)})
        made = TopicState(0, name, site_id, team_id, 0 if last is None else last + 1)
        values = made._asdict() | {"folded": fold(name), "created_at": clock.now()}
        del values["id"]
        made = made._replace(id=tx.add(INSERT, values))
        about = {"subject_id": made.id, "team": team_id, "site": site_id}
        audits.record(tx, Action.TOPIC_MADE, manager, **about)
        tx.say(SettingsChanged("topics", "made", made.id))
        return made


def change(manager: Actor, topic_id: int, **wanted: Any) -> TopicState:
    """Another `name`, `team_id`, `site_id` or `place` among all (0 is the first; one that is too
    high is the last). Raises as `make`, and `NotFound`."""
    access.require_manager(manager)
    if "name" in wanted:
        wanted["name"] = checked(wanted["name"] or "")
    limits.sends(manager)
    with by_names_of_their_own(), transaction() as tx:
        access.check_still_holds(manager, tx)
        check_places(tx, wanted)
        every = [TopicState._make(row) for row in tx.run(ALL, {})]
        before = one_of(every, topic_id)
        place = wanted.pop("place", None)
        if wanted:
            stored = wanted | ({"folded": fold(wanted["name"])} if "name" in wanted else {})
            tx.run(CHANGE.values(**stored), {"which": topic_id})
        after = before._replace(**wanted)
        if place is not None:
            after = placed(tx, after, every, place)
        changed = [name for name in after._fields if getattr(after, name) != getattr(before, name)]
        if changed:
            about = {"subject_id": topic_id, "team": after.team_id, "site": after.site_id}
            audits.record(tx, Action.TOPIC_CHANGED, manager, **about, changed=changed)
            what = "renamed" if "name" in changed else "changed"
            tx.say(SettingsChanged("topics", what, topic_id))
        return after


def placed(tx: Transaction, topic: TopicState, every: list[TopicState], place: int) -> TopicState:
    """The topic at its place, with all others around it."""
    order = sorted(every, key=lambda each: (each.position, each.id))
    order = [each for each in order if each.id != topic.id]
    order.insert(place, topic)
    for position, each in enumerate(order):
        if each.position != position:
            tx.run(PLACE, {"which": each.id, "place": position})
    return topic._replace(position=order.index(topic))


def remove(manager: Actor, topic_id: int) -> None:
    """Its chats have none, and stay where they are. Raises `Forbidden`, `NotFound`, `TooFast`."""
    access.require_manager(manager)
    limits.sends(manager)
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        one_of([TopicState._make(row) for row in tx.run(ALL, {})], topic_id)
        # Twice, as of a team: chats that waited to be merged are seen the second time.
        for statement in (FREE, FREE, FREE_INCOMING, REMOVE):
            tx.run(statement, {"which": topic_id})
        audits.record(tx, Action.TOPIC_REMOVED, manager, subject_id=topic_id)
        tx.say(SettingsChanged("topics", "removed", topic_id))


def put_on(staff: Actor, chat_id: int, topic_id: int | None) -> ChatState:
    """The chat is about this topic, or about none; again is fine.

    It goes to the topic's team where it is of no team; where it is of one, it stays there. Raises
    `ChatNotFound`, `Unauthorized`, `Forbidden`, `Invalid` for a topic that is not there,
    `NotSupportChat`, `NewerChat`, `TooFast`.
    """
    access.require_staff(staff)
    limits.sends(staff)
    with transaction() as tx:
        topic = None if topic_id is None else shared(tx, topic_id)
        return put(tx, access.chat_for(staff, chat_id, tx), topic_id, topic)


def put(
    tx: Transaction, chat: ChatState, topic_id: int | None, topic: TopicState | None
) -> ChatState:
    """`topic` is the one of this id, if it is there, and was locked before the chat."""
    if not chat.is_support:
        raise NotSupportChat
    assignments.check_not_merged(chat)
    if topic is not None:
        check_stands(topic, chat)
    elif topic_id is not None:
        raise not_there()
    if chat.topic_id == topic_id:
        return chat
    return led(tx, chat, topic_id, chat.team_id or (topic and topic.team_id))


def led(tx: Transaction, chat: ChatState, topic_id: int | None, team_id: int | None) -> ChatState:
    """The chat is about this topic, and of this team."""
    after = chat._replace(
        version=chat.version + 1, updated_at=clock.now(), topic_id=topic_id, team_id=team_id
    )
    moved = team_id != chat.team_id
    stored = versions.store(tx, chat, after)
    tx.say(ChatChanged(stored, before=Status(chat.status), is_reassigned=moved))
    return after


def chosen(tx: Transaction, customer: Actor, topic_id: int) -> TopicState | None:
    """What a customer's message says that it is about, with the team to which a chat about it
    goes: its own, else that of the site. None where it is not there."""
    topic = shared(tx, topic_id)
    if topic is None or topic.team_id is not None:
        return topic
    return topic._replace(team_id=opening.came_by(tx, customer)[1])


def check_offered(topic_id: int, site_id: int) -> None:
    """Before somebody comes to be by their first message. Raises `Invalid`."""
    found = database.row(topics.BY_ID, topic_id=topic_id)
    if found is None or not TopicState._make(found).stands_on(site_id):
        raise not_there()


def checked_for(topic: TopicState | None, chat: ChatState) -> TopicState:
    """The topic, if it may be that of this chat. Raises `Invalid`."""
    if topic is None or not topic.stands_on(chat.site_id):
        raise not_there()
    return topic


def check_stands(topic: TopicState, chat: ChatState) -> None:
    """Staff sees the topics of all sites, and hears which of them are not this chat's. Raises
    `Invalid`."""
    if not topic.stands_on(chat.site_id):
        said = _l("This topic is only for chats of another site.")
        raise Invalid(said, fields={"topicId": said})


def not_there() -> Invalid:
    said = _l("This topic is no longer there. Please choose another one.")
    return Invalid(said, fields={"topicId": said})


def shared(tx: Transaction, topic_id: int) -> TopicState | None:
    """The topic, which is not removed before the end, nor is its team."""
    found = tx.run(SHARED, {"topic_id": topic_id}).first()
    return found and TopicState._make(found)


def one_of(every: list[TopicState], topic_id: int) -> TopicState:
    found = next((each for each in every if each.id == topic_id), None)
    if found is None:
        raise NotFound(_l("That topic is not there."))
    return found


def check_places(tx: Transaction, wanted: dict[str, Any]) -> None:
    """Raises `Invalid` for a team or a site that is not there."""
    team_id, site_id = wanted.get("team_id"), wanted.get("site_id")
    if team_id is not None and teams.if_there(tx, team_id) is None:
        raise Invalid(fields={"teamId": _l("That team is not there.")})
    if site_id is not None and tx.run(SITE, {"site_id": site_id}).first() is None:
        raise Invalid(fields={"siteId": _l("There is no such site.")})
