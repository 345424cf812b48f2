"""What another program says by a secret address: it opens a chat or goes on in one, once, as the
customer whom it names; and nothing is stored where it is refused."""

import io
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.request import Request

import pytest
from flask import Flask, current_app
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import clock, create_app
from app.auth.tokens import access_token
from app.errors import Forbidden, Invalid, NotFound, Unavailable
from app.extensions import db
from app.models import audits, chats, database, identities, jobs, messages, users, visitors, words
from app.models import incoming as rows
from app.models.chats import Status
from app.models.incoming import IncomingState
from app.models.sites import SiteState
from app.models.users import Actor
from app.models.webhooks import SELECT_DELIVERIES, DeliveryState
from app.operations import (
    blocks,
    closures,
    erasures,
    limits,
    merges,
    topics,
    webhooks,
    word_lists,
)
from app.operations import identities as naming
from app.operations import incoming as operations
from app.operations import messages as sending
from app.operations import sites as making
from app.operations.claims import Claims
from app.operations.messages import Draft
from app.operations.transaction import Transaction, transaction
from app.queries import exports, mail, sites, visits
from app.queries import incoming as queries
from app.queries import visitors as known
from app.webhooks import telling
from app.webhooks.calling import TOLERANCE_SECONDS, signed
from tests.conftest import settings_for
from tests.people import People
from tests.races import at_once
from tests.test_erasures import house  # noqa: F401

PAGE = Path(__file__).parents[1] / "docs" / "incoming.md"
PHONE = "+49 170 1234567"
TOLD = (
    chats.table, messages.table, users.table, visitors.table, identities.table, jobs.table,
    rows.table,
)  # fmt: skip


@pytest.fixture
def site(people: People) -> SiteState:
    found = sites.first()
    assert found is not None
    return found


@pytest.fixture
def box(people: People, site: SiteState) -> tuple[IncomingState, str]:
    """An incoming webhook, and its key."""
    return operations.make(people.ada, name="SMS", site_id=site.id)


def said(text: str = "Do you ship?", id: str = "m1", sub: str = PHONE, **more: Any) -> Any:
    customer = {"id": sub} | more.pop("customer", {})
    return {"id": id, "customer": customer, "text": text} | more


def post(key: str, body: Any, headers: Any = None) -> TestResponse:
    with current_app.app_context():  # a request's own
        how = {"data": body} if isinstance(body, bytes) else {"json": body}
        return current_app.test_client().post(f"/in/{key}", headers=headers, **how)


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Does it once, after it was looked up who is meant."""
    real = operations.known

    def known(*said: Any) -> Actor | None:
        found = real(*said)
        monkeypatch.setattr(operations, "known", real)
        act()
        return found

    monkeypatch.setattr(operations, "known", known)


def code(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.json["error"]["code"] if answer.json else ""


def stored() -> dict[str, list[tuple[Any, ...]]]:
    return {each.name: [tuple(row) for row in database.rows(select(each))] for each in TOLD}


def message(message_id: int) -> Any:
    return database.row(messages.table.select().where(messages.table.c.id == message_id))


def chat(chat_id: int) -> Any:
    return database.row(chats.table.select().where(chats.table.c.id == chat_id))


def customer_of(sub: str = PHONE) -> Any:
    who = identities.table.c.user_id
    found = users.table.select().join(identities.table, who == users.table.c.id)
    return database.row(found.where(identities.table.c.sub == sub))


def actor_of(sub: str = PHONE) -> Actor:
    found = database.row(
        select(*users.ACTOR_COLUMNS)
        .join(identities.table, identities.table.c.user_id == users.table.c.id)
        .where(identities.table.c.sub == sub)
    )
    return Actor.of(found)


def test_it_opens_a_chat_and_goes_on_in_it(
    people: People, site: SiteState, box: tuple[IncomingState, str]
) -> None:
    inbox, key = box
    topic = topics.make(people.maya, "Parcels")
    operations.change(people.ada, inbox.id, topic_id=topic.id)
    who = {"name": "Zoë Lang", "email": "zoe@example.com"}
    first = post(key, said(customer=who, thread="t-9", at="2026-01-31T10:05:07+01:00"))
    assert first.status_code == 201
    assert "Set-Cookie" not in first.headers
    ids = first.json
    assert set(ids) == {"chatId", "messageId"}
    opened, text = chat(ids["chatId"]), message(ids["messageId"])
    person = customer_of()
    assert (person.name, person.email, person.role) == ("Zoë Lang", None, "customer")
    assert known.said(person.id) == known.Said("", "zoe@example.com")
    assert (opened.customer_id, opened.site_id, opened.topic_id) == (person.id, site.id, topic.id)
    assert (opened.status, opened.needs_reply) == (Status.WAITING, True)
    assert (text.text, text.sender_id) == ("Do you ship?", person.id)
    told = {"via": "incoming", "thread": "t-9", "at": "2026-01-31T09:05:07.000Z"}
    assert json.loads(text.details) == told
    second = post(key, said("To Malta?", "m2"))
    assert second.status_code == 201
    assert second.json["chatId"] == ids["chatId"]
    assert customer_of().name == "Zoë Lang"  # what is left out stays
    sending.send(people.ana, opened.id, Draft("We do"))
    closures.close(people.ana, opened.id)
    third = post(key, said("And to Gozo?", "m3"))
    assert third.json["chatId"] == ids["chatId"]
    assert chat(opened.id).status == Status.WAITING
    other = post(key, said(id="m1", sub="somebody else"))
    assert (other.status_code, other.json["chatId"] != ids["chatId"]) == (201, True)
    used = queries.there(inbox.id)
    assert used.taken == 4
    assert used.last_used_at is not None


def test_what_comes_again_is_the_first_message(box: tuple[IncomingState, str]) -> None:
    _, key = box
    first = post(key, said())
    before = stored()
    again = post(key, said("Another text", customer={"name": "Somebody else"}))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    assert stored() == before


def test_an_unknown_address_is_not_there_and_guesses_are_few(
    people: People, box: tuple[IncomingState, str]
) -> None:
    _, key = box
    before = stored()
    for _ in range(20):
        assert code(post("x" * 22, said())) == (404, "not_found")
    refused = post("x" * 22, said())
    assert code(refused) == (429, "too_fast")
    assert int(refused.headers["Retry-After"]) > 0
    assert stored() == before
    assert post(key, said()).status_code == 201  # who has the key is not held up by others


def test_an_old_key_and_one_that_was_removed_lead_nowhere(
    people: People, box: tuple[IncomingState, str]
) -> None:
    inbox, key = box
    anew, other = operations.make_key(people.ada, inbox.id)
    assert anew.secret != inbox.secret
    assert code(post(key, said())) == (404, "not_found")
    assert post(other, said()).status_code == 201
    operations.remove(people.ada, inbox.id)
    assert code(post(other, said(id="m2"))) == (404, "not_found")
    with pytest.raises(NotFound):
        operations.remove(people.ada, inbox.id)
    assert customer_of() is not None  # what came by it stays


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        (b"{", 400, None),
        (b"", 400, None),
        (b"[]", 400, None),
        ({}, 422, {"id", "customer", "text"}),
        (said(id=""), 422, {"id"}),
        (said(id="a\nb"), 422, {"id"}),
        (said(sub="x" * 129), 422, {"customer.id"}),
        (said(sub="a\0b"), 422, {"customer.id"}),
        (said(customer={"id": 7}), 422, {"customer.id"}),
        (said(customer={"name": "x" * 500}), 422, {"customer.name"}),
        (said(customer={"email": "nobody"}), 422, {"customer.email"}),
        (said(customer={"attributes": {"a": [1]}}), 422, None),
        (said(" "), 422, {"text"}),
        (said("x" * 5001), 413, {"text"}),
        (said(at="yesterday"), 422, {"at"}),
        (said(at="0001-01-01T00:00:00+14:00"), 422, {"at"}),
        (said(at="2026-01-31T10:05:07"), 422, {"at"}),
        (b" " * 300_000, 413, None),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_stored(
    box: tuple[IncomingState, str], body: Any, status: int, fields: set[str] | None
) -> None:
    before = stored()
    answer = post(box[1], body)
    assert answer.status_code == status, answer.text
    assert answer.is_json
    if fields is not None:
        assert set(answer.json["error"]["fields"]) == fields
    assert stored() == before


def test_who_is_too_fast_stores_nothing(
    app: Flask, people: People, box: tuple[IncomingState, str]
) -> None:
    _, key = box
    assert post(key, said()).status_code == 201
    app.extensions["limits"]["CUSTOMER_SENDS"] = limits.parse("1 per 1 minute")
    assert post(key, said(id="m2")).status_code == 201
    before = stored()
    refused = post(key, said(id="m3", customer={"name": "Anew"}))
    assert code(refused) == (429, "too_fast")
    assert refused.json["error"]["retryAfter"] > 0
    app.extensions["limits"]["INCOMING"] = limits.parse("1 per 1 minute")
    assert post(key, said(id="m2")).status_code == 200  # it is here already
    assert code(post(key, said(id="m4", sub="another"))) == (429, "too_fast")
    assert stored() == before


def test_who_is_blocked_or_gone_is_refused(people: People, box: tuple[IncomingState, str]) -> None:
    _, key = box
    opened = post(key, said()).json["chatId"]
    blocks.block(people.ana, opened)
    before = stored()
    body = said(id="m2", customer={"name": "Anew", "email": "a@example.com"})
    assert code(post(key, body)) == (403, "customer_blocked")
    assert stored() == before
    assert post(key, said()).status_code == 200
    blocks.unblock(people.ana, opened)
    assert post(key, body).status_code == 201
    with transaction() as tx:
        gone = users.table.update().where(users.table.c.id == customer_of().id)
        tx.run(gone.values(is_active=False), {})
    before = stored()
    assert code(post(key, said(id="m3"))) == (403, "customer_blocked")
    assert stored() == before


def test_what_has_to_be_signed_is_taken_signed_alone(
    people: People, box: tuple[IncomingState, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, key = box
    operations.change(people.ada, inbox.id, is_signed=True)
    body = json.dumps(said()).encode()
    before = stored()
    good = signed("evt_1", body, [inbox.secret])
    others = signed("evt_1", body, [operations.new_secret()])
    for headers, sent in (
        ({}, body),
        (others, body),
        (good, body + b" "),
        (good | {"webhook-id": "evt_2"}, body),
        (good | {"webhook-timestamp": "soon"}, body),
        (good | {"webhook-timestamp": str(int(time.time()) + 1)}, body),
        (good | {"webhook-signature": "v1,é"}, body),
    ):
        assert code(post(key, sent, headers)) == (401, "signature_invalid")
    now = clock.now()
    for away in (-TOLERANCE_SECONDS - 1, TOLERANCE_SECONDS + 1):
        monkeypatch.setattr(clock, "now", lambda away=away: now + away * 1000)
        off = signed("evt_1", body, [inbox.secret])
        monkeypatch.setattr(clock, "now", lambda: now)
        assert code(post(key, body, off)) == (401, "signature_invalid")
    assert stored() == before
    both = others["webhook-signature"] + " " + good["webhook-signature"]
    assert post(key, body, good | {"webhook-signature": both}).status_code == 201
    assert post(key, body, good).status_code == 200


def test_it_is_whom_the_site_knows_and_an_address_proves_nothing(
    people: People, site: SiteState, box: tuple[IncomingState, str]
) -> None:
    _, key = box
    token = naming.new_credential()
    with transaction() as tx:
        visitor = operations.visiting.made(tx, site, token, "en")
        naming.named(tx, site, visitor, Claims(PHONE, "", "signed@example.com", 0))
    sending.send(visitor, None, Draft("Hello", "a"))
    body = said(customer={"email": people.lena.email, "name": "Lena Ortiz"})
    answer = post(key, body)
    assert chat(answer.json["chatId"]).customer_id == visitor.id
    named = database.row(identities.table.select())
    assert (named.sub, named.email) == (PHONE, "signed@example.com")
    assert known.said(visitor.id) == known.Said("", people.lena.email)
    assert mail.proposed_for(visitor.id) == "signed@example.com"
    other = making.create_by_shell(name="Other")
    _, elsewhere = operations.make(people.ada, name="There", site_id=other.id)
    there = chat(post(elsewhere, body).json["chatId"])
    assert (there.site_id, there.customer_id in (visitor.id, people.lena.id)) == (other.id, False)
    assert mail.proposed_for(there.customer_id) == ""
    lenas = chats.table.c.customer_id == people.lena.id
    assert database.rows(chats.table.select().where(lenas)) == []


def test_attributes_stand_beside_the_chat_and_nobody_is_there_by_them(
    app: Flask, people: People, box: tuple[IncomingState, str]
) -> None:
    _, key = box
    opened = post(key, said(customer={"attributes": {"plan": "gold", "orders": 3}})).json["chatId"]
    who = customer_of().id
    found = visits.of_customer(who)
    assert found is not None
    assert (dict(found.attributes), found.is_here) == ({"plan": "gold", "orders": 3}, False)
    assert visits.going_on() == []
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = people.ana.get_id()
    for path in (f"/admin/messages/{opened}/customer", f"/admin/customers/{who}"):
        page = client.get(path)
        assert page.status_code == 200
        assert "Said by another program" in page.text
        assert "gold" in page.text
    post(key, said(id="m2", customer={"attributes": {"plan": "blue"}}))
    post(key, said(id="m3"))
    found = visits.of_customer(who)
    assert found is not None
    assert dict(found.attributes) == {"plan": "blue"}
    app.config["VISITS"] = False
    post(key, said(id="m4", sub="unseen", customer={"attributes": {"plan": "red"}}))
    assert visits.of_customer(customer_of("unseen").id) is None


def test_lists_of_words_and_webhooks_hold_for_it(
    people: People, box: tuple[IncomingState, str]
) -> None:
    _, key = box
    word_lists.make(people.maya, "Rude", "mask", ["plugh"])
    word_lists.make(people.maya, "Spam", "hold", ["xyzzy"])
    webhooks.make(
        people.ada, name="CRM", url="https://crm.example/", events=["chat_begun", "new_message"]
    )
    assert message(post(key, said("plugh you")).json["messageId"]).text == "••• you"
    waiting = [row for row in database.rows(jobs.table.select()) if "webhook" in row.kind]
    assert waiting
    held = post(key, said("xyzzy", "m2"))
    assert held.status_code == 201
    assert message(held.json["messageId"]).held_at is not None


def test_a_topic_that_is_gone_or_elsewhere_holds_nothing_up(
    app: Flask, people: People, site: SiteState, box: tuple[IncomingState, str]
) -> None:
    inbox, key = box
    other = making.create_by_shell(name="Other")
    topic = topics.make(people.maya, "Parcels")
    operations.change(people.ada, inbox.id, topic_id=topic.id)
    topics.change(people.maya, topic.id, site_id=other.id)
    assert chat(post(key, said()).json["chatId"]).topic_id is None
    app.extensions["limits"]["CUSTOMER_SENDS"] = limits.parse("3 per 1 minute")
    for number in range(3):  # each counts once
        assert post(key, said(id=f"n{number}")).status_code == 201
    app.extensions["limits"]["CUSTOMER_SENDS"] = limits.parse("100 per 1 minute")
    topics.change(people.maya, topic.id, site_id=site.id)
    with transaction() as tx:
        tx.run(chats.table.update().values(site_id=other.id), {})
    moved = post(key, said(id="m3"))  # in a chat of another site than the topic
    assert (moved.status_code, chat(moved.json["chatId"]).topic_id) == (201, None)
    topics.remove(people.maya, topic.id)
    assert queries.there(inbox.id).topic_id is None
    assert post(key, said(id="m2")).status_code == 201


def test_who_was_merged_writes_as_who_stays(people: People, box: tuple[IncomingState, str]) -> None:
    _, key = box
    sending.send(people.lena, None, Draft("Hello", "a"))
    first = post(key, said(customer={"attributes": {"plan": "gold"}})).json
    merges.merge_customers(people.maya, people.lena.id, customer_of().id)
    again = post(key, said())
    assert again.status_code == 200
    assert again.json["messageId"] == first["messageId"]
    assert chat(again.json["chatId"]).customer_id == people.lena.id
    later = post(key, said(id="m2"))
    assert later.json["chatId"] == again.json["chatId"]
    assert message(later.json["messageId"]).sender_id == people.lena.id
    found = visits.of_customer(people.lena.id)
    assert found is not None
    assert dict(found.attributes) == {"plan": "gold"}


def test_who_is_erased_meanwhile_gets_no_name_back(
    people: People, box: tuple[IncomingState, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = box
    post(key, said(customer={"name": "Zoë Lang"}))
    who = actor_of()
    meanwhile(monkeypatch, lambda: erasures.erase_by_shell(who.id, who.name))
    word = "xyzzyplover"
    more = {"name": word, "email": f"{word}@example.com", "attributes": {"plan": word}}
    assert post(key, said(word, "m2", customer=more)).status_code == 201
    other = customer_of()
    assert (other.id != who.id, other.name) == (True, word)
    gone = database.row(users.table.select().where(users.table.c.id == who.id))
    assert (gone.name, gone.is_active) == ("", False)
    for each in (words.table, visitors.table, visitors.tokens):
        assert database.rows(each.select().where(each.c.user_id == who.id)) == [], each.name


def test_who_is_merged_meanwhile_writes_as_who_stays(
    people: People, box: tuple[IncomingState, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = box
    sending.send(people.lena, None, Draft("Hello", "a"))
    post(key, said())
    gone = customer_of().id
    meanwhile(monkeypatch, lambda: merges.merge_customers(people.maya, people.lena.id, gone))
    answer = post(key, said("Again", "m2", customer={"attributes": {"plan": "gold"}}))
    assert answer.status_code == 201
    assert message(answer.json["messageId"]).sender_id == people.lena.id
    assert visits.of_customer(gone) is None
    found = visits.of_customer(people.lena.id)
    assert found is not None
    assert dict(found.attributes) == {"plan": "gold"}


def test_attributes_are_of_whose_the_id_is_and_are_kept_as_long_as_they_are_said(
    people: People, site: SiteState, box: tuple[IncomingState, str]
) -> None:
    _, key = box
    more = {"customer": {"attributes": {"plan": "gold"}}}
    post(key, said(**more))
    who = customer_of().id
    token = visitors.tokens.c.token_hash == operations.hash_for(site, PHONE)
    with transaction() as tx:
        old = {"user_id": people.lena.id, "expires_at": 1}
        tx.run(visitors.tokens.update().where(token).values(**old), {})
    post(key, said(id="m2", **more))
    kept = database.row(visitors.tokens.select().where(token))
    assert kept.user_id == who
    assert 1 < kept.expires_at <= clock.now()  # nobody is let in by it
    operations.visiting.forget_expired()
    found = visits.of_customer(who)
    assert found is not None
    assert dict(found.attributes) == {"plan": "gold"}


@pytest.mark.parametrize("at", ["words", "visits", "screens", "used"])
def test_what_fails_on_the_way_stores_nothing(
    box: tuple[IncomingState, str], monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """Neither the message without what is said beside it, nor that without the message."""
    _, key = box
    post(key, said())
    before = stored()
    body = said("Again", "m2", customer={"name": "Zoë", "attributes": {"plan": "gold"}})

    def fail(*_each: Any, **_more: Any) -> None:
        raise Unavailable

    with monkeypatch.context() as patch:
        if at == "words":
            patch.setattr(operations.words, "keep", fail)
        elif at == "visits":
            patch.setattr(operations.visits, "say", fail)
        elif at == "screens":
            patch.setattr(operations.sending.screens, "now", fail)
        else:
            run = Transaction.run

            def failing(tx: Any, statement: Any, values: Any) -> Any:
                return fail() if statement is operations.USED else run(tx, statement, values)

            patch.setattr(Transaction, "run", failing)
        assert code(post(key, body)) == (503, "unavailable")
    assert stored() == before
    assert post(key, body).status_code == 201
    assert customer_of().name == "Zoë"


def test_another_webhook_of_an_id_that_was_given_before_takes_all(
    people: People, site: SiteState, box: tuple[IncomingState, str]
) -> None:
    inbox, key = box
    first = post(key, said("Old")).json
    operations.remove(people.ada, inbox.id)
    _, key = operations.make(people.ada, name="Other", site_id=site.id)
    with transaction() as tx:  # as SQLite gives it, and PostgreSQL does not
        tx.run(rows.table.update().values(id=inbox.id), {})
    anew = post(key, said("Quite another"))
    assert anew.status_code == 201
    assert anew.json["messageId"] != first["messageId"]
    _, key = operations.make_key(people.ada, inbox.id)
    assert post(key, said("Quite another")).json == anew.json


def test_what_they_said_of_themselves_is_found_by_still(
    people: People, site: SiteState, box: tuple[IncomingState, str]
) -> None:
    _, key = box
    with transaction() as tx:
        told = operations.visiting.Said("Quendolin", "q@example.com")
        token = naming.new_credential()
        visitor = operations.visiting.made(tx, site, token, "en", told)
        naming.named(tx, site, visitor, Claims(PHONE, "", "", 0))
    post(key, said(customer={"name": "Zoë", "email": "new@example.com"}))
    of = words.table.c.user_id == visitor.id
    found = {row.word for row in database.rows(words.table.select().where(of))}
    assert {"quendolin", "zoe", "new@example.com"} <= found
    assert "q@example.com" not in found


def test_an_export_has_it_and_an_erasure_leaves_nothing(
    people: People, box: tuple[IncomingState, str]
) -> None:
    inbox, key = box
    word = "xyzzyplover"
    who = {"name": word, "email": f"{word}@example.com", "attributes": {"plan": word}}
    body = said(word, word, word, customer=who, thread=word)
    post(key, body)
    person = customer_of(word)
    parts = {
        part.name: json.dumps(list(exports.rows_of(part, [person.id]))) for part in exports.PARTS
    }
    for name in ("person", "visitors", "identities", "visits", "messages"):
        assert word in parts[name], name
    assert inbox.secret not in str(parts)
    erasures.erase_by_shell(person.id, word)
    for table in db.metadata.sorted_tables:
        assert word not in str([tuple(row) for row in database.rows(select(table))]), table.name
    assert post(key, body).status_code == 201  # somebody new, who is called so


def test_one_message_of_many_at_once_and_one_customer(house: Flask) -> None:  # noqa: F811
    people = People()
    site = sites.first()
    assert site is not None
    _, key = operations.make(people.ada, name="SMS", site_id=site.id)
    more = {"customer": {"name": "Zoë", "attributes": {"plan": "gold"}}}
    same = at_once(lambda _: post(key, said(**more)), 6)
    assert sorted(each.status_code for each in same) == [200] * 5 + [201]
    assert len({str(each.json) for each in same}) == 1
    others = at_once(lambda number: post(key, said(id=f"o{number}", sub="another", **more)), 6)
    assert [each.status_code for each in others] == [201] * 6
    assert len({each.json["chatId"] for each in others}) == 1
    assert len({each.json["messageId"] for each in others}) == 6
    assert len(database.rows(identities.table.select())) == 2
    assert len(database.rows(visitors.table.select())) == 2
    assert queries.every()[0].taken == 7
    known_ones = at_once(lambda number: post(key, said(id=f"k{number}", **more)), 6)
    assert [each.status_code for each in known_ones] == [201] * 6


def test_nothing_is_said_of_who_is_erased_at_once(house: Flask) -> None:  # noqa: F811
    people = People()
    site = sites.first()
    assert site is not None
    _, key = operations.make(people.ada, name="SMS", site_id=site.id)
    who = {"name": "Zoë", "attributes": {"plan": "gold"}}
    post(key, said(customer=who))
    gone = customer_of().id

    def act(number: int) -> Any:
        if number == 2:
            return erasures.erase_by_shell(gone, "Zoë")
        more = who | {"email": f"zoe{number}@example.com"}
        return post(key, said(id=f"e{number}", customer=more))

    _, _, erased, *_ = answers = at_once(act, 5)
    assert erased.chats == 1
    # Between the mark and the end of it there is nobody to write as.
    assert {each.status_code for each in answers if each is not erased} <= {201, 403}
    row = database.row(users.table.select().where(users.table.c.id == gone))
    assert (row.name, row.is_active) == ("", False)
    for each in (words.table, visitors.table, visitors.tokens, identities.table):
        assert database.rows(each.select().where(each.c.user_id == gone)) == [], each.name
    assert database.rows(messages.table.select().where(messages.table.c.sender_id == gone)) == []


def test_admins_alone_set_them_up_and_it_is_written_down(people: People, site: SiteState) -> None:
    for actor in (people.maya, people.ana, people.lena, people.petra):
        for act in (
            lambda actor=actor: operations.make(actor, name="SMS", site_id=site.id),
            lambda actor=actor: operations.change(actor, 1, name="Hm"),
            lambda actor=actor: operations.make_key(actor, 1),
            lambda actor=actor: operations.remove(actor, 1),
        ):
            with pytest.raises(Forbidden):
                act()
    other = making.create_by_shell(name="Other")
    topic = topics.make(people.maya, "Parcels", site_id=other.id)
    for wrong, field in (
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"site_id": None}, "siteId"),
        ({"site_id": 4711}, "siteId"),
        ({"topic_id": 4711}, "topicId"),
        ({"topic_id": topic.id}, "topicId"),
    ):
        with pytest.raises(Invalid) as error:
            operations.make(people.ada, **{"name": "SMS", "site_id": site.id} | wrong)
        assert list(error.value.fields or {}) == [field]
    made, key = operations.make(people.ada, name="SMS", site_id=site.id)
    assert len(key) == 22
    with pytest.raises(Invalid):
        operations.change(people.ada, made.id, topic_id=topic.id)
    operations.change(people.ada, made.id, site_id=other.id, topic_id=topic.id)
    operations.change(people.ada, made.id, site_id=other.id)  # as it is
    row = database.row(rows.table.select())
    assert key not in str(tuple(row))
    assert (row.key_hash, row.ends_with) == (rows.digest(key), key[-4:])
    _, second = operations.make_key(people.ada, made.id)
    operations.remove(people.ada, made.id)
    log = [row for row in database.rows(audits.table.select()) if row.action.startswith("incoming")]
    assert [(each.action, each.subject_id) for each in log] == [
        (action, made.id)
        for action in ("incoming_made", "incoming_changed", "incoming_key_made", "incoming_removed")
    ]
    told = str([tuple(each) for each in log])
    assert not [each for each in (key, second, made.secret) if each in told]


def test_by_rest(app: Flask, people: People, site: SiteState) -> None:
    client, headers = app.test_client(), {"Authorization": f"Bearer {access_token(people.ada)}"}
    ways = "/api/v1/incoming-webhooks"

    def ask(method: str, path: str = "", **body: Any) -> Any:
        answer = client.open(f"{ways}{path}", method=method, json=body or None, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json

    made = ask("POST", name="SMS", siteId=site.id)
    assert made["path"].startswith("/in/")
    assert made["secret"].startswith("whsec_")
    one = f"/{made['id']}"
    assert ask("PATCH", one, isSigned=True)["isSigned"]
    assert ask("PATCH", one, name="Gateway")["isSigned"]  # what is left out stays
    assert not ask("PATCH", one, isSigned=False)["isSigned"]
    assert post(made["path"].removeprefix("/in/"), said()).status_code == 201
    listed = ask("GET")["incomingWebhooks"]
    assert listed == [ask("GET", one)]
    assert (listed[0]["taken"], listed[0]["endsWith"]) == (1, made["path"][-4:])
    assert not {"path", "secret", "key"} & set(listed[0])
    anew = ask("POST", f"{one}/key")
    assert code(post(made["path"].removeprefix("/in/"), said())) == (404, "not_found")
    assert post(anew["path"].removeprefix("/in/"), said()).status_code == 200
    ask("DELETE", one)
    assert ask("GET") == {"incomingWebhooks": []}


def test_the_examples_of_the_page_do_what_they_say(
    people: People, box: tuple[IncomingState, str]
) -> None:
    """Both ends: a form that is signed, and a gateway that hears what staff has answered."""
    inbox, key = box
    sent: list[tuple[str, str]] = []
    given = {"ADDRESS": f"https://desk.example/in/{key}", "send_sms": lambda *sms: sent.append(sms)}
    code_of = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)
    for block in code_of:
        exec(block, given)
    examples: Any = given
    taken: list[int] = []

    def urlopen(request: Request) -> io.BytesIO:
        answer = post(request.full_url.rpartition("/")[2], request.data, dict(request.headers))
        taken.append(answer.status_code)
        return io.BytesIO(answer.data)

    examples["urllib"] = SimpleNamespace(request=SimpleNamespace(Request=Request, urlopen=urlopen))
    operations.change(people.ada, inbox.id, is_signed=True)
    form = (given["ADDRESS"], inbox.secret, {"id": 7, "name": "Zoë"}, "form-1", "Do you ship?")
    first = examples["to_desk"](*form)
    assert (examples["to_desk"](*form), taken) == (first, [201, 200])
    assert customer_of("7").name == "Zoë"
    operations.change(people.ada, inbox.id, is_signed=False)
    webhooks.make(people.ada, name="SMS", url="https://sms.example/", events=["new_message"])
    examples["from_gateway"]({"id": "s1", "from": PHONE, "text": "Where is my order?"})
    who = customer_of(f"sms:{PHONE}").id
    opened = database.row(chats.table.select().where(chats.table.c.customer_id == who))
    sending.send(people.ana, opened.id, Draft("It left today"))
    sending.send(people.ana, first["chatId"], Draft("We do"))
    closures.close(people.ana, opened.id)  # which the chat says in a line
    told = database.rows(SELECT_DELIVERIES)
    assert len(told) > 3
    for each in map(DeliveryState._make, told):
        data = telling.data_of(each)
        assert data is not None
        examples["from_desk"](json.loads(telling.body_of(each, data)))
    assert sent == [(PHONE, "It left today")]


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_key_is_in_no_line_of_the_log(
    database: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    app = create_app(settings_for(database, LOG_FORMAT=form, LOG_LEVEL="DEBUG"))
    app.config.update(PROPAGATE_EXCEPTIONS=False)
    with app.app_context():
        found = sites.first()
        assert found is not None
        _, key = operations.make(People().ada, name="SMS", site_id=found.id)
        assert post(key, said()).status_code == 201
        assert post(key, b"{").status_code == 400
        assert app.test_client().get(f"/in/{key}").status_code == 405
        assert app.test_client().post(f"/in/{key}/x").status_code == 404
        db.engine.dispose()
    told = capsys.readouterr().err
    assert told.replace("\\u2026", "…").count("/in/…") == 4
    assert key not in told
