"""A message that is sent again and again."""

from tests.people import People
from tests.torture.places import Start
from tests.torture.repeats import repeated


def test_one_client_id_through_every_door_at_once_is_one_message_for_good(start: Start) -> None:
    repeated(start(), People().lena, times=20)
