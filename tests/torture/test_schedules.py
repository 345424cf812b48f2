"""Whatever happens in whatever order."""

from pathlib import Path

from tests.torture.schedules import application, kept_up


def test_state_applied_from_events_equals_a_fresh_load(tmp_path: Path) -> None:
    with application(tmp_path) as app:
        kept_up(app, schedules=40)
