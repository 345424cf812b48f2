"""From what happened to those who deliver it.

In one process an announcement is a call; with `REDIS_URL` it is also one publish, by which the
other processes serve their own sockets. Deliverers never fail an operation: what they carry is
committed, and a client that misses it finds out by the chat's version.
"""

from collections.abc import Callable, Iterable, Sequence

import structlog
from flask import Flask

from app import metrics
from app.bus import Bus
from app.events import Event, MessageSent
from app.extensions import this_app

Deliverer = Callable[[Event], None]
log = structlog.get_logger(__name__)


def init_app(app: Flask, deliverers: Iterable[Deliverer]) -> None:
    app.extensions["deliverers"] = tuple(deliverers)
    url = app.config["REDIS_URL"]
    app.extensions["bus"] = Bus(url, app.config["REDIS_PREFIX"]) if url else None


def announce(events: Sequence[Event]) -> None:
    """Hands every event to every deliverer, here and in every other process, in their order."""
    sent = sum(isinstance(event, MessageSent) and not event.message.is_line for event in events)
    if sent:
        metrics.MESSAGES.inc(sent)
    deliver(events)
    bus = this_app().extensions["bus"]
    if bus is not None and events:
        bus.publish(events)


def deliver(events: Iterable[Event]) -> None:
    """To the deliverers of this process alone."""
    deliverers = this_app().extensions["deliverers"]
    for event in events:
        for deliverer in deliverers:
            try:
                deliverer(event)
            except Exception:
                log.exception("delivery failed", announced=type(event).__name__)
