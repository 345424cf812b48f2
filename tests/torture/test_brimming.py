"""The disk that files lie on is full."""

from pathlib import Path

import pytest

from tests.torture.brimming import filled
from tests.torture.full import MayNotMount
from tests.torture.places import Start


def test_a_full_disk_refuses_files_in_words_and_nobody_who_writes(
    start: Start, tmp_path: Path
) -> None:
    try:
        filled(start, tmp_path, "eventlet")
    except MayNotMount:
        pytest.skip("only who may mount can fill a disk of their own")
