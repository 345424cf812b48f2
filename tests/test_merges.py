"""Two chats of a customer that become one, and two customers who turn out to be one."""

import json
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select, update

from app import clock
from app.auth.tokens import access_token, actor_of_token
from app.errors import (
    ChatNotFound,
    Conflict,
    Forbidden,
    Invalid,
    NewerChat,
    NotFound,
    NotSupportChat,
    OtherIdentity,
    TokenInvalid,
    Unauthorized,
)
from app.events import ChatChanged, Event, TagsChanged
from app.extensions import db
from app.mail import incoming
from app.mail.replies import reply_address
from app.models import Chat, MailAddress, Message, User, database, links, mail, ratings
from app.models.chats import ChatState, Status
from app.models.jobs import table as jobs
from app.models.sites import SiteState
from app.models.users import Actor
from app.operations import (
    access,
    actions,
    archives,
    blocks,
    chat_links,
    closures,
    erasures,
    logins,
    merges,
    messages,
    notes,
    pins,
    pours,
    reactions,
    receipts,
    tags,
    teams,
    topics,
    transfers,
    unread_marks,
    word_lists,
)
from app.operations import chats as opening
from app.operations import identities as operations
from app.operations.actions import Action, What
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import audits, counts, inbox, users
from app.queries import chats as listed
from app.queries import merges as shown
from app.queries import messages as history
from app.queries import notes as beside
from app.queries import pins as pinned
from app.queries import tags as kept
from app.queries.inbox import Filter
from tests.people import PASSWORD, People
from tests.races import at_once
from tests.test_identities import (  # noqa: F401
    Signed,
    credential,
    here,
    known,
    signed,
    site,
    stranger,
)


@pytest.fixture
def older(people: People) -> int:
    """A chat that is over."""
    chat_id = messages.send(people.lena, None, Draft("My order is late", "a")).chat_id
    messages.send(people.ana, chat_id, Draft("It is on its way", "b"))
    receipts.mark_read(people.lena, chat_id)
    receipts.mark_read(people.ana, chat_id)
    closures.close(people.ana, chat_id)
    return chat_id


@pytest.fixture
def newer(people: People, older: int) -> int:
    """The next one, in which the customer waits for an answer."""
    chat_id = opening.open_with(people.ben, people.lena.id)[0].id
    assert chat_id > older
    messages.send(people.ben, chat_id, Draft("Has it come?", "c"))
    receipts.mark_read(people.lena, chat_id)
    messages.send(people.lena, chat_id, Draft("No, it has not", "d"))
    return chat_id


def said(chat_id: int) -> list[str]:
    return [each.text for each in history.shown(chat_id).messages if not each.is_line]


def now(people: People, chat_id: int) -> ChatState:
    return access.chat_for(people.ana, chat_id)


@pytest.mark.parametrize("from_newer", [True, False])
def test_two_chats_read_as_one_in_order_of_time(
    people: People, older: int, newer: int, from_newer: bool
) -> None:
    before, left = now(people, newer), now(people, older)
    asked = (newer, older) if from_newer else (older, newer)
    after = merges.merge_chats(people.ana, *asked)
    assert after == now(people, newer)
    assert after.id == newer
    assert said(newer) == ["My order is late", "It is on its way", "Has it come?", "No, it has not"]
    # It is as it was to who answers, and to who waits.
    assert (after.status, after.agent_id, after.needs_reply) == (Status.OPEN, people.ben.id, True)
    assert (after.last_text, after.staff_unread, after.customer_unread) == ("No, it has not", 1, 0)
    assert counts.wrong() == {}
    # Whoever has it open is brought everything, each at its new place, with a gap before the news.
    found = history.changed(newer, before.version)
    assert [each.seq for each in found.messages] == [each.version for each in found.messages]
    assert {each.text for each in found.messages if not each.is_line} == set(said(newer))
    assert after.version > before.version + 1
    # The other one says where to go on, and takes nothing more.
    gone = now(people, older)
    assert (gone.status, gone.merged_into_id) == (Status.ARCHIVED, newer)
    assert gone.version > left.version
    assert said(older) == []
    with pytest.raises(NewerChat):
        messages.send(people.ana, older, Draft("Hello?"))


def test_staff_is_told_by_a_note_and_the_log(people: People, older: int, newer: int) -> None:
    merges.merge_chats(people.ana, newer, older)
    (note,) = beside.newest(newer).notes
    assert note.author_id == people.ana.id
    assert "2 messages came along" in note.text
    row = audits.page(limit=1).rows[0]
    assert (row.action, row.actor_id, row.chat_id) == ("chats_merged", people.ana.id, newer)
    assert row.said == {"chat": older, "messages": 2}
    # No customer learns of it.
    assert said(newer) == ["My order is late", "It is on its way", "Has it come?", "No, it has not"]


def test_a_repeat_is_known_in_what_both_have_become(people: People, older: int, newer: int) -> None:
    first, answer = history.shown(older).messages[0], history.shown(older).messages[-2]
    assert answer.client_id == "b"
    merges.merge_chats(people.ana, newer, older)
    number = len(said(newer))
    for sender, client_id, first_id in (
        (people.lena, "a", first.id),
        (people.ana, "b", answer.id),
    ):
        for chat_id in (older, newer):
            again, is_new = messages.send_once(sender, chat_id, Draft("again", client_id))
            assert (again.id, is_new) == (first_id, False)
    # What was on its way to the other one comes late, into this one.
    late, is_new = messages.send_once(people.lena, older, Draft("late", "e"))
    assert (late.chat_id, is_new) == (newer, True)
    assert len(said(newer)) == number + 1


def test_long_chats_are_not_read_once_for_each_message(app: Flask) -> None:
    with db.engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            pytest.skip("the planner of the other asks how many rows there are")
        bound = pours.NAMED_TWICE.params(into_id=1, chat_id=2)
        sql = str(bound.compile(connection, compile_kwargs={"literal_binds": True}))
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
    first, *others = plan
    assert first.startswith("SEARCH there")
    assert any(step.startswith("LIST SUBQUERY") for step in others), plan


def test_all_that_belongs_to_a_chat_goes_along(people: People, older: int, newer: int) -> None:
    question = history.shown(older).messages[0]
    reply = messages.send(people.lena, newer, Draft("Still", "f"))
    reactions.react(people.lena, reply.id, "👍")
    reactions.react(people.ana, question.id, "👍")
    with transaction() as tx:
        rated = {"chat_id": older, "kind": "thumbs", "asked_at": 1, "rated_at": 2, "value": 1}
        tx.run(insert(ratings.table), rated | {"words": ""})
    tags.put_on(people.ana, older, "Late")
    tags.put_on(people.ana, newer, "Post")
    pins.pin(people.ana, older)
    notes.write(people.ana, older, "about the first", "n")
    notes.write(people.ben, newer, "about the second", "n")
    unread_marks.mark(people.ana, older)
    merges.merge_chats(people.ana, newer, older)
    by_text = {each.text: each for each in history.shown(newer).messages}
    assert by_text["My order is late"].reacted == {"👍": [people.ana.id]}
    assert by_text["Still"].reacted == {"👍": [people.lena.id]}
    assert [each.name for each in kept.of_chat(newer)] == ["Late", "Post"]
    assert kept.of_chat(older) == []
    assert pinned.of(people.ana.id) == [newer]
    assert now(people, newer).is_marked_unread
    (row,) = database.rows(ratings.table.select())
    assert (row.chat_id, row.value) == (newer, 1)
    page = history.shown(newer)
    placed = beside.beside(newer, page)
    in_order = []
    for message in page.messages:
        in_order += [note.text for note in placed.before.get(message.seq, [])]
        in_order += [] if message.is_line else [message.text]
    in_order += [note.text for note in placed.before.get(None, [])]
    assert in_order[:-1] == [
        "My order is late",
        "It is on its way",
        "about the first",
        "Has it come?",
        "No, it has not",
        "Still",
        "about the second",
    ]
    # The same note comes late, and is a repeat.
    assert not notes.write_once(people.ana, older, "about the first", "n")[1]


def test_mails_go_along_and_nothing_is_mailed_twice(people: People, older: int, newer: int) -> None:
    seqs = {each.text: each.seq for each in history.shown(older).messages}
    here = {each.text: each.seq for each in history.shown(newer).messages}
    with transaction() as tx:
        for chat_id, up_to in (
            (older, seqs["It is on its way"]),
            (newer, here["Has it come?"]),
        ):
            link = chat_links.made(tx, now(people, chat_id))
            values = {"chat_id": chat_id, "user_id": people.lena.id, "link_id": link.id}
            values |= {"after_seq": 0, "up_to": up_to, "created_at": 1, "sent_at": 1}
            tx.run(insert(mail.mails), values)
        begun = {"chat_id": older, "user_id": people.lena.id, "link_id": link.id}
        tx.run(insert(mail.mails), begun | {"after_seq": 1, "up_to": 2, "created_at": 1})
    merges.merge_chats(people.ana, newer, older)
    after = {each.text: each.seq for each in history.shown(newer).messages}
    found = database.rows(select(mail.mails).order_by(mail.mails.c.id))
    assert [(row.chat_id, row.up_to) for row in found] == [
        (newer, after["It is on its way"]),
        (newer, after["Has it come?"]),
    ]
    assert {row.chat_id for row in database.rows(select(links.table.c.chat_id))} == {newer}


@pytest.mark.parametrize("on_newer", [0, 5, 19, 20])
def test_a_chat_has_no_more_tags_than_it_may(
    people: People, older: int, newer: int, on_newer: int, announced: list[Event]
) -> None:
    for number in range(on_newer):
        tags.put_on(people.ben, newer, f"New {number:02}")
    for number in range(20):
        tags.put_on(people.maya, older, f"Old {number:02}")
    announced.clear()
    merges.merge_chats(people.ana, newer, older)
    names = [each.name for each in kept.of_chat(newer)]
    room = 20 - on_newer
    assert names == [f"New {n:02}" for n in range(on_newer)] + [f"Old {n:02}" for n in range(room)]
    assert kept.of_chat(older) == []
    told = [event.tags for event in announced if isinstance(event, TagsChanged)]
    assert told == ([tuple(names)] if room else [])


def test_tags_of_a_providers_chat_come_along(
    people: People,
    site: SiteState,  # noqa: F811
    signed: Signed,  # noqa: F811
) -> None:
    person = known(site, signed(), credential(), "Hello")
    token = credential()
    visitor = stranger(site, token, "Hello")
    found = []
    for customer in (person, visitor):
        chat, _ = opening.open_between(people.petra, people.petra.id, customer.id, 5)
        messages.send(customer, chat.id, Draft("About it", "a"))
        found.append(chat.id)
    tags.put_on(people.ana, found[1], "Late")
    with transaction() as tx:
        merges.merge(tx, visitor, person)
    assert [each.name for each in kept.of_chat(found[0])] == ["Late"]
    assert kept.of_chat(found[1]) == []


def test_an_empty_chat_keeps_no_tags(people: People, older: int) -> None:
    """One in which nothing was said, and which so changes nothing about the other."""
    with transaction() as tx:
        empty = opening.opened(tx, people.lena, status=Status.CLOSED)
        newest = opening.opened(tx, people.lena, status=Status.OPEN, agent=people.ana)
    tags.put_on(people.ana, empty.id, "Gone")
    merges.merge_chats(people.ana, empty.id, newest.id)
    assert (kept.of_chat(empty.id), kept.of_chat(newest.id)) == ([], [])
    assert now(people, newest.id) == newest
    merges.merge_chats(people.ana, newest.id, older)
    assert said(newest.id) == ["My order is late", "It is on its way"]


def test_what_was_merged_away_is_in_no_list(people: People, older: int, newer: int) -> None:
    merges.merge_chats(people.ana, newer, older)
    for search in ("", "Lena", "is:archived"):
        rows = inbox.page(people.ana, Filter.ARCHIVED, search).rows
        assert [row.chat.id for row in rows] == []
    assert [row.chat.id for row in inbox.page(people.ana, Filter.ALL, "Lena").rows] == [newer]
    for actor in (people.ana, people.lena):
        found = listed.page(actor, 10, status=Status.ARCHIVED)
        assert found.chats == []
        assert [chat.id for chat in listed.numbered(actor, 1, 10)] == [newer]
    assert [chat.id for chat in listed.of_customer(people.lena.id, None, 10).chats] == [newer]
    assert inbox.others_of(people.lena.id, newer) == []


STATES: dict[str, Callable[[People, int], Any]] = {
    "closed": lambda people, chat_id: None,
    "archived": lambda people, chat_id: archives.archive(people.ana, chat_id),
    "blocked": lambda people, chat_id: blocks.block(people.ana, chat_id, "rude"),
}


@pytest.mark.parametrize("of_older", STATES)
@pytest.mark.parametrize("of_newer", ["going on", *STATES])
def test_what_state_both_have_then(
    people: People, older: int, newer: int, of_older: str, of_newer: str
) -> None:
    STATES[of_older](people, older)
    if of_newer in ("closed", "archived"):
        closures.close(people.ben, newer)
    STATES.get(of_newer, STATES["closed"])(people, newer)
    after = merges.merge_chats(people.ana, older, newer)
    if "blocked" in (of_older, of_newer):
        expected = Status.BLOCKED
    else:
        expected = {"going on": Status.OPEN}.get(of_newer) or Status(of_newer)
    assert after.status == expected
    assert counts.wrong() == {}
    if expected == Status.BLOCKED:
        with pytest.raises(Conflict):
            messages.send(people.lena, None, Draft("Hello?"))
        blocks.unblock(people.ana, newer)
        assert not now(people, newer).is_blocked


def test_what_is_refused(people: People, older: int, newer: int) -> None:
    other = messages.send(people.marcus, None, Draft("Hi")).chat_id
    between, _ = opening.open_between(people.lena, people.petra.id, people.lena.id, 7)
    before = [now(people, each) for each in (older, newer, other, between.id)]
    for actor, asked, error in (
        (people.ana, (newer, newer), Invalid),
        (people.ana, (newer, other), Invalid),
        (people.ana, (newer, between.id), NotSupportChat),
        (people.ana, (newer, 99_999), ChatNotFound),
        (people.lena, (newer, older), Forbidden),
        (people.petra, (newer, older), Forbidden),
    ):
        with pytest.raises(error):
            merges.merge_chats(actor, *asked)
    assert [now(people, each) for each in (older, newer, other, between.id)] == before


def test_of_two_merges_one_wins(people: People, older: int, newer: int) -> None:
    staff = [people.ana, people.ben]
    outcomes = at_once(lambda n: merges.merge_chats(staff[n], newer, older), 2)
    assert sorted(type(each).__name__ for each in outcomes) == ["ChatState", "NewerChat"]
    assert len(said(newer)) == 4
    assert len(beside.newest(newer).notes) == 1


def test_where_one_leads_all_lead(people: People, older: int, newer: int) -> None:
    merges.merge_chats(people.ana, older, newer)
    closures.close(people.ana, newer)
    newest = opening.open_with(people.ana, people.lena.id)[0].id
    messages.send(people.ana, newest, Draft("Once more", "z"))
    merges.merge_chats(people.ana, newest, newer)
    assert now(people, older).merged_into_id == newest
    assert len(said(newest)) == 5
    assert not messages.send_once(people.ana, older, Draft("again", "b"))[1]


def test_who_is_erased_has_no_chats_to_merge(people: People, older: int, newer: int) -> None:
    merges.merge_chats(people.ana, older, newer)
    closures.close(people.ana, newer)
    newest = opening.open_with(people.ana, people.lena.id)[0].id
    erasures.erase(people.maya, people.lena.id, people.lena.name)
    with pytest.raises(ChatNotFound):
        merges.merge_chats(people.ana, newest, newer)
    assert erasures.carry_out(people.lena.id).chats == 3
    assert database.scalar(select(func.count()).select_from(Message.__table__)) == 0


def test_what_could_be_undone_is_undone_no_more(people: People, older: int, newer: int) -> None:
    taken = {
        "archive": actions.act(people.ana, [older], Action(What.ARCHIVE)).undo,
        "tag": actions.act(people.ana, [older], Action(What.TAG, name="Late")).undo,
        "unread": actions.act(people.ana, [newer], Action(What.MARK_UNREAD)).undo,
        "snooze": actions.act(
            people.ana, [newer], Action(What.SNOOZE, until=clock.now() + 3_600_000)
        ).undo,
    }
    merges.merge_chats(people.ana, older, newer)
    after = now(people, newer)
    assert not after.is_snoozed
    for undo in taken.values():
        assert undo is not None
        with pytest.raises(Conflict):
            actions.undo(people.ana, undo)
    assert now(people, newer) == after
    assert [each.name for each in kept.of_chat(newer)] == ["Late"]


def merged(people: People, customer: Actor, other: Actor) -> None:
    merges.merge_customers(people.maya, customer.id, other.id)


def test_who_stays_has_all_that_the_other_had(people: People, older: int, newer: int) -> None:
    theirs = messages.send(people.marcus, None, Draft("It is me again", "m")).chat_id
    notes.write(people.ana, theirs, "they sound alike")
    between, _ = opening.open_between(people.petra, people.petra.id, people.marcus.id, 5)
    messages.send(people.marcus, between.id, Draft("About it", "p"))
    version = now(people, newer).version
    merged(people, people.lena, people.marcus)
    # Two go on, and one is left: that which began last.
    chat = now(people, theirs)
    assert (chat.customer_id, chat.status, chat.agent_id) == (
        people.lena.id,
        Status.OPEN,
        people.ben.id,
    )
    assert said(theirs) == ["Has it come?", "No, it has not", "It is me again"]
    assert now(people, newer).merged_into_id == theirs
    assert now(people, newer).version > version
    assert access.own_chat(people.lena) == chat
    assert said(older) == ["My order is late", "It is on its way"]
    assert access.chat_for(people.lena, between.id).customer_id == people.lena.id
    assert "they sound alike" in {note.text for note in beside.of_customer(people.lena.id).notes}
    assert counts.wrong() == {}
    by = {row.sender_id for row in database.rows(select(Message.sender_id))}
    assert people.marcus.id not in by
    # What they send once more is a repeat.
    assert not messages.send_once(people.lena, None, Draft("It is me again", "m"))[1]
    with pytest.raises(Unauthorized):
        access.check_still_holds(people.marcus)
    row = audits.page(limit=1).rows[0]
    assert (row.action, row.actor_id, row.subject_id, row.said) == (
        "customers_merged",
        people.maya.id,
        people.lena.id,
        {"visitor": people.marcus.id},
    )
    assert [each.id for each in users.choices("Marcus")] == []
    assert users.now_known_as(people.marcus.id) == people.lena.id


def test_one_chat_a_provider_and_order(people: People) -> None:
    found = []
    for customer in (people.lena, people.marcus):
        chat, _ = opening.open_between(people.petra, people.petra.id, customer.id, 5)
        messages.send(customer, chat.id, Draft(f"{customer.name}", "a"))
        found.append(chat.id)
    merged(people, people.lena, people.marcus)
    assert said(found[0]) == [people.lena.name, people.marcus.name]
    assert now(people, found[1]).merged_into_id == found[0]


def test_a_block_of_one_in_which_nothing_was_said_holds(people: People, older: int) -> None:
    with transaction() as tx:
        empty = opening.opened(tx, people.lena, status=Status.OPEN, agent=people.ana)
        newest = opening.opened(tx, people.lena, status=Status.OPEN, agent=people.ben)
    blocks.block(people.ana, empty.id, "rude")
    notes.write(people.ana, empty.id, "Plugh was rude")
    merges.merge_chats(people.ana, empty.id, newest.id)
    assert now(people, newest.id).is_blocked
    with pytest.raises(Conflict):
        messages.send(people.lena, None, Draft("Hello?"))
    index = [row.payload for row in database.rows(jobs.select()) if row.kind == "index_chat"]
    assert [json.loads(each)["chat_id"] for each in index] == [newest.id], "its notes are found"
    assert counts.wrong() == {}
    blocks.unblock(people.ana, newest.id)
    assert now(people, newest.id).status == Status.CLOSED


@pytest.mark.parametrize("whose", ["stays", "goes"])
@pytest.mark.parametrize("is_over", [True, False])
def test_a_block_of_either_holds(people: People, whose: str, is_over: bool) -> None:
    stays = messages.send(people.lena, None, Draft("One", "a")).chat_id
    goes = messages.send(people.marcus, None, Draft("Two", "b")).chat_id
    blocked, other = (stays, goes) if whose == "stays" else (goes, stays)
    if is_over:
        closures.close(people.ana, other)
    until = clock.now() + 3_600_000
    blocks.block(people.ana, blocked, "rude", until)
    merged(people, people.lena, people.marcus)
    assert access.own_chat(people.lena).status == Status.BLOCKED  # type: ignore[union-attr]
    with pytest.raises(Conflict):
        messages.send(people.lena, None, Draft("Hello?"))


def test_the_page_of_who_was_merged_leads_to_who_stayed(
    client: FlaskClient, people: People
) -> None:
    client.post("/login", data={"email": people.maya.email, "password": PASSWORD})
    merged(people, people.lena, people.marcus)
    page = f"/admin/customers/{people.lena.id}"
    gone = f"/admin/customers/{people.marcus.id}"
    for way in (gone, f"{gone}/merge", f"{gone}/merge?other=1", f"{page}/merge?other={gone[-1]}"):
        answer = client.get(way)
        assert (answer.status_code, answer.location) == (303, page), way
    assert client.get(page).status_code == 200


def test_who_may_be_merged(
    people: People,
    site: SiteState,  # noqa: F811
    signed: Signed,  # noqa: F811
) -> None:
    one = known(site, signed("one"), credential(), "Hello")
    two = known(site, signed("two"), credential(), "Hello")
    for actor, asked, error in (
        (people.ana, (people.lena, people.marcus), Forbidden),
        (people.lena, (people.lena, people.marcus), Forbidden),
        (people.maya, (people.lena, people.lena), Invalid),
        (people.maya, (people.lena, people.ana), NotFound),
        (people.maya, (people.petra, people.lena), NotFound),
        (people.maya, (one, two), OtherIdentity),
    ):
        with pytest.raises(error) as refused:
            merges.merge_customers(actor, asked[0].id, asked[1].id)
        if error is OtherIdentity:
            assert "Sites have named both" in str(refused.value.message)
    for each in (one, two, people.lena, people.marcus):
        access.check_still_holds(each)
    merged(people, people.lena, people.marcus)
    with pytest.raises(NotFound):
        merged(people, people.lena, people.marcus)
    with pytest.raises(NotFound):
        merged(people, one, people.marcus)
    erasures.erase(people.maya, people.lena.id, people.lena.name)
    with pytest.raises(NotFound):
        merged(people, one, people.lena)


def test_a_browser_of_the_one_who_goes_is_the_others(
    people: People,
    site: SiteState,  # noqa: F811
) -> None:
    tokens = credential(), credential()
    stays, goes = (stranger(site, token, "Hello") for token in tokens)
    old = access_token(goes)
    merged(people, stays, goes)
    assert [visitor and visitor.id for visitor in (here(site, t) for t in tokens)] == [
        stays.id,
        stays.id,
    ]
    with pytest.raises(TokenInvalid):
        actor_of_token(old)


@pytest.mark.parametrize("is_proved", ["by a site", "by a password"])
@pytest.mark.parametrize("who_stays", ["proved", "unproved"])
def test_a_browser_that_nobody_vouches_for_opens_nothing(
    people: People,
    site: SiteState,  # noqa: F811
    signed: Signed,  # noqa: F811
    is_proved: str,
    who_stays: str,
) -> None:
    """Whoever says that they are somebody would otherwise read what that one has said."""
    mine, anybodys = credential(), credential()
    proved = people.lena
    if is_proved == "by a site":
        proved = known(site, signed(), mine, "My address is …")
    else:
        messages.send(proved, None, Draft("My address is …", "a"))
    stray = stranger(site, anybodys, "I am that one")
    with transaction() as tx:
        address = {"key": "k", "email": "me@example.com", "language": "en", "created_at": 1}
        row = address | {"user_id": stray.id, "verified_at": 1, "unsubscribed_at": None}
        tx.run(insert(MailAddress), row)
    old = access_token(stray)
    stays, goes = (proved, stray) if who_stays == "proved" else (stray, proved)
    merged(people, stays, goes)
    with pytest.raises(TokenInvalid):
        here(site, anybodys)
    with pytest.raises(TokenInvalid):
        actor_of_token(old)
    assert database.rows(select(mail.table)) == []
    if is_proved == "by a site":
        mine_now = here(site, mine)
        assert mine_now is not None
        assert mine_now.id == stays.id
        # The site's word goes on to mean them.
        assert known(site, signed(), mine, "Still me").id == stays.id
    else:
        row = database.row(select(User.email, User.is_active).where(User.id == stays.id))
        assert tuple(row) == (people.lena.email, True)  # type: ignore[arg-type]


def test_where_answers_go_by_mail_leads_along(
    people: People,
    site: SiteState,  # noqa: F811
) -> None:
    stays, goes = (stranger(site, credential(), "Hello") for _ in range(2))
    with transaction() as tx:
        address = {"key": "k", "email": "me@example.com", "language": "en", "created_at": 1}
        row = address | {"user_id": goes.id, "verified_at": 1, "unsubscribed_at": None}
        tx.run(insert(MailAddress), row)
        tx.run(update(User).where(User.id == goes.id).values(takes_mail=True), {})
    merged(people, stays, goes)
    (row,) = database.rows(select(mail.table.c.user_id, mail.table.c.email))
    assert tuple(row) == (stays.id, "me@example.com")
    assert database.scalar(select(User.takes_mail).where(User.id == stays.id))


def test_of_two_accounts_one_is_left(people: People) -> None:
    merged(people, people.marcus, people.lena)
    row = database.row(select(User.email, User.is_active).where(User.id == people.lena.id))
    assert row is not None
    assert tuple(row) == (people.lena.email, False)
    assert users.by_email(people.lena.email) is None
    assert users.by_email(people.marcus.email) is not None


def test_who_is_merged_is_erased_along(people: People) -> None:
    for person in (people.lena, people.marcus):
        messages.send(person, None, Draft("Hello", "a"))
    merged(people, people.lena, people.marcus)
    erasures.erase(people.maya, people.lena.id, people.lena.name)
    erasures.carry_out(people.lena.id)
    names = database.rows(select(User.name).where(User.id.in_([people.lena.id, people.marcus.id])))
    assert [row.name for row in names] == ["", ""]


def test_pages_of_both_are_told(
    app: Flask, people: People, older: int, newer: int, announced: list[Event]
) -> None:
    announced.clear()
    merges.merge_chats(people.ana, newer, older)
    told = [event.chat for event in announced if isinstance(event, ChatChanged)]
    assert [(chat.id, chat.merged_into_id) for chat in told] == [(older, newer), (newer, None)]


def asked(client: FlaskClient, who: Actor, method: str, path: str, **body: Any) -> Any:
    headers = {"Authorization": f"Bearer {access_token(logins.begun(who))}"}
    given = {"json": body} if body else {}
    return client.open(f"/api/v1{path}", method=method, headers=headers, **given)


def test_by_rest(people: People, client: FlaskClient, older: int, newer: int) -> None:
    answer = asked(client, people.ana, "POST", f"/chats/{older}/merges", otherId=newer)
    assert (answer.status_code, answer.json["id"]) == (200, newer)
    gone = asked(client, people.ana, "GET", f"/chats/{older}").json
    assert (gone["status"], gone["mergedInto"]) == ("archived", newer)
    again = asked(client, people.ana, "POST", f"/chats/{older}/merges", otherId=newer)
    assert (again.status_code, again.json["error"]["code"]) == (409, "newer_chat")
    wrong = asked(client, people.ana, "POST", f"/chats/{newer}/merges", otherId=newer)
    assert (wrong.status_code, list(wrong.json["error"]["fields"])) == (422, ["otherId"])
    archived = asked(client, people.ana, "GET", "/chats?status=archived").json
    assert archived["chats"] == []
    path = f"/users/{people.lena.id}/merges"
    assert asked(client, people.ana, "GET", path).json == {"merges": []}
    merged_now = asked(client, people.maya, "POST", path, otherId=people.marcus.id)
    assert (merged_now.status_code, merged_now.json["id"]) == (200, people.lena.id)
    (told,) = asked(client, people.ana, "GET", path).json["merges"]
    assert (told["id"], told["name"], told["byId"]) == (
        people.marcus.id,
        people.marcus.name,
        people.maya.id,
    )


def test_what_was_merged_is_shown_of_a_chain(
    people: People,
    site: SiteState,  # noqa: F811
    signed: Signed,  # noqa: F811
) -> None:
    """Also whom a site has named, and who was merged into somebody who was merged."""
    token = credential()
    known(site, signed(), credential(), "Hello")
    visitor = stranger(site, token, "Hello")
    named = operations.identify(site, token, signed())
    assert named is not None
    merged(people, people.lena, named.actor)
    found = shown.of_person(people.lena.id)
    assert {(each.id, each.by_name) for each in found} == {
        (visitor.id, ""),
        (named.actor.id, people.maya.name),
    }


def test_the_dialog_names_what_has_no_room(people: People, older: int, newer: int) -> None:
    for number in range(20):
        tags.put_on(people.ben, newer, f"New {number:02}")
    tags.put_on(people.ana, older, "Late")
    tags.put_on(people.ana, older, "New 03")
    for chat_id in (newer, older):
        (choice,) = shown.choices(now(people, chat_id))
        assert [each.name for each in choice.left] == ["Late"]
    between, _ = opening.open_between(people.lena, people.petra.id, people.lena.id, 7)
    assert shown.choices(between) == []


def test_a_reply_by_mail_to_who_was_merged_is_theirs(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAIL_REPLIES", "reply@desk.example.com")
    chat_id = messages.send(people.marcus, None, Draft("Hello", "a")).chat_id
    address = reply_address(chat_id, people.marcus.id)
    with transaction() as tx:
        tx.run(update(User).where(User.id == people.lena.id).values(email=None), {})
    lena = people.lena._replace(email="")
    merged(people, lena, people.marcus)
    raw = f"From: {people.marcus.email}\r\nTo: {address}\r\nMessage-ID: <1@x.example>\r\n"
    raw += "Subject: Re\r\nContent-Type: text/plain\r\n\r\nBy mail\r\n"
    reply = incoming.reply_in(incoming.read(BytesIO(raw.encode())))
    assert (reply.chat_id, reply.user_id) == (chat_id, people.lena.id)
    assert incoming.take(*reply) == incoming.Outcome.TAKEN
    assert said(chat_id)[-1] == "By mail"


def test_who_waits_goes_on_waiting_where_the_other_has_not_begun(people: People) -> None:
    first = messages.send(people.marcus, None, Draft("Where is it?")).chat_id
    since = now(people, first).waiting_since
    made = word_lists.make(people.maya, "Rude", "hold", ["mist"])
    held = messages.send(people.lena, None, Draft("Mist")).chat_id
    word_lists.remove(people.maya, made.id)
    assert now(people, held).waiting_since is None
    merges.merge_customers(people.maya, people.lena.id, people.marcus.id)
    chat = now(people, held)
    assert (chat.is_waiting, chat.waiting_since, chat.needs_reply) == (True, since, True)
    assert counts.wrong() == {}


@pytest.mark.parametrize("is_first", [True, False])
def test_of_two_that_wait_the_better_place_in_the_queue_stays(
    people: People, later: Callable[[int], None], is_first: bool
) -> None:
    two = (people.marcus, people.lena) if is_first else (people.lena, people.marcus)
    ids = {}
    for who in two:
        ids[who.id] = messages.send(who, None, Draft("Where is it?")).chat_id
        later(60_000)
    first = now(people, ids[two[0].id])
    merges.merge_customers(people.maya, people.lena.id, people.marcus.id)
    chat = access.own_chat(people.lena)
    assert chat is not None
    assert (chat.is_waiting, chat.waiting_since) == (True, first.waiting_since)
    assert (chat.asked_at, chat.awaits_first_answer) == (first.asked_at, True)
    assert counts.wrong() == {}


def test_one_that_was_answered_waits_for_no_first_answer_but_that_of_the_other(
    people: People, later: Callable[[int], None]
) -> None:
    answered = messages.send(people.lena, None, Draft("Where is it?")).chat_id
    later(60_000)
    asked = messages.send(people.marcus, None, Draft("Hello?"))
    later(60_000)
    messages.send(people.ana, answered, Draft("On its way"))
    messages.send(people.lena, None, Draft("Is it?"))
    team = teams.make(people.maya, "Returns")
    transfers.transfer(people.ana, answered, now(people, answered).version, team_id=team.id)
    before = now(people, answered)
    assert (before.is_waiting, before.awaits_first_answer) == (True, False)
    merges.merge_customers(people.maya, people.lena.id, people.marcus.id)
    chat = access.own_chat(people.lena)
    assert chat is not None
    assert (chat.asked_at, chat.awaits_first_answer) == (asked.created_at, True)


def test_what_has_not_begun_opens_no_chat_that_is_over(people: People) -> None:
    word_lists.make(people.maya, "Rude", "hold", ["mist"])
    held = messages.send(people.marcus, None, Draft("Mist"))
    over = messages.send(people.lena, None, Draft("Hello")).chat_id
    closures.close(people.ana, over)
    merges.merge_customers(people.maya, people.lena.id, people.marcus.id)
    assert now(people, over).status == Status.CLOSED
    assert access.message_for(people.ana, held.id).chat_id == over
    assert counts.wrong() == {}


@pytest.mark.parametrize("is_of_site", [True, False])
def test_a_topic_of_another_site_stays_behind(
    people: People,
    site: SiteState,  # noqa: F811
    is_of_site: bool,
) -> None:
    topic = topics.make(people.maya, "Chairs", None, site.id if is_of_site else None)
    older = messages.send(people.lena, None, Draft("Hello")).chat_id
    closures.close(people.ana, older)
    with db.engine.begin() as connection:
        stored = {"site_id": site.id, "topic_id": topic.id}
        connection.execute(update(Chat.__table__).where(Chat.id == older).values(**stored))
    newer = opening.open_with(people.ben, people.lena.id)[0].id
    messages.send(people.ben, newer, Draft("Hi"))
    merges.merge_chats(people.ana, older, newer)
    assert now(people, newer).topic_id == (None if is_of_site else topic.id)


def test_two_equal_choices_are_said_where_they_were_made(
    people: People, client: FlaskClient, older: int, newer: int
) -> None:
    client.post("/login", data={"email": people.ana.email, "password": PASSWORD})
    others = messages.send(people.marcus, None, Draft("Hello", "a")).chat_id
    for other, says in ((newer, "another chat"), (others, "two customers")):
        asked_for = {"chat_id": str(newer), "other_id": str(other)}
        answer = client.post("/admin/chat-merges", data=asked_for)
        assert answer.status_code == 422
        assert re.search(rf'role="alert">.*{says}', answer.text)
        assert 'id="merge-chats"' in answer.text
    both = {"chat_id": str(newer), "other_id": str(older)}
    assert client.post("/admin/chat-merges", data=both).status_code == 303
    nobodys = {"chat_id": "999999", "other_id": "999999"}
    assert client.post("/admin/chat-merges", data=nobodys).status_code == 404
