"""A server that is asked to end in the middle of everything."""

from tests.torture.endings import ended
from tests.torture.places import Start


def test_sigterm_loses_nothing_tells_everybody_and_finishes_what_it_serves(start: Start) -> None:
    ended(start(), senders=6, sends=20, ends=1)
