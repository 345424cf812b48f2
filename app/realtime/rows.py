"""Inbox rows out, to staff: each at once, or together while many chats are busy.

A row shows a chat as it is, so of several in a moment the newest is enough. The first ones of a
window are told as they come; those beyond wait for its end, where of each kind the newest of a
chat is told: words of people, other lines, other changes. None is lost, and none waits longer.
"""

import time
from threading import Lock
from typing import Any, NamedTuple

import structlog
from flask import Flask

from app.extensions import this_app
from app.models.chats import ChatState
from app.queries.presence import is_online
from app.realtime.listeners import emit, pages
from app.realtime.render import row_html
from app.schemas.chats import chat_out
from app.sockets import rooms
from app.sockets.server import sockets

WINDOW_SECONDS, LATE_SECONDS = 0.03, 1.0
AT_ONCE = 16  # a window
log = structlog.get_logger(__name__)


class Row(NamedTuple):
    """What happened to a chat, and who said so if it was said."""

    event: str
    chat: ChatState
    version: int
    sender_id: int | None = None
    sender_name: str | None = None

    @property
    def kind(self) -> tuple[int, str, bool]:
        """Of which the newest is enough."""
        return self.chat.id, self.event, self.chat.last_seq == self.version


class Rows:
    """Those of this process."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.waiting: dict[tuple[int, str, bool], Row] = {}
        self.ends_at = 0.0
        self.told = 0

    def tell(self, row: Row) -> None:
        """At once, or at the end of the window."""
        now = time.monotonic()
        with self.lock:
            if now >= self.ends_at and not self.waiting:
                self.ends_at, self.told = now + WINDOW_SECONDS, 0
            is_at_once = self.told < AT_ONCE and not self.waiting
            # The first to wait sees to it, or anybody once a task has failed to.
            is_left = not self.waiting or now > self.ends_at + LATE_SECONDS
            if is_at_once:
                self.told += 1
            else:
                self.add(row)
        if is_at_once:
            tell(row)
        elif is_left:
            wait = self.ends_at - now
            sockets.server.start_background_task(self.tell_waiting, this_app(), wait)

    def add(self, row: Row) -> None:
        before = self.waiting.pop(row.kind, row)
        self.waiting[row.kind] = max(before, row, key=lambda each: each.version)

    def tell_waiting(self, app: Flask, seconds: float) -> None:
        sockets.server.sleep(max(seconds, 0))
        with self.lock:
            rows = sorted(self.waiting.values(), key=lambda row: row.version)
            self.waiting = {}
            self.ends_at, self.told = time.monotonic() + WINDOW_SECONDS, len(rows)
        with app.app_context():
            for row in rows:
                try:
                    tell(row)
                except Exception:
                    log.exception("delivery failed", announced=row.event)


rows = Rows()


def tell(row: Row) -> None:
    """To all staff who listen here; rendered once for each language of their pages."""
    programs, listening = rooms.occupied([rooms.staff()]), pages(rooms.staff)
    if not programs and not listening:
        return
    chat = row.chat
    payload: dict[str, Any] = {"chatId": chat.id, "version": row.version, "chat": chat_out(chat)}
    emit(row.event, payload, programs)
    is_here = bool(listening) and is_online(chat.customer_id)
    # Whose the last message is stands in the chat by id alone.
    by = row.sender_name if row.sender_id == chat.last_sender_id else None
    for locale, room in listening:
        html = row_html(chat, locale, is_online=is_here, sender_name=by)
        emit(row.event, payload | {"html": html}, [room])
