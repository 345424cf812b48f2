"""What somebody has pinned."""

from app.models import database
from app.models.pins import OF_USER


def of(user_id: int) -> list[int]:
    """The chats (ids) that they keep on top of their lists; few."""
    return [row.chat_id for row in database.rows(OF_USER, user_id=user_id)]
