"""What an event runs in: the application's context, and its name in the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from flask import Flask, current_app, has_app_context
from structlog.contextvars import bind_contextvars, reset_contextvars

numbers = count(1)


@contextmanager
def running(app: Flask, sid: str) -> Iterator[None]:
    """A WebSocket has a context for as long as it stands (`Server.within`); a poll brings none."""
    if not has_app_context() or current_app != app:
        with app.app_context(), running(app, sid):
            yield
            return
    before = bind_contextvars(event_id=f"{sid}-{next(numbers)}")
    try:
        yield
    finally:
        reset_contextvars(**before)
