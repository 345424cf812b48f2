"""What many wait for: a turn, which goes from one to the next, and a gate, which opens for all.

eventlet's own lock wakes those who wait one after the other, each by a timer of its own. A message
waits for both, so they are made here for eventlet: those who wait are switched to directly, all by
one timer. gevent's and the threads' own are as good as any.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from app.concurrency import mode


class Turn(Protocol):
    """A lock; under eventlet who has waited longest is next."""

    def acquire(self, blocking: bool = True) -> bool: ...
    def release(self) -> None: ...
    def locked(self) -> bool: ...


class Gate(Protocol):
    """Shut, then open for good."""

    def is_set(self) -> bool: ...
    def set(self) -> None: ...
    def wait(self) -> object: ...


def kinds(shortcuts: bool) -> tuple[Callable[[], Turn], Callable[[], Gate]]:
    """What makes a turn and what makes a gate, in the mode in force."""
    if not shortcuts or mode() == "threading":
        return threading.Lock, threading.Event
    if mode() == "eventlet":
        return EventletTurn, EventletGate
    from gevent.event import Event

    return threading.Lock, Event


def never_waited_for() -> Any:
    """A lock that is taken where it is free, or not at all: of no use to eventlet's loop."""
    if mode() == "eventlet":
        from eventlet.patcher import original

        return original("threading").Lock()
    return threading.Lock()


class Queue:
    """Greenlets of eventlet that wait, each until it is switched to."""

    def __init__(self) -> None:
        from eventlet.hubs import get_hub
        from greenlet import getcurrent

        self.get_hub, self.getcurrent = get_hub, getcurrent
        self.greenlets: deque[Any] = deque()

    def wait(self, is_over: Callable[[], bool]) -> None:
        """Whoever is ended meanwhile waits no more."""
        current = self.getcurrent()
        self.greenlets.append(current)
        try:
            self.get_hub().switch()
            while not is_over():
                self.get_hub().switch()  # it was for something else
        except BaseException:
            if current in self.greenlets:
                self.greenlets.remove(current)
            raise

    def switch_to(self, greenlet: Any) -> None:
        """In the hub: until it waits again. What it fails with is no fault of those after it."""
        try:
            greenlet.switch()
        except Exception:
            self.get_hub().squelch_generic_exception(sys.exc_info())

    def soon(self, act: Callable[[], None]) -> None:
        self.get_hub().schedule_call_global(0, act)


class EventletTurn:
    def __init__(self) -> None:
        self.queue = Queue()
        self.is_taken = self.is_passing = False
        self.next: Any = None

    def locked(self) -> bool:
        return self.is_taken

    def acquire(self, blocking: bool = True) -> bool:
        if not self.is_taken and not self.queue.greenlets:
            self.is_taken = True
            return True
        if blocking:
            current = self.queue.getcurrent()
            self.queue.wait(lambda: self.next is current)
            self.next = None
        return blocking

    def release(self) -> None:
        self.is_taken = False
        if self.queue.greenlets and not self.is_passing:
            self.is_passing = True
            self.queue.soon(self.pass_on)

    def pass_on(self) -> None:
        """To one after the other, as long as each gives it back before it waits."""
        while self.queue.greenlets and not self.is_taken:
            self.is_taken, self.next = True, self.queue.greenlets.popleft()
            self.queue.switch_to(self.next)
            if self.next is not None:  # it has ended without taking it
                self.is_taken, self.next = False, None
        self.is_passing = False


class EventletGate:
    def __init__(self) -> None:
        self.queue = Queue()
        self.is_open = False

    def is_set(self) -> bool:
        return self.is_open

    def set(self) -> None:
        self.is_open = True
        if self.queue.greenlets:
            self.queue.soon(self.let_all_on)

    def wait(self) -> None:
        if not self.is_open:
            self.queue.wait(self.is_set)

    def let_all_on(self) -> None:
        while self.queue.greenlets:
            self.queue.switch_to(self.queue.greenlets.popleft())
