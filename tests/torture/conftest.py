"""Servers for the short forms."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture.places import Start, starting
from tests.torture.windows import OpenPlace


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts servers on databases of their own, which end with the test."""
    with starting(tmp_path) as start:
        yield start


@pytest.fixture
def open_start(tmp_path: Path) -> Iterator[Start]:
    """The same, of servers into which one can look."""
    with starting(tmp_path, OpenPlace) as start:
        yield start
