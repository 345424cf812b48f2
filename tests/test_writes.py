"""What a message writes to the disk, which each more index would make more."""

from pathlib import Path

from bench.writes import measured


def test_a_message_writes_no_more_than_its_few_pages(tmp_path: Path) -> None:
    kilobytes, _ = measured(tmp_path / "full.db", 1_000)
    assert 10 < kilobytes < 27  # 25 when this was written; one more index of what moves is 4
