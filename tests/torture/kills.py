"""The server is killed at random moments while messages are sent."""

import itertools
import random
import time
from collections.abc import Iterator
from pathlib import Path

from app.cli import factories
from app.queries import counts
from tests.live.conftest import Place
from tests.servers import MODES
from tests.torture.crowd import Crowd, acknowledged_by, check_kept, senders_of
from tests.torture.figures import Figure
from tests.torture.places import is_intact, starting


def killed(place: Place, *, senders: int, sends: int, kills: int) -> Figure:
    """So many senders send so many messages in all, over so many kill -9, in each mode by turns."""
    customers = factories.people([(f"Sender {n}", "customer", None) for n in range(senders)])
    crowd = Crowd(senders_of(place, customers), ["Is anybody there?"] * (sends // senders))
    modes = itertools.cycle(MODES)
    with crowd:
        for moment in sorted(random.sample(range(sends // 50, sends * 49 // 50), kills)):
            crowd.wait_for(moment, 120)
            time.sleep(random.uniform(0, 0.02))  # not always just after an acknowledgement
            place.server.kill()
            place.server.settings["ASYNC_MODE"] = next(modes)
            place.server.start()
        crowd.finish()
    acknowledged = acknowledged_by(crowd.senders)
    assert len(acknowledged) == sends // senders * senders
    kept = check_kept(acknowledged)
    assert kept == len(acknowledged)
    assert counts.wrong() == {}
    assert is_intact(place.database)
    cut = sum(sender.cuts for sender in crowd.senders)
    assert cut >= kills
    return Figure(
        1,
        f"kill -9 {kills} times during {len(acknowledged):,} acknowledged sends",
        f"0 lost, 0 doubled, no gap ({cut:,} lines cut)",
        "0, 0, none",
    )


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder) as start:
        yield killed(start(), senders=20, sends=10_000, kills=50)
