"""Topics: made and ordered by managers, chosen with a first message, and the team they lead to."""

import secrets

import pytest
from flask import Flask

from app.cli.factories import state
from app.criteria import of_chats, read
from app.errors import ChatError, Forbidden, Invalid, NotFound, NotSupportChat
from app.events import ChatChanged, Event
from app.models import database
from app.models.audits import SELECT_AUDIT, AuditState
from app.models.topics import TopicState
from app.models.users import Actor
from app.operations import (
    assignments,
    chats,
    closures,
    messages,
    search,
    sites,
    snoozes,
    teams,
    topics,
    visitors,
)
from app.operations.messages import Draft
from app.queries import inbox
from app.queries import search as looking
from app.queries import sites as directory
from app.queries import topics as queries
from app.queries.inbox import Filter
from tests.people import People
from tests.races import at_once
from tests.test_sites import form_of, logged_in

NOWHERE = 10**9


@pytest.fixture
def team_id(people: People) -> int:
    return teams.make(people.maya, "Billing").id


@pytest.fixture
def topic(people: People, team_id: int) -> TopicState:
    return topics.make(people.maya, "Invoices", team_id)


def said(who: Actor, text: str, topic_id: int | None = None) -> int:
    return messages.send(who, None, Draft(text, secrets.token_hex(8), topic_id=topic_id)).chat_id


def names() -> list[str]:
    return [each.name for each in queries.every()]


def test_topics_are_made_ordered_called_otherwise_and_removed(people: People, team_id: int) -> None:
    made = [topics.make(people.maya, name) for name in ("  Returns ", "Orders", "Else")]
    assert names() == ["Returns", "Orders", "Else"]
    topics.change(people.maya, made[2].id, place=0)
    assert names() == ["Else", "Returns", "Orders"]
    topics.change(people.maya, made[2].id, place=99)
    topics.change(people.maya, made[1].id, place=0)
    assert names() == ["Orders", "Returns", "Else"]
    after = topics.change(people.maya, made[0].id, name="Refunds", team_id=team_id)
    assert (after.name, after.team_id, after.site_id) == ("Refunds", team_id, None)
    assert topics.change(people.maya, made[0].id, name="Refunds").team_id == team_id
    topics.remove(people.maya, made[1].id)
    assert names() == ["Refunds", "Else"]
    teams.remove(people.maya, team_id)
    assert [each.team_id for each in queries.every()] == [None, None]


def test_what_is_done_to_topics_is_in_the_log_and_too_long_a_name_is_refused(
    people: People, team_id: int
) -> None:
    made = topics.make(people.maya, "Returns")
    topics.change(people.maya, made.id, name="Returns")  # which it is called already
    topics.change(people.maya, made.id, name="Sent back", team_id=team_id)
    with pytest.raises(Invalid) as refused:
        topics.change(people.maya, made.id, name="x" * 41)
    assert "name" in (refused.value.fields or {})
    topics.remove(people.maya, made.id)
    log = [AuditState._make(row) for row in database.rows(SELECT_AUDIT)]
    noted = [each for each in log if each.action.startswith("topic_")]
    assert [each.action for each in noted] == ["topic_made", "topic_changed", "topic_removed"]
    assert {(each.subject_id, each.actor_id) for each in noted} == {(made.id, people.maya.id)}
    assert noted[1].said == {"team": team_id, "site": None, "changed": ["name", "team_id"]}


def test_managers_alone(people: People, topic: TopicState) -> None:
    for who in (people.lena, people.petra, people.ana):
        for forbidden in (
            lambda who=who: topics.make(who, "Mine"),
            lambda who=who: topics.change(who, topic.id, name="Mine"),
            lambda who=who: topics.remove(who, topic.id),
        ):
            with pytest.raises(Forbidden):
                forbidden()
    assert queries.every() == [topic]


def test_no_two_have_one_name_on_one_site(people: People, topic: TopicState) -> None:
    site = sites.create_by_shell(name="Shop")
    topics.make(people.maya, "Invoices", site_id=site.id)
    other = topics.make(people.maya, "Other")
    for wrong in (
        lambda: topics.make(people.maya, " INVOICES"),
        lambda: topics.make(people.maya, "invoices", site_id=site.id),
        lambda: topics.change(people.maya, other.id, name="invoices"),
        lambda: topics.make(people.maya, " "),
        lambda: topics.make(people.maya, "x" * 41),
        lambda: topics.make(people.maya, "New", team_id=NOWHERE),
        lambda: topics.make(people.maya, "New", site_id=NOWHERE),
        lambda: topics.change(people.maya, other.id, team_id=NOWHERE),
    ):
        with pytest.raises(Invalid):
            wrong()
    for gone in (
        lambda: topics.change(people.maya, NOWHERE, name="New"),
        lambda: topics.remove(people.maya, NOWHERE),
    ):
        with pytest.raises(NotFound):
            gone()
    assert names() == ["Invoices", "Invoices", "Other"]


def test_the_first_message_leads_to_the_team(
    people: People, topic: TopicState, team_id: int
) -> None:
    plain = state(said(people.marcus, "About a chair"))
    assert (plain.topic_id, plain.team_id) == (None, None)
    chat = state(said(people.lena, "My invoice is wrong", topic.id))
    assert (chat.topic_id, chat.team_id, chat.status) == (topic.id, team_id, "waiting")
    assert chat.version == plain.version  # it is no change of its own
    assert inbox.queue_place(chat) == 1


def test_a_message_that_is_not_the_first_changes_no_topic(
    people: People, topic: TopicState
) -> None:
    chat_id = said(people.lena, "Hello")
    assert said(people.lena, "My invoice", topic.id) == chat_id
    assert state(chat_id).topic_id is None
    messages.send(people.ana, chat_id, Draft("Yes?", topic_id=topic.id))
    assert state(chat_id).topic_id is None


def test_a_chat_that_begins_again_asks_again(
    people: People, topic: TopicState, team_id: int
) -> None:
    chat_id = said(people.lena, "My invoice is wrong", topic.id)
    closures.close(people.ana, chat_id)
    assert said(people.lena, "Thanks") == chat_id
    assert (state(chat_id).topic_id, state(chat_id).team_id) == (topic.id, team_id)
    closures.close(people.ana, chat_id)
    other = topics.make(people.maya, "Chairs")
    assert said(people.lena, "One more thing", other.id) == chat_id
    # It leads to no team, and those of the question before have no part in this one.
    assert (state(chat_id).topic_id, state(chat_id).team_id) == (other.id, None)


def test_a_topic_that_is_not_there_stores_nothing(people: People, topic: TopicState) -> None:
    site = sites.create_by_shell(name="Shop")
    elsewhere = topics.make(people.maya, "Parcels", site_id=site.id)
    gone = topics.make(people.maya, "Gone")
    first = Draft("My invoice", "a", topic_id=gone.id)
    removed = messages.send(people.marcus, None, first)
    topics.remove(people.maya, gone.id)
    assert state(removed.chat_id).topic_id is None
    for topic_id in (gone.id, elsewhere.id, NOWHERE):
        with pytest.raises(Invalid) as refused:
            said(people.lena, "My invoice", topic_id)
        assert set(refused.value.fields or {}) == {"topicId"}
    assert inbox.page(people.ana, Filter.ALL, "Lena").rows == []
    # What was sent before is known again all the same.
    assert messages.send_once(people.marcus, None, first) == (removed, False)


def test_a_visitor_comes_to_be_by_no_topic_that_is_not_there(people: People) -> None:
    site = sites.create_by_shell(name="Shop", asks_topic=True)
    there = topics.make(people.maya, "Parcels", site_id=site.id)
    credential = secrets.token_urlsafe(32)
    about = {"language": "en", "address": "203.0.113.9"}
    with pytest.raises(Invalid):
        visitors.write_first(site, credential, Draft("Hi", "a", topic_id=NOWHERE), **about)
    assert visitors.known(site, credential) is None
    who, message = visitors.write_first(
        site, credential, Draft("Hi", "a", topic_id=there.id), **about
    )
    assert state(message.chat_id).topic_id == there.id
    assert queries.offered_to(who) == [there]


def test_a_site_has_a_team_where_no_topic_leads(
    people: People, topic: TopicState, team_id: int
) -> None:
    parcels = teams.make(people.maya, "Parcels")
    site = sites.create(people.maya, name="Shop", team_id=parcels.id)
    about = {"language": "en", "address": "203.0.113.9"}

    def first(draft: Draft) -> tuple[int | None, int | None, int | None]:
        _who, sent = visitors.write_first(site, secrets.token_urlsafe(32), draft, **about)
        chat = state(sent.chat_id)
        return chat.site_id, chat.topic_id, chat.team_id

    nowhere = topics.make(people.maya, "Else")
    assert first(Draft("Hello")) == (site.id, None, parcels.id)
    assert first(Draft("Hello", topic_id=topic.id)) == (site.id, topic.id, team_id)
    assert first(Draft("Hello", topic_id=nowhere.id)) == (site.id, nowhere.id, parcels.id)
    teams.remove(people.maya, parcels.id)
    assert (directory.by_id(site.id) or site).team_id is None
    assert first(Draft("Hello")) == (site.id, None, None)
    with pytest.raises(Invalid) as refused:
        sites.edit(people.maya, site.id, team_id=NOWHERE)
    assert set(refused.value.fields or {}) == {"team_id"}


def test_staff_says_what_a_chat_is_about(
    people: People, topic: TopicState, team_id: int, announced: list[Event]
) -> None:
    chat_id = said(people.lena, "My invoice is wrong")
    assignments.claim(people.ana, chat_id)
    put_aside = snoozes.snooze(people.ana, chat_id, state(chat_id).active_at + 86_400_000)
    announced.clear()
    before = state(chat_id)
    after = topics.put_on(people.ana, chat_id, topic.id)
    assert after == before._replace(
        version=before.version + 1,
        updated_at=after.updated_at,
        topic_id=topic.id,
        team_id=team_id,
    )
    assert after.snoozed_until == put_aside.snoozed_until
    assert [type(each) for each in announced] == [ChatChanged]
    assert topics.put_on(people.ben, chat_id, topic.id) == after  # again is fine
    other = topics.make(people.maya, "Chairs", teams.make(people.maya, "Chairs").id)
    moved = topics.put_on(people.ana, chat_id, other.id)
    assert (moved.topic_id, moved.team_id) == (other.id, team_id)  # it stays with its team
    none = topics.put_on(people.ana, chat_id, None)
    assert (none.topic_id, none.team_id) == (None, team_id)
    order = chats.open_between(people.petra, people.petra.id, people.lena.id, 7)[0]
    refusals: list[tuple[type[ChatError], Actor, int, int]] = [
        (Forbidden, people.lena, chat_id, topic.id),
        (Invalid, people.ana, chat_id, NOWHERE),
        (NotSupportChat, people.ana, order.id, topic.id),
    ]
    for error, who, which, topic_id in refusals:
        with pytest.raises(error):
            topics.put_on(who, which, topic_id)


def test_chats_are_found_by_their_topic(people: People, topic: TopicState) -> None:
    chat_id = said(people.lena, "My invoice is wrong", topic.id)
    said(people.marcus, "An invoice, too")
    while search.catch_up(50):
        pass

    def listed(what: str) -> list[int]:
        asked = of_chats(what)
        assert asked is not None
        page = inbox.page(
            people.ana, Filter.ALL, " ".join(asked.words), tagged=inbox.narrowing(asked)
        )
        return [row.chat.id for row in page.rows]

    for what in ("topic:invoices", "topic:inv", "topic:invoices lena"):
        assert listed(what) == [chat_id]
    assert listed("topic:chairs") == listed("topic:invoices marcus") == []
    hits = looking.found(people.ana, read("invoice topic:invoices")).hits
    assert [hit.said.chat_id for hit in hits] == [chat_id]
    row = next(row for row in inbox.page(people.ana, Filter.ALL).rows if row.chat.id == chat_id)
    assert row.topic == "Invoices"
    topics.remove(people.maya, topic.id)
    assert listed("topic:invoices") == []
    assert state(chat_id).topic_id is None


def test_it_is_asked_where_it_is_wanted(app: Flask, people: People, topic: TopicState) -> None:
    site = sites.create_by_shell(name="Shop", asks_topic=True)
    here = topics.make(people.maya, "Parcels", site_id=site.id)
    assert queries.offered_to(people.lena) == []
    app.config["ASK_TOPIC"] = True
    assert queries.offered_to(people.lena) == [topic]
    assert queries.offered_on(site.id) == [topic, here]
    chat = state(said(people.lena, "Hello", topic.id))
    assert queries.asked_of(people.lena, chat) == []
    closures.close(people.ana, chat.id)
    assert queries.asked_of(people.lena, state(chat.id)) == [topic]


def test_a_message_without_a_topic_asks_for_none(
    people: People, topic: TopicState, statements: list[str]
) -> None:
    statements.clear()
    for _each in range(2):
        said(people.lena, "Hello")
    assert statements
    assert not any("FROM topics" in each for each in statements)


def test_of_a_topic_that_is_removed_meanwhile_no_chat_is_left(
    people: People, topic: TopicState
) -> None:
    def act(number: int) -> None:
        if number:
            topics.remove(people.maya, topic.id)
        else:
            said(people.lena, "My invoice", topic.id)

    wrong, removed = at_once(act, 2)
    assert isinstance(wrong, Invalid | None)
    assert removed is None
    rows = inbox.page(people.ana, Filter.ALL, "Lena").rows
    assert [row.chat.topic_id for row in rows] in ([], [None])


def test_without_scripts(app: Flask, people: People, topic: TopicState) -> None:
    app.config["ASK_TOPIC"] = True
    client = logged_in(app, people.lena)
    assert f'name="topic_id" value="{topic.id}" required' in client.get("/widget").text
    form = {"message": "My invoice is wrong", "topic_id": str(NOWHERE)}
    refused = client.post("/widget/messages", data=form)
    assert refused.status_code == 422
    assert "My invoice is wrong" in refused.text
    assert "no longer there" in refused.text
    assert inbox.page(people.ana, Filter.ALL, "Lena").rows == []
    assert client.post("/widget/messages", data=form | {"topic_id": "x"}).status_code == 400
    sent = client.post("/widget/messages", data=form | {"topic_id": str(topic.id)})
    assert sent.status_code == 303
    (row,) = inbox.page(people.ana, Filter.ALL, "Lena").rows
    assert row.topic == "Invoices"
    assert "topic_id" not in client.get("/widget").text


def test_the_page_of_a_site_says_what_it_asks_and_whose_its_chats_are(
    app: Flask, people: People, team_id: int
) -> None:
    site = directory.every()[0]
    client, path = logged_in(app, people.maya), f"/admin/settings/sites/{site.id}"
    form = form_of(client, path) | {"asks_topic": "on", "answer_minutes": "30", "rating": "stars"}
    form |= {"team_id": str(team_id), "bot": "on"}
    assert client.post(path, data=form).status_code == 303
    after = directory.by_id(site.id)
    assert after is not None
    assert (after.asks_topic, after.answer_minutes, after.team_id) == (True, 30, team_id)
    assert (after.rating, after.bot) == ("stars", "on")
    form = form_of(client, path) | {"asks_topic": "off", "answer_minutes": "", "team_id": ""}
    assert client.post(path, data=form).status_code == 303
    after = directory.by_id(site.id)
    assert after is not None
    assert (after.asks_topic, after.answer_minutes, after.team_id) == (False, None, None)
    for wrong, status in ({"answer_minutes": "99999"}, 422), ({"answer_minutes": "x"}, 422):
        assert client.post(path, data=form_of(client, path) | wrong).status_code == status
    assert directory.by_id(site.id) == after
