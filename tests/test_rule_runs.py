"""What rules do: what sets them off, what they ask, once, and what is written down of it."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app import clock
from app import terms as reading
from app.conditions import CONDITIONS, Facts, is_said
from app.criteria import read
from app.errors import Forbidden
from app.events import Event, MessageSent, PriorityChanged
from app.jobs.kinds import kinds
from app.models import database, notes
from app.models.chats import Priority
from app.models.jobs import table as jobs
from app.models.messages import Line
from app.operations import (
    availability,
    closures,
    edits,
    erasures,
    holds,
    merges,
    messages,
    priorities,
    rule_runs,
    search,
    tags,
    teams,
    topics,
    triggers,
    word_lists,
)
from app.operations import rules as operations
from app.operations.messages import Draft
from app.operations.rule_runs import MOST_AN_HOUR
from app.operations.transaction import transaction
from app.queries import rules as queries
from app.queries import search as looking
from tests.acting import (
    DAY,
    HOUR,
    here,
    lines,
    now,
    on,
    runs,
    say,
    tag,
    tagged,
    work,
)
from tests.people import People
from tests.races import at_once


def test_it_does_all_that_it_does_once(people: People) -> None:
    tag_id = tag(people)
    rule = on(
        people.maya,
        "message",
        [
            {"kind": "answer", "text": "We look into it."},
            {"kind": "tag", "tagId": tag_id},
            {"kind": "assign", "agentId": people.ben.id},
            {"kind": "notify", "userIds": [people.ana.id], "managers": True, "text": "Look"},
        ],
        [{"kind": "words", "words": ["refund"]}],
    )
    here(people.ben)
    chat_id = messages.send(people.lena, None, Draft("I want a REFUND, please")).chat_id
    seq = now(people, chat_id).version
    assert work() == 1
    assert tagged(chat_id) == {"Refund"}
    chat = now(people, chat_id)
    assert (chat.agent_id, chat.first_reply_at) == (people.ben.id, None)
    assert lines(chat_id) == [
        (Line.RULE_ANSWERED, "We look into it."),
        (Line.JOINED, people.ben.name),
    ]
    assert runs(rule) == [
        [{"kind": kind, "became": "done"} for kind in ("answer", "tag", "assign", "notify")]
    ]
    told = {row.user_id for row in database.rows(notes.mentions.select())}
    assert told == {people.ana.id, people.maya.id, people.ada.id}
    before = chat
    for _ in range(3):  # the process may die after it, before the job is gone
        kinds["apply_rules"].handler(chat_id=chat_id, seq=seq, events=["message"])
    assert now(people, chat_id) == before
    assert len(runs(rule)) == 1


def test_what_it_asks_holds_in_every_script_and_spelling(people: People) -> None:
    chat = now(people, messages.send(people.lena, None, Draft("Hello")).chat_id)

    def asks(condition: dict[str, Any], text: str = "", **more: Any) -> bool:
        facts = Facts(
            chat, text, frozenset({7}), "de-AT", {"plan": "Pro", "cart": 120, "vip": True}
        )
        (one,) = CONDITIONS.validate_python([condition])
        return bool(one.holds(facts._replace(**more)))

    def words(*wanted: str) -> dict[str, Any]:
        return {"kind": "words", "words": list(wanted)}

    def attribute(name: str, asked: str, value: str = "") -> dict[str, Any]:
        return {"kind": "attribute", "name": name, "asked": asked, "value": value}

    assert asks(words("refund"), "REFUND!")
    assert asks(words("réfund"), "a refund please")
    assert not asks(words("fund"), "refund")
    assert not asks(words("refund"), "refunds")
    assert asks(words("money back", "x"), "I want my money  back")
    assert not asks(words("money back"), "back money")
    assert asks(words("退款"), "我要退款了")
    assert not asks(words("退款"), "我要货款")
    assert asks(words("استرداد"), "أريد الاسترداد")
    assert asks(words("müller"), "Herr Mueller")
    assert asks({"kind": "tag", "tagId": 7})
    assert not asks({"kind": "tag", "tagId": 8})
    assert asks({"kind": "language", "languages": ["fr", "DE"]})
    assert asks({"kind": "language", "languages": ["de_at"]})
    assert not asks({"kind": "language", "languages": ["d", "de-DE"]})
    assert not asks({"kind": "language", "languages": ["de"]}, language="")
    assert asks(attribute("plan", "equals", "pro"))
    assert asks(attribute("plan", "contains", "RO"))
    assert not asks(attribute("plan", "equals", "pr"))
    assert asks(attribute("plan", "is_set"))
    assert asks(attribute("cart", "is_more", "99,5"))
    assert not asks(attribute("cart", "is_less", "1"))
    assert not asks(attribute("vip", "is_more", "0"))
    assert asks(attribute("vip", "equals", "true"))
    assert not asks(attribute("none", "is_set"))
    assert not asks(attribute("plan", "is_more", "1"))
    assert not asks({"kind": "site", "siteIds": [1]})
    assert asks({"kind": "site", "siteIds": [1]}, chat=chat._replace(site_id=1))
    assert not asks({"kind": "site", "siteIds": [1]}, chat=chat._replace(site_id=2))


def test_the_topic_that_a_customer_chose(people: People) -> None:
    parcels, returns = (topics.make(people.maya, name).id for name in ("Parcels", "Returns"))
    asked = [{"kind": "topic", "topicIds": [parcels]}]
    rule = on(people.maya, "chat_begins", [{"kind": "close"}], asked)
    about_parcels = messages.send(people.lena, None, Draft("Hello", topic_id=parcels)).chat_id
    messages.send(people.marcus, None, Draft("Hello", topic_id=returns))
    assert work() == 2
    assert [each.run.chat_id for each in queries.of_rule(rule.id).runs] == [about_parcels]


def test_words_are_looked_for_in_what_was_read_once(monkeypatch: Any) -> None:
    """A customer's longest message, and a rule's most words, hold nobody up."""
    reads: list[str] = []
    once = reading.tokens
    monkeypatch.setattr(reading, "tokens", lambda text: reads.append(text) or once(text))
    reading.words_in.cache_clear()
    text = "注文した商品が届きません" * 400
    assert not any(is_said(f"word {number}", text) for number in range(50))
    assert is_said("商品が", text)
    assert reads.count(text) == 1


def test_all_of_it_or_one(people: People) -> None:
    tag_id = tag(people)
    asked = [{"kind": "words", "words": ["a"]}, {"kind": "words", "words": ["b"]}]
    does = [{"kind": "tag", "tagId": tag_id}]
    every = on(people.maya, "message", does, asked)
    one = on(people.maya, "message", does, asked, any_of=True)
    none = on(people.maya, "message", does, [], any_of=True)
    say(people.lena, "b")
    assert [len(runs(each)) for each in (every, one, none)] == [0, 1, 1]
    say(people.lena, "a b")
    assert [len(runs(each)) for each in (every, one, none)] == [1, 2, 2]


def test_a_chat_begins_once(people: People) -> None:
    rule = on(people.maya, "chat_begins", [{"kind": "answer", "text": "Hello!"}])
    chat_id = say(people.lena)
    say(people.lena, "Anybody?")
    closures.close(people.ana, chat_id)
    say(people.lena, "Again")
    assert len(runs(rule)) == 1


def test_what_a_rule_does_sets_off_no_rule(people: People) -> None:
    tag_id = tag(people)
    first = on(people.maya, "message", [{"kind": "answer", "text": "loop"}])
    second = on(
        people.maya,
        "message",
        [{"kind": "answer", "text": "loop"}, {"kind": "tag", "tagId": tag_id}],
        [{"kind": "words", "words": ["loop"]}],
    )
    chat_id = say(people.lena, "Hello")
    assert (runs(first) != [], runs(second)) == (True, [])
    messages.send(people.ana, chat_id, Draft("loop"))  # nor what staff says
    assert work() == 0
    assert len(lines(chat_id)) == 2  # the answer, and that Ana joined


def test_it_stops_in_a_chat_where_it_acts_too_often(
    people: People, later: Callable[[int], None]
) -> None:
    rule = on(people.maya, "message", [{"kind": "answer", "text": "Hm"}])
    chat_id = say(people.lena)
    for _ in range(MOST_AN_HOUR + 2):
        say(people.lena, "More")
    assert len(lines(chat_id)) == MOST_AN_HOUR
    found = queries.of_rule(rule.id).runs
    assert [each.run.is_stopped for each in found] == [True] + [False] * MOST_AN_HOUR
    assert say(people.marcus) != chat_id  # elsewhere it goes on
    assert len(runs(rule)) == MOST_AN_HOUR + 2
    later(HOUR + 1)
    say(people.lena, "An hour later")
    assert len(lines(chat_id)) == MOST_AN_HOUR + 1


def test_what_is_gone_is_said_and_the_rest_is_done(people: People) -> None:
    tag_id, other = tag(people), tag(people, "Other")
    team = teams.make(people.maya, "Returns")
    rule = on(
        people.maya,
        "message",
        [
            {"kind": "tag", "tagId": tag_id},
            {"kind": "assign", "teamId": team.id},
            {"kind": "notify", "teamIds": [team.id]},
            {"kind": "tag", "tagId": other},
        ],
    )
    tags.remove(people.maya, tag_id)
    teams.remove(people.maya, team.id)
    chat_id = say(people.lena)
    assert [each["became"] for each in runs(rule)[0]] == ["gone", "gone", "gone", "done"]
    assert tagged(chat_id) == {"Other"}
    say(people.lena, "More")
    assert [each["became"] for each in runs(rule)[0]][3] == "so_already"


def test_what_is_refused_leaves_nothing(people: People) -> None:
    chat_id = say(people.lena)
    for number in range(20):
        tags.put_on(people.ana, chat_id, f"Tag {number}")
    rule = on(
        people.maya,
        "message",
        [{"kind": "tag", "tagId": tag(people, "One more")}, {"kind": "close"}],
    )
    say(people.lena, "More")
    assert [each["became"] for each in runs(rule)[0]] == ["invalid", "done"]
    assert len(tagged(chat_id)) == 20
    assert now(people, chat_id).is_over
    assert lines(chat_id)[-1] == (Line.RULE_CLOSED, "")


@pytest.mark.parametrize("why", ["offline", "away", "out of hours", "idle"])
def test_a_chat_is_given_to_nobody_who_is_not_there(
    people: People, why: str, later: Callable[[int], None]
) -> None:
    rule = on(people.maya, "message", [{"kind": "assign", "agentId": people.ben.id}])
    availability.be_active(people.ben)
    if why == "idle":
        later(HOUR)
    if why != "offline":
        here(people.ben)
    if why == "away":
        availability.set_away(people.ben, True)
    if why == "out of hours":
        tomorrow = datetime.fromtimestamp(clock.now() / 1000, UTC) + timedelta(days=1)
        week = ["09:00-17:00" if day == tomorrow.weekday() else "" for day in range(7)]
        availability.set_hours(people.ben, people.ben.id, "UTC", week)
    chat_id = say(people.lena)
    assert [each["became"] for each in runs(rule)[0]] == ["not_there"]
    assert now(people, chat_id).is_waiting
    if why == "out of hours":
        availability.set_hours(people.ben, people.ben.id, "UTC", [""] * 7)
    availability.set_away(people.ben, False)
    availability.be_active(people.ben)
    here(people.ben)
    say(people.lena)
    assert now(people, chat_id).agent_id == people.ben.id


def test_a_closed_chat_is_given_to_nobody(people: People) -> None:
    rule = on(
        people.maya,
        "message",
        [{"kind": "close"}, {"kind": "assign", "agentId": people.ana.id}],
    )
    chat_id = say(people.lena)
    assert [each["became"] for each in runs(rule)[0]] == ["done", "over"]
    assert now(people, chat_id).agent_id is None


def test_into_a_teams_queue(people: People) -> None:
    team = teams.make(people.maya, "Returns")
    rule = on(people.maya, "message", [{"kind": "assign", "teamId": team.id}])
    chat_id = say(people.lena)
    chat = now(people, chat_id)
    assert chat.is_waiting
    assert chat.team_id == team.id
    say(people.lena, "More")
    assert [each[0]["became"] for each in runs(rule)] == ["so_already", "done"]


def test_without_a_rule_a_message_costs_nothing_more(people: People, statements: list[str]) -> None:
    say(people.lena)
    statements.clear()
    messages.send(people.lena, None, Draft("More"))
    without = len(statements)
    assert not [each for each in statements if "rules" in each or "jobs" in each]
    rule = on(people.maya, "closed_for", [{"kind": "close"}], amount=1)
    statements.clear()
    messages.send(people.lena, None, Draft("More"))
    assert len(statements) == without  # of another event it is one look at what is in memory
    operations.switch(people.maya, rule.id, is_on=False, version=rule.version)
    on(people.maya, "message", [{"kind": "close"}])
    statements.clear()
    messages.send(people.lena, None, Draft("More"))
    assert len(statements) == without + 1
    assert database.scalar(select(func.count()).select_from(jobs)) == 1


def test_a_message_that_is_not_stored_sets_nothing_off(people: People) -> None:
    on(people.maya, "message", [{"kind": "answer", "text": "Hm"}])
    messages.send(people.lena, None, Draft("Hello", "one"))
    assert work() == 1
    messages.send(people.lena, None, Draft("Hello", "one"))
    assert work() == 0


def test_its_log_goes_with_the_chat_and_after_ninety_days(
    people: People, later: Callable[[int], None]
) -> None:
    rule = on(people.maya, "message", [{"kind": "close"}])
    say(people.lena)
    say(people.marcus)
    erasures.erase_by_shell(people.lena.id, people.lena.name)
    assert len(runs(rule)) == 1
    later(89 * DAY)
    rule_runs.forget_old()
    assert len(runs(rule)) == 1
    later(2 * DAY)
    rule_runs.forget_old()
    assert runs(rule) == []


def test_it_says_how_urgent_a_chat_is(people: People, announced: list[Event]) -> None:
    rule = on(
        people.maya,
        "message",
        [{"kind": "priority", "priority": "urgent"}],
        [{"kind": "priority", "priorities": ["normal", "high"]}],
    )
    triggers.refresh()
    chat_id = say(people.lena)
    chat = now(people, chat_id)
    assert (chat.priority, chat.version) == ("urgent", announced_version(announced))
    say(people.lena, "More")
    assert len(runs(rule)) == 1
    assert [each.chat.priority for each in announced if isinstance(each, PriorityChanged)] == [
        "urgent"
    ]
    search.index_chat(chat_id)
    found = looking.found(people.ana, read("is:urgent more")).hits
    assert [hit.chat.id for hit in found] == [chat_id]
    assert looking.found(people.ana, read("is:high more")).hits == []
    assert priorities.prioritise(people.ana, chat_id, Priority.NORMAL).priority is None
    with pytest.raises(Forbidden):
        priorities.prioritise(people.lena, chat_id, Priority.HIGH)


def announced_version(announced: list[Event]) -> int:
    """The last one that a customer has heard of."""
    return [each.message.version for each in announced if isinstance(each, MessageSent)][-1]


def test_of_two_chats_that_become_one_it_is_as_urgent_as_the_more_urgent(people: People) -> None:
    ids = [messages.send(each, None, Draft("Hi")).chat_id for each in (people.marcus, people.lena)]
    priorities.prioritise(people.ana, ids[0], Priority.URGENT)
    priorities.prioritise(people.ana, ids[1], Priority.HIGH)
    with transaction() as tx:
        merges.merge(tx, people.marcus, people.lena)
    assert now(people, ids[1]).priority == Priority.URGENT


def test_of_four_that_act_at_once_one_does(people: People) -> None:
    team = teams.make(people.maya, "Returns")
    rule = on(
        people.maya,
        "message",
        [{"kind": "answer", "text": "Hm"}, {"kind": "assign", "teamId": team.id}],
    )
    sent = messages.send(people.lena, None, Draft("Hello"))
    did = at_once(lambda _: rule_runs.act(rule, sent.chat_id, sent.seq), 4)
    assert sorted(did) == [False, False, False, True]
    assert len(runs(rule)) == 1
    assert [kind for kind, _ in lines(sent.chat_id)] == [Line.RULE_ANSWERED, Line.QUEUED]


def test_what_is_held_sets_nothing_off_until_it_is_released(people: People) -> None:
    rule = on(people.maya, "message", [{"kind": "answer", "text": "Thank you"}])
    word_lists.make(people.maya, "Rude", "hold", ["mist"])
    sent = messages.send(people.lena, None, Draft("Hello"))
    edits.edit(people.lena, sent.id, "Mist")  # before anything was done about it
    work()
    assert runs(rule) == []
    holds.release(people.ana, sent.id)
    work()
    assert len(runs(rule)) == 1


def test_what_waits_to_be_done_is_done_where_the_chat_was_merged_into(people: People) -> None:
    on(people.maya, "message", [{"kind": "tag", "tagId": tag(people)}])
    older = messages.send(people.lena, None, Draft("I want a refund")).chat_id
    closures.close(people.ana, older)
    newer = messages.send_to(people.ana, people.lena.id, Draft("One more thing"))[0].chat_id
    assert newer != older
    merges.merge_chats(people.ana, older, newer)
    assert work() == 1
    assert tagged(newer) == {"Refund"}
    assert tagged(older) == set()
    assert work() == 0


@pytest.mark.parametrize("has_run", [True, False])
def test_a_message_that_moves_within_its_chat_sets_a_rule_off_once(
    people: People, has_run: bool
) -> None:
    rule = on(people.maya, "message", [{"kind": "answer", "text": "A moment"}])
    older = messages.send(people.lena, None, Draft("Before")).chat_id
    work()
    closures.close(people.ana, older)
    newer = messages.send_to(people.ana, people.lena.id, Draft("One more thing"))[0].chat_id
    sent = messages.send(people.lena, newer, Draft("Well"))
    (job,) = [
        json.loads(each.payload)
        for each in database.rows(jobs.select())
        if each.kind == "apply_rules"
    ]
    if has_run:  # and was cut before it was done with
        rule_runs.apply(**job)
    merges.merge_chats(people.ana, older, newer)
    place = rule_runs.place_of(sent.id)
    assert place is not None
    assert place != (newer, sent.seq)
    before = len(runs(rule))
    for _ in range(2):
        rule_runs.apply(**job)
        assert len(runs(rule)) == before + (not has_run)
    assert {each.run.cause for each in queries.of_rule(rule.id).runs} >= {place[1]}


def test_what_is_gone_for_good_sets_nothing_off(people: People) -> None:
    rule = on(people.maya, "message", [{"kind": "answer", "text": "A moment"}])
    sent = messages.send(people.lena, None, Draft("Hello"))
    with transaction() as tx:
        erasures.remove_messages(tx, [sent.id])
    work()
    assert runs(rule) == []


def test_an_answer_of_a_rule_is_found_by_who_has_not_heard_of_it(people: People) -> None:
    on(people.maya, "message", [{"kind": "answer", "text": "A moment"}])
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    before = now(people, chat_id).updated_at
    time.sleep(0.002)
    work()
    assert now(people, chat_id).updated_at > before
