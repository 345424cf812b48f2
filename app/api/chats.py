"""Chats: the list, opening one, one, and catching up with it."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.api.endpoint import endpoint
from app.errors import Forbidden, Invalid, NotFound, TooFast
from app.models.chats import ChatState
from app.models.users import Actor
from app.operations import access, supervision
from app.operations import chats as opening
from app.queries import chats, messages
from app.queries.holds import as_told
from app.schemas.chats import (
    ChatOut,
    ChatPage,
    ChatQuery,
    OpenChat,
    SyncOut,
    SyncQuery,
    chat_out,
    sync_out,
)


@endpoint("GET", "/chats", query=ChatQuery, answer=ChatPage)
def index(actor: Actor, query: ChatQuery) -> dict[str, Any]:
    """List chats, newest activity first.

    Staff see all chats that somebody has written in, a customer and a provider their own.
    Filters narrow each other. Archived chats come only when `status` asks for them.
    """
    page = chats.page(actor, query.limit, **query.model_dump(exclude={"limit"}, by_alias=False))
    return {"chats": [chat_out(as_told(actor, chat)) for chat in page.chats], "next": page.next}


@endpoint(
    "POST",
    "/chats",
    body=OpenChat,
    answer=ChatOut,
    status=201,
    also={200: "The chat was there already."},
    raises=(Forbidden, NotFound, TooFast),
)
def open_chat(actor: Actor, body: OpenChat) -> tuple[dict[str, Any], int]:
    """Open a chat, or find the one that is there.

    A customer opens their own support chat and names nobody. Staff name a `customerId`: a chat
    that waits is taken, one that goes on is given as it is, after a finished one a new one
    begins. With `providerId` it is the chat of a provider and a customer, about one order where
    there is an `orderId`; only the two of them and staff open it.
    """
    customer_id = customer_of(actor, body)
    if body.provider_id is not None:
        chat, is_new = opening.open_between(actor, body.provider_id, customer_id, body.order_id)
    else:
        chat, is_new = support_chat(actor, customer_id)
    return chat_out(as_told(actor, chat)), 201 if is_new else 200


@endpoint("GET", "/chats/<id:chat_id>", answer=ChatOut)
def show(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Show a chat."""
    return chat_out(as_told(actor, access.chat_for(actor, chat_id)))


@endpoint("GET", "/chats/<id:chat_id>/sync", query=SyncQuery, answer=SyncOut)
def sync(actor: Actor, chat_id: int, query: SyncQuery) -> dict[str, Any]:
    """Catch up with a chat.

    The chat as it is now, and the messages that were sent or changed after version `after`, at
    most 100, in the order of versions. While `hasMore`, ask again with the `version` of the
    answer. Without `after` it is the newest page, as `join_chat` gives it.
    """
    chat = access.chat_for(actor, chat_id)
    supervision.read(actor, chat)
    chat = as_told(actor, chat)
    found = messages.caught_up(chat, query.after, with_held=access.sees_held(actor, chat))
    return sync_out(found, for_staff=actor.is_staff)


def customer_of(actor: Actor, body: OpenChat) -> int:
    """Whose chat: a customer's own, whatever they say; others must say whose."""
    if actor.is_customer:
        if body.customer_id not in (None, actor.id):
            raise Forbidden
        return actor.id
    if body.customer_id is None:
        raise Invalid(fields={"customerId": _l("It is missing.")})
    return body.customer_id


def support_chat(actor: Actor, customer_id: int) -> tuple[ChatState, bool]:
    return opening.open_own(actor) if actor.is_customer else opening.open_with(actor, customer_id)
