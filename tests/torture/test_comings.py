"""Those who come and go, and those who come and fall silent."""

from tests.torture.comings import came_and_went, fell_silent
from tests.torture.places import Start


def test_the_process_holds_nothing_of_those_who_left(open_start: Start) -> None:
    place = open_start(PING_SECONDS="2")
    came_and_went(place, times=200, warm_up=100)
    fell_silent(place, lines=9, seconds=20)
