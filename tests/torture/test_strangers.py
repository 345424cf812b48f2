"""Those who knock and never say who they are."""

from tests.torture.places import Start
from tests.torture.strangers import dropped


def test_who_says_nothing_is_gone_within_ten_seconds(open_start: Start) -> None:
    dropped(open_start(), lines=60)
