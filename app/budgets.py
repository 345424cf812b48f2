"""What one person, or one address, may ask in all, whatever the door and whatever it is.

A bucket each: full it holds a burst, and it fills with time. It guards the time of this process,
so it is kept in this process; an event costs it one look into a dictionary.
"""

import time

BURST, A_SECOND = 240, 40  # wide enough for an agent with many chats, and for coming back to them
CONNECT_COST = 6  # a handshake is dearer than an event
PAUSE_SECONDS = 0.25  # so long nothing is read of a line whose bucket is empty
FEW = 1000


class Budgets:
    """By key the moment at which its bucket is full again; who is not there has a full one."""

    def __init__(self) -> None:
        self.full_at: dict[int | str, float] = {}
        self.many = FEW

    def take(self, key: int | str, cost: int = 1) -> float:
        """Takes from the key's bucket; the seconds to wait where there is not enough in it."""
        now = time.monotonic()
        full_at = max(self.full_at.get(key, now), now) + cost / A_SECOND
        wait = full_at - now - BURST / A_SECOND
        if wait > 0:
            return wait
        self.full_at[key] = full_at
        if len(self.full_at) > self.many:
            self.forget(now)
        return 0.0

    def forget(self, now: float) -> None:
        """Drops those that are full again; the next time is when there are twice as many."""
        self.full_at = {key: at for key, at in list(self.full_at.items()) if at > now}
        self.many = max(FEW, 2 * len(self.full_at))
