"""The caller, and what waits for them."""

from functools import partial
from typing import Any

from app.api.endpoint import endpoint
from app.auth.password import confirm
from app.errors import EmailTaken, TooFast
from app.models.users import Actor
from app.operations import users
from app.queries import unread
from app.rest import CUSTOMERS
from app.schemas.chats import UnreadCountOut
from app.schemas.users import AccountOut, OwnPatch, account_out


@endpoint("GET", "/me", answer=AccountOut)
def me(actor: Actor) -> dict[str, Any]:
    """Who am I."""
    return account_out(actor)


@endpoint(
    "PATCH",
    "/me",
    body=OwnPatch,
    answer=AccountOut,
    only=CUSTOMERS,
    takes_address=True,
    raises=(EmailTaken, TooFast),
)
def edit(actor: Actor, body: OwnPatch, address: str) -> dict[str, Any]:
    """Take another name or address.

    Another address takes one's password as well. Staff and providers ask an admin.
    Visitors of a site are called as it says.
    """
    proof = partial(confirm, actor, body.password or "", address)
    return account_out(users.edit_own(actor, name=body.name, email=body.email, confirm=proof))


@endpoint("GET", "/unread-count", answer=UnreadCountOut)
def unread_count(actor: Actor) -> dict[str, Any]:
    """Count unread messages.

    Over all of a customer's or a provider's chats; for staff over all support chats.
    """
    return {"unreadCount": unread.count(actor)}
