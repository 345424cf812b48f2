"""Socket.IO namespace `/live`: events in and events out."""

from flask import Flask

# isort: off
from app.realtime import chats, edits, live, messages, receipts, typing  # noqa: F401  (their events)
from app.realtime import reactions  # noqa: F401  (the same)
# isort: on


def init_app(app: Flask) -> None:
    live.init_app(app)
