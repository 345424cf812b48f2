"""In which chats somebody takes part: as a party, or because they have written there."""

from collections.abc import Collection

from sqlalchemy import exists, or_, select

from app.models import chats, database, messages

c, m = chats.table.c, messages.table.c


def chats_with(user_id: int, chat_ids: Collection[int]) -> list[int]:
    """Those of the given chats."""
    if not chat_ids:
        return []
    has_written = exists().where(m.chat_id == c.id, m.sender_id == user_id)
    is_party = or_(c.customer_id == user_id, c.provider_id == user_id, c.agent_id == user_id)
    statement = select(c.id).where(c.id.in_(chat_ids), or_(is_party, has_written)).order_by(c.id)
    return [row.id for row in database.rows(statement)]
