"""Messages: history, and sending one."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatBlocked, NewerChat, TooFast
from app.models.users import Actor
from app.operations import access, supervision
from app.operations import messages as operations
from app.queries import messages
from app.rest import CUSTOMERS
from app.schemas.messages import MessageIn, MessageOut, MessagePage, PageOf, message_out

REPEATED = {200: "A repeat: the message that was sent first with this `clientId`."}


@endpoint("GET", "/chats/<id:chat_id>/messages", query=PageOf, answer=MessagePage)
def index(actor: Actor, chat_id: int, query: PageOf) -> dict[str, Any]:
    """Page through a chat's messages, oldest first.

    Without `before` and `after` it is the newest page.
    """
    chat = access.chat_for(actor, chat_id)
    supervision.read(actor, chat)
    with_held = access.sees_held(actor, chat)
    if query.after is not None:
        page = messages.after(chat.id, query.after, query.limit, with_held=with_held)
    else:
        before = query.before or messages.END
        page = messages.before(chat.id, before, query.limit, with_held=with_held)
    found = [message_out(each, for_staff=actor.is_staff) for each in page.messages]
    return {"messages": found, "hasMore": page.has_more}


@endpoint(
    "POST",
    "/chats/<id:chat_id>/messages",
    body=MessageIn,
    answer=MessageOut,
    status=201,
    also=REPEATED,
    raises=(ChatBlocked, NewerChat, TooFast),
)
def send(actor: Actor, chat_id: int, body: MessageIn) -> tuple[dict[str, Any], int]:
    """Send a message.

    Give each message a `clientId` of your own: sent again after a lost answer, it is stored once.
    A customer's message to a finished chat makes it wait again, staff's takes the chat; a
    blocked chat takes none. Where the customer has a newer support chat than the finished one,
    their message goes to the newest: the answer's `chatId` tells where. Staff's is refused with
    `newer_chat`, since the customer would not see it.
    """
    return sent(actor, chat_id, body)


@endpoint(
    "POST",
    "/messages",
    body=MessageIn,
    answer=MessageOut,
    status=201,
    also=REPEATED,
    only=CUSTOMERS,
    raises=(ChatBlocked, TooFast),
)
def send_own(actor: Actor, body: MessageIn) -> tuple[dict[str, Any], int]:
    """Send a message into one's own support chat, which is opened if need be."""
    return sent(actor, None, body)


def sent(actor: Actor, chat_id: int | None, body: MessageIn) -> tuple[dict[str, Any], int]:
    message, is_new = operations.send_once(actor, chat_id, body.draft())
    return message_out(message), 201 if is_new else 200
