"""Rules that time sets off: nobody has answered, closed for days, outside opening hours."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.extensions import db
from app.models import chats
from app.models.chats import Priority
from app.operations import (
    closures,
    holds,
    merges,
    messages,
    priorities,
    rule_runs,
    sites,
    snoozes,
    tags,
    word_lists,
)
from app.operations import rules as operations
from app.operations.messages import Draft
from app.queries import rules as queries
from tests.acting import (
    DAY,
    HOUR,
    MINUTE,
    here,
    now,
    on,
    runs,
    say,
    site_with_hours,
    tag,
    tagged,
    wanted,
)
from tests.people import People
from tests.sql import recorded


def test_nobody_has_answered_for_so_long(people: People, later: Callable[[int], None]) -> None:
    before = messages.send(people.marcus, None, Draft("From before")).chat_id
    later(30 * MINUTE)
    rule = on(people.maya, "unanswered", [{"kind": "assign", "agentId": people.ben.id}], amount=10)
    chat_id = messages.send(people.lena, None, Draft("Hello?")).chat_id
    later(9 * MINUTE)
    messages.send(people.lena, None, Draft("Anybody?"))  # which makes it no shorter
    rule_runs.look()
    assert runs(rule) == []
    later(MINUTE)
    here(people.ben)
    rule_runs.look()
    rule_runs.look()
    assert [each.run.chat_id for each in queries.of_rule(rule.id).runs] == [chat_id]
    assert now(people, chat_id).agent_id == people.ben.id
    assert now(people, before).is_waiting
    later(HOUR)
    messages.send(people.lena, None, Draft("Still nobody"))
    rule_runs.look()
    assert len(runs(rule)) == 1
    messages.send(people.ben, chat_id, Draft("Here I am"))
    later(HOUR)
    rule_runs.look()
    assert len(runs(rule)) == 1  # it is answered
    messages.send(people.lena, None, Draft("And another thing"))
    later(10 * MINUTE)
    rule_runs.look()
    assert len(runs(rule)) == 2


def test_what_was_answered_or_put_aside_meanwhile_is_left_alone(people: People) -> None:
    rule = on(people.maya, "unanswered", [{"kind": "notify", "managers": True}], amount=10)
    first = messages.send(people.lena, None, Draft("Hello?"))
    messages.send(people.ana, first.chat_id, Draft("Here I am"))
    second = messages.send(people.lena, None, Draft("And another thing"))
    # It was found as one that waits before that, and its turn comes now.
    assert not rule_runs.act(rule, first.chat_id, first.seq)
    snoozes.snooze(people.ana, first.chat_id, clock.now() + HOUR)
    assert not rule_runs.act(rule, first.chat_id, second.seq)
    assert runs(rule) == []
    snoozes.wake(people.ana, first.chat_id)
    assert rule_runs.act(rule, first.chat_id, second.seq)


def test_what_is_asked_again_is_another_question(
    people: People, later: Callable[[int], None]
) -> None:
    rule = on(people.maya, "unanswered", [{"kind": "notify", "managers": True}], amount=10)
    chat_id = messages.send(people.lena, None, Draft("Hello?")).chat_id
    later(10 * MINUTE)
    rule_runs.look()
    closures.close(people.lena, chat_id)
    messages.send(people.lena, None, Draft("Once more"))
    later(9 * MINUTE)
    rule_runs.look()
    assert len(runs(rule)) == 1
    later(MINUTE)
    rule_runs.look()
    assert len(runs(rule)) == 2


def test_closed_for_so_many_days(people: People, later: Callable[[int], None]) -> None:
    tag_id = tag(people)
    old = say(people.marcus)
    closures.close(people.ana, old)
    later(5 * DAY)
    rule = on(
        people.maya,
        "closed_for",
        [{"kind": "tag", "tagId": tag_id}],
        [{"kind": "words", "words": ["refund"]}],
        amount=3,
    )
    chat_id = say(people.lena)
    closures.close(people.ana, chat_id)
    for days, expected in ((2, 0), (1, 1), (1, 1)):
        later(days * DAY)
        rule_runs.look()
        assert len(runs(rule)) == expected
    say(people.lena, "Again")
    closures.close(people.ana, chat_id)
    later(3 * DAY)
    rule_runs.look()
    assert len(runs(rule)) == 2
    assert tagged(old) == {"Refund"}  # by hand, before


def test_what_nobody_looked_for_in_time_is_let_go(
    people: People, later: Callable[[int], None]
) -> None:
    rule = on(people.maya, "closed_for", [{"kind": "answer", "text": "Well?"}], amount=1)
    chat_id = say(people.lena)
    closures.close(people.ana, chat_id)
    later(4 * DAY)
    rule_runs.look()
    assert runs(rule) == []


def test_outside_the_hours_of_the_site(people: People, monkeypatch: Any) -> None:
    site = site_with_hours()
    monkeypatch.setattr(rule_runs.hours, "is_open", lambda *_: False)
    rule = on(people.maya, "outside_hours", [{"kind": "answer", "text": "Tomorrow"}])
    chat_id = say(people.lena)
    assert runs(rule) == []  # a desk without hours is never closed
    with db.engine.begin() as connection:
        at = chats.table.c.id == chat_id
        connection.execute(chats.table.update().where(at).values(site_id=site))
    closures.close(people.ana, chat_id)
    say(people.lena, "It is late")
    say(people.lena, "I know")
    assert len(runs(rule)) == 1
    monkeypatch.setattr(rule_runs.hours, "is_open", lambda *_: True)
    closures.close(people.ana, chat_id)
    say(people.lena, "It is early")
    assert len(runs(rule)) == 1


def test_outside_the_hours_that_hold_on_the_desks_own_pages(
    people: People, monkeypatch: Any
) -> None:
    site_with_hours()
    other = sites.create_by_shell(name="Shop", for_desk=True)
    monkeypatch.setattr(rule_runs.hours, "is_open", lambda *_: False)
    does = [{"kind": "answer", "text": "Tomorrow"}]
    rule = on(people.maya, "outside_hours", does)
    say(people.marcus)
    assert runs(rule) == []  # a site without hours is never closed, nor is what goes by them
    sites.edit_by_shell(other.key, hours=("9-17", *[""] * 6))
    chat_id = say(people.lena)
    assert len(runs(rule)) == 1
    trial = queries.tried(operations.make(people.maya, wanted("outside_hours", does)))
    assert {each.chat.id for each in trial.would} > {chat_id}
    sites.edit_by_shell(other.key, for_desk=False)
    closures.close(people.ana, chat_id)
    say(people.lena, "Again")
    assert len(runs(rule)) == 1
    assert queries.tried(operations.make(people.maya, wanted("outside_hours", does))).would == []
    monkeypatch.setattr(rule_runs.hours, "is_open", lambda *_: True)
    sites.edit_by_shell(other.key, for_desk=True)
    closures.close(people.ana, chat_id)
    say(people.lena, "By day")
    assert len(runs(rule)) == 1


def test_what_time_sets_off_is_found_by_indexes(app: Flask) -> None:
    with db.engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            pytest.skip("the planner of the other asks how many rows there are")
        for statement, index in (
            (rule_runs.UNANSWERED, "ix_chats_status_reply_active"),
            (rule_runs.CLOSED_FOR, "ix_chats_closed_at"),
        ):
            values = {"rule_id": 1, "until": 2, "since": 1, "at": 0, "after": 0}
            bound = statement.params(**values, status="closed")
            how = {"literal_binds": True, "render_postcompile": True}
            sql = str(bound.compile(connection, compile_kwargs=how))
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
            assert index in plan[0]
            assert not [step for step in plan if step.startswith(("SCAN", "USE TEMP"))]


def test_what_a_rule_does_not_ask_for_is_looked_at_by_reads_alone(
    people: People, later: Callable[[int], None], monkeypatch: Any
) -> None:
    """However often: and what holds later is seen."""
    tag_id = tag(people)
    asks = [{"kind": "tag", "tagId": tag_id}, {"kind": "words", "words": ["refund"]}]
    rule = on(people.maya, "unanswered", [{"kind": "priority", "priority": "high"}], asks, amount=5)
    chat_id = messages.send(people.lena, None, Draft("I want a refund")).chat_id
    later(6 * MINUTE)
    begun: list[int] = []
    whole = rule_runs.act
    monkeypatch.setattr(
        rule_runs, "act", lambda rule, *which: begun.append(which[0]) or whole(rule, *which)
    )
    with recorded() as run:
        rule_runs.look()
    assert begun == []
    assert len(run) <= 8
    assert not [each for each in run if not each.startswith("SELECT")]
    tags.put_on(people.ana, chat_id, "Refund")
    rule_runs.look()
    assert begun == [chat_id]
    assert len(runs(rule)) == 1


@pytest.mark.parametrize("event", ["unanswered", "closed_for"])
@pytest.mark.parametrize(
    ("asks", "holds"),
    [
        ([{"kind": "words", "words": ["refund"]}], True),
        ([{"kind": "words", "words": ["parcel"]}], False),
        ([{"kind": "language", "languages": ["de"]}], False),
        ([{"kind": "attribute", "name": "plan", "asked": "is_set"}], False),
        ([{"kind": "priority", "priorities": ["normal"]}], True),
    ],
)
def test_what_is_asked_by_reads_is_what_is_asked_under_the_lock(
    people: People, later: Callable[[int], None], event: str, asks: Any, holds: bool
) -> None:
    rule = on(people.maya, event, [{"kind": "priority", "priority": "high"}], asks, amount=1)
    chat_id = messages.send(people.lena, None, Draft("I want a refund")).chat_id
    if event == "closed_for":
        closures.close(people.ana, chat_id)
    later(2 * DAY if event == "closed_for" else 6 * MINUTE)
    rule_runs.look()
    assert bool(runs(rule)) == holds


@pytest.mark.parametrize("ask", [{"kind": "tag"}, {"kind": "priority", "priorities": ["high"]}])
def test_chats_that_are_not_as_a_timed_rule_asks_are_not_even_read(
    people: People, later: Callable[[int], None], ask: dict[str, Any]
) -> None:
    ask = ask if ask["kind"] != "tag" else ask | {"tagId": tag(people)}
    rule = on(people.maya, "unanswered", [{"kind": "notify", "managers": True}], [ask], amount=5)
    ids = [messages.send(each, None, Draft("Hi")).chat_id for each in (people.marcus, people.lena)]
    tags.put_on(people.ana, ids[0], "Refund")
    priorities.prioritise(people.ana, ids[0], Priority.HIGH)
    later(6 * MINUTE)
    assert [each.id for some in rule_runs.due(rule) for each in some] == ids[:1]
    either = rule._replace(any_of=True)
    assert {each.id for some in rule_runs.due(either) for each in some} == set(ids)


def test_what_is_held_is_no_question(people: People, later: Callable[[int], None]) -> None:
    rule = on(people.maya, "unanswered", [{"kind": "notify", "managers": True}], amount=10)
    word_lists.make(people.maya, "Rude", "hold", ["mist"])
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    messages.send(people.ana, chat_id, Draft("Hi"))
    held = messages.send(people.lena, None, Draft("Mist"))
    later(9 * MINUTE)
    messages.send(people.lena, None, Draft("Sorry. Where is my chair?"))
    later(2 * MINUTE)
    rule_runs.look()
    assert runs(rule) == []
    made = operations.make(people.maya, wanted("unanswered", [{"kind": "close"}], amount=10))
    assert queries.tried(made).would == []
    words = [{"kind": "words", "words": ["mist"]}]
    made = operations.make(people.maya, wanted("message", [{"kind": "close"}], words))
    assert queries.tried(made).would == []
    later(9 * MINUTE)
    rule_runs.look()
    assert len(runs(rule)) == 1
    holds.release(people.ana, held.id)
    assert len(queries.tried(made).would) == 1


def test_what_was_done_in_a_chat_is_not_done_again_once_it_is_another_one(
    people: People, later: Callable[[int], None]
) -> None:
    rule = on(people.maya, "unanswered", [{"kind": "notify", "managers": True}], amount=10)
    two = (people.lena, people.marcus)
    first, second = (messages.send(who, None, Draft("Hello?")) for who in two)
    later(11 * MINUTE)
    rule_runs.look()
    assert len(runs(rule)) == 2
    merges.merge_customers(people.maya, people.lena.id, people.marcus.id)
    later(MINUTE)
    rule_runs.look()
    assert len(runs(rule)) == 2
    stays = second.chat_id
    assert {each.run.chat_id for each in queries.of_rule(rule.id).runs} == {stays}
    assert len(queries.of_chat(stays)) == 2
    assert first.chat_id != stays
