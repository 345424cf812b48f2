"""Incoming webhooks on the wire: for admins; and what other programs say by them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field

from app.clock import iso
from app.models.identities import SUB_LENGTH
from app.models.incoming import IncomingState
from app.operations.incoming import Said, Taken
from app.schemas.embed import ATTRIBUTES, Attribute, AttributeName
from app.schemas.wire import Id, Text, Wire, ms_of

WAY = "/in/"


def printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("takes characters that can be seen")
    return text


Name = Annotated[str, Field(max_length=1000)]
Topic = Annotated[
    Id | None, Field(description="what its chats are about as they begin; null: not said")
]
Signed = Annotated[bool, Field(description="only what is signed as Standard Webhooks say is taken")]
When = Annotated[
    AwareDatetime, Field(ge=datetime(1970, 1, 2, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))
]
Own = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(printable)]


class NewIncoming(Wire):
    name: Name
    site_id: Id
    topic_id: Topic = None
    is_signed: Signed = False


class ChangedIncoming(Wire):
    """What is left out stays as it is."""

    name: Name | None = None
    site_id: Id | None = None
    topic_id: Topic = None
    is_signed: Signed = False

    @property
    def wanted(self) -> dict[str, Any]:
        return self.model_dump(include=self.model_fields_set, by_alias=False)


class IncomingOut(Wire):
    """What is known of one, which is nothing of its key."""

    id: int
    name: str
    site_id: int
    topic_id: int | None
    is_signed: bool
    ends_with: str = Field(description="of its key")
    taken: int = Field(description="how many messages came by it")
    last_used_at: str | None
    created_at: str
    changed_at: str


class MadeIncoming(IncomingOut):
    """Both are told this once."""

    path: str = Field(description="where the other program posts, on this desk")
    secret: str = Field(description="what it signs with, where it has to")


class IncomingsOut(Wire):
    incoming_webhooks: list[IncomingOut]


class SaidCustomer(Wire):
    """Whom the other program means: `id` is theirs there for good."""

    id: Annotated[str, Field(min_length=1, max_length=SUB_LENGTH), AfterValidator(printable)]
    name: Annotated[str, Field(max_length=1000)] | None = None
    email: Annotated[str, Field(max_length=1000)] | None = None
    attributes: Annotated[dict[AttributeName, Attribute], Field(max_length=ATTRIBUTES)] | None = (
        None
    )


class SaidMessage(Wire):
    """What a customer has written elsewhere."""

    id: Own
    customer: SaidCustomer
    thread: Own | None = None
    text: Text
    at: When | None = None

    def said(self) -> Said:
        who = self.customer
        return Said(
            self.id,
            who.id,
            self.text,
            name=who.name or "",
            email=who.email or "",
            attributes=who.attributes or {},
            thread=self.thread,
            at=iso(self.at and ms_of(self.at)),
        )


def incoming_out(each: IncomingState) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "siteId": each.site_id,
        "topicId": each.topic_id,
        "isSigned": each.is_signed,
        "endsWith": each.ends_with,
        "taken": each.taken,
        "lastUsedAt": iso(each.last_used_at),
        "createdAt": iso(each.created_at),
        "changedAt": iso(each.changed_at),
    }


def made_incoming_out(each: IncomingState, key: str) -> dict[str, Any]:
    return incoming_out(each) | {"path": f"{WAY}{key}", "secret": each.secret}


def incomings_out(found: Iterable[IncomingState]) -> dict[str, Any]:
    return {"incomingWebhooks": [incoming_out(each) for each in found]}


def taken_out(taken: Taken) -> dict[str, Any]:
    return {"chatId": taken.chat_id, "messageId": taken.message_id}
