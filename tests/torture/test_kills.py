"""A server that is killed while messages are sent."""

from tests.torture.kills import killed
from tests.torture.places import Start


def test_what_is_acknowledged_outlives_kill_9_once_and_without_a_gap(start: Start) -> None:
    killed(start(), senders=6, sends=240, kills=3)
