"""What one message writes to the disk, in a full database: `python -m bench.writes`.

Messages go into chats at random, four of five from customers, each committed alone; nothing moves
from SQLite's log into the database meanwhile, so the log is what was written.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from pathlib import Path

import flask_migrate
from sqlalchemy import bindparam, select

from app import create_app
from app.cli.past import fill
from app.models import chats, database, users
from app.models.users import Actor
from app.operations import messages
from app.operations.messages import Draft

MESSAGES = 2_000
BY_STAFF_EVERY = 5
OPEN = select(chats.table.c.id, chats.table.c.customer_id, chats.table.c.agent_id).where(
    chats.table.c.status == "open"
)
PERSON = select(*users.ACTOR_COLUMNS).where(users.table.c.id == bindparam("user_id"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, nargs="+", default=[1_000, 100_000])
    for number in parser.parse_args().chats:
        with tempfile.TemporaryDirectory() as directory:
            kilobytes, taken = measured(Path(directory, "full.db"), number)
            print(f"{number:>8,} chats: {kilobytes:.1f} KB a message, {taken:.2f} ms of CPU")


def measured(path: Path, number: int) -> tuple[float, float]:
    """KB that a message writes and ms of CPU that it takes, in a new database of so many chats."""
    secrets = dict.fromkeys(("SECRET_KEY", "JWT_SECRET"), "0" * 64)
    settings = {
        "DATABASE_URL": f"sqlite:///{path}",
        "ASYNC_MODE": "threading",
        "RATE_LIMITS": "off",
        "LOG_LEVEL": "WARNING",
    }
    app = create_app({**os.environ, **settings, **secrets})
    with app.app_context():
        flask_migrate.upgrade()
        fill(number)
        raw = app.extensions["begin"].opened()[1]
        raw.execute("PRAGMA wal_autocheckpoint = 0")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        rng, open_chats = random.Random(number), database.rows(OPEN)
        started = time.process_time()
        for turn in range(MESSAGES):
            chat_id, customer_id, agent_id = rng.choice(open_chats)
            user_id = customer_id if turn % BY_STAFF_EVERY else agent_id
            actor = Actor.of(database.row(PERSON, user_id=user_id))
            messages.send(actor, chat_id, Draft(f"Message {turn}", f"{turn}"))
        taken = time.process_time() - started
    kilobytes = path.with_name(f"{path.name}-wal").stat().st_size / 1024
    return kilobytes / MESSAGES, taken / MESSAGES * 1000


if __name__ == "__main__":
    main()
