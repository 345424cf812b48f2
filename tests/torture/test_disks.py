"""A disk that is slow."""

import pytest

from tests.servers import MODES
from tests.torture.disks import SYNC_MS, slow
from tests.torture.figures import percentile
from tests.torture.places import Start


@pytest.mark.parametrize("mode", MODES)
def test_a_slow_disk_costs_who_writes_time_and_nobody_else(start: Start, mode: str) -> None:
    taken = slow(start, mode, senders=40, seconds=3)
    assert taken.together >= 8 * taken.alone
    for others in (taken.typing, taken.reading):
        assert percentile(others, 80) < SYNC_MS / 1000  # nobody waits for the disk
