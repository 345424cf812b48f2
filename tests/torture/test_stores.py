"""Where files lie goes away and comes back."""

from pathlib import Path

from tests.torture.places import Start
from tests.torture.stores import bucket_away, folder_away


def test_a_bucket_that_goes_away_loses_nothing_and_holds_up_nobody(
    start: Start, tmp_path: Path
) -> None:
    bucket_away(start, tmp_path, "eventlet", uploaders=2, seconds=4)


def test_a_folder_that_goes_away_loses_nothing_and_holds_up_nobody(start: Start) -> None:
    folder_away(start, "eventlet", uploaders=2, seconds=3)
