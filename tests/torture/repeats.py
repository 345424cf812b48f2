"""One `clientId`, sent over and over through every door at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from app.models import database, messages
from app.models.messages import SELECT_MESSAGES
from app.models.users import Actor
from app.operations.transaction import transaction
from tests.live.conftest import Place
from tests.people import People
from tests.races import at_once
from tests.servers import MODES
from tests.torture.figures import Figure
from tests.torture.places import starting

DAY_MS = 24 * 3600 * 1000
TEXT = "Only once"


def repeated(place: Place, lena: Actor, *, times: int, sockets: int = 20) -> Figure:
    """So many sends of one `clientId` at once: by every door, with `chatId` and without."""
    chat_id = place.client(lena).send("Hello", "hello")["chatId"]
    tabs = [place.client(lena) for _ in range(min(sockets, times // 2))]
    place.token(lena)

    def send(number: int, text: str = TEXT) -> dict[str, Any]:
        named = {"chatId": chat_id} if number % 4 < 2 else {}
        if number % 2:
            return tabs[number // 2 % len(tabs)].send(text, "the same", **named)
        path = f"/chats/{chat_id}/messages" if named else "/messages"
        answer = place.rest(lena, "POST", path, message=text, clientId="the same")
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    acknowledged = at_once(send, times)
    first = acknowledged[0]
    assert all(answer == first for answer in acknowledged), acknowledged
    with_another_text = at_once(lambda number: send(number, "Something else"), 4)
    assert all(answer == first for answer in with_another_text)
    check_one_row(lena, first)

    place.server.kill()
    a_day_passes()
    place.server.start()
    place.hang_up()
    tabs[:] = [place.client(lena)]
    later = [send(number) for number in range(4)]
    assert [answer["id"] for answer in later] == [first["id"]] * 4
    check_one_row(lena, first)
    place.hang_up()
    return Figure(
        2,
        f"one clientId {times} times at once, {place.mode}",
        f"1 row, {times} equal acknowledgements",
        "1 row, all equal",
    )


def check_one_row(lena: Actor, first: dict[str, Any]) -> None:
    same = messages.table.c.client_id == "the same"
    rows = database.rows(SELECT_MESSAGES.where(messages.table.c.sender_id == lena.id, same))
    assert [(row.id, row.text) for row in rows] == [(first["id"], TEXT)]


def a_day_passes() -> None:
    """Everything that was said so far was said a day ago."""
    with transaction() as tx:
        tx.run(update(messages.table).values(created_at=messages.table.c.created_at - DAY_MS), {})
    assert database.rows(select(messages.table.c.id))


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder) as start:
        for mode in MODES:
            yield repeated(start(mode), People().lena, times=100)
