"""A backup of a server that is busy."""

from pathlib import Path

from tests.torture.backups import backed_up
from tests.torture.places import Start


def test_a_backup_of_a_busy_server_holds_what_was_acknowledged_and_can_be_restored(
    start: Start, tmp_path: Path
) -> None:
    backed_up(start(), tmp_path, backups=1, rate=60, seconds=2)
