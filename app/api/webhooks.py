"""Webhooks: other programs that are told what happens, for admins."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import Conflict, NotFound, TooFast
from app.models.users import Actor
from app.operations import deliveries
from app.operations import webhooks as operations
from app.queries import webhooks
from app.rest import ADMINS
from app.schemas.webhooks import (
    ChangedWebhook,
    DeliveriesOut,
    DeliveriesQuery,
    DeliveryOut,
    MadeWebhook,
    NewWebhook,
    WebhookOut,
    WebhookSecretOut,
    WebhooksOut,
    deliveries_out,
    delivery_out,
    made_out,
    webhook_out,
    webhooks_out,
)

ALL, ONE = "/webhooks", "/webhooks/<id:webhook_id>"


@endpoint("GET", ALL, answer=WebhooksOut, only=ADMINS)
def list_webhooks(actor: Actor) -> dict[str, Any]:
    """All webhooks of events, and whether they are taken."""
    return webhooks_out(webhooks.every())


@endpoint(
    "POST", ALL, body=NewWebhook, answer=MadeWebhook, status=201, only=ADMINS, raises=(TooFast,)
)
def make_webhook(actor: Actor, body: NewWebhook) -> dict[str, Any]:
    """Make one, which is told what happens from now on. Its secret is told this once."""
    return made_out(operations.make(actor, **body.wanted))


@endpoint("GET", ONE, answer=WebhookOut, only=ADMINS, raises=(NotFound,))
def get_webhook(actor: Actor, webhook_id: int) -> dict[str, Any]:
    """One webhook."""
    return webhook_out(webhooks.there(webhook_id))


@endpoint(
    "PATCH", ONE, body=ChangedWebhook, answer=WebhookOut, only=ADMINS, raises=(NotFound, TooFast)
)
def change_webhook(actor: Actor, webhook_id: int, body: ChangedWebhook) -> dict[str, Any]:
    """Change it, or switch it off: what waits for one that is off is let go."""
    return webhook_out(operations.change(actor, webhook_id, **body.wanted))


@endpoint("DELETE", ONE, status=204, only=ADMINS, raises=(NotFound, TooFast))
def remove_webhook(actor: Actor, webhook_id: int) -> None:
    """Remove it, and the list of what it was told."""
    operations.remove(actor, webhook_id)


@endpoint(
    "POST", f"{ONE}/secret", answer=WebhookSecretOut, status=201, only=ADMINS,
    raises=(Conflict, NotFound, TooFast),
)  # fmt: skip
def make_webhook_secret(actor: Actor, webhook_id: int) -> dict[str, Any]:
    """Make a new secret, which is told this once. Both sign what is told until the old one is
    ended; `conflict` while there are two already."""
    return {"secret": operations.make_secret(actor, webhook_id)}


@endpoint("DELETE", f"{ONE}/old-secret", answer=WebhookOut, only=ADMINS, raises=(NotFound, TooFast))
def end_webhook_secret(actor: Actor, webhook_id: int) -> dict[str, Any]:
    """The old secret signs no more. Again is fine."""
    return webhook_out(operations.end_old_secret(actor, webhook_id))


@endpoint(
    "POST", f"{ONE}/test", answer=DeliveryOut, status=201, only=ADMINS, raises=(NotFound, TooFast)
)
def test_webhook(actor: Actor, webhook_id: int) -> dict[str, Any]:
    """Have it told that this is a test, also where it is off."""
    return delivery_out(deliveries.test(actor, webhook_id))


@endpoint(
    "GET", f"{ONE}/deliveries", query=DeliveriesQuery, answer=DeliveriesOut, only=ADMINS,
    raises=(NotFound,),
)  # fmt: skip
def list_deliveries(actor: Actor, webhook_id: int, query: DeliveriesQuery) -> dict[str, Any]:
    """What it was told and is to be told, newest first. Kept for a week."""
    found = webhooks.there(webhook_id)
    return deliveries_out(webhooks.page(found.id, query.before, query.limit))


@endpoint(
    "POST", f"{ONE}/deliveries/<id:delivery_id>/attempt", answer=DeliveryOut, only=ADMINS,
    raises=(NotFound, TooFast),
)  # fmt: skip
def send_delivery_again(actor: Actor, webhook_id: int, delivery_id: int) -> dict[str, Any]:
    """Have it told once more at once, and for a day where it is not taken."""
    return delivery_out(deliveries.send_again(actor, webhook_id, delivery_id))
