"""Several at the same moment, in threads that start together."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask, current_app
from sqlalchemy import text

from app.models import database
from tests.servers import wait_until

WAITING = text(
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def at_once(act: Callable[[int], Any], times: int) -> list[Any]:
    """What `act(0)`, `act(1)`, … gave, or the errors that they raised, in that order."""
    barrier = threading.Barrier(times)
    results: dict[int, Any] = {}
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def run(number: int) -> None:
        with app.app_context():
            barrier.wait()
            try:
                results[number] = act(number)
            except Exception as error:
                results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[number] for number in range(times)]


def while_it_waits(held: Callable[[Callable[[], None]], Any], other: Callable[[], Any]) -> Any:
    """What `held` gives, which calls its argument within its transaction on PostgreSQL.

    There `other` begins, and `held` goes on when that waits for a lock of ours or is through.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    result: list[Any] = []

    def run() -> None:
        with app.app_context():
            try:
                result.append(other())
            except Exception as error:
                result.append(error)

    thread = threading.Thread(target=run)

    def pause() -> None:
        thread.start()
        wait_until(lambda: not thread.is_alive() or database.scalar(WAITING))

    try:
        return held(pause)
    finally:
        thread.join()
        assert not isinstance(result[0], Exception), result[0]
