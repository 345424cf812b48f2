"""How far each side has received and read: forward only, exact, and counted right."""

from typing import Any

import pytest

from app import clock
from app.cli import factories
from app.cli.factories import state
from app.errors import ChatNotFound, Forbidden, Invalid, NotFound
from app.events import Event, ReceiptsMoved
from app.operations import assignments, chats, messages, receipts
from app.operations.messages import Draft
from app.queries import counts
from app.queries import messages as history
from tests.people import People


@pytest.fixture
def chat_id(people: People) -> int:
    """Lena 1, 2; Ana 3, 4; Lena 5."""
    chat_id = messages.send(people.lena, None, Draft("1", "1")).chat_id
    for who, text in ((people.lena, "2"), (people.ana, "3"), (people.ana, "4"), (people.lena, "5")):
        messages.send(who, chat_id, Draft(text, text))
    return chat_id


def seq_of(chat_id: int, text: str) -> int:
    return next(m.seq for m in history.before(chat_id).messages if m.text == text)


def statuses(chat_id: int) -> dict[str, str]:
    return {m.text: m.status for m in history.before(chat_id).messages if not m.is_line}


def test_only_the_other_sides_messages_up_to_the_pointer_are_stamped(
    people: People, chat_id: int, announced: list[Event]
) -> None:
    before = state(chat_id)
    chat = receipts.mark_read(people.ben, chat_id, seq_of(chat_id, "2"))
    assert statuses(chat_id) == {"1": "read", "2": "read", "3": "sent", "4": "sent", "5": "sent"}
    assert (chat.staff_read, chat.staff_delivered, chat.staff_unread) == (
        seq_of(chat_id, "2"),
    ) * 2 + (1,)
    assert (chat.customer_read, chat.customer_unread) == (0, 2)
    assert chat.version == before.version + 1
    stamped = {m.text: m.version for m in history.changed(chat_id, before.version).messages}
    assert stamped == {"1": chat.version, "2": chat.version}
    [moved] = announced
    assert isinstance(moved, ReceiptsMoved)
    assert moved.seqs == (seq_of(chat_id, "1"), seq_of(chat_id, "2"))
    assert (moved.user_id, moved.read, moved.chat) == (people.ben.id, True, state(chat_id))
    assert counts.wrong() == {}


@pytest.mark.parametrize("later", [receipts.mark_read, receipts.mark_delivered])
def test_a_pointer_never_moves_back(
    people: People, chat_id: int, announced: list[Event], later: Any
) -> None:
    chat = receipts.mark_read(people.ana, chat_id)
    announced.clear()
    for text in ("1", "2", "5"):
        assert later(people.ana, chat_id, seq_of(chat_id, text)) == chat
    assert (announced, state(chat_id)) == ([], chat)


def test_received_and_then_read_keeps_when_it_was_received(people: People, chat_id: int) -> None:
    receipts.mark_delivered(people.ana, chat_id, seq_of(chat_id, "5"))
    received = {m.text: m.delivered_at for m in history.before(chat_id).messages}
    assert statuses(chat_id)["5"] == "delivered"
    assert state(chat_id).staff_unread == 3
    receipts.mark_read(people.ana, chat_id, seq_of(chat_id, "1"))
    assert statuses(chat_id) == {
        "1": "read", "2": "delivered", "3": "sent", "4": "sent", "5": "delivered",
    }  # fmt: skip
    assert {m.text: m.delivered_at for m in history.before(chat_id).messages} == received
    assert counts.wrong() == {}


def test_without_a_pointer_everything_is_read(people: People, chat_id: int) -> None:
    receipts.mark_read(people.lena, chat_id)
    receipts.mark_read(people.ana, chat_id)
    assert set(statuses(chat_id).values()) == {"read"}
    assert (state(chat_id).customer_unread, state(chat_id).staff_unread) == (0, 0)
    assert counts.wrong() == {}


def test_system_lines_and_ones_own_side_are_nothing_to_confirm(
    people: People, announced: list[Event]
) -> None:
    chat_id = messages.send(people.lena, None, Draft("1", "1")).chat_id
    chat = assignments.claim(people.ana, chat_id)
    announced.clear()
    assert receipts.mark_read(people.lena, chat_id) == chat
    assert announced == []


def test_a_pointer_beyond_the_chat_is_refused(people: People, chat_id: int) -> None:
    version = state(chat_id).version
    with pytest.raises(Invalid) as refused:
        receipts.mark_read(people.ana, chat_id, version + 1)
    assert "upTo" in (refused.value.fields or {})
    assert receipts.mark_read(people.ana, chat_id, version).staff_unread == 0


def test_strangers_confirm_nothing(people: People, chat_id: int) -> None:
    between, _ = chats.open_between(people.petra, people.petra.id, people.lena.id)
    messages.send(people.lena, between.id, Draft("Hello", "a"))
    with pytest.raises(ChatNotFound):
        receipts.mark_read(people.marcus, chat_id)
    with pytest.raises(Forbidden):  # staff look into it, and answer for nobody there
        receipts.mark_read(people.ana, between.id)
    assert receipts.mark_read(people.petra, between.id).staff_unread == 0


@pytest.mark.parametrize("unread", [99, 100, 101, 250])
def test_many_at_once_are_stamped_a_hundred_a_version(people: People, unread: int) -> None:
    story = factories.ChatPast(people.lena, clock.now())
    for number in range(unread):
        story.say(people.lena, str(number), clock.now())
    [chat_id] = factories.save([story])
    before = state(chat_id)
    chat = receipts.mark_read(people.ana, chat_id)
    assert chat.version == before.version + -(-unread // 100)
    assert counts.wrong() == {}

    seen, version = [], before.version
    while True:
        page = history.changed(chat_id, version)
        assert len(page.messages) <= 100
        seen += page.messages
        if not page.has_more:
            break
        version = page.messages[-1].version
    assert [m.text for m in seen] == [str(number) for number in range(unread)]
    assert {m.status for m in seen} == {"read"}


def test_story_and_operations_keep_the_same_books(people: People, chat_id: int) -> None:
    receipts.mark_read(people.lena, chat_id)
    at = clock.now()
    story = factories.ChatPast(people.marcus, at)
    story.say(people.marcus, "1", at).say(people.marcus, "2", at).take(people.ana, at)
    story.say(people.ana, "3", at).say(people.ana, "4", at).say(people.marcus, "5", at)
    told = state(factories.save([story.read(people.marcus, at)])[0])
    done = state(chat_id)
    differing = {"id", "customer_id", "customer_name", "customer_email", "active_at"}
    differing |= {"created_at", "updated_at", "asked_at", "first_reply_at", "last_sender_id"}
    for name in set(told._fields) - differing:
        assert getattr(told, name) == getattr(done, name), name
    assert counts.wrong() == {}


def test_reading_everything_tells_how_much_it_was(people: People, chat_id: int) -> None:
    assert receipts.mark_all_read(people.ana, chat_id) == 3
    assert receipts.mark_all_read(people.ben, chat_id) == 0
    assert receipts.mark_all_read(people.lena, chat_id) == 2
    assert set(statuses(chat_id).values()) == {"read"}


def id_of(chat_id: int, text: str) -> int:
    return next(m.id for m in history.before(chat_id).messages if m.text == text)


def test_the_receiver_of_a_message_confirms_it_and_what_came_before(
    people: People, chat_id: int
) -> None:
    confirmed = receipts.confirm(people.ana, id_of(chat_id, "2"), read=False)
    assert (confirmed.text, confirmed.status) == ("2", "delivered")
    assert statuses(chat_id) == {
        "1": "delivered",
        "2": "delivered",
        "3": "sent",
        "4": "sent",
        "5": "sent",
    }
    assert receipts.confirm(people.ana, id_of(chat_id, "1"), read=True).status == "read"
    assert receipts.confirm(people.ana, id_of(chat_id, "1"), read=False).status == "read"


def test_nobody_confirms_their_own_sides_message_nor_a_strangers(
    people: People, chat_id: int
) -> None:
    before = state(chat_id)
    for who, text in ((people.lena, "1"), (people.ana, "3"), (people.ben, "4")):
        with pytest.raises(Forbidden):
            receipts.confirm(who, id_of(chat_id, text), read=True)
    for who, message_id in ((people.marcus, id_of(chat_id, "3")), (people.ana, 10**9)):
        with pytest.raises(NotFound) as error:
            receipts.confirm(who, message_id, read=True)
        assert error.value.code == "message_not_found"
    assert state(chat_id) == before
