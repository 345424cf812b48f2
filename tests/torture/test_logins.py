"""Many who log in at once."""

import pytest

from tests.servers import MODES
from tests.torture.logins import stormed
from tests.torture.places import Start


@pytest.mark.parametrize("mode", MODES)
def test_a_storm_of_logins_does_not_stall_the_chat(open_start: Start, mode: str) -> None:
    stormed(open_start(mode), lines=20)
