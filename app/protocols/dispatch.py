"""The namespaces of the older protocols: who is let in, which protocol an event belongs to, and
from the event to the one function that answers it.

An event with a callback is answered through it; without one an error goes out as the protocol's
error event. Who a socket is comes from a token or from the login session, never from a payload.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from flask import Flask
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from socketio.exceptions import ConnectionRefusedError

from app import metrics
from app.auth import session, tokens
from app.auth.origins import address_of, same_origin
from app.budgets import CONNECT_COST
from app.errors import ChatError, Internal, Malformed, TokenMissing, Unauthorized
from app.models.users import Actor
from app.operations import access, limits
from app.protocols import speakers
from app.protocols.deliver import tell_socket
from app.protocols.protocol import Protocol, Taken
from app.protocols.speakers import Speaker
from app.schemas.wire import parse
from app.sockets import admission
from app.sockets.connections import Connection, Stranger, connections
from app.sockets.events import running
from app.sockets.server import sockets
from app.sockets.wire import UNREADABLE

log = structlog.get_logger(__name__)


def init_app(app: Flask, on: Sequence[Protocol]) -> None:
    """Opens the namespaces of the protocols that are on."""
    by_namespace: defaultdict[str, list[Protocol]] = defaultdict(list)
    for protocol in on:
        by_namespace[protocol.namespace].append(protocol)
    for name, protocols in by_namespace.items():
        Namespace(app, name, protocols).open()


class Namespace:
    """One namespace and the protocols that share it."""

    def __init__(self, app: Flask, name: str, protocols: list[Protocol]) -> None:
        self.app = app
        self.name = name
        self.protocols = protocols

    def open(self) -> None:
        server = sockets.server
        server.dispatch_to(self.name, self.dispatch)
        server.on("connect", self.connect, namespace=self.name)
        server.on("disconnect", self.disconnect, namespace=self.name)

    def connect(self, sid: str, environ: Mapping[str, Any], auth: object = None) -> None:
        """Lets anybody in but who brings a token that does not hold."""
        auth = auth if isinstance(auth, dict) else {}
        languages = self.app.config["LANGUAGES"]
        locale = str(auth["locale"] if auth.get("locale") in languages else languages[0])
        with self.app.app_context(), force_locale(locale):
            try:
                address = address_of(self.app, environ)
                admission.check_address(self.app, address)
                stranger = Stranger(sid, self.name, locale, address)
                token = token_of(environ, auth)
                if token is not None:
                    self.admit(stranger, tokens.actor_of_token(token), proven=True, at_connect=True)
                elif actor := self.actor_of_page(environ):
                    session.check_page(actor, auth.get("pageKey"))
                    self.admit(stranger, actor, proven=False, at_connect=True)
                else:
                    connections.add_stranger(stranger)
            except ChatError as error:
                metrics.ERRORS.labels(self.name, error.code).inc()
                raise ConnectionRefusedError(str(error.message), error.as_dict()) from None
            except Exception:
                log.exception("connect failed", sid=sid)
                raise ConnectionRefusedError("internal", Internal().as_dict()) from None
        who = id_of(connections.by_sid.get(sid))
        log.debug("connected", sid=sid, user_id=who, namespace=self.name)

    def actor_of_page(self, environ: Mapping[str, Any]) -> Actor | None:
        """Whom the login session proves, on a page of ours."""
        if not same_origin(environ):
            return None
        return session.actor_of_cookie(self.app, environ)

    def admit(
        self, there: Stranger | Speaker, actor: Actor, *, proven: bool, at_connect: bool = False
    ) -> Speaker:
        """The socket is this person's from now on.

        Raises `Unauthorized` for one that has gone, and `TooFast`; it stays whose it was then.
        """
        if not at_connect and not sockets.server.manager.is_connected(there.sid, self.name):
            raise Unauthorized
        limits.asks(actor.id, CONNECT_COST)
        if isinstance(there, Speaker):
            forget_all(there)  # somebody else, or the same with other rights: into other rooms
        admission.make_room(self.app, actor)
        speaker = Speaker(
            there.sid,
            actor,
            False,
            there.locale,
            there.address,
            self.name,
            proven=proven,
            at_connect=at_connect,
        )
        connections.add(speaker)
        metrics.SOCKETS.inc()
        for protocol in self.protocols:
            if protocol.by_handshake and at_connect:
                speakers.speak(speaker, protocol)
        return speaker

    def disconnect(self, sid: str, why: str) -> None:
        connection = connections.remove(sid)
        log.debug("disconnected", sid=sid, user_id=id_of(connection), why=why)
        forget(connection)

    def dispatch(self, sid: str, event: str, arguments: list[Any], is_asked: bool) -> Any:
        """Runs the event's handler and gives the acknowledgement; never raises."""
        connection = connections.by_sid.get(sid) or connections.strangers.get(sid)
        payload = arguments[0] if arguments and arguments[0] is not None else {}
        protocol = self.meant(connection, event, payload)
        taken = protocol.taken.get(event) if protocol else None
        started = time.perf_counter()
        locale = connection.locale if connection else self.app.config["LANGUAGES"][0]
        with running(self.app, sid), force_locale(locale):
            try:
                if connection is None:
                    raise Unauthorized
                limits.asks(key_of(connection))
                if event == UNREADABLE:
                    raise Malformed
                if protocol is None or taken is None:
                    raise Malformed(_l("There is no such event."), code="unknown_event")
                answer = self.answered(connection, protocol, taken, payload)
            except ChatError as error:
                answer = self.refused(sid, error, protocol, taken, is_asked)
            except Exception:
                log.exception("event failed", event_name=event, sid=sid)
                answer = self.refused(sid, Internal(), protocol, taken, is_asked)
        seconds = time.perf_counter() - started
        known = event if taken else "unknown"
        metrics.event_seconds(known).observe(seconds)
        log.debug("event", event_name=known, sid=sid, user_id=id_of(connection), seconds=seconds)
        return answer

    def meant(
        self, connection: Connection | Stranger | None, event: str, payload: Any
    ) -> Protocol | None:
        """The protocol that an event belongs to.

        A socket that has said hello in one is held to it, until it does so in another; before
        that its payload tells, and then what it spoke last.
        """
        able = [protocol for protocol in self.protocols if event in protocol.taken]
        speaker = connection if isinstance(connection, Speaker) else None
        if speaker is not None:
            able = [each for each in able if speakers.may_mean(speaker, each, event)]
        told = [each for each in able if len(able) > 1 and each.recognises(payload)]
        spoken = [each for each in able if speaker is not None and each in speaker.speaks]
        return next(iter(told + spoken + able), None)

    def answered(
        self, there: Connection | Stranger, protocol: Protocol, taken: Taken, payload: Any
    ) -> Any:
        if taken.id_alone and isinstance(payload, str | int) and not isinstance(payload, bool):
            payload = {taken.id_alone: payload}
        if not isinstance(payload, dict):
            raise Malformed
        token = payload.get("token") if taken.is_hello else None
        actor = self.actor_of(there, token, is_hello=taken.is_hello)
        if protocol.by_handshake and not (isinstance(there, Speaker) and there.at_connect):
            raise TokenMissing(_l("Connect with a token."))
        protocol.check_claims(actor, payload, taken.free)
        shaped = parse(taken.shape, payload)
        speaker = self.speaker_of(there, actor, is_proven=token is not None)
        is_new = protocol not in speaker.speaks
        speakers.speak(speaker, protocol)
        speaker.has_said = True
        if taken.is_hello:
            speaker.greeted.add(protocol)
        if is_new:
            protocol.welcome(speaker)
        given = taken.handler(speaker, shaped)
        return given if taken.is_bare else {"ok": True} | (given or {})

    def actor_of(
        self, there: Connection | Stranger, token: object, *, is_hello: bool = False
    ) -> Actor:
        """Whose the event is. A token counts where nothing was proven by another one."""
        if token is None:
            if isinstance(there, Stranger):
                raise Unauthorized
            there.actor = access.check_identified(there.actor)
            if is_hello:  # which loads nothing through the actor
                access.check_still_holds(there.actor)
            return there.actor
        actor = tokens.actor_of_token(token)
        if isinstance(there, Speaker) and there.proven and there.actor.id != actor.id:
            raise Unauthorized(_l("This connection is somebody else's."), code="not_you")
        return actor

    def speaker_of(self, there: Connection | Stranger, actor: Actor, *, is_proven: bool) -> Speaker:
        if not isinstance(there, Speaker):
            return self.admit(there, actor, proven=is_proven)  # type: ignore[arg-type]
        if there.actor.id == actor.id and there.actor.auth_version == actor.auth_version:
            there.proven = there.proven or is_proven
            return there
        speaker = self.admit(there, actor, proven=is_proven)
        speaker.at_connect = there.at_connect and there.actor.id == actor.id
        return speaker

    def refused(
        self,
        sid: str,
        error: ChatError,
        protocol: Protocol | None,
        taken: Taken | None,
        is_asked: bool,
    ) -> Any:
        metrics.ERRORS.labels(self.name, error.code).inc()
        connection = connections.by_sid.get(sid)
        if connection is not None and error.code == Unauthorized.code:
            sockets.server.leaving.add(sid)  # what it was known by no longer holds
        told = (protocol.worded(error) if protocol else error).as_dict()
        if not is_asked:
            tell_socket(sid, self.name, self.error_event(connection, protocol), told)
        return {"error": told} if taken and taken.is_bare else {"ok": False, "error": told}

    def error_event(self, connection: Connection | None, protocol: Protocol | None) -> str:
        if protocol is None and isinstance(connection, Speaker) and connection.speaks:
            protocol = connection.speaks[-1]
        return protocol.error_event if protocol else "error"


def key_of(there: Connection | Stranger) -> int | str:
    """Who asks: a person, or an address as long as nobody is known."""
    return there.actor.id if isinstance(there, Connection) else there.address


def id_of(there: Connection | Stranger | None) -> int | None:
    return there.actor.id if isinstance(there, Connection) else None


def forget(connection: Connection | None) -> None:
    """After a connection went."""
    if not isinstance(connection, Speaker):
        return
    metrics.SOCKETS.dec()
    for protocol in list(connection.speaks):
        speakers.forget(connection, protocol)


def forget_all(speaker: Speaker) -> None:
    """The socket is about to be somebody else's: it leaves every room of the one it was."""
    for protocol in list(speaker.speaks):
        speakers.fall_silent(speaker, protocol)
    connections.remove(speaker.sid)
    metrics.SOCKETS.dec()


def token_of(environ: Mapping[str, Any], auth: Mapping[str, Any]) -> object:
    """The token that the handshake brings, in its payload or its header."""
    if auth.get("token") is not None:
        return auth["token"]
    kind, _, token = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
    return token.strip() if kind.lower() == "bearer" else None
