"""Webhooks of events and their deliveries on the wire: for admins."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field

from app.clock import iso
from app.models.webhooks import Became, DeliveryState, Told, WebhookState
from app.queries.webhooks import Page
from app.schemas.wire import Id, Limit, Wire

MOST_IDS = 100
Name = Annotated[str, Field(max_length=1000)]
Url = Annotated[
    str, Field(max_length=2000, description="of http or https; of a public address alone")
]
Events = Annotated[
    list[Told], Field(max_length=len(Told), description="what it is told of", min_length=1)
]
Ids = Annotated[list[Id], Field(max_length=MOST_IDS)]


class OnlyIn(Wire):
    """Of which chats: of one of these sites, and so on. An empty list lets every chat by."""

    sites: Ids = Field(default=[])
    teams: Ids = Field(default=[])
    topics: Ids = Field(default=[])
    tags: Ids = Field(default=[])


class NewWebhook(Wire):
    name: Name
    url: Url
    events: Events
    only: OnlyIn | None = None
    is_on: bool | None = None

    @property
    def wanted(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True, by_alias=False)


class ChangedWebhook(Wire):
    """What is left out stays as it is; `only` takes the place of all of it."""

    name: Name | None = None
    url: Url | None = None
    events: Events | None = None
    only: OnlyIn | None = None
    is_on: bool | None = None

    @property
    def wanted(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True, by_alias=False)


class OnlyOut(Wire):
    sites: list[int]
    teams: list[int]
    topics: list[int]
    tags: list[int]


class WebhookOut(Wire):
    id: int
    name: str
    url: str
    events: list[str]
    only: OnlyOut
    is_on: bool
    has_old_secret: bool = Field(description="two secrets sign: the old one is not ended yet")
    failing_since: str | None = Field(description="since when nothing was taken; null: all is well")
    rests_until: str | None = Field(
        description="nobody answers there: nothing is tried before, null where it goes on"
    )
    created_at: str
    changed_at: str


class MadeWebhook(WebhookOut):
    secret: str = Field(description="told this once")


class WebhooksOut(Wire):
    webhooks: list[WebhookOut]


class WebhookSecretOut(Wire):
    secret: str = Field(description="told this once; the one before signs beside it until ended")


class DeliveriesQuery(Wire):
    before: Id | None = Field(default=None, description="`next` of the page before")
    limit: Limit = 50


class DeliveryOut(Wire):
    """One telling: `id` of `webhook-id`. What was said is not kept."""

    id: int
    webhook_id: int
    name: str = Field(description="the `webhook-id` by which the other side knows it")
    event: str
    chat_id: int | None
    subject_id: int | None = Field(description="of a message, note or person")
    state: Became
    attempts: int
    answer: int | None = Field(description="the status that was answered last")
    error: str | None = Field(
        description="`no_answer`, or `private`: no address that may be called"
    )
    created_at: str
    tried_at: str | None
    next_at: str | None = Field(description="when it is tried again, while it waits")


class DeliveriesOut(Wire):
    """Deliveries, the newest first; `next` goes into `before` for the next page, null ends."""

    deliveries: list[DeliveryOut]
    next: int | None


def webhook_out(webhook: WebhookState) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "name": webhook.name,
        "url": webhook.url,
        "events": webhook.listens_to,
        "only": webhook.only,
        "isOn": webhook.is_on,
        "hasOldSecret": webhook.old_secret is not None,
        "failingSince": iso(webhook.failing_since),
        "restsUntil": iso(webhook.rests_until),
        "createdAt": iso(webhook.created_at),
        "changedAt": iso(webhook.changed_at),
    }


def made_out(webhook: WebhookState) -> dict[str, Any]:
    return webhook_out(webhook) | {"secret": webhook.secret}


def webhooks_out(found: Iterable[WebhookState]) -> dict[str, Any]:
    return {"webhooks": [webhook_out(each) for each in found]}


def delivery_out(delivery: DeliveryState) -> dict[str, Any]:
    waits = delivery.state == Became.WAITS
    return {
        "id": delivery.id,
        "webhookId": delivery.webhook_id,
        "name": delivery.name,
        "event": delivery.event,
        "chatId": delivery.chat_id,
        "subjectId": delivery.subject_id,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "answer": delivery.answer,
        "error": delivery.error,
        "createdAt": iso(delivery.created_at),
        "triedAt": iso(delivery.tried_at),
        "nextAt": iso(delivery.next_at) if waits else None,
    }


def deliveries_out(page: Page) -> dict[str, Any]:
    shown = [delivery_out(each) for each in page.deliveries]
    return {"deliveries": shown, "next": page.following}
