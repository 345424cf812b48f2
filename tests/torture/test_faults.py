"""Redis and PostgreSQL away for seconds while messages are sent."""

from pathlib import Path

import pytest

from tests import bus
from tests.torture.faults import database_restarted, queue_away
from tests.torture.places import Start


@pytest.mark.parametrize("how", ["held", "killed"])
def test_without_redis_all_goes_on_and_after_it_nobody_lacks_anything(
    start: Start, tmp_path: Path, how: str
) -> None:
    with bus.server(tmp_path) as redis:
        queue_away(start, redis, tmp_path, how, mode="eventlet", seconds=4)


def test_a_postgresql_that_crashes_loses_nothing_that_was_acknowledged(start: Start) -> None:
    database_restarted(start, senders=8, sends=800, mode="eventlet")
