"""How many connections an address and a person may hold, and how one is ended."""

import time

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.errors import TooFast
from app.models.users import Actor
from app.sockets.connections import Connection, Stranger, connections
from app.sockets.server import SILENT_SECONDS, sockets


def check_address(app: Flask, address: str) -> None:
    """Raises `TooFast` when the address holds as many connections as it may."""
    if not app.config["RATE_LIMITS"]:
        return
    if len(connections.by_address.get(address, ())) >= app.config["SOCKETS_PER_ADDRESS"]:
        raise TooFast(_l("Too many connections from this address."), code="too_many_connections")


def make_room(app: Flask, actor: Actor) -> None:
    """One more connection of this person: their oldest give way."""
    if not app.config["RATE_LIMITS"]:
        return
    mine = connections.of(actor.id)
    for oldest in mine[: max(0, len(mine) + 1 - app.config["SOCKETS_PER_USER"])]:
        end(oldest)


def end(connection: Connection | Stranger) -> None:
    """Ends a connection; what it was told last still goes out."""
    sockets.start_background_task(
        sockets.server.disconnect, connection.sid, namespace=connection.namespace
    )


def drop_strangers() -> None:
    """Ends the connections that did not say whose they are within `SILENT_SECONDS`."""
    limit = time.monotonic() - SILENT_SECONDS
    for stranger in list(connections.strangers.values()):
        if stranger.since < limit:
            end(stranger)
