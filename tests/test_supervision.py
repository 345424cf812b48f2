"""Managers who look on at chats: nothing of these changes, it is written down; and taking over."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.tokens import access_token
from app.cli.factories import state
from app.errors import ChatBlocked, Forbidden, NotSupportChat
from app.events import ChatChanged, Event, TakenOver
from app.operations import access, assignments, blocks, chats, messages, supervision
from app.operations.messages import Draft
from app.queries import audits
from app.queries import messages as history
from app.sockets.connections import Connection, Connections
from tests.people import PASSWORD, People

HOUR = 3600 * 1000
Later = Callable[[int], None]


@pytest.fixture
def chat_id(people: People) -> int:
    return messages.send(people.lena, None, Draft("Hello?", "a")).chat_id


def written() -> list[tuple[str, int | None, int | None]]:
    return [(row.action, row.actor_id, row.chat_id) for row in reversed(audits.page().rows)]


def test_looking_on_changes_nothing_and_tells_nobody(
    people: People, chat_id: int, announced: list[Event]
) -> None:
    for is_taken in (False, True):
        if is_taken:
            assignments.claim(people.ana, chat_id)
        before = state(chat_id)
        announced.clear()
        assert supervision.watch(people.maya, chat_id) == before
        assert state(chat_id) == before
        assert announced == []
    with pytest.raises(Forbidden):
        supervision.watch(people.ana, chat_id)


def test_it_is_written_down_once_an_hour_of_each_chat_and_manager(
    people: People, chat_id: int, later: Later
) -> None:
    other = messages.send(people.marcus, None, Draft("Hello")).chat_id
    for _again in range(3):
        supervision.watch(people.maya, chat_id)
    supervision.watch(people.maya, other)
    supervision.watch(people.ada, chat_id)
    first = [
        ("chat_watched", people.maya.id, chat_id),
        ("chat_watched", people.maya.id, other),
        ("chat_watched", people.ada.id, chat_id),
    ]
    assert written() == first
    later(HOUR)
    supervision.watch(people.maya, chat_id)
    assert written() == [*first, first[0]]


def test_who_takes_over_has_it_and_who_had_it_is_told(
    people: People, chat_id: int, announced: list[Event]
) -> None:
    assignments.claim(people.ana, chat_id)
    announced.clear()
    for _again in range(2):
        after = supervision.take_over(people.maya, chat_id)
        assert (after.agent_id, after.status) == (people.maya.id, "open")
    told = [each for each in announced if isinstance(each, TakenOver)]
    assert [(each.user_id, each.by_id) for each in told] == [(people.ana.id, people.maya.id)]
    assert told[0].recipients.user_ids == (people.ana.id,)
    assert len([each for each in announced if isinstance(each, ChatChanged)]) == 1
    row = audits.page(limit=1).rows[0]
    assert (row.action, row.actor_id) == ("chat_taken_over", people.maya.id)
    assert row.said == {"agent": people.ana.id}
    assert [each.line for each in history.before(chat_id).messages if each.is_line][-1] == "joined"


def test_who_assigns_themselves_a_colleagues_chat_takes_it_over_as_well(
    people: People, chat_id: int, announced: list[Event]
) -> None:
    assignments.claim(people.ana, chat_id)
    assignments.assign(people.ben, chat_id, people.ben.id)
    assignments.assign(people.ben, chat_id, people.ana.id)  # given away, which is no taking over
    told = [each for each in announced if isinstance(each, TakenOver)]
    assert [(each.user_id, each.by_id) for each in told] == [(people.ana.id, people.ben.id)]
    assert written() == [
        ("chat_taken_over", people.ben.id, chat_id),
        ("chat_transferred", people.ben.id, chat_id),
    ]


def test_one_that_waits_is_taken_and_nobody_is_told_of_a_loss(
    people: People, chat_id: int, announced: list[Event]
) -> None:
    supervision.take_over(people.maya, chat_id)
    assert state(chat_id).agent_id == people.maya.id
    assert not [each for each in announced if isinstance(each, TakenOver)]


def test_who_may_not_and_what_is_not_to_be_taken_over(people: People, chat_id: int) -> None:
    for who in (people.ana, people.lena, people.petra):
        with pytest.raises(Forbidden):
            supervision.take_over(who, chat_id)
    order, _ = chats.open_between(people.petra, people.petra.id, people.lena.id, 4)
    with pytest.raises(NotSupportChat):
        supervision.take_over(people.maya, order.id)
    blocks.block(people.ana, chat_id)
    with pytest.raises(ChatBlocked):
        supervision.take_over(people.maya, chat_id)
    assert [each[0] for each in written()] == ["chat_blocked"]


def logged_in(client: FlaskClient, email: str) -> FlaskClient:
    client.post("/logout")
    client.post("/login", data={"email": email, "password": PASSWORD})
    return client


def test_the_page_of_who_looks_on_takes_no_chat_and_sends_nothing(
    client: FlaskClient, people: People, chat_id: int
) -> None:
    address = f"/admin/messages/{chat_id}"
    logged_in(client, people.maya.email)
    assert 'id="claim"' in client.get(address).text
    for _way in range(2):
        html = client.get(f"{address}?watch=1").text
        assert 'id="claim"' not in html
        assert "data-watches" in html
        assert f'action="{address}/notes?watch=1"' in html
        assert f'action="{address}"' not in html
        client.post("/admin/watching", data={"on": "1"})
        address = address.removesuffix("?watch=1")
    html = client.get(address).text
    assert "data-watches" in html
    assert f'action="{address}/notes"' in html
    client.post("/admin/watching", data={"on": ""})
    assert "data-watches" not in client.get(address).text
    assert state(chat_id).is_waiting
    # An agent does not look on, whatever the address says; and one's own chat is one's own.
    client.post(f"{address}/takeover")
    assert state(chat_id).agent_id == people.maya.id
    assert "data-watches" not in client.get(f"{address}?watch=1").text
    logged_in(client, people.ana.email)
    assert "data-watches" not in client.get(f"{address}?watch=1").text
    assert client.post("/admin/watching", data={"on": "1"}).status_code == 403


def test_who_reads_a_colleagues_chat_by_a_program_is_written_down_once_an_hour(
    app: Flask, people: People, chat_id: int
) -> None:
    supervision.read(people.maya, access.chat_for(people.maya, chat_id))
    assert written() == []  # it is nobody's yet
    assignments.claim(people.ana, chat_id)
    client = app.test_client()
    for path in ("messages", "sync", "messages"):
        headers = {"Authorization": f"Bearer {access_token(people.maya)}"}
        assert client.get(f"/api/v1/chats/{chat_id}/{path}", headers=headers).status_code == 200
    for who in (people.ana, people.ben):
        supervision.read(who, access.chat_for(who, chat_id))
    assert written() == [("chat_watched", people.maya.id, chat_id)]


def test_a_manager_who_looks_on_is_no_viewer(people: People) -> None:
    there = Connections()
    for who, watched in ((people.maya, {1}), (people.ana, set())):
        joined = Connection(who.name, who, True, "en", "10.0.0.1", chats={1, 2}, watched=watched)
        there.add(joined)
    assert there.viewers(1) == ((people.ana.id, people.ana.name),)
    assert len(there.viewers(2)) == 2
