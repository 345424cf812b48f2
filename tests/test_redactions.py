"""Words that an admin hides for good: whose, where, and that nothing keeps them."""

import pytest

from app.cli.factories import state
from app.errors import Forbidden, Invalid, MessageNotFound
from app.events import Event, MessageChanged
from app.models.chats import Status
from app.models.messages import MessageState
from app.operations import (
    access,
    archives,
    assignments,
    blocks,
    closures,
    edits,
    merges,
    messages,
)
from app.operations.messages import Draft
from app.operations.redactions import HIDDEN, redact
from app.operations.transaction import transaction
from app.queries import counts
from app.queries import messages as history
from app.queries.edits import earlier_texts
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
