"""What no client would send, at each layer."""

import pytest

from tests.servers import MODES
from tests.torture.malformed import every_layer
from tests.torture.places import Start


@pytest.mark.parametrize("mode", MODES)
def test_nonsense_is_refused_at_each_layer(open_start: Start, mode: str) -> None:
    assert len(list(every_layer(open_start(mode), 150))) == 5
