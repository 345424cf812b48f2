"""Events in: any call of REST, for which there is one event."""

from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from app import rest
from app.errors import NotFound
from app.operations import access
from app.realtime.live import on
from app.schemas.auth import LoginOut
from app.schemas.requests import Request
from app.sockets.connections import Connection

DOOR = "api"


@on("request", Request)
def request(connection: Connection, payload: Request) -> dict[str, Any]:
    """In a context of its own, as a call has: what is said there in the caller's language says
    nothing to the other events of this socket."""
    access.check_login_holds(connection.actor)  # as a token is asked at each call
    endpoint, ids, query = rest.find(DOOR, payload.method, payload.path)
    # What proves somebody, of which a connection has no need, or by which it would end.
    if endpoint.is_public or endpoint.answer is LoginOut:
        raise NotFound(_l("That is asked for over HTTP alone."))

    def sent() -> dict[str, Any]:
        return endpoint.nothing() if payload.body is None else payload.body

    with current_app.app_context(), force_locale(connection.locale):
        asked = (ids, query, sent, connection.address)
        answer, status = endpoint.answered(connection.actor, *asked)
    return {"status": status, "answer": answer}
