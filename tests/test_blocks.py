"""Blocks: by whom, why and until when; and that no party learns more than that it is blocked."""

import json
import secrets
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.auth.tokens import access_token
from app.cli.factories import state
from app.errors import ChatBlocked, Forbidden, Invalid
from app.events import ChatChanged, Event
from app.jobs.kinds import kinds
from app.models import blocks as rows
from app.models import database, jobs
from app.models.chats import Status
from app.models.database import scalar
from app.operations import blocks, chats, merges, messages, visitors
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import audits, sites
from app.queries import blocks as queries
from tests.jobs import NOW
from tests.people import PASSWORD, People
from tests.test_erasures import WORD, columns_with, gone, house  # noqa: F401

HOUR = 3600 * 1000
Later = Callable[[int], None]


@pytest.fixture
def chat_id(people: People) -> int:
    return messages.send(people.lena, None, Draft("You fools", "a")).chat_id


def end_what_is_due() -> None:
    for row in database.rows(jobs.table.select().order_by(jobs.table.c.id)):
        if row.kind == blocks.KIND:
            kinds[blocks.KIND].handler(**json.loads(row.payload))


def test_it_is_known_who_blocked_it_why_and_until_when(people: People, chat_id: int) -> None:
    assert queries.of_chat(state(chat_id)) is None
    until = clock.now() + HOUR
    blocks.block(people.ana, chat_id, "  They insult us ", until)
    found = queries.of_chat(state(chat_id))
    assert found is not None
    assert (found.by_name, found.reason, found.ends_at) == (
        people.ana.name,
        "They insult us",
        until,
    )
    blocks.block(people.ben, chat_id, "Something else")
    assert queries.of_chat(state(chat_id)) == found, "it was blocked already"
    blocks.unblock(people.ben, chat_id)
    assert queries.of_chat(state(chat_id)) is None
    assert scalar(select(func.count()).select_from(rows.table)) == 0
    blocks.block(people.ana, chat_id)
    found = queries.of_chat(state(chat_id))
    assert found is not None
    assert (found.reason, found.ends_at) == ("", None)


def test_it_ends_in_time_and_the_customer_waits_again_as_long_as_before(
    people: People, chat_id: int, later: Later, announced: list[Event]
) -> None:
    before = state(chat_id)
    blocks.block(people.ana, chat_id, "Rude", NOW + HOUR)
    later(HOUR - 1)
    end_what_is_due()
    assert state(chat_id).is_blocked
    with pytest.raises(ChatBlocked):
        messages.send(people.lena, chat_id, Draft("Hello?", "b"))
    later(1)
    announced.clear()
    end_what_is_due()
    after = state(chat_id)
    assert after.status == Status.WAITING
    assert after.waiting_since == before.active_at
    assert [type(each) for each in announced] == [ChatChanged]
    row = audits.page(limit=1).rows[0]
    assert (row.action, row.actor_id, row.chat_id) == ("chat_unblocked", None, chat_id)
    end_what_is_due()  # once more does no harm
    assert state(chat_id) == after


def test_a_providers_chat_goes_on_where_its_customer_had_the_last_word(people: People) -> None:
    chat_id = chats.open_between(people.petra, people.petra.id, people.lena.id)[0].id
    messages.send(people.lena, chat_id, Draft("Where is it?", "a"))
    before = state(chat_id)
    blocks.block(people.ana, chat_id)
    after = blocks.unblock(people.ana, chat_id)
    assert (after.status, after.closed_at) == (Status.OPEN, None)
    assert after.needs_reply == before.needs_reply
    messages.send(people.petra, chat_id, Draft("On its way", "b"))
    blocks.block(people.ana, chat_id)
    assert blocks.unblock(people.ana, chat_id).status == Status.CLOSED


def test_the_time_of_a_block_ends_no_later_one(people: People, chat_id: int, later: Later) -> None:
    blocks.block(people.ana, chat_id, "", NOW + HOUR)
    blocks.unblock(people.ana, chat_id)
    blocks.block(people.ana, chat_id)
    later(2 * HOUR)
    end_what_is_due()
    assert state(chat_id).is_blocked
    blocks.unblock(people.ana, chat_id)
    blocks.block(people.ana, chat_id, "", NOW + 5 * HOUR)
    end_what_is_due()
    assert state(chat_id).is_blocked
    later(4 * HOUR)
    end_what_is_due()
    assert not state(chat_id).is_blocked


def test_a_block_for_good_has_no_job(people: People, chat_id: int) -> None:
    blocks.block(people.ana, chat_id, "Rude")
    assert scalar(select(func.count()).where(jobs.table.c.kind == blocks.KIND)) == 0


def test_what_is_no_reason_and_no_time_is_refused(
    people: People, chat_id: int, later: Later
) -> None:
    with pytest.raises(Forbidden):
        blocks.block(people.lena, chat_id, "I do")
    for reason, until in (("x" * 501, None), ("", NOW), ("", NOW - 1), ("", NOW + 400 * 24 * HOUR)):
        with pytest.raises(Invalid):
            blocks.block(people.ana, chat_id, reason, until)
    assert not state(chat_id).is_blocked


def test_no_party_learns_why_or_until_when(
    app: Flask, client: FlaskClient, people: People, chat_id: int, announced: list[Event]
) -> None:
    announced.clear()
    blocks.block(people.ana, chat_id, WORD, clock.now() + HOUR)
    assert WORD not in str(announced)
    proof = {"Authorization": f"Bearer {access_token(people.lena)}"}
    assert WORD not in client.get(f"/api/v1/chats/{chat_id}", headers=proof).text
    assert client.get(f"/api/v1/chats/{chat_id}/block", headers=proof).status_code == 403
    client.post("/login", data={"email": people.lena.email, "password": PASSWORD})
    html = client.get("/widget").text
    assert "blocked" in html
    assert WORD not in html
    assert people.ana.name not in html


def test_staff_sees_it_beside_the_chat_and_by_program(
    client: FlaskClient, people: People, chat_id: int
) -> None:
    proof = {"Authorization": f"Bearer {access_token(people.ana)}"}
    address = f"/api/v1/chats/{chat_id}/block"
    nothing = client.get(address, headers=proof).json
    assert (nothing["isBlocked"], nothing["byId"], nothing["until"]) == (False, None, None)
    body = {"reason": WORD, "until": "2999-01-01T00:00:00Z"}
    assert client.put(address, headers=proof, json=body).status_code == 422
    assert client.put(address, headers=proof, json={"reason": WORD}).status_code == 200
    found = client.get(address, headers=proof).json
    assert (found["isBlocked"], found["byId"], found["reason"]) == (True, people.ana.id, WORD)
    client.post("/login", data={"email": people.ben.email, "password": PASSWORD})
    html = client.get(f"/admin/messages/{chat_id}").text
    assert WORD in html
    assert people.ana.name in html


def test_a_visitor_who_is_known_now_stays_blocked_for_as_long(people: People, later: Later) -> None:
    site = sites.every()[0]
    visitor, said = visitors.write_first(
        site, secrets.token_urlsafe(32), Draft("Hi"), language="", address="a"
    )
    lenas = messages.send(people.lena, None, Draft("Hello")).chat_id
    blocks.block(people.ana, said.chat_id, "Rude", NOW + HOUR)
    with transaction() as tx:
        merges.merge(tx, visitor, people.lena)
    assert state(lenas).is_blocked
    found = queries.of_chat(state(lenas))
    assert found is not None
    assert (found.reason, found.ends_at) == ("Rude", NOW + HOUR)
    later(HOUR)
    end_what_is_due()
    assert not state(lenas).is_blocked
    assert scalar(select(func.count()).select_from(rows.table)) == 0


def test_a_reason_goes_with_its_customer(house: Flask) -> None:  # noqa: F811
    people = People()
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    blocks.block(people.ana, chat_id, f"{WORD} was rude")
    assert columns_with(WORD) == {"blocks.reason"}
    gone(people, people.lena, house)
    assert columns_with(WORD) == set()
