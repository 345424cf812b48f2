"""A message on the wire, and the payloads that send one."""

from collections import OrderedDict
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StrictFloat, Tag, ValidationInfo, field_validator

from app.clock import iso
from app.direction import straight
from app.models.messages import CLIENT_ID_LENGTH, Line, MessageState, MessageType
from app.models.places import FARTHEST, Place
from app.operations.messages import Draft
from app.schemas.files import AttachmentOut
from app.schemas.wire import Id, Limit, Text, Version, Wire

# What a program reads of a system line; pages render it in their reader's language.
LINES = {
    Line.JOINED: "{name} joined",
    Line.CLOSED: "{name} closed the chat",
    Line.REOPENED: "{name} reopened the chat",
    Line.QUEUED: "The chat is waiting for an agent",
    Line.LEFT: "{name} is away, the chat is waiting for an agent",
    Line.ANSWERED: "Automatic answer, while a person is on the way: {name}",
    Line.ASKED: "{name} asks for a person",
    Line.RULE_ANSWERED: "Automatic answer: {name}",
    Line.RULE_CLOSED: "The chat was closed automatically",
}
ClientId = Annotated[str, Field(min_length=1, max_length=CLIENT_ID_LENGTH)]
Sendable = Literal["text", "image", "file", "location", "voice"]


# The last ones that were asked for, each kept so that no other one has its `id`.
newest: OrderedDict[int, tuple[MessageState, dict[str, Any]]] = OrderedDict()
MOST = 128


class PlaceIn(Wire):
    """Where one is, in degrees of WGS 84."""

    latitude: Annotated[StrictFloat, Field(ge=-90, le=90)]
    longitude: Annotated[StrictFloat, Field(ge=-180, le=180)]
    accuracy: Annotated[StrictFloat, Field(ge=0, le=FARTHEST, description="metres")] | None = None

    @property
    def attached(self) -> dict[str, Any]:
        return Place(self.latitude, self.longitude, self.accuracy).attached


Attached = Annotated[
    Annotated[Id, Tag("file")] | Annotated[PlaceIn, Tag("place")],
    Discriminator(lambda given: "place" if isinstance(given, dict | PlaceIn) else "file"),
]


class PlaceOut(Wire):
    """Where somebody says that they are, in degrees of WGS 84."""

    latitude: float
    longitude: float
    accuracy: float | None = Field(description="metres; null where it is not known")


class PersonOut(Wire):
    id: int
    name: str
    role: str


class ReactionOut(Wire):
    """An emoji, and who reacted with it, in the order in which they did."""

    emoji: str
    user_ids: list[int]


class MessageOut(Wire):
    """A message. `seq` is its place in the chat, `version` the chat's at its last change."""

    id: int
    chat_id: int
    seq: int
    version: int
    client_id: str | None
    sender: PersonOut | None = Field(description="null for a system line")
    message: str
    message_type: MessageType
    reply_to: int | None
    attachments: list[AttachmentOut | PlaceOut | dict[str, Any]]
    reactions: list[ReactionOut]
    status: Literal["sent", "delivered", "read"]
    delivered_at: str | None
    read_at: str | None
    created_at: str
    edited_at: str | None
    deleted_at: str | None
    rejected_at: str | None = Field(
        description="when staff rejected it, of which its writer alone is told: not delivered"
    )


class HeldMessageOut(MessageOut):
    """As staff is told of one on which they have to decide; others are never told of `heldAt`."""

    held_at: str


class MessageIn(Wire):
    """What somebody sends. With `clientId` a repeat gives the first message again."""

    message: Text
    client_id: ClientId | None = None
    message_type: Sendable | None = Field(default=None, description="`text` where none is named")
    reply_to: Id | None = None
    attachments: list[Attached] | None = Field(
        default=None,
        description="ids of files that have arrived, or a place; with some, `message` may be empty",
    )

    topic_id: Id | None = Field(
        default=None,
        description="of a customer: what a chat is about that begins, or begins again, by this",
    )

    @field_validator("attachments")
    @classmethod
    def one_place(cls, given: list[int | PlaceIn] | None) -> list[int | PlaceIn] | None:
        if sum(isinstance(each, PlaceIn) for each in given or ()) > 1:
            raise ValueError("takes one place")
        return given

    def draft(self) -> Draft:
        kind = self.message_type or MessageType.TEXT.value
        if not self.attachments:
            return Draft(self.message, self.client_id, kind, self.reply_to, topic_id=self.topic_id)
        files = [each for each in self.attachments if isinstance(each, int)]
        places = [each.attached for each in self.attachments if isinstance(each, PlaceIn)]
        if places and self.message_type is None:
            kind = MessageType.LOCATION.value
        said = (self.message, self.client_id, kind, self.reply_to, places)
        return Draft(*said, files=files, topic_id=self.topic_id)


class SendMessage(MessageIn):
    """`send_message`: without `chatId` a customer's own chat, opened if need be."""

    chat_id: Id | None = None
    client_id: ClientId


class MessagePage(Wire):
    """Messages, oldest first; `hasMore` tells whether there are more beyond."""

    messages: list[MessageOut]
    has_more: bool


class PageOf(Wire):
    """Which page: `before` or `after` is a message's `seq`; neither is the newest."""

    before: Id | None = Field(default=None, description="messages just before this `seq`")
    after: Version | None = Field(
        default=None, description="messages just after this `seq`; not together with `before`"
    )
    limit: Limit = 50

    @field_validator("after")
    @classmethod
    def not_both(cls, after: int | None, others: ValidationInfo) -> int | None:
        if after is not None and others.data.get("before") is not None:
            raise ValueError("takes no `before` beside it")
        return after


def message_out(message: MessageState, *, for_staff: bool = False) -> dict[str, Any]:
    """A message as `MessageOut` describes it; a plain dict, since every send makes one.

    Made once for those who hear of it and whoever has sent it: not to be changed. That it is held
    is told where it is said to be for staff (`HeldMessageOut`).
    """
    if for_staff and message.is_held:
        return message_out(message) | {"heldAt": iso(message.held_at)}
    made = newest.get(id(message))
    if made is None or made[0] is not message:
        made = newest[id(message)] = message, shown(message)
        if len(newest) > MOST:
            newest.popitem(last=False)
    return made[1]


def shown(message: MessageState) -> dict[str, Any]:
    sender = message.sender_id and {
        "id": message.sender_id,
        "name": message.sender_name,
        "role": message.sender_role,
    }
    return {
        "id": message.id,
        "chatId": message.chat_id,
        "seq": message.seq,
        "version": message.version,
        "clientId": message.client_id,
        "sender": sender,
        "message": text_of(message),
        "messageType": message.message_type,
        "replyTo": message.reply_to_id,
        "attachments": message.attached,
        "reactions": reactions(message) if message.reactions else [],
        "status": message.status,
        "deliveredAt": iso(message.delivered_at),
        "readAt": iso(message.read_at),
        "createdAt": iso(message.created_at),
        "editedAt": iso(message.edited_at),
        "deletedAt": iso(message.deleted_at),
        "rejectedAt": iso(message.rejected_at),
    }


def reactions(message: MessageState) -> list[dict[str, Any]]:
    return [{"emoji": emoji, "userIds": ids} for emoji, ids in message.reacted.items()]


def text_of(message: MessageState) -> str:
    """What was said; of a system line, what it tells."""
    if message.line is None:
        return message.text
    return LINES[Line(message.line)].format(name=straight(message.text))
