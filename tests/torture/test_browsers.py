"""Two browsers whose lines are cut."""

from tests.torture.browsers import cut
from tests.torture.places import Start


def test_both_pages_equal_the_database_wherever_the_line_was_cut(start: Start) -> None:
    cut(start(), cuts=6)
