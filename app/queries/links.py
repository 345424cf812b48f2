"""Links that lead back into a chat, and whose they are."""

from sqlalchemy import bindparam, select

from app import clock
from app.errors import NotFound
from app.models import chats, database, links, users
from app.models.links import LinkState
from app.models.users import Actor

HOLDER = select(*users.ACTOR_COLUMNS).where(
    users.table.c.id == bindparam("user_id"), users.table.c.is_active
)

VERSION = (
    links.BY_KEY.with_only_columns(chats.table.c.version)
    .join(chats.table, chats.table.c.id == links.table.c.chat_id)
    .where(chats.table.c.customer_id == links.table.c.user_id)
)


def named(key: str) -> LinkState:
    """The link, while it holds. Raises `NotFound`: that it once did is nobody's business."""
    found = database.row(links.BY_KEY, key=key, now=clock.now())
    if found is None:
        raise NotFound
    return LinkState._make(found)


def version_behind(key: str) -> int:
    """The version of the chat that the link leads into, in one statement. Raises `NotFound` where
    the link no longer holds, or the chat is somebody else's by now."""
    found: int | None = database.scalar(VERSION, key=key, now=clock.now())
    if found is None:
        raise NotFound
    return found


def by_id(link_id: int) -> LinkState | None:
    """A link while it holds."""
    found = database.row(links.BY_ID, link_id=link_id, now=clock.now())
    return found and LinkState._make(found)


def holder(link: LinkState) -> Actor:
    """Whose link it is. Raises `NotFound` for who was deactivated."""
    found = database.row(HOLDER, user_id=link.user_id)
    if found is None:
        raise NotFound
    return Actor.of(found)
