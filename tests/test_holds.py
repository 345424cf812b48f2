"""Held messages: there for who wrote them and for staff, and for nobody else until released."""

import json
from typing import Any

import pytest
from flask import Flask, render_template
from sqlalchemy import update

from app import clock
from app.auth.tokens import access_token
from app.criteria import read, words_alone
from app.errors import ChatBlocked, Conflict, Forbidden, MessageNotFound, NotHeld
from app.events import Event, MessageReleased, SnoozeChanged
from app.extensions import db, this_app
from app.models import audits, database, messages
from app.models.messages import MessageState
from app.operations import (
    access,
    archives,
    assignments,
    blocks,
    closures,
    edits,
    erasures,
    forwards,
    holds,
    merges,
    reactions,
    receipts,
    screens,
    sites,
    snoozes,
    teams,
    topics,
    word_lists,
)
from app.operations import chats as opening
from app.operations import messages as sending
from app.operations import search as keeping
from app.operations import visitors as coming
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import bots, counts, inbox, transcripts, unread
from app.queries import holds as queue
from app.queries import messages as history
from app.queries import search as looking
from app.queries.inbox import Filter
from app.schemas.messages import message_out
from tests.people import People

m = messages.table.c


@pytest.fixture
def held(people: People) -> MessageState:
    """Lena has written two messages, of which the second is held."""
    word_lists.make(people.maya, "Rude", "hold", ["Mist", "無料"])
    first = sending.send(people.lena, None, Draft("My order is late"))
    assignments.claim(people.ana, first.chat_id)
    receipts.mark_read(people.ana, first.chat_id)
    return sending.send(people.lena, None, Draft("So ein Mist!", "m1"))


def now(people: People, message: MessageState) -> Any:
    return access.chat_for(people.ana, message.chat_id)


def audit() -> list[tuple[str, int | None, dict[str, Any]]]:
    rows = database.rows(audits.SELECT_AUDIT.order_by(audits.table.c.id))
    return [(row.action, row.subject_id, json.loads(row.details)) for row in rows]


def test_its_sender_sees_it_as_sent_and_staff_that_it_is_held(
    people: People, held: MessageState
) -> None:
    assert "heldAt" not in message_out(held)
    assert held.is_held
    again = sending.send(people.lena, None, Draft("So ein Mist!", "m1"))
    assert again == held
    theirs = history.before(held.chat_id, with_held=True).messages
    assert theirs[-1].id == held.id
    assert history.before(held.chat_id).messages[-1].id != held.id
    assert "heldAt" in message_out(held, for_staff=True)
    assert [each.message.id for each in queue.page().held] == [held.id]


def test_nothing_in_the_inbox_moves_until_it_is_released(
    people: People, held: MessageState
) -> None:
    chat = now(people, held)
    assert (chat.last_text, chat.staff_unread, chat.version) == ("My order is late", 0, held.seq)
    assert unread.count(people.ana) == 0
    assert counts.wrong() == {}
    released = holds.release(people.ana, held.id)
    assert (released.seq, released.version, released.held_at) == (held.seq, held.seq + 1, None)
    chat = now(people, held)
    assert (chat.last_text, chat.staff_unread, chat.last_seq) == ("So ein Mist!", 1, held.seq)
    assert chat.needs_reply
    assert unread.count(people.ana) == 1
    assert counts.wrong() == {}
    assert holds.release(people.ana, held.id) == released
    assert [each[:2] for each in audit()][-1] == ("message_released", held.id)
    with pytest.raises(NotHeld):
        holds.reject(people.ana, held.id)


def test_one_below_what_was_said_since_keeps_its_place(people: People, held: MessageState) -> None:
    later = sending.send(people.ana, held.chat_id, Draft("Let me look"))
    receipts.mark_read(people.lena, held.chat_id)
    newest = sending.send(people.lena, None, Draft("Thanks"))
    receipts.mark_read(people.ana, held.chat_id)
    assert now(people, held).staff_unread == 0
    released = holds.release(people.ben, held.id)
    chat = now(people, held)
    assert (chat.last_seq, chat.last_text) == (newest.seq, "Thanks")
    assert chat.is_marked_unread
    assert released.read_at is not None
    order = [each.id for each in history.before(held.chat_id).messages if not each.is_line]
    assert order[-3:] == [held.id, later.id, newest.id]
    assert counts.wrong() == {}


def test_one_that_is_released_wakes_its_chat_before_everybody(
    people: People, held: MessageState, announced: list[Event]
) -> None:
    snoozes.snooze(people.ana, held.chat_id, clock.now() + 3_600_000)
    announced.clear()
    holds.release(people.ben, held.id)
    (woken,) = [each for each in announced if isinstance(each, SnoozeChanged)]
    assert woken.chat == now(people, held)
    assert not woken.chat.is_snoozed


def test_it_is_rejected_as_what_was_taken_back(people: People, held: MessageState) -> None:
    gone = holds.reject(people.ana, held.id)
    assert (gone.text, gone.attachments, gone.is_held) == ("", None, False)
    assert gone.deleted_at is not None
    assert holds.reject(people.ana, held.id) == gone
    with pytest.raises(NotHeld):
        holds.release(people.ana, held.id)
    # It never was there for others, and its sender sees that it is gone.
    assert held.id not in [each.id for each in history.before(held.chat_id).messages]
    assert history.before(held.chat_id, with_held=True).messages[-1].deleted_at
    assert audit()[-1] == ("message_rejected", held.id, {})
    assert queue.page().held == []
    assert counts.wrong() == {}


def test_who_wrote_what_was_rejected_is_told_that_it_was_not_delivered(
    people: People, held: MessageState
) -> None:
    quoting = sending.send(people.lena, None, Draft("Do you see?", reply_to_id=held.id))
    holds.release(people.ana, quoting.id)
    gone = holds.reject(people.ana, held.id)
    assert message_out(gone)["rejectedAt"]
    with this_app().test_request_context():
        shown = history.shown(held.chat_id, with_held=True)
        pages = [
            render_template("_message.html", message=each, related=shown.related, is_still=True)
            for each in shown.messages
        ]
        told = transcripts.of(held.chat_id, with_held=True)
        pages += [
            render_template(name, transcript=told, site="Shop")
            for name in ("_transcript.html", "transcript.txt")
        ]
    assert "taken back" not in "".join(pages)
    assert sum("This message was not delivered." in each for each in pages) == 4
    # What somebody takes back themselves was taken back, held or not.
    again = sending.send(people.lena, None, Draft("Mist!"))
    assert message_out(edits.take_back(people.lena, again.id))["rejectedAt"] is None
    assert message_out(holds.reject(people.ana, again.id))["rejectedAt"] is None


def test_only_staff_decides(people: People, held: MessageState) -> None:
    for who in (people.lena, people.petra):
        for decide in (holds.release, holds.reject):
            with pytest.raises(Forbidden):
                decide(who, held.id)


def test_a_first_message_is_in_the_lists_and_in_no_queue(people: People) -> None:
    word_lists.make(people.maya, "Rude", "hold", ["mist"])
    first = sending.send(people.marcus, None, Draft("Mist"))
    chat = now(people, first)
    assert (chat.waiting_since, chat.asked_at, chat.needs_reply) == (None, None, False)
    assert chat.id in [row.chat.id for row in inbox.page(people.ana, Filter.ALL).rows]
    holds.release(people.ana, first.id)
    chat = now(people, first)
    assert chat.is_waiting
    assert chat.waiting_since
    assert chat.asked_at
    assert chat.needs_reply
    assert chat.staff_unread == 1
    assert counts.wrong() == {}


def test_a_closed_chat_stays_so_until_it_is_released(people: People, held: MessageState) -> None:
    closures.close(people.ana, held.chat_id)
    again = sending.send(people.lena, held.chat_id, Draft("Mist mist"))
    assert again.is_held
    assert now(people, held).is_over
    holds.release(people.ana, again.id)
    assert now(people, held).is_waiting
    assert counts.wrong() == {}


@pytest.mark.parametrize("by", ["ana", "lena"])
@pytest.mark.parametrize("end", [closures.close, archives.archive])
def test_one_that_was_closed_after_it_was_written_stays_so(
    people: People, held: MessageState, by: str, end: Any
) -> None:
    end(getattr(people, by), held.chat_id)
    holds.release(people.ana, held.id)
    chat = now(people, held)
    assert (chat.is_over, chat.needs_reply, chat.waiting_since) == (True, False, None)
    assert (chat.staff_unread, chat.last_text) == (1, held.text)
    assert counts.wrong() == {}
    sending.send(people.lena, held.chat_id, Draft("And now?"))
    assert now(people, held).is_waiting


def test_one_that_a_rule_closed_after_it_was_written_waits(
    people: People, held: MessageState
) -> None:
    def closed_by_rule() -> None:
        with transaction() as tx:
            closures.closed(tx, access.chat_for(people.ana, held.chat_id, tx), None)

    closures.close(people.ana, held.chat_id)
    closures.reopen(people.ana, held.chat_id)
    closed_by_rule()
    holds.release(people.ana, held.id)
    chat = now(people, held)
    assert (chat.is_waiting, chat.needs_reply) == (True, True)
    assert counts.wrong() == {}
    # What somebody has put away since stays there.
    another = sending.send(people.lena, held.chat_id, Draft("Mist mist"))
    closed_by_rule()
    archives.archive(people.ana, held.chat_id)
    holds.release(people.ana, another.id)
    assert now(people, held).is_over


def test_a_blocked_chat_takes_none_and_releases_none(people: People, held: MessageState) -> None:
    blocks.block(people.ana, held.chat_id)
    with pytest.raises(ChatBlocked):
        sending.send(people.lena, held.chat_id, Draft("Mist"))
    with pytest.raises(ChatBlocked):
        holds.release(people.ana, held.id)
    holds.reject(people.ana, held.id)


def test_a_provider_knows_nothing_of_it(people: People) -> None:
    word_lists.make(people.maya, "Rude", "hold", ["mist"])
    chat, _ = opening.open_between(people.lena, people.petra.id, people.lena.id, 7)
    seen = sending.send(people.lena, chat.id, Draft("Hello"))
    held = sending.send(people.lena, chat.id, Draft("Mist"))
    quoting = sending.send(people.lena, chat.id, Draft("I mean it", reply_to_id=held.id))
    assert quoting.is_held  # or it would tell how the other begins
    with pytest.raises(MessageNotFound):
        access.message_for(people.petra, held.id)
    found = history.changed(chat.id, 0, with_held=access.sees_held(people.petra, chat)).messages
    assert [each.id for each in found] == [seen.id]
    assert access.message_for(people.lena, held.id).id == held.id
    holds.release(people.ana, held.id)
    assert access.message_for(people.petra, held.id).text == "Mist"
    assert unread.count(people.petra) == 2
    assert counts.wrong() == {}


def test_an_edit_takes_it_out_of_sight(people: People, held: MessageState) -> None:
    holds.reject(people.ana, held.id)
    said = sending.send(people.lena, None, Draft("Fine"))
    edited = edits.edit(people.lena, said.id, "Mist")
    assert edited.is_held
    assert edited.text == "Mist"
    chat = now(people, held)
    assert (chat.last_text, chat.staff_unread) == ("My order is late", 0)
    assert counts.wrong() == {}
    assert edits.edit(people.lena, said.id, "It is fine").is_held  # staff decides all the same
    holds.release(people.ana, said.id)
    assert now(people, held).last_text == "It is fine"
    assert counts.wrong() == {}


def test_staff_does_nothing_else_with_it(people: People, held: MessageState) -> None:
    with pytest.raises(Conflict):
        reactions.react(people.ana, held.id, "👍")
    other = sending.send(people.marcus, None, Draft("Hi"))
    with pytest.raises(Conflict):
        forwards.forward(people.ana, held.id, other.chat_id, "f")
    with pytest.raises(MessageNotFound):
        receipts.confirm(people.ana, held.id, read=True)


def test_its_sender_cannot_ask_whether_it_is_held(people: People, held: MessageState) -> None:
    plain = sending.send(people.lena, None, Draft("Sorry"))
    for each in (plain, held, holds.reject(people.ana, held.id)):
        with pytest.raises(Forbidden):
            receipts.confirm(people.lena, each.id, read=True)


def test_it_is_read_by_nobody_and_found_by_staff_and_who_wrote_it(
    people: People, held: MessageState
) -> None:
    receipts.mark_read(people.ana, held.chat_id)
    assert access.message_for(people.lena, held.id).status == "sent"
    while keeping.catch_up(100):
        pass
    assert [hit.said.is_held for hit in looking.found(people.ana, read("Mist")).hits] == [True]
    terms, chat = words_alone("Mist"), now(people, held)
    assert looking.found_in(chat, terms).hits == []
    assert [hit.said.id for hit in looking.found_in(chat, terms, with_held=True).hits] == [held.id]
    assert transcripts.of(held.chat_id, with_held=True).messages[-1].id == held.id
    assert held.id not in [e.id for e in transcripts.of(held.chat_id, with_held=False).messages]
    holds.release(people.ana, held.id)
    assert [hit.said.id for hit in looking.found(people.ana, read("Mist")).hits] == [held.id]


def test_what_is_found_says_to_staff_alone_that_it_is_held(
    app: Flask, people: People, held: MessageState
) -> None:
    chat, _ = opening.open_between(people.lena, people.petra.id, people.lena.id, 7)
    sending.send(people.lena, chat.id, Draft("Mist again"))
    while keeping.catch_up(100):
        pass
    found = {}
    for who in (people.lena, people.petra, people.ana):
        headers = {"Authorization": f"Bearer {access_token(who)}"}
        path = f"/api/v1/chats/{chat.id}/search?query=Mist"
        found[who.name] = app.test_client().get(path, headers=headers).json["hits"]
    assert found[people.petra.name] == []
    assert ["heldAt" in hit["message"] for hit in found[people.lena.name]] == [False]
    assert ["heldAt" in hit["message"] for hit in found[people.ana.name]] == [True]
    headers = {"Authorization": f"Bearer {access_token(people.ana)}"}
    every = app.test_client().get("/api/v1/search?query=Mist", headers=headers).json["hits"]
    assert ["heldAt" in hit["message"] for hit in every] == [True, True]


def test_links_of_new_visitors(app: Flask, people: People) -> None:
    app.config["HOLD_LINKS_MINUTES"] = 10
    screens.forget()
    site = sites.create(people.maya, name="Shop", origins=["https://shop.example"])
    actor, first = coming.write_first(
        site, "c" * 43, Draft("See https://evil.example/x"), language="en", address="10.0.0.1"
    )
    assert first.is_held
    assert not sending.send(actor, None, Draft("No link at all")).is_held
    assert not sending.send(people.lena, None, Draft("See https://fine.example")).is_held
    long_ago = clock.now() - 11 * 60_000
    with db.engine.begin() as connection:
        connection.execute(update(messages.table).values(created_at=long_ago))
    assert not sending.send(actor, None, Draft("See https://evil.example/y")).is_held


def test_one_moves_along_when_two_customers_are_one_and_stays_held(
    people: People, held: MessageState
) -> None:
    sending.send(people.marcus, None, Draft("I am Lena, too"))
    with transaction() as tx:
        merges.merge(tx, people.lena, people.marcus)
    chat = access.own_chat(people.marcus)
    assert chat is not None
    moved = history.before(chat.id, with_held=True).messages
    assert [each.id for each in moved if each.is_held] == [held.id]
    assert counts.wrong() == {}
    holds.release(people.ana, held.id)
    assert counts.wrong() == {}


def test_one_at_the_end_is_unread_when_it_is_released_after_a_merge(
    people: People, held: MessageState
) -> None:
    sending.send(people.marcus, None, Draft("I am Lena, too"))
    chat_id = sending.send(people.ana, access.own_chat(people.marcus).id, Draft("Hi")).chat_id
    receipts.mark_read(people.ana, chat_id)
    receipts.mark_read(people.marcus, chat_id)
    later = sending.send(people.lena, None, Draft("Mist, once more"))
    assert later.is_held
    with transaction() as tx:
        merges.merge(tx, people.lena, people.marcus)
    chat = access.chat_for(people.ana, chat_id)
    assert (chat.staff_unread, chat.customer_unread) == (0, 0)
    assert counts.wrong() == {}
    released = holds.release(people.ben, later.id)
    assert released.read_at is None
    assert access.chat_for(people.ana, chat_id).staff_unread == 1
    assert counts.wrong() == {}
    receipts.mark_read(people.ana, chat_id)
    assert access.chat_for(people.ana, chat_id).staff_unread == 0
    assert access.message_for(people.marcus, later.id).read_at is not None


def test_erasing_takes_it_along(people: People, held: MessageState) -> None:
    erasures.erase_by_shell(people.lena.id, people.lena.name)
    assert database.rows(messages.SELECT_MESSAGES.where(m.id == held.id)) == []


def test_no_quote_tells_how_it_begins(people: People, held: MessageState) -> None:
    said = sending.send(people.lena, None, Draft("Fine"))
    sending.send(people.ana, held.chat_id, Draft("What is?", reply_to_id=said.id))
    sending.send(people.ana, held.chat_id, Draft("Language!", reply_to_id=held.id))
    edits.edit(people.lena, said.id, "Mist, I say")
    for told in (transcripts.of(held.chat_id, with_held=False), history.shown(held.chat_id)):
        assert set(told.related.quotes) == set()
    theirs = history.shown(held.chat_id, with_held=True).related.quotes
    assert {each.text for each in theirs.values()} == {"Mist, I say", "So ein Mist!"}


def test_a_reply_to_one_is_held_when_nothing_is_looked_for_any_more(people: People) -> None:
    made = word_lists.make(people.maya, "Rude", "hold", ["mist"])
    first = sending.send(people.lena, None, Draft("Mist"))
    word_lists.remove(people.maya, made.id)
    screens.forget()
    assert sending.send(people.lena, None, Draft("I mean it", reply_to_id=first.id)).is_held
    assert not sending.send(people.lena, None, Draft("Sorry")).is_held


def test_one_that_is_edited_quotes_none(people: People) -> None:
    word_lists.make(people.maya, "Rude", "hold", ["mist"])
    held = sending.send(people.lena, None, Draft("Mist"))
    quoting = sending.send(people.lena, None, Draft("I mean it", reply_to_id=held.id))
    assert quoting.is_held
    holds.release(people.ana, quoting.id)
    assert history.shown(held.chat_id).related.quotes == {}


def test_a_topic_of_one_changes_no_chat_that_goes_on(people: People, held: MessageState) -> None:
    team_id = teams.make(people.maya, "Billing").id
    topic = topics.make(people.maya, "Invoices", team_id)
    snoozes.snooze(people.ana, held.chat_id, clock.now() + 3_600_000)
    again = sending.send(people.lena, None, Draft("Mist", topic_id=topic.id))
    assert again.is_held
    chat = now(people, held)
    assert (chat.topic_id, chat.team_id, chat.is_snoozed) == (None, None, True)
    closures.close(people.ana, held.chat_id)
    sending.send(people.lena, None, Draft("Mist", topic_id=topic.id))
    chat = now(people, held)
    assert (chat.topic_id, chat.team_id, chat.is_over) == (topic.id, team_id, True)


def test_no_bot_reads_one(people: People, app: Flask) -> None:
    app.config["BOT"] = True
    word_lists.make(people.maya, "Rude", "hold", ["mist"])
    first = sending.send(people.lena, None, Draft("Mist, my chair"))
    assert bots.question(first.chat_id) is None
    sending.send(people.lena, None, Draft("Where is my chair?"))
    assert bots.question(first.chat_id) == "Where is my chair?"


def test_its_release_says_whether_it_was_seen_before(
    people: People, held: MessageState, announced: list[Event]
) -> None:
    edits.edit(people.lena, held.id, "Still Mist")
    sent = sending.send(people.lena, held.chat_id, Draft("Fine"))
    for text in ("Fine as Mist", "Mist, as I said"):
        edits.edit(people.lena, sent.id, text)
    for each in (held, sent):
        holds.release(people.ana, each.id)
    released = [each for each in announced if isinstance(each, MessageReleased)]
    told = [(each.message.id, each.was_shown) for each in released]
    assert told == [(held.id, False), (sent.id, True)]


def test_an_edit_of_what_was_read_and_answered_is_held(people: People, held: MessageState) -> None:
    said = sending.send(people.lena, None, Draft("Fine"))
    sending.send(people.ana, held.chat_id, Draft("Good"))
    receipts.mark_read(people.ana, held.chat_id)
    assert edits.edit(people.lena, said.id, "Mist").is_held
    assert counts.wrong() == {}
