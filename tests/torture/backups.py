"""A backup while messages come in, and the way back."""

import time
from collections.abc import Iterator
from pathlib import Path

from app import create_app
from app.cli import factories
from app.extensions import db
from app.queries import counts
from tests.conftest import settings_for
from tests.live.conftest import Place
from tests.torture.crowd import Crowd, acknowledged_by, check_kept, senders_of
from tests.torture.figures import Figure
from tests.torture.places import is_intact, starting

SENDERS = 10


def backed_up(place: Place, folder: Path, *, backups: int, rate: int, seconds: float) -> Figure:
    """So many backups while so many messages a second are written; the last one is restored."""
    customers = factories.people([(f"Sender {n}", "customer", None) for n in range(SENDERS)])
    pause = SENDERS / rate
    held = 0
    with Crowd(senders_of(place, customers), ["Keep this"] * 1_000_000, pause) as crowd:
        started = time.monotonic()
        for number in range(backups):
            crowd.wait_for(int(rate * seconds / backups * (number + 1) * 0.5), 120)
            before = acknowledged_by(crowd.senders)
            # At once: while a new process starts, the log may be written back.
            done = place.app.test_cli_runner().invoke(
                args=["backup", str(folder / f"copy-{number}.db")]
            )
            assert done.exit_code == 0, done.output
            held += check_copy(folder / f"copy-{number}.db", before)
        achieved = crowd.acknowledged / (time.monotonic() - started)
    assert all(sender.cuts == 0 for sender in crowd.senders)
    assert achieved >= rate / 2, f"{achieved:.0f} a second"
    place.hang_up()
    place.server.stop()
    place.app.extensions["begin"].connection.close()  # nor has this process it open
    db.engine.dispose()
    place.server.flask("restore", str(folder / f"copy-{backups - 1}.db"))
    check_kept(before)
    place.server.start()
    again = place.client(customers[0]).send("And on", "and on")
    assert again["id"]
    return Figure(
        13,
        f"{backups} backups at {achieved:.0f} messages a second",
        f"intact, {held:,} rows held all acknowledged before; restored",
        f"{rate / 2:.0f} a second",
    )


def check_copy(copy: Path, acknowledged: list[dict]) -> int:
    """The copy opens, is intact, and holds what was acknowledged before it began. Its rows."""
    assert is_intact(copy)
    with create_app(settings_for(copy)).app_context():
        kept = check_kept(acknowledged)
        assert counts.wrong() == {}
        db.engine.dispose()
    return kept


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder) as start:
        yield backed_up(start(), folder, backups=10, rate=200, seconds=60)
