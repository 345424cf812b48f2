"""An agent whose browser dies."""

from tests.torture.away import SETTINGS, dies, unattended
from tests.torture.places import Start


def test_who_waits_for_an_agent_who_is_gone_is_back_in_the_queue(open_start: Start) -> None:
    unattended(open_start(**SETTINGS), dies)
