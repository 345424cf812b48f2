"""Packets that are too big, in every mode."""

import pytest

from tests.servers import MODES
from tests.torture.oversized import ATTACKS, posted_too_much, refused
from tests.torture.places import Start


@pytest.mark.parametrize("mode", MODES)
def test_what_is_too_big_ends_its_line_and_costs_no_memory(open_start: Start, mode: str) -> None:
    place = open_start(mode)
    assert len(list(refused(place, times=1))) == len(ATTACKS)
    posted_too_much(place)
