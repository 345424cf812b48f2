"""The namespace `/live`: who may connect, and from an event to the one function that answers it.

An answer is `{ok: true, …}` or `{ok: false, error: {code, message, …}}`; nothing else leaves here.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from flask import Flask, current_app
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from socketio.exceptions import ConnectionRefusedError

from app import metrics
from app.auth import session, tokens
from app.auth.origins import address_of, same_origin
from app.budgets import CONNECT_COST
from app.errors import ChatError, Internal, Malformed, Unauthorized
from app.models.users import Actor
from app.operations import access, limits
from app.realtime.viewers import tell_viewers
from app.schemas.wire import Wire, parse
from app.sockets import admission, rooms
from app.sockets.connections import LIVE, Connection, connections
from app.sockets.events import running
from app.sockets.server import sockets
from app.sockets.wire import UNREADABLE

log = structlog.get_logger(__name__)
Answer = dict[str, Any] | None
Handler = Callable[[Connection, Any], Answer]
handlers: dict[str, tuple[type[Wire], Handler]] = {}


def on(event: str, shape: type[Wire]) -> Callable[[Handler], Handler]:
    """Registers the handler of an event, whose payload it takes in this shape."""

    def register(handler: Handler) -> Handler:
        handlers[event] = (shape, handler)
        return handler

    return register


def init_app(app: Flask) -> None:
    server = sockets.server
    if app.config["RATE_LIMITS"]:
        # Those that say who they are meet `check_address` before, which tells them in words.
        most = 2 * app.config["SOCKETS_PER_ADDRESS"]
        server.guard(most, lambda environ: address_of(app, environ))
    server.dispatch_to(LIVE, lambda *event: dispatch(app, *event))
    server.on("connect", lambda *who: connect(app, *who), namespace=LIVE)
    server.on("disconnect", lambda sid, why: disconnect(app, sid, why), namespace=LIVE)


def dispatch(app: Flask, sid: str, event: str, arguments: list[Any], _wanted: bool) -> Answer:
    """Runs the event's handler and gives the acknowledgement; never raises."""
    connection = connections.by_sid.get(sid)
    started = time.perf_counter()
    with running(app, sid):
        try:
            if connection is None:
                raise Unauthorized
            connection.actor = access.check_identified(connection.actor)
            limits.asks(connection.actor.id)
            if event == UNREADABLE:
                raise Malformed
            if event not in handlers:
                raise Malformed(_l("There is no such event."), code="unknown_event")
            shape, handler = handlers[event]
            payload = parse(shape, arguments[0] if arguments else {})
            answer = {"ok": True} | (handler(connection, payload) or {})
        except ChatError as error:
            answer = refusal(error, connection, event)
        except Exception:
            log.exception("event failed", event_name=event, sid=sid)
            answer = refusal(Internal(), connection, event)
    metrics.event_seconds(event if event in handlers else "unknown").observe(
        time.perf_counter() - started
    )
    return answer


def refusal(error: ChatError, connection: Connection | None, event: str) -> dict[str, Any]:
    metrics.ERRORS.labels("live", error.code).inc()
    if isinstance(error, Unauthorized) and connection is not None:
        sockets.server.leaving.add(connection.sid)
    with force_locale(connection.locale if connection else current_app.config["LANGUAGES"][0]):
        return {"ok": False, "error": error.as_dict()}


def connect(app: Flask, sid: str, environ: Mapping[str, Any], auth: object = None) -> None:
    """Lets somebody in whom a token or the login session proves, and into the rooms of a person."""
    auth = auth if isinstance(auth, dict) else {}
    languages = app.config["LANGUAGES"]
    locale = str(auth["locale"] if auth.get("locale") in languages else languages[0])
    with running(app, sid):
        try:
            actor, address = actor_of(app, environ, auth), address_of(app, environ)
            admission.check_address(app, address)
            limits.asks(actor.id, CONNECT_COST)
            admission.make_room(app, actor)
        except ChatError as error:
            metrics.ERRORS.labels("live", error.code).inc()
            with force_locale(locale):
                raise ConnectionRefusedError(str(error.message), error.as_dict()) from None
        except Exception:
            log.exception("connect failed", sid=sid)
            with force_locale(locale):
                raise ConnectionRefusedError("internal", Internal().as_dict()) from None
        connection = Connection(sid, actor, auth.get("page") is True, locale, address)
        connection.is_board = actor.is_staff and auth.get("board") is True
        connections.add(connection)
        metrics.SOCKETS.inc()
        rooms.enter(connection, rooms.user(actor.id))
        if actor.is_staff:
            rooms.enter(connection, rooms.staff(connection.page_locale))
    log.debug("connected", sid=sid, user_id=actor.id, namespace=LIVE)


def disconnect(app: Flask, sid: str, why: str) -> None:
    connection = connections.remove(sid)
    if connection is None:
        return
    log.debug("disconnected", sid=sid, user_id=connection.actor.id, why=why)
    metrics.SOCKETS.dec()
    with app.app_context():
        for chat_id in connection.chats:
            tell_viewers(chat_id, connection)


def actor_of(app: Flask, environ: Mapping[str, Any], auth: Mapping[str, Any]) -> Actor:
    """Whom the handshake proves: by its token, else by the login session of the same origin."""
    if "token" in auth:
        actor: Actor | None = tokens.actor_of_token(auth["token"])
    elif same_origin(environ):
        actor = session.actor_of_cookie(app, environ)
    else:
        raise Unauthorized(code="origin_refused")
    # A page says whose it is, or it is one from before pages did: it loads anew by this answer.
    is_unnamed = auth.get("page") is True and "token" not in auth and auth.get("pageKey") is None
    if actor is None or is_unnamed:
        raise Unauthorized
    session.check_page(actor, auth.get("pageKey"))
    return actor
