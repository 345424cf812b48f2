"""A chat on the wire, and the payloads that name one."""

from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from app.clock import iso
from app.models.chats import ChatState, Status
from app.queries.messages import CaughtUp
from app.queries.users import SEARCH_LENGTH
from app.schemas.messages import MessageOut, message_out
from app.schemas.wire import Id, Limit, Text, Version, Wire


class CustomerOut(Wire):
    id: int
    name: str
    email: str


class AgentOut(Wire):
    id: int
    name: str


class LastMessageOut(Wire):
    """The newest message that a person wrote; its text is cut after 160 characters."""

    seq: int
    sender_id: int
    text: str


class UnreadOut(Wire):
    """How many messages of the other side each side has not read."""

    customer: int
    staff: int


class PointerOut(Wire):
    """How far a side has received and read: a message's `seq` each."""

    delivered_up_to: int
    read_up_to: int


class ReceiptsOut(Wire):
    customer: PointerOut
    staff: PointerOut


class ChatOut(Wire):
    """A chat as it stands at `version`."""

    id: int
    status: Status
    version: int
    customer: CustomerOut
    agent: AgentOut | None
    provider: AgentOut | None
    order_id: int | None
    site_id: int | None
    team_id: int | None
    topic_id: int | None
    last_message: LastMessageOut | None
    unread: UnreadOut
    needs_reply: bool
    receipts: ReceiptsOut
    active_at: str | None
    waiting_since: str | None
    created_at: str
    updated_at: str
    closed_at: str | None
    merged_into: int | None = Field(
        description="the chat to which all that was said here has moved, its customer being known"
    )


class ChatRef(Wire):
    """`leave_chat` and the like: about a chat, and nothing more to say."""

    chat_id: Id


class JoinChat(Wire):
    """`join_chat`: without `after` the newest page, with it what changed since."""

    chat_id: Id
    after: Version | None = None
    watches: bool = Field(
        default=False,
        description="a manager only looks on: colleagues do not see it",
    )


class Sync(Wire):
    """`sync`: what changed after version `after`, at most 100 messages a call."""

    chat_id: Id
    after: Version


class SyncOut(Wire):
    """The chat now, messages, the version that they bring a client to, whether to ask again."""

    chat: ChatOut
    messages: list[MessageOut]
    version: int
    has_more: bool = Field(
        description="after a version: whether to ask again; else whether there are older ones"
    )


class SyncQuery(Wire):
    after: Version | None = Field(
        default=None, description="the chat's version that is known; without it the newest page"
    )


class ChatQuery(Wire):
    """Filters narrow each other. Archived chats come only when asked for by `status`."""

    status: Status | None = None
    mine: bool = Field(default=False, description="those that the caller answers or takes part in")
    unassigned: bool = Field(default=False, description="waiting or open, and nobody has them")
    needs_reply: bool = Field(default=False, description="the customer had the last word")
    customer_id: Id | None = None
    site: Id | None = Field(default=None, description="those that began on a page of this site")
    q: Annotated[Text, Field(max_length=SEARCH_LENGTH)] = Field(
        default="", description="words that begin words of the customer's name or address"
    )
    cursor: Annotated[str, Field(pattern=r"^[0-9]{1,16}-[0-9]{1,16}$")] | None = Field(
        default=None, description="`next` of the page before"
    )
    limit: Limit = 50


class UnreadCountOut(Wire):
    """What the other side wrote and the caller's side has not read, in all chats together; for
    staff one more for each chat that is marked as unread."""

    unread_count: int


class ChatPage(Wire):
    """Chats, newest activity first; `next` goes into `cursor` for the next page, null ends."""

    chats: list[ChatOut]
    next: str | None


class OpenChat(Wire):
    """Staff names a customer. A customer names nobody. `providerId` opens one with a provider."""

    customer_id: Id | None = None
    provider_id: Id | None = None
    order_id: Id | None = None

    @field_validator("order_id")
    @classmethod
    def with_a_provider(cls, order_id: int | None, others: ValidationInfo) -> int | None:
        if order_id is not None and others.data.get("provider_id") is None:
            raise ValueError("takes a `providerId` beside it")
        return order_id


class Assign(Wire):
    """Without `agentId` the chat is claimed for oneself, which fails when somebody has it."""

    agent_id: Id | None = None


def chat_out(chat: ChatState) -> dict[str, Any]:
    """A chat as `ChatOut` describes it, the same for everybody who may see it."""
    return {
        "id": chat.id,
        "status": chat.status,
        "version": chat.version,
        "customer": {
            "id": chat.customer_id,
            "name": chat.customer_name,
            "email": chat.customer_email,
        },
        "agent": chat.agent_id and {"id": chat.agent_id, "name": chat.agent_name},
        "provider": chat.provider_id and {"id": chat.provider_id, "name": chat.provider_name},
        "orderId": chat.order_id,
        "siteId": chat.site_id,
        "teamId": chat.team_id,
        "topicId": chat.topic_id,
        "lastMessage": (chat.last_sender_id or None)
        and {"seq": chat.last_seq, "senderId": chat.last_sender_id, "text": chat.last_text},
        "unread": {"customer": chat.customer_unread, "staff": chat.staff_unread},
        "needsReply": chat.needs_reply,
        "receipts": {
            "customer": {
                "deliveredUpTo": chat.customer_delivered,
                "readUpTo": chat.customer_read,
            },
            "staff": {"deliveredUpTo": chat.staff_delivered, "readUpTo": chat.staff_read},
        },
        "activeAt": iso(chat.active_at or None),
        "waitingSince": iso(chat.waiting_since),
        "createdAt": iso(chat.created_at),
        "updatedAt": iso(chat.updated_at),
        "closedAt": iso(chat.closed_at),
        "mergedInto": chat.merged_into_id,
    }


def sync_out(found: CaughtUp, *, for_staff: bool = False) -> dict[str, Any]:
    """A chat and its messages as `SyncOut` describes them."""
    return {
        "chat": chat_out(found.chat),
        "messages": [message_out(each, for_staff=for_staff) for each in found.messages],
        "version": found.version,
        "hasMore": found.has_more,
    }
