"""Incoming webhooks, by which other programs say what customers write: for admins."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import NotFound, TooFast
from app.models.users import Actor
from app.operations import incoming as operations
from app.queries import incoming
from app.rest import ADMINS
from app.schemas.incoming import (
    ChangedIncoming,
    IncomingOut,
    IncomingsOut,
    MadeIncoming,
    NewIncoming,
    incoming_out,
    incomings_out,
    made_incoming_out,
)

ALL, ONE = "/incoming-webhooks", "/incoming-webhooks/<id:incoming_id>"
REFUSALS = (NotFound, TooFast)


@endpoint("GET", ALL, answer=IncomingsOut, only=ADMINS)
def list_incoming(actor: Actor) -> dict[str, Any]:
    """All incoming webhooks, and when each was last used."""
    return incomings_out(incoming.every())


@endpoint(
    "POST", ALL, body=NewIncoming, answer=MadeIncoming, status=201, only=ADMINS, raises=(TooFast,)
)
def make_incoming(actor: Actor, body: NewIncoming) -> dict[str, Any]:
    """Make one. Its address and its secret are told this once."""
    return made_incoming_out(*operations.make(actor, **body.model_dump(by_alias=False)))


@endpoint("GET", ONE, answer=IncomingOut, only=ADMINS, raises=(NotFound,))
def get_incoming(actor: Actor, incoming_id: int) -> dict[str, Any]:
    """One incoming webhook."""
    return incoming_out(incoming.there(incoming_id))


@endpoint("PATCH", ONE, body=ChangedIncoming, answer=IncomingOut, only=ADMINS, raises=REFUSALS)
def change_incoming(actor: Actor, incoming_id: int, body: ChangedIncoming) -> dict[str, Any]:
    """Call it otherwise, or have its chats be of another site or topic."""
    return incoming_out(operations.change(actor, incoming_id, **body.wanted))


@endpoint("DELETE", ONE, status=204, only=ADMINS, raises=REFUSALS)
def remove_incoming(actor: Actor, incoming_id: int) -> None:
    """Remove it: its address leads nowhere, what came by it stays."""
    operations.remove(actor, incoming_id)


@endpoint("POST", f"{ONE}/key", answer=MadeIncoming, status=201, only=ADMINS, raises=REFUSALS)
def make_incoming_key(actor: Actor, incoming_id: int) -> dict[str, Any]:
    """Another address and another secret, told this once. The ones before hold no more."""
    return made_incoming_out(*operations.make_key(actor, incoming_id))
