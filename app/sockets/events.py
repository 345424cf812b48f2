"""What an event runs in: the application's context, and its name in the log."""

from contextvars import ContextVar, Token
from itertools import count
from types import TracebackType
from typing import Any

from flask import Flask, has_app_context
from flask.ctx import AppContext

from app.extensions import this_app

numbers = count(1)
#: The socket's sid and the event's number, of which the log makes a name where it says something.
current: ContextVar[tuple[str, int] | None] = ContextVar("deskbell.event", default=None)


class running:
    """A WebSocket has a context for as long as it stands (`Server.within`); a poll brings none."""

    __slots__ = ("app", "context", "sid", "token")

    def __init__(self, app: Flask, sid: str) -> None:
        self.app, self.sid = app, sid
        self.context: AppContext | None = None

    def __enter__(self) -> None:
        if not has_app_context() or this_app() is not self.app:
            self.context = self.app.app_context()
            self.context.push()
        self.token: Token[Any] = current.set((self.sid, next(numbers)))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        current.reset(self.token)
        if self.context is not None:
            self.context.pop(error)


def named(_logger: Any, _method: str, told: Any) -> Any:
    """A processor of structlog's: which event it is that says so."""
    event = current.get()
    if event is not None:
        told.setdefault("event_id", f"{event[0]}-{event[1]}")
    return told
