"""Many clients for a while."""

from tests.torture.places import Start
from tests.torture.soak import soaked


def test_many_clients_for_a_while_meet_no_error(open_start: Start) -> None:
    soaked(open_start(), clients=30, seconds=3, pause=0.3, growth=0.2)
