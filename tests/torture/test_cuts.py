"""A line that is cut, and a client that comes back."""

from tests.torture.cuts import cut, resumed
from tests.torture.places import Start


def test_both_ends_equal_the_database_wherever_the_line_was_cut(start: Start) -> None:
    cut(start(), cuts=9)


def test_what_was_missed_is_resumed_in_pages(start: Start) -> None:
    resumed(start(), changes=350, times=3)
