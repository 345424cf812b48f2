"""Several processes: one publish an announcement, and every process serves its own sockets.

Redis only hints. What it loses, a client notices by the chat's version; while it is away this
process's own sockets are served all the same.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import fields
from threading import Lock
from typing import Any

import orjson
import redis
import structlog
from flask import Flask

from app import clock, events
from app.concurrency import process_name
from app.events import Event, Missed
from app.models.chats import ChatState
from app.models.messages import MessageState, Quote
from app.models.notes import NoteState
from app.models.ratings import RatingState

RETRY_SECONDS = 1
HEALTH_SECONDS = 15
PUBLISH_SECONDS = 0.5  # Redis only hints: a hint is worth no longer wait
MOST_WAITING, TOGETHER = 10_000, 500  # events
LOST_MS = 30_000  # so long before it is noticed may a line have been dead, or a change been stamped
STATES: dict[str, Callable[[Any], Any]] = {
    "chat": ChatState._make,
    "message": MessageState._make,
    "quote": Quote._make,
    "note": NoteState._make,
    "rating": RatingState._make,
}
log = structlog.get_logger(__name__)


class Bus:
    """Publishes what is announced here, and hears what is announced elsewhere.

    Whoever announces waits for Redis no longer than until there is a task for it (`send_by`); in a
    shell there is none. What is announced while one publish is under way shares the next one, and
    while Redis is away waits for it. Of what is too much to keep, and of what was announced while
    nobody listened here, it is told that it was missed.
    """

    def __init__(self, url: str, prefix: str) -> None:
        self.channel = f"{prefix}:events"
        self.redis = redis.Redis.from_url(
            url, socket_timeout=PUBLISH_SECONDS, socket_connect_timeout=PUBLISH_SECONDS
        )
        self.ear = redis.Redis.from_url(
            url, socket_timeout=5, socket_connect_timeout=1, health_check_interval=HEALTH_SECONDS
        )
        self.start_task: Callable[[Callable[[], None]], object] | None = None
        self.waiting: deque[Event] = deque()
        self.missed: Missed | None = None  # of what waited for too long
        self.is_sending = self.is_away = False
        self.lock = Lock()  # on what waits and who sends it

    def send_by(self, start_task: Callable[[Callable[[], None]], object]) -> None:
        """From now on a task that this begins does the sending."""
        self.start_task = start_task

    def publish(self, announced: Sequence[Event]) -> None:
        """Tells the other processes, in the order of the calls."""
        if self.start_task is None:
            self.is_sent(announced)
            return
        with self.lock:
            self.waiting.extend(announced)
            while len(self.waiting) > MOST_WAITING:
                self.waiting.popleft()
                self.missed = self.missed or Missed(clock.now() - LOST_MS)
            is_sent_by_another, self.is_sending = self.is_sending, True
        if not is_sent_by_another:
            self.start_task(self.send_waiting)

    def send_waiting(self) -> None:
        while together := self.next_together():
            while not self.is_sent(together):
                time.sleep(RETRY_SECONDS)

    def next_together(self) -> list[Event]:
        with self.lock:
            together = [self.waiting.popleft() for _ in range(min(len(self.waiting), TOGETHER))]
            if self.missed is not None:
                together, self.missed = [self.missed, *together], None
            self.is_sending = bool(together)
            return together

    def is_sent(self, announced: Sequence[Event]) -> bool:
        """False where it makes sense to try it again."""
        try:
            self.redis.publish(self.channel, packed(announced))
        except redis.RedisError as error:
            self.is_away = True
            log.warning("bus away", error=str(error))
            return False
        except Exception:  # what is announced is committed: its sender must hear so
            log.exception("publishing failed")
        self.is_away = False
        return True

    @property
    def has_told(self) -> bool:
        """Whether there is nothing left to tell, or nobody to take it."""
        return self.is_away or not self.is_sending

    def listen(self, app: Flask, deliver: Callable[[Sequence[Event]], None]) -> None:
        """Delivers what other processes announce; comes back by itself, never ends."""
        lost_at: int | None = None
        while True:
            try:
                with self.ear.pubsub(ignore_subscribe_messages=True) as heard:  # type: ignore[no-untyped-call]
                    heard.subscribe(self.channel)
                    if lost_at is not None:
                        hear(app, [Missed(lost_at)], deliver)
                        lost_at = None
                    while True:
                        message = heard.get_message(timeout=1)
                        if message is not None:
                            take(app, message["data"], deliver)
            except redis.RedisError as error:
                log.warning("bus away", error=str(error))
            except Exception:
                log.exception("bus failed")
            lost_at = lost_at or clock.now() - LOST_MS
            time.sleep(RETRY_SECONDS)


def take(app: Flask, data: bytes, deliver: Callable[[Sequence[Event]], None]) -> None:
    """Delivers one message; one that cannot be read, of a newer version perhaps, is left out."""
    try:
        hear(app, unpacked(data), deliver)
    except Exception:
        log.exception("bus message failed")


def hear(app: Flask, said: Sequence[Event], deliver: Callable[[Sequence[Event]], None]) -> None:
    with app.app_context():
        deliver(said)


def packed(announced: Sequence[Event]) -> bytes:
    """Events as JSON; a state is the list of its fields."""
    said = [
        [type(event).__name__, *(getattr(event, field.name) for field in fields(event))]
        for event in announced
    ]
    return orjson.dumps({"from": process_name(), "said": said}, default=list)


def unpacked(data: bytes) -> list[Event]:
    """The events of another process; of this one none, they are delivered already."""
    heard = orjson.loads(data)
    if heard["from"] == process_name():
        return []
    return [event_of(*said) for said in heard["said"]]


def event_of(name: str, *values: Any) -> Event:
    kind: type[Event] = getattr(events, name)
    named = dict(zip((field.name for field in fields(kind)), values, strict=True))
    for field, make in STATES.items():
        if named.get(field) is not None:
            named[field] = make(named[field])
    for field, value in named.items():
        if isinstance(value, list):
            named[field] = tuple(tuple(v) if isinstance(v, list) else v for v in value)
    return kind(**named)
