"""The caller, and what waits for them."""

from typing import Any

from app.api.endpoint import endpoint
from app.models.users import Actor
from app.queries import unread
from app.schemas.chats import UnreadCountOut
from app.schemas.users import AccountOut, account_out


@endpoint("GET", "/me", answer=AccountOut)
def me(actor: Actor) -> dict[str, Any]:
    """Who am I."""
    return account_out(actor)


@endpoint("GET", "/unread-count", answer=UnreadCountOut)
def unread_count(actor: Actor) -> dict[str, Any]:
    """Count unread messages.

    Over all of a customer's or a provider's chats; for staff over all support chats.
    """
    return {"unreadCount": unread.count(actor)}
