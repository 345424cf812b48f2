"""Several processes on one SQLite file."""

from pathlib import Path

from tests.torture.writers import raced, wrote


def test_processes_that_write_at_once_are_all_served(tmp_path: Path) -> None:
    wrote(tmp_path, writers=3, sends=60)


def test_of_two_agents_who_open_a_waiting_chat_one_gets_it(tmp_path: Path) -> None:
    raced(tmp_path, races=30)
