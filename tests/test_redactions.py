"""Words that an admin hides for good: whose, where, and that nothing keeps them."""

import pytest

from app.cli.factories import state
from app.errors import FileNotFound, Forbidden, Invalid, MessageNotFound
from app.events import Event, MessageChanged
from app.files import checking
from app.models.chats import Status
from app.models.messages import MessageState
from app.operations import (
    access,
    archives,
    assignments,
    blocks,
    closures,
    edits,
    forwards,
    merges,
    messages,
)
from app.operations.messages import Draft
from app.operations.redactions import HIDDEN, redact, redact_file
from app.operations.transaction import transaction
from app.protocols.p000 import mapping as p000
from app.protocols.p001 import mapping as p001
from app.protocols.p002 import mapping as p002
from app.protocols.p003 import mapping as p003
from app.protocols.p004 import mapping as p004
from app.queries import counts
from app.queries import messages as history
from app.queries.edits import earlier_texts
from app.queries.files import by_id
from tests.files import kept_at, looked_at, picture
from tests.people import People
from tests.test_edits import everything

CARD = "4111 1111 1111 1111"


@pytest.fixture
def said(people: People) -> MessageState:
    """Lena's last of two, which said something else before; what came with it names the card."""
    messages.send(people.lena, None, Draft("Hello?", "a"))
    files = ({"name": f"{CARD}.pdf", "more": [{CARD: [1, True, None]}]},)
    draft = Draft(f"{CARD}, I say {CARD}", "b", "file", None, files, {"card": CARD})
    message = messages.send(people.lena, None, draft)
    return edits.edit(people.lena, message.id, f"Is {CARD} right?")


def test_it_is_a_change_like_any_other(
    people: People, said: MessageState, announced: list[Event]
) -> None:
    before = state(said.chat_id)
    message = redact(people.ada, said.id, CARD)
    after = state(said.chat_id)
    assert message.text == after.last_text == f"Is {HIDDEN} right?"
    assert message.version == after.version == before.version + 1
    assert announced == [MessageChanged(after, message)]
    assert history.changed(said.chat_id, before.version).messages == [message]
    assert (message.seq, message.client_id) == (said.seq, said.client_id)
    assert message.edited_at == said.edited_at  # nobody has edited it
    assert message.redacted_at is not None
    assert [each.text for each in earlier_texts(said.id)] == [f"{HIDDEN}, I say {HIDDEN}"]
    assert message.attached == [{"name": f"{HIDDEN}.pdf", "more": [{HIDDEN: [1, True, None]}]}]
    assert message.detailed == {"card": HIDDEN}
    assert (after.staff_unread, after.needs_reply) == (2, True)
    assert counts.wrong() == {}


def test_no_table_holds_it_any_more(people: People, said: MessageState) -> None:
    assert everything().count(CARD) == 7
    redact(people.ada, said.id, CARD)
    assert CARD not in everything()
    # Neither does a repeat of what was sent bring it back.
    again = messages.send(people.lena, said.chat_id, Draft(f"{CARD}, I say {CARD}", "b"))
    assert CARD not in again.text
    assert CARD not in everything()


def test_nor_does_a_chat_that_has_moved_into_another(people: People) -> None:
    message = messages.send(people.marcus, None, Draft(CARD, "m"))
    messages.send(people.lena, None, Draft("Hello", "l"))
    with transaction() as tx:
        merges.merge(tx, people.marcus, people.lena)
    moved = access.message_for(people.lena, message.id)
    assert (state(message.chat_id).status, moved.text) == (Status.ARCHIVED, CARD)
    redact(people.ada, moved.id, CARD)
    assert CARD not in everything()


@pytest.mark.parametrize("become", [closures.close, archives.archive, blocks.block])
def test_whatever_has_become_of_the_chat(
    people: People, said: MessageState, become: object
) -> None:
    become(people.ana, said.chat_id)  # type: ignore[operator]
    before = state(said.chat_id)
    redact(people.ada, said.id, CARD)
    after = state(said.chat_id)
    assert CARD not in everything()
    assert (after.status, after.version) == (before.status, before.version + 1)


def test_what_is_of_an_earlier_text_alone(people: People, said: MessageState) -> None:
    edits.edit(people.lena, said.id, "Never mind")
    message = redact(people.ada, said.id, CARD)
    assert message.text == "Never mind"
    assert CARD not in str(earlier_texts(said.id))


def test_of_anybodys_message(people: People, said: MessageState) -> None:
    answer = messages.send(people.ana, said.chat_id, Draft(f"It is {CARD}.", "c"))
    assert redact(people.ada, answer.id, "is 4111").text == f"It {HIDDEN} 1111 1111 1111."
    # Another letter is another word.
    with pytest.raises(Invalid):
        redact(people.ada, answer.id, "it")


@pytest.mark.parametrize("words", ["", "  ", "?", HIDDEN, "5500 0000 0000 0004", "is"])
def test_what_does_not_stand_there_is_refused(
    people: People, said: MessageState, words: str, announced: list[Event]
) -> None:
    before = everything()
    with pytest.raises(Invalid):
        redact(people.ada, said.id, words)
    assert (everything(), announced) == (before, [])


def test_nobody_else_does(people: People, said: MessageState) -> None:
    before = everything()
    for who in (people.lena, people.marcus, people.petra, people.ana, people.maya):
        with pytest.raises(Forbidden):
            redact(who, said.id, CARD)
    assert everything() == before


def test_what_says_nothing_has_nothing_to_hide(people: People, said: MessageState) -> None:
    assignments.claim(people.ana, said.chat_id)
    line = history.before(said.chat_id).messages[-1]
    with pytest.raises(Forbidden):
        redact(people.ada, line.id, "Ana")
    edits.take_back(people.lena, said.id)
    for which in (said.id, 999):
        with pytest.raises(MessageNotFound):
            redact(people.ada, which, CARD)


def test_a_file_of_anybodys_message_is_removed_for_good(
    people: People, announced: list[Event]
) -> None:
    secret, other = looked_at(people.lena, picture()), looked_at(people.lena, b"words", "notes.txt")
    message = messages.send(people.lena, None, Draft("See here", "a", files=[secret.id, other.id]))
    marcus = messages.send(people.marcus, None, Draft("Hello?"))
    copy = forwards.forward(people.ana, message.id, marcus.chat_id, "b")
    before = state(message.chat_id)
    assert kept_at(secret.content).exists()
    announced.clear()
    after = redact_file(people.ada, message.id, secret.id)
    assert (after.text, after.message_type) == ("See here", "file")
    assert [each["id"] for each in after.attached] == [other.id]
    assert after.redacted_at is not None
    assert announced[-1:] == [MessageChanged(state(message.chat_id), after)]
    assert history.changed(message.chat_id, before.version).messages == [after]
    assert by_id(secret.id) is None
    assert [each["name"] for each in copy.attached] == ["screen.png", "notes.txt"]
    # What it held goes with the last row that names it, as of what is taken back.
    checking.remove([secret.id], [secret.content])
    assert kept_at(secret.content).exists()
    copied = copy.attached[0]["id"]
    redact_file(people.ada, copy.id, copied)
    checking.remove([copied], [secret.content])
    assert not kept_at(secret.content).exists()
    with pytest.raises(FileNotFound):
        redact_file(people.ada, message.id, secret.id)


def test_where_a_file_was_all_dots_take_its_place(people: People) -> None:
    file = looked_at(people.lena, picture(), "4111 1111.png")
    message = messages.send(people.lena, None, Draft("", "a", files=[file.id]))
    assert state(message.chat_id).last_text == "4111 1111.png"
    after = redact_file(people.ada, message.id, file.id)
    assert (after.text, after.message_type, after.attached) == (HIDDEN, "text", [])
    assert state(message.chat_id).last_text == HIDDEN
    assert "4111 1111" not in everything()


def test_a_file_is_removed_by_admins_from_its_own_message_alone(people: People) -> None:
    file, theirs = looked_at(people.lena, b"a"), looked_at(people.marcus, b"b")
    message = messages.send(people.lena, None, Draft("", "a", files=[file.id]))
    other = messages.send(people.marcus, None, Draft("", "a", files=[theirs.id]))
    for who in (people.lena, people.ana, people.maya, people.petra):
        with pytest.raises(Forbidden):
            redact_file(who, message.id, file.id)
    with pytest.raises(FileNotFound):
        redact_file(people.ada, other.id, file.id)
    assert by_id(file.id) is not None
    edits.take_back(people.lena, message.id)
    with pytest.raises(MessageNotFound):
        redact_file(people.ada, message.id, file.id)


def test_the_older_protocols_know_a_removed_file_no_more(people: People) -> None:
    """In none of their documents is a word for it: what they answer from then on is without it."""
    secret, other = (looked_at(people.lena, each, "4111.txt") for each in (b"a", b"b"))
    sent = messages.send(people.lena, None, Draft("", "a", files=[secret.id, other.id]))
    one = redact_file(people.ada, sent.id, secret.id)
    chat = state(sent.chat_id)
    assert [each["id"] for each in p004.message_out(one, chat)["attachments"]] == [other.id]
    assert p004.message_out(one, chat)["messageType"] == "FILE"
    assert [row["content"] for row in (p000.message_out(one, chat), p001.message_out(one))] == [
        "4111.txt",
        "4111.txt",
    ]
    none = redact_file(people.ada, sent.id, other.id)
    chat = state(sent.chat_id)
    told = [
        p000.message_out(none, chat)["content"],
        p001.message_out(none)["content"],
        p002.message_out(none, chat)["message"],
        p002.room_out(chat, people.ana)["lastMessage"],
        p003.message_out(none)["message"],
        p003.chat_out(chat)["lastMessage"],
        p004.message_out(none, chat)["content"],
    ]
    assert told == [HIDDEN] * len(told)
    assert p003.message_out(none)["messageType"] == "text"
    assert p004.message_out(none, chat)["attachments"] is None
