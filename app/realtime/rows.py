"""Inbox rows out, to staff: each at once, or together while many chats are busy.

A row shows a chat as it is, so of several in a moment the newest is enough. What is said is told
as it comes until a window has had its share; the rest waits for the window's end, where of each
chat the newest word of each person is told, and the newest line. None is lost, none waits longer.
Any other change is told at once, after what waits of its chat: who has joined the chat hears of it
nowhere else, and would take it for known once they had heard of a later one.
"""

import time
from collections.abc import Iterable, Sequence
from itertools import chain
from threading import Lock
from typing import Any, NamedTuple

import structlog
from flask import Flask

from app.clock import iso
from app.extensions import this_app
from app.models.chats import ChatState
from app.models.messages import MessageState
from app.queries.tags import beside_row
from app.queries.targets import due_as_remembered
from app.realtime.listeners import emit, pages
from app.realtime.render import row_html
from app.schemas.chats import chat_out
from app.sockets import rooms
from app.sockets.server import sockets

WINDOW_SECONDS, LATE_SECONDS = 0.03, 1.0
AT_ONCE = 16  # a window
log = structlog.get_logger(__name__)


class Row(NamedTuple):
    """A chat after what happened to it, and who said so if it was said by somebody."""

    event: str
    chat: ChatState
    version: int
    sender_id: int | None = None
    sender_name: str | None = None
    tags: Sequence[str] | None = None  # where these have changed
    is_due: bool | None = None  # where it was put aside or is back
    is_released: bool = False  # where what was said was held until now


class Rows:
    """Those of this process."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.waiting: dict[int, dict[int | None, Row]] = {}
        self.ends_at = 0.0
        self.told = 0

    def said(self, chat: ChatState, message: MessageState) -> None:
        """A chat has a new message: at once, or at the end of the window."""
        row = Row("new_chat_message", chat, message.version, message.sender_id, message.sender_name)
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

    def released(self, chat: ChatState, message: MessageState) -> None:
        """A message that was held is there: at once."""
        said = (message.version, message.sender_id, message.sender_name)
        self.follow(Row("new_chat_message", chat, *said, is_released=True))

    def changed(self, chat: ChatState) -> None:
        """A chat is another one than before, without a message: at once."""
        self.follow(Row("chat_changed", chat, chat.version))

    def tagged(self, chat: ChatState, tags: Sequence[str]) -> None:
        """A chat has other tags, and is the same chat: at once, in its place."""
        self.follow(Row("tags_changed", chat, chat.version, tags=tags))

    def snoozed(self, chat: ChatState, is_due: bool) -> None:
        """A chat was put aside, or is back, and is the same chat: at once, in its place."""
        self.follow(Row("snooze_changed", chat, chat.version, is_due=is_due))

    def marked(self, chat: ChatState) -> None:
        """A chat was marked as unread, or is no more, and is the same chat: at once."""
        self.follow(Row("unread_mark_changed", chat, chat.version))

    def prioritised(self, chat: ChatState) -> None:
        """A chat is more urgent, or less, and is the same chat: at once."""
        self.follow(Row("priority_changed", chat, chat.version))

    def follow(self, row: Row) -> None:
        """At once, after what waits of its chat: an older row would come after, and be shown."""
        with self.lock:
            before = self.waiting.pop(row.chat.id, {})
        tell_each([*in_order(before.values()), row])

    def add(self, row: Row) -> None:
        of_chat = self.waiting.setdefault(row.chat.id, {})
        before = of_chat.get(row.sender_id, row)
        of_chat[row.sender_id] = max(before, row, key=version)

    def tell_waiting(self, app: Flask, seconds: float) -> None:
        sockets.server.sleep(max(seconds, 0))
        with self.lock:
            rows = in_order(chain.from_iterable(of.values() for of in self.waiting.values()))
            self.waiting = {}
            self.ends_at, self.told = time.monotonic() + WINDOW_SECONDS, len(rows)
        with app.app_context():
            tell_each(rows)


rows = Rows()


def version(row: Row) -> int:
    return row.version


def in_order(some: Iterable[Row]) -> list[Row]:
    return sorted(some, key=version)


def tell_each(rows: Iterable[Row]) -> None:
    """One that fails costs no other."""
    for row in rows:
        try:
            tell(row)
        except Exception:
            log.exception("delivery failed", announced=row.event)


def tell(row: Row) -> None:
    """To all staff who listen here; rendered once for each language of their pages."""
    programs, listening = rooms.occupied([rooms.staff()]), pages(rooms.staff)
    if not programs and not listening:
        return
    chat = row.chat
    payload: dict[str, Any] = {"chatId": chat.id, "version": row.version, "chat": chat_out(chat)}
    if row.tags is not None:
        payload["tags"] = list(row.tags)
    if row.is_due is not None:
        payload["isDue"] = row.is_due
    if row.is_released:
        payload["isReleased"] = True
    if chat.is_snoozed:
        payload["snoozedUntil"] = iso(chat.snoozed_until)
    if chat.is_marked_unread:
        payload["isMarkedUnread"] = True
    question = due_as_remembered(chat)
    if question:
        payload["dueAt"] = iso(question.at)
    if chat.priority is not None:
        payload["priority"] = chat.priority
    if chat.held_seq is not None:
        payload["hasHeld"] = True
    emit(row.event, payload, programs)
    if not listening:
        return
    beside = beside_row(chat)
    # Whose the last message is stands in the chat by id alone.
    by = row.sender_name if row.sender_id == chat.last_sender_id else None
    for locale, room in listening:
        html = row_html(chat, locale, beside, question, by)
        emit(row.event, payload | {"html": html}, [room])
