"""Exports of all that is kept of a customer."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import NotFound, TooFast
from app.models.users import Actor
from app.operations import exports
from app.rest import MANAGERS
from app.schemas.exports import ExportOut, export_out

EXPORT = "/users/<id:user_id>/export"


@endpoint("POST", EXPORT, answer=ExportOut, only=MANAGERS, raises=(NotFound, TooFast))
def ask(actor: Actor, user_id: int) -> dict[str, Any]:
    """Have all that is kept of a customer put into one file, a ZIP. It is there for a day."""
    return export_out(exports.ask(actor, user_id))


@endpoint("GET", EXPORT, answer=ExportOut, only=MANAGERS, raises=(NotFound,))
def show(actor: Actor, user_id: int) -> dict[str, Any]:
    """Whether what was asked for last is ready: managers then fetch it on the customer's page."""
    made = exports.of_customer(actor, user_id)
    if made is None:
        raise NotFound
    return export_out(made)
