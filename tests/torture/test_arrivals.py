"""A server that is killed while files come."""

from pathlib import Path

from tests.torture.arrivals import in_bucket, killed
from tests.torture.places import Start
from tests.torture.stores import SETTINGS


def test_files_outlive_kill_9_at_any_stage(start: Start) -> None:
    killed(start(**SETTINGS), people=2, kills=4)


def test_files_in_a_bucket_do_so_too(start: Start, tmp_path: Path) -> None:
    in_bucket(start, tmp_path, people=2, kills=4)
