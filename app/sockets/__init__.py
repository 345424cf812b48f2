"""The Socket.IO server and its connections: what every live door stands on."""

from flask import Flask

from app.sockets import wire
from app.sockets.server import sockets


def init_app(app: Flask) -> None:
    sockets.init_app(
        app,
        async_mode=app.config["ASYNC_MODE"],
        cors_allowed_origins=list(app.config["ORIGINS"]) or None,
        cookie=None,
        ping_interval=20,
        ping_timeout=20,
    )
    sockets.server.eio.within = app.app_context
    wire.install(sockets.server)
    sockets.server.eio.shortcuts = app.config["SHORTCUTS"]
    if app.config["SHORTCUTS"]:
        sockets.server.eio.take = sockets.server.take
