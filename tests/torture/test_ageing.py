"""Retention beside a chat that goes on."""

from tests.torture.ageing import DAYS, aged
from tests.torture.places import Start

LONG_MS = 5_000  # others have the machine too; who waits for a run to end waits longer


def test_what_is_old_goes_while_people_talk(start: Start) -> None:
    place = start(RETENTION_DAYS=str(DAYS))
    aged(place, old_chats=20, living=2, each=150, rate=40, most_ms=LONG_MS)
