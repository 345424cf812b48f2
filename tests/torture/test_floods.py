"""One customer who asks as fast as the line allows."""

import pytest

from tests.torture.floods import flooded
from tests.torture.places import Start


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        ("eventlet", "syncs"),
        ("gevent", "reads of 000"),
        ("gevent", "events of a namespace not joined"),
        ("threading", "joins of 003"),
    ],
)
def test_a_flood_is_told_and_the_others_are_served(open_start: Start, mode: str, name: str) -> None:
    place = open_start(mode, RATE_LIMITS="on", SOCKETS_PER_ADDRESS="200")
    flooded(place, name, neighbours=20, seconds=2, is_alone=False)
