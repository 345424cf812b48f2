"""Socket.IO namespace `/live`: events in and events out."""

from flask import Flask

from app.realtime import (  # noqa: F401  (their events)
    actions,
    articles,
    availability,
    blocks,
    bots,
    canned_answers,
    chats,
    edits,
    erasures,
    exports,
    files,
    forwards,
    holds,
    live,
    merges,
    messages,
    notes,
    pins,
    priorities,
    ratings,
    reactions,
    receipts,
    redactions,
    reports,
    requests,
    saved_views,
    search,
    snoozes,
    supervision,
    tags,
    teams,
    topics,
    transcripts,
    typing,
    unread_marks,
)


def init_app(app: Flask) -> None:
    live.init_app(app)
