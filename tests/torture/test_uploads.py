"""Many upload at the same time."""

from tests.torture.places import Start
from tests.torture.uploads import SETTINGS, at_the_same_time


def test_uploads_hold_up_nobody_who_talks_and_all_arrive(start: Start) -> None:
    at_the_same_time(start(**SETTINGS), uploads=100)
