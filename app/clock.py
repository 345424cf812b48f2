"""Time as Deskbell keeps it: whole milliseconds since 1970, UTC. On the wire: ISO 8601 with `Z`."""

import time
from datetime import UTC, datetime
from functools import lru_cache


def now() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


@lru_cache(1024)  # a message's moment is told five times within the millisecond, a chat's for hours
def iso(ms: int | None) -> str | None:
    """`2026-01-31T09:05:07.123Z`, or None for None."""
    if ms is None:
        return None
    seconds, rest = divmod(ms, 1000)
    return f"{_second(seconds)}.{rest:03d}Z"


@lru_cache(4096)
def _second(seconds: int) -> str:
    """Several times in a message's events, and most of them alike."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def moment(ms: int) -> datetime:
    """The same instant as an aware `datetime` in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)
