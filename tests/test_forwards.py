"""What staff says again in another chat: once, as their own, and where from is theirs to know."""

import pytest

from app.cli.factories import state
from app.errors import ChatBlocked, ChatNotFound, Forbidden, Invalid, MessageNotFound, NewerChat
from app.events import Event, MessageSent
from app.models.messages import MessageState
from app.operations import access, assignments, blocks, chats, closures, edits, messages
from app.operations.forwards import forward, forward_once
from app.operations.messages import Draft
from app.operations.redactions import redact
from app.queries import counts, forwards
from app.queries import messages as history
from app.queries.related import NOTHING
from app.realtime.render import message_html
from app.schemas.messages import message_out
from tests.people import People
from tests.test_edits import everything

SECRET = "Order 4711 is broken"


@pytest.fixture
def said(people: People) -> MessageState:
    files = ({"name": "photo.png"},)
    return messages.send(people.lena, None, Draft(SECRET, "a", "image", None, files, {"x": 1}))


@pytest.fixture
def other(people: People) -> int:
    """The chat of Marcus, which waits."""
    return messages.send(people.marcus, None, Draft("Hello?", "b")).chat_id


def test_it_is_a_message_of_ones_own(
    people: People, said: MessageState, other: int, announced: list[Event]
) -> None:
    message = forward(people.ana, said.id, other, "f")
    assert (message.text, message.attachments) == (SECRET, said.attachments)
    assert (message.sender_id, message.chat_id) == (people.ana.id, other)
    assert (message.message_type, message.client_id, message.reply_to_id) == ("image", "f", None)
    assert message.details is None
    # As an answer it takes the chat.
    chat = state(other)
    assert (chat.status, chat.agent_id, chat.last_text) == ("open", people.ana.id, SECRET)
    assert (chat.needs_reply, chat.customer_unread) == (False, 1)
    assert isinstance(announced[-1], MessageSent)
    assert state(said.chat_id).version == said.version
    assert counts.wrong() == {}
    origin = forwards.origin(message.id)
    assert origin is not None
    assert (origin.chat_id, origin.said_at) == (said.chat_id, said.created_at)
    assert (origin.sender_name, origin.customer_name) == ("Lena Ortiz", "Lena Ortiz")
    assert forwards.origin(said.id) is None


def test_its_customer_learns_nothing_of_where_it_is_from(
    people: People, said: MessageState, other: int
) -> None:
    message = forward(people.ana, said.id, other, "f")
    told = [str(message_out(message)), message_html(message, "en", people.marcus.id, NOTHING)]
    told += [str(message_out(each)) for each in history.before(other).messages]
    html = told[1]
    assert "Forwarded" in html
    for each in told:
        assert SECRET in each or "Hello" in each or "joined" in each
        for secret in ("Lena", people.lena.email, "forwarded_from", "forwardedFrom", "origin"):
            assert secret not in each
    assert f'"message-{said.id}"' not in html
    same = message._replace(forwarded_from_id=message.id + 1_000_000)
    assert message_html(same, "en", people.marcus.id, NOTHING) == html
    assert message_out(same) == message_out(message)


def test_a_repeat_is_the_first_one(people: People, said: MessageState, other: int) -> None:
    first, is_new = forward_once(people.ana, said.id, other, "f")
    assert is_new
    before = everything()
    assert forward_once(people.ana, said.id, other, "f") == (first, False)
    assert everything() == before
    edits.take_back(people.lena, said.id)
    assert forward_once(people.ana, said.id, other, "f") == (first, False)
    with pytest.raises(MessageNotFound):
        forward(people.ana, said.id, other, "g")


def test_what_becomes_of_the_first_is_nothing_to_the_copy(
    people: People, said: MessageState, other: int
) -> None:
    message = forward(people.ana, said.id, other, "f")
    redact(people.ada, said.id, "4711")
    edits.take_back(people.lena, said.id)
    assert access.message_for(people.marcus, message.id).text == SECRET
    assert redact(people.ada, message.id, "4711").text == "Order ••• is broken"


def test_where_staff_cannot_write_nothing_is_forwarded(
    people: People, said: MessageState, other: int
) -> None:
    with pytest.raises(Invalid):
        forward(people.ana, said.id, said.chat_id, "f")
    with pytest.raises(ChatNotFound):
        forward(people.ana, said.id, 999, "f")
    with pytest.raises(MessageNotFound):
        forward(people.ana, 999, other, "f")
    blocks.block(people.ana, other)
    with pytest.raises(ChatBlocked):
        forward(people.ana, said.id, other, "f")
    blocks.unblock(people.ana, other)
    closures.close(people.ana, other)
    assert forward(people.ana, said.id, other, "f").chat_id == other
    line = history.before(other).messages[1]
    assert line.is_line
    with pytest.raises(Forbidden):
        forward(people.ana, line.id, said.chat_id, "g")


def test_nor_into_a_chat_that_a_newer_one_has_followed(
    people: People, said: MessageState, other: int
) -> None:
    closures.close(people.ana, other)
    chats.open_with(people.ben, people.marcus.id)
    with pytest.raises(NewerChat):
        forward(people.ana, said.id, other, "f")


def test_nobody_but_staff_forwards(people: People, said: MessageState, other: int) -> None:
    before = everything()
    for who in (people.lena, people.marcus, people.petra):
        with pytest.raises(Forbidden):
            forward(who, said.id, other, "f")
    assert everything() == before


def test_the_choices_are_other_chats_that_take_it(
    people: People, said: MessageState, other: int
) -> None:
    assignments.claim(people.ana, other)
    found = forwards.choices(people.ana, said, "")
    assert [row.chat.id for row in found] == [other]
    assert [row.chat.id for row in forwards.choices(people.ana, said, "marc")] == [other]
    assert forwards.choices(people.ana, said, "lena") == []
    blocks.block(people.ana, other)
    assert forwards.choices(people.ana, said, "") == []
