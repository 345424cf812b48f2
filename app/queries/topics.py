"""Topics: all there are, what a customer is asked, and the chats that are about one."""

from flask import current_app
from sqlalchemy import bindparam, select

from app.folding import fold
from app.models import database, sites, topics, visitors
from app.models.chats import ChatState
from app.models.topics import IN_ORDER, TopicState
from app.models.users import Actor
from app.queries.chats import ChatsOf, chats_of

t = topics.table.c
NAME = select(t.name).where(t.id == bindparam("topic_id"))
FOLDED = select(t.id, t.folded)
ASKS = (
    select(sites.table.c.id, sites.table.c.asks_topic)
    .join(visitors.table, visitors.table.c.site_id == sites.table.c.id)
    .where(visitors.table.c.user_id == bindparam("user_id"))
)


def every() -> list[TopicState]:
    """All, in the order in which they are offered."""
    return [TopicState._make(row) for row in database.rows(IN_ORDER)]


def names() -> dict[int, str]:
    return {each.id: each.name for each in every()}


def offered_on(site_id: int | None, *, asks: bool = True) -> list[TopicState]:
    """What may be chosen on a site, or without one on the desk's own pages; nothing where it is
    not asked."""
    return [each for each in every() if each.stands_on(site_id)] if asks else []


def asked_of(customer: Actor, chat: ChatState | None) -> list[TopicState]:
    """Of what a customer chooses before they write; nothing while their chat goes on."""
    return offered_to(customer) if chat is None or chat.is_over else []


def offered_to(customer: Actor) -> list[TopicState]:
    """What a customer may choose as a chat of theirs begins; nothing where they are not asked."""
    if not customer.is_customer:
        return []
    site_id, asks = database.row(ASKS, user_id=customer.id) or (None, asks_on_own_pages())
    return offered_on(site_id, asks=asks)


def asks_on_own_pages() -> bool:
    return bool(current_app.config["ASK_TOPIC"])


def of_topics(name: str) -> ChatsOf:
    """The chats about a topic that is called so, or begins so."""
    wanted = fold(name)
    rows = database.rows(FOLDED)
    exact = [row.id for row in rows if row.folded == wanted]
    return chats_of("topic_id", exact or [r.id for r in rows if r.folded.startswith(wanted)])


def name_of(topic_id: int | None) -> str | None:
    return None if topic_id is None else database.scalar(NAME, topic_id=topic_id)


def around(chat: ChatState) -> tuple[str | None, list[TopicState]]:
    """What a chat's topic is called, and all that it may have."""
    found = every()
    called = next((each.name for each in found if each.id == chat.topic_id), None)
    return called, [each for each in found if each.stands_on(chat.site_id)]
