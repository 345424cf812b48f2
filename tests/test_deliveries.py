"""What webhooks are told: in the transaction in which it happens, in order for each chat, signed,
tried for a day, seen and sent again; and nothing at all where there is none."""

import json
from collections.abc import Iterator
from hashlib import sha256
from hmac import digest
from itertools import pairwise
from threading import Thread
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.extensions import this_app
from app.models import database, webhooks
from app.models.chats import Priority
from app.models.jobs import table as jobs
from app.models.users import Actor
from app.models.webhooks import SELECT_DELIVERIES, Became, DeliveryState, Told, WebhookState
from app.operations import (
    closures,
    deliveries,
    edits,
    erasures,
    messages,
    notes,
    priorities,
    tags,
    teams,
    topics,
    word_lists,
)
from app.operations import holds as holding
from app.operations import webhooks as operations
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import exports
from app.queries import webhooks as queries
from app.webhooks import calling, telling
from tests.conftest import recorded
from tests.people import People
from tests.test_webhooks import Handler, Heard

ALL = [each.value for each in Told]


@pytest.fixture
def other(app: Flask) -> Iterator[Heard]:
    """Another program, on this machine, which may be called."""
    app.config["WEBHOOK_PRIVATE"] = True
    server = Heard(("127.0.0.1", 0), Handler)
    server.calls = []
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def webhook_to(people: People, other: Heard | None, **wanted: Any) -> WebhookState:
    url = f"http://localhost:{other.server_port}/" if other else "http://203.0.113.7/"
    return operations.make(people.ada, **{"name": "CRM", "url": url, "events": ALL} | wanted)


def rows(webhook: WebhookState) -> list[DeliveryState]:
    found = database.rows(SELECT_DELIVERIES.order_by(webhooks.deliveries.c.id))
    return [each for row in found if (each := DeliveryState._make(row)).webhook_id == webhook.id]


def events(webhook: WebhookState) -> list[str]:
    return [each.event for each in rows(webhook)]


def waiting_jobs() -> list[dict[str, Any]]:
    return [
        json.loads(row.payload)
        for row in database.rows(jobs.select())
        if "webhook_id" in row.payload
    ]


def tell_all() -> None:
    """As the runner would: each job that there is, once."""
    for each in waiting_jobs():
        telling.tell(**each)


def take_all() -> None:
    """As the runner does: with the job that it has taken, and with those that it then stores."""
    taken = waiting_jobs()
    with transaction() as tx:
        tx.run(jobs.delete(), {})
    for each in taken:
        telling.tell(**each)


def due() -> list[int]:
    return [row.run_at for row in database.rows(jobs.select()) if "webhook_id" in row.payload]


def bodies(other: Heard) -> list[dict[str, Any]]:
    return [json.loads(body) for _, _, body in other.calls]


def begun(people: People, text: str = "xyzzy") -> int:
    return messages.send(people.lena, None, Draft(text)).chat_id


def test_without_a_webhook_nothing_is_added(people: People) -> None:
    chat = begun(people)  # whoever is first asks which there are
    with recorded() as before:
        messages.send(people.lena, chat, Draft("one"))
    made = webhook_to(people, None, events=["chat_rated"])
    with recorded() as other_event:
        messages.send(people.lena, chat, Draft("two"))
    assert len(other_event) == len(before)
    operations.change(people.ada, made.id, events=["new_message"])
    with recorded() as told:
        messages.send(people.lena, chat, Draft("three"))
    assert len(told) == len(before) + 2  # the delivery, and its job
    operations.change(people.ada, made.id, is_on=False)
    with recorded() as after:
        messages.send(people.lena, chat, Draft("four"))
    assert after == before or len(after) == len(before)


def test_each_event_of_a_chat_is_told_in_order_and_signed(people: People, other: Heard) -> None:
    webhook = webhook_to(people, other)
    chat = begun(people)
    said = messages.send(people.ana, chat, Draft("Hello"))
    edits.edit(people.ana, said.id, "Hello there")
    tags.put_on(people.ana, chat, "Refund")
    priorities.prioritise(people.ana, chat, Priority.URGENT)
    notes.write(people.ana, chat, "plugh")
    closures.close(people.ana, chat)
    tell_all()
    told = bodies(other)
    assert [each["type"] for each in told] == events(webhook)
    names = [each["type"] for each in told]
    assert names[:2] == ["chat_begun", "new_message"]
    for name in ("chat_assigned", "message_changed", "tags_changed", "priority_changed"):
        assert name in names
    assert names.index("note_changed") < names.index("chat_closed")
    by_type = {each["type"]: each for each in told}
    assert by_type["message_changed"]["data"]["message"]["message"] == "Hello there"
    assert by_type["tags_changed"]["data"]["tags"] == ["Refund"]
    assert by_type["priority_changed"]["data"]["priority"] == "urgent"
    assert by_type["note_changed"]["data"]["note"]["message"] == "plugh"
    assert by_type["chat_closed"]["data"]["change"]["statusBefore"] == "open"
    assert by_type["chat_closed"]["data"]["chat"]["status"] == "closed"
    assert {each["data"]["chatId"] for each in told} == {chat}
    for _, headers, body in other.calls:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        wanted = digest(calling.key_of(webhook.secret), signed, sha256)
        assert headers["webhook-signature"] == f"v1,{calling.b64encode(wanted).decode()}"
    assert len({headers["webhook-id"] for _, headers, _ in other.calls}) == len(told)
    assert {each.state for each in rows(webhook)} == {Became.DONE}


def test_a_later_event_of_a_chat_overtakes_none(
    people: People, other: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first is tried again, those after it wait; another chat's do not."""
    webhook = webhook_to(people, other, events=["new_message"])
    chat = begun(people, "first")
    other.status = 500
    tell_all()
    messages.send(people.lena, chat, Draft("second"))
    messages.send(people.marcus, None, Draft("elsewhere"))
    other.status = 200
    tell_all()
    said = [each["data"]["message"]["message"] for each in bodies(other)]
    assert said == ["first", "elsewhere"]
    first = rows(webhook)[0]
    assert (first.attempts, first.answer, first.state) == (1, 500, "waits")
    monkeypatch.setattr(clock, "now", lambda: first.next_at)
    tell_all()
    said = [each["data"]["message"]["message"] for each in bodies(other)]
    assert said == ["first", "elsewhere", "first", "second"]
    ids = [headers["webhook-id"] for _, headers, _ in other.calls]
    assert ids[0] == ids[2]


def test_it_is_tried_for_a_day_and_then_given_up(
    people: People, other: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = webhook_to(people, other, events=["new_message"])
    begun(people)
    other.status = 503
    began = rows(webhook)[0].begun_at
    tried = []
    for _ in range(40):
        row = rows(webhook)[0]
        if row.state != "waits":
            break
        monkeypatch.setattr(clock, "now", lambda at=row.next_at: at)
        tried.append(row.next_at - began)
        telling.tell(webhook.id, row.line)
    assert rows(webhook)[0].state == "given_up"
    assert tried[-1] == deliveries.DAY_MS
    pauses = [after - before for before, after in pairwise(tried)]
    assert pauses[:4] == [15_000, 45_000, 135_000, 405_000]
    assert max(pauses) <= deliveries.LONGEST_PAUSE_MS
    assert queries.there(webhook.id).failing_since is not None
    assert queries.given_up([webhook.id]) == {webhook.id: 1}
    deliveries.send_again(people.ada, webhook.id, rows(webhook)[0].id)
    other.status = 204
    tell_all()
    assert rows(webhook)[0].state == "done"
    assert queries.there(webhook.id).failing_since is None


def test_where_nobody_answers_all_its_chats_wait_together(
    people: People, other: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = webhook_to(people, other, events=["new_message"])
    begun(people, "first")
    messages.send(people.marcus, None, Draft("elsewhere"))
    tries: list[str] = []

    def silent(url: str, *_: Any) -> int:
        tries.append(url)
        raise TimeoutError

    monkeypatch.setattr(telling, "told", silent)
    tell_all()
    tell_all()
    assert len(tries) == 1  # of two chats, and once
    found = queries.there(webhook.id)
    assert found.misses == 1
    assert found.rests_until is not None
    assert {each.error for each in rows(webhook)} == {"no_answer", None}


def test_a_private_address_is_told_nothing(app: Flask, people: People, other: Heard) -> None:
    app.config["WEBHOOK_PRIVATE"] = False
    webhook = webhook_to(people, other)
    begun(people)
    tell_all()
    assert other.calls == []
    assert rows(webhook)[0].error == "private"


def test_two_secrets_sign_until_the_old_one_is_ended(people: People, other: Heard) -> None:
    webhook = webhook_to(people, other, events=["new_message"])
    new = operations.make_secret(people.ada, webhook.id)
    with pytest.raises(Conflict):
        operations.make_secret(people.ada, webhook.id)
    chat = begun(people)
    tell_all()
    operations.end_old_secret(people.ada, webhook.id)
    messages.send(people.lena, chat, Draft("again"))
    tell_all()
    expected = []
    for secrets, (_, headers, body) in zip(
        ([new, webhook.secret], [new]), other.calls, strict=True
    ):
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        each = [digest(calling.key_of(secret), signed, sha256) for secret in secrets]
        expected.append(" ".join(f"v1,{calling.b64encode(one).decode()}" for one in each))
    assert [headers["webhook-signature"] for _, headers, _ in other.calls] == expected


def test_filters_let_by_what_they_name(people: People, other: Heard) -> None:
    chat = begun(people)
    (tag,) = tags.put_on(people.ana, chat, "Refund")
    by_tag = webhook_to(people, other, only={"tags": [tag.id]})
    messages.send(people.lena, chat, Draft("tagged"))
    messages.send(people.marcus, None, Draft("not tagged"))
    notes.write(people.ana, chat, "plugh")
    assert {each.chat_id for each in rows(by_tag)} == {chat}
    assert events(by_tag) == ["new_message", "note_changed"]
    tags.take_off(people.ana, chat, tag.id)
    messages.send(people.lena, chat, Draft("no more"))
    assert events(by_tag) == ["new_message", "note_changed"]
    with pytest.raises(Invalid):
        webhook_to(people, other, only={"teams": [4711]})


def test_what_is_held_is_told_once_it_is_released(people: People, other: Heard) -> None:
    webhook = webhook_to(people, other, events=["chat_begun", "new_message", "message_changed"])
    word_lists.make(people.maya, "Rude", "hold", ["plover"])
    held = messages.send(people.lena, None, Draft("plover"))
    assert events(webhook) == []
    holding.release(people.maya, held.id)
    tell_all()
    assert [each["type"] for each in bodies(other)] == ["chat_begun", "new_message"]


def test_a_message_that_is_taken_back_is_told_without_its_words(
    people: People, other: Heard
) -> None:
    webhook = webhook_to(people, other, events=["new_message", "message_changed"])
    chat = begun(people)
    said = messages.send(people.ana, chat, Draft("plugh"))
    edits.take_back(people.ana, said.id)
    tell_all()
    assert b"plugh" not in b"".join(body for _, _, body in other.calls)
    assert {each.state for each in rows(webhook)} == {"done"}


def test_no_word_is_kept_and_with_a_customer_all_goes(people: People, other: Heard) -> None:
    webhook = webhook_to(people, other)
    chat = begun(people)
    messages.send(people.marcus, None, Draft("his"))
    for each in database.rows(webhooks.deliveries.select()):
        assert "xyzzy" not in str(tuple(each))
    part = next(each for each in exports.PARTS if each.name == "staff/webhook_deliveries")
    told = list(exports.rows_of(part, [people.lena.id]))
    assert {each["event"] for each in told} >= {"chat_begun", "new_message"}
    erasures.erase(people.ada, people.lena.id, people.lena.name)
    erasures.carry_out(people.lena.id)
    left = [each for each in rows(webhook) if each.chat_id == chat]
    assert [each.event for each in left] == ["chat_erased"]
    tell_all()
    assert b"xyzzy" not in b"".join(body for _, _, body in other.calls)
    assert {"type": "chat_erased", "data": {"chatId": chat}}.items() <= {
        **next(each for each in bodies(other) if each["type"] == "chat_erased")
    }.items()


def test_a_test_is_told_also_where_it_is_off(people: People, other: Heard) -> None:
    webhook = webhook_to(people, other, is_on=False)
    begun(people)
    deliveries.test(people.ada, webhook.id)
    tell_all()
    assert [(each["type"], each["data"]) for each in bodies(other)] == [("test", {})]


def test_of_one_that_is_switched_off_what_waits_is_let_go(people: People, other: Heard) -> None:
    webhook = webhook_to(people, other)
    begun(people)
    operations.change(people.ada, webhook.id, is_on=False)
    tell_all()
    assert other.calls == []
    assert {each.state for each in rows(webhook)} == {"off"}
    operations.remove(people.ada, webhook.id)
    tell_all()
    with pytest.raises(NotFound):
        queries.there(webhook.id)
    deliveries.forget_old()
    assert rows(webhook) == []


def test_of_one_that_is_switched_off_nothing_is_told_by_who_has_not_heard(
    people: People, other: Heard
) -> None:
    off = webhook_to(people, other)
    less = webhook_to(people, other, name="Less")
    hears = this_app().extensions["begin"].hears
    operations.change(people.ada, off.id, is_on=False)
    operations.change(people.ada, less.id, events=["chat_begun"])
    this_app().extensions["begin"].hears = hears
    begun(people)
    tell_all()
    assert [each["type"] for each in bodies(other)] == ["chat_begun"]
    assert {each.state for each in rows(off)} == {"off"}
    deliveries.send_again(people.ada, off.id, rows(off)[0].id)
    tell_all()
    assert [each["type"] for each in bodies(other)] == ["chat_begun"] * 2


def test_of_who_is_to_be_forgotten_no_word_is_told_from_then_on(
    people: People, other: Heard
) -> None:
    webhook = webhook_to(people, other)
    begun(people)
    erasures.erase(people.ada, people.lena.id, people.lena.name)  # which a job carries out later
    tell_all()
    assert b"xyzzy" not in b"".join(body for _, _, body in other.calls)
    assert {each.state for each in rows(webhook) if each.event == "new_message"} == {"gone"}


def test_what_is_sent_by_hand_goes_at_once_also_where_the_line_waits(
    people: People, other: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = webhook_to(people, other, events=["new_message"])
    begun(people)
    other.status = 500
    deliveries.test(people.ada, webhook.id)
    for _ in range(6):
        at = max(each.next_at for each in rows(webhook)) + 1
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        take_all()
    assert min(due()) > clock.now()
    other.status = 200
    other.calls.clear()
    deliveries.send_again(people.ada, webhook.id, rows(webhook)[0].id)
    deliveries.test(people.ada, webhook.id)
    assert [at <= clock.now() for at in due()] == [True] * 3  # the chat's, and each test by itself
    take_all()
    assert sorted(each["type"] for each in bodies(other)) == ["new_message", "test"]


def test_where_nobody_answers_for_a_day_all_that_is_as_old_is_given_up(
    people: People, other: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = webhook_to(people, other, events=["new_message"])
    begun(people)
    messages.send(people.marcus, None, Draft("elsewhere"))
    tries = []

    def silent(*_: Any) -> int:
        tries.append(1)
        raise TimeoutError

    monkeypatch.setattr(telling, "told", silent)
    tell_all()
    assert len(tries) == 1
    day = clock.now() + deliveries.TRIED_MS + deliveries.LONGEST_REST_MS + 1
    monkeypatch.setattr(clock, "now", lambda: day)
    tell_all()
    assert {each.state for each in rows(webhook)} == {"given_up"}
    assert len(tries) == 1


def test_a_topic_with_a_team_says_that_the_chat_has_moved(people: People, other: Heard) -> None:
    webhook = webhook_to(people, other, events=["chat_assigned"])
    team = teams.make(people.maya, "Returns")
    topic = topics.make(people.maya, "Parcels", team_id=team.id)
    chat_id = begun(people)
    topics.put_on(people.ana, chat_id, topic.id)
    assert [each.change and each.change["teamId"] for each in rows(webhook)] == [team.id]


def test_a_message_does_not_fail_by_a_webhook_that_another_process_has_removed(
    people: People,
) -> None:
    webhook = webhook_to(people, None)
    hears = this_app().extensions["begin"].hears
    operations.remove(people.ada, webhook.id)
    this_app().extensions["begin"].hears = hears
    assert begun(people)
    assert rows(webhook)
    deliveries.forget_old()
    assert rows(webhook) == []


def test_what_is_a_week_old_goes_and_what_waits_has_a_job(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = webhook_to(people, None, events=["new_message"])
    begun(people)
    with transaction() as tx:
        tx.run(jobs.delete(), {})
    deliveries.forget_old()
    assert waiting_jobs() == [{"webhook_id": webhook.id, "line": rows(webhook)[0].line}]
    later = clock.now() + deliveries.KEPT_MS
    monkeypatch.setattr(clock, "now", lambda: later)
    deliveries.forget_old()
    assert rows(webhook) == []


@pytest.mark.parametrize("who", ["maya", "ana", "lena", "petra"])
def test_admins_alone_have_a_say(people: People, who: str) -> None:
    webhook = webhook_to(people, None)
    actor: Actor = getattr(people, who)
    for forbidden in (
        lambda: operations.make(actor, name="x", url="http://x.example", events=ALL),
        lambda: operations.change(actor, webhook.id, name="x"),
        lambda: operations.remove(actor, webhook.id),
        lambda: operations.make_secret(actor, webhook.id),
        lambda: operations.end_old_secret(actor, webhook.id),
        lambda: deliveries.test(actor, webhook.id),
        lambda: deliveries.send_again(actor, webhook.id, 1),
    ):
        with pytest.raises(Forbidden):
            forbidden()


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"url": "ftp://x.example"}, {"url": "http://a@b/"}, {"events": []}]
)
def test_what_it_lacks_is_said(people: People, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as error:
        webhook_to(people, None, **wrong)
    assert list(error.value.fields) == list(wrong)
