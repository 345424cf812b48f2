"""Socket.IO namespace `/live`: events in and events out."""

from flask import Flask

from app.realtime import (  # noqa: F401  (their events)
    canned_answers,
    chats,
    edits,
    files,
    forwards,
    live,
    messages,
    reactions,
    receipts,
    redactions,
    typing,
)


def init_app(app: Flask) -> None:
    live.init_app(app)
