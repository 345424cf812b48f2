"""What reports cost: `python -m bench.insight`, of a year of 1,000,000 messages on SQLite.

Each figure is asked in each grouping, with its total and the period before, as its page does, and
then all figures at once; before what chats say is kept, and after. Milliseconds of the processor
at p50 and p95: what others do on the machine meanwhile is not in it, but for caches.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import flask_migrate
from sqlalchemy import text

from app import create_app, garbage, periods
from app.cli.past import fill
from app.extensions import db
from app.models.insight import RATED, By, Figure
from app.operations import insight as keeping
from app.operations.transaction import transaction
from app.queries import insight
from tests.conftest import settings_for

DRESS = (
    "INSERT INTO tags (id, name, folded, created_at)"
    " VALUES (1, 'Refund', 'refund', 1), (2, 'VIP', 'vip', 1), (3, 'Late', 'late', 1)",
    "INSERT INTO chat_tags (chat_id, tag_id, at)"
    " SELECT c.id, t.id, c.created_at FROM chats c, tags t WHERE c.id * 7919 % 10 < t.id * 2",
    "UPDATE chats SET team_id = 1 + id * 31 % 7, topic_id = 1 + id * 37 % 11",
    "INSERT INTO ratings (chat_id, kind, asked_at, rated_at, value, words)"
    " SELECT id, 'stars', closed_at, closed_at + 60000, 1 + id * 17 % 5, ''"
    " FROM chats WHERE closed_at IS NOT NULL AND id % 10 < 4",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=17_500, help="one each half hour")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "year.db"
        with create_app(settings_for(path)).app_context():
            flask_migrate.upgrade()
            fill(options.chats, options.messages)
            with transaction() as tx:
                for statement in DRESS:
                    tx.run(text(statement), {})
            garbage.keep_apart()  # as a server has it
            measure("counted from messages", max(options.times // 5, 1))
            began = time.process_time()
            number = keeping.keep_quiet()
            print(f"{number:,} chats kept: {time.process_time() - began:.1f} s of the processor")
            measure("kept", options.times)
            db.engine.dispose()


def measure(what: str, times: int) -> None:
    print(f"{what}: ms of the processor, p50 / p95")
    period = periods.newest(periods.MOST_DAYS, "Europe/Berlin")
    for figure in Figure:
        told = [
            f"{by} {taken(lambda by=by: insight.report(figure, by, period), times)}"  # noqa: B023
            for by in By
            if by != By.RATING or figure in RATED
        ]
        print(f"  {figure}: {', '.join(told)}", flush=True)
    print(f"  all figures: {taken(lambda: insight.compared(period), times)}", flush=True)


def taken(ask: Callable[[], object], times: int) -> str:
    found = []
    for _time in range(times):
        began = time.process_time()
        ask()
        found.append((time.process_time() - began) * 1000)
    found.sort()
    return f"{found[len(found) // 2]:.0f} / {found[-(-len(found) * 95 // 100) - 1]:.0f}"


if __name__ == "__main__":
    main()
