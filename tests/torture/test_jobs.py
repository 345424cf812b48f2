"""Jobs whose runner is killed, asked to end, held up, or not alone."""

from pathlib import Path

import pytest

from tests.postgres import Postgres
from tests.servers import MODES
from tests.torture.jobs import ended, held_up, killed, shared


def test_a_job_outlives_kill_9_in_the_middle_of_it(tmp_path: Path) -> None:
    killed(tmp_path / "killed", count=40, kills=4)


@pytest.mark.parametrize("mode", [*MODES, "worker"])
def test_who_is_asked_to_end_finishes_what_is_short_and_hands_back_the_rest(
    tmp_path: Path, mode: str
) -> None:
    ended(tmp_path / mode, mode)


@pytest.mark.parametrize("mode", MODES)
def test_a_job_that_blocks_holds_up_no_request(tmp_path: Path, mode: str) -> None:
    held_up(tmp_path / mode, mode)


def test_two_processes_share_jobs_and_one_is_killed(tmp_path: Path, postgres: Postgres) -> None:
    shared(tmp_path / "shared", postgres, count=30)
