"""A reader who stops reading."""

from tests.torture.places import Start
from tests.torture.readers import SETTINGS, stopped_reading


def test_a_reader_who_stops_is_dropped_and_nobody_else_notices(open_start: Start) -> None:
    stopped_reading(open_start(**SETTINGS), megabytes=8)
