"""Moving windows in memory, for the `limits` library.

The library's own storage starts a timer at every hit, which walks all keys that ever were and
keeps them for good: with 5,000 people who have sent it takes a third of a core. Here a key is
dropped when its window is empty, and the sweep runs once a minute. Times are monotonic, so that a
clock that is set back locks nobody out.
"""

import time
from collections import deque
from threading import Lock

from limits.storage.base import MovingWindowSupport, Storage

SWEEP_SECONDS = 60


class Windows(Storage, MovingWindowSupport):
    """By key: how long its window is, and when its hits came, the oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: dict[str, tuple[float, deque[float]]] = {}
        self.sweep_at = time.monotonic() + SWEEP_SECONDS
        self.lock = Lock()

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Counts `amount` hits if so many still fit into the window of `expiry` seconds."""
        now = time.monotonic()
        with self.lock:
            if now >= self.sweep_at:
                self.sweep(now)
            hits = self.windows.setdefault(key, (expiry, deque()))[1]
            forget_before(hits, now - expiry)
            if len(hits) + amount > limit:
                return False
            hits.extend([now] * amount)
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest hit of the window came (seconds since 1970), and how many there are."""
        now = time.monotonic()
        with self.lock:
            hits = self.windows.get(key, (expiry, deque[float]()))[1]
            forget_before(hits, now - expiry)
            oldest = hits[0] if hits else now
            return time.time() - (now - oldest), len(hits)

    def sweep(self, now: float) -> None:
        """Drops what is over. Holds the lock of who calls."""
        self.sweep_at = now + SWEEP_SECONDS
        for key, (expiry, hits) in list(self.windows.items()):
            if not hits or hits[-1] <= now - expiry:
                del self.windows[key]

    def clear(self, key: str) -> None:
        self.windows.pop(key, None)

    def reset(self) -> int | None:
        dropped = len(self.windows)
        self.windows.clear()
        return dropped

    def check(self) -> bool:
        return True

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    # Counters of fixed windows, which nothing here uses.
    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        raise NotImplementedError

    def get(self, key: str) -> int:
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        raise NotImplementedError


def forget_before(hits: deque[float], moment: float) -> None:
    while hits and hits[0] <= moment:
        hits.popleft()
