"""Socket.IO namespace `/live`: events in and events out."""

from flask import Flask

from app.realtime import chats, edits, live, messages, receipts, typing  # noqa: F401  (their events)


def init_app(app: Flask) -> None:
    live.init_app(app)
