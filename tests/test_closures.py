"""Closing, archiving, blocking, and what brings a chat back."""

from collections.abc import Callable

import pytest

from app.cli.factories import state
from app.errors import ChatNotFound, Conflict, Forbidden
from app.events import ChatChanged, Event
from app.models.chats import ChatState, Status
from app.models.users import Actor
from app.operations import archives, assignments, blocks, chats, closures, messages
from app.operations.messages import Draft
from app.queries import counts
from app.queries import messages as history
from tests.people import People

Verb = Callable[[Actor, int], ChatState]
DOING: dict[str, tuple[Verb, Verb]] = {
    "closed": (closures.close, closures.reopen),
    "archived": (archives.archive, archives.unarchive),
    "blocked": (blocks.block, blocks.unblock),
}


@pytest.fixture
def chat_id(people: People) -> int:
    sent = messages.send(people.lena, None, Draft("Hello", "a"))
    assignments.claim(people.ana, sent.chat_id)
    messages.send(people.lena, None, Draft("Still there?", "b"))
    return sent.chat_id


@pytest.mark.parametrize("status", DOING)
def test_it_is_done_once_and_takes_the_chat_out_of_what_needs_a_reply(
    people: People, chat_id: int, announced: list[Event], status: str
) -> None:
    assert state(chat_id).needs_reply
    do, _undo = DOING[status]
    done = do(people.ana, chat_id)
    assert (done.status, done.needs_reply, done.waiting_since) == (status, False, None)
    assert done == state(chat_id)
    announced.clear()
    assert do(people.ana, chat_id) == done
    assert announced == []
    assert counts.wrong() == {}


@pytest.mark.parametrize("status", DOING)
def test_it_is_undone_once(people: People, chat_id: int, status: str) -> None:
    do, undo = DOING[status]
    before = state(chat_id)
    assert undo(people.ana, chat_id) == before  # nothing to undo
    do(people.ana, chat_id)
    after = undo(people.ana, chat_id)
    # Who had the last word before a block is not forgotten behind it.
    assert after.status == {"closed": "open", "blocked": "waiting"}.get(status, "closed")
    assert after.needs_reply == (after.status != "closed")
    assert undo(people.ana, chat_id) == after
    assert counts.wrong() == {}


@pytest.mark.parametrize("verb", [closures.close, closures.reopen, archives.archive])
def test_the_customer_may_and_a_stranger_finds_nothing(
    people: People, chat_id: int, verb: Verb
) -> None:
    for stranger in (people.marcus, people.petra):
        with pytest.raises(ChatNotFound):
            verb(stranger, chat_id)
    assert verb(people.lena, chat_id).id == chat_id


def test_only_staff_blocks(people: People, chat_id: int) -> None:
    for actor in (people.lena, people.petra):
        for verb in (blocks.block, blocks.unblock):
            with pytest.raises(Forbidden):
                verb(actor, chat_id)
    assert state(chat_id).status == "open"


@pytest.mark.parametrize("verb", [closures.close, closures.reopen, archives.archive])
def test_a_blocked_chat_stays_blocked(people: People, chat_id: int, verb: Verb) -> None:
    blocked = blocks.block(people.ana, chat_id)
    for actor in (people.lena, people.ana):
        with pytest.raises(Conflict):
            verb(actor, chat_id)
    assert state(chat_id) == blocked


def test_a_customer_who_had_the_last_word_waits_again_and_was_never_told_to_be_closed(
    people: People, chat_id: int, announced: list[Event]
) -> None:
    blocked = blocks.block(people.ana, chat_id)
    announced.clear()
    waiting = blocks.unblock(people.ana, chat_id)
    assert (waiting.status, waiting.needs_reply, waiting.agent_id) == ("waiting", True, None)
    assert (waiting.version, waiting.closed_at) == (blocked.version + 1, None)
    assert announced == [ChatChanged(waiting, before=Status.BLOCKED)]
    assert counts.wrong() == {}


def test_unblocked_they_have_waited_since_they_wrote(people: People, chat_id: int) -> None:
    wrote_at = state(chat_id).active_at
    blocks.block(people.ana, chat_id)
    assert blocks.unblock(people.ana, chat_id).waiting_since == wrote_at


def test_unblocking_wakes_nothing_that_was_over(people: People, chat_id: int) -> None:
    closed = closures.close(people.ana, chat_id)
    blocks.block(people.ana, chat_id)
    unblocked = blocks.unblock(people.ana, chat_id)
    assert (unblocked.status, unblocked.closed_at) == ("closed", closed.closed_at)
    assert counts.wrong() == {}


def test_staff_reopens_for_themselves_and_the_customer_into_the_queue(
    people: People, chat_id: int
) -> None:
    closures.close(people.lena, chat_id)
    assert closures.reopen(people.ben, chat_id).agent_id == people.ben.id
    closures.close(people.ben, chat_id)
    queued = closures.reopen(people.lena, chat_id)
    assert (queued.status, queued.agent_id, queued.waiting_since is None) == (
        "waiting",
        None,
        False,
    )
    lines = [(m.line, m.text) for m in history.before(chat_id).messages if m.is_line]
    assert lines == [
        ("joined", "Ana Weber"),
        ("closed", "Lena Ortiz"),
        ("joined", "Ben Carter"),
        ("closed", "Ben Carter"),
        ("queued", ""),
    ]


@pytest.mark.parametrize("put_away", [closures.close, archives.archive])
def test_what_a_newer_chat_has_followed_stays_finished(
    people: People, chat_id: int, put_away: Verb
) -> None:
    put_away(people.ana, chat_id)
    newer, _ = chats.open_with(people.ana, people.lena.id)
    before = state(chat_id)
    for attempt in (
        lambda: messages.send(people.ben, chat_id, Draft("You would not see this", "c")),
        lambda: closures.reopen(people.ben, chat_id),
        lambda: closures.reopen(people.lena, chat_id),
        lambda: assignments.claim(people.ben, chat_id),
        lambda: assignments.assign(people.ana, chat_id, people.ben.id),
    ):
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.code == "newer_chat"
    assert state(chat_id) == before
    assert messages.send(people.ana, newer.id, Draft("Here", "d")).chat_id == newer.id


def test_a_message_brings_an_archived_chat_back(people: People, chat_id: int) -> None:
    archives.archive(people.ana, chat_id)
    messages.send(people.lena, None, Draft("One more thing", "c"))
    chat = state(chat_id)
    assert (chat.status, chat.needs_reply, chat.closed_at) == ("waiting", True, None)
    archives.archive(people.ana, chat_id)
    messages.send(people.ben, chat_id, Draft("From us", "d"))
    assert (state(chat_id).status, state(chat_id).agent_id) == ("open", people.ben.id)
    assert counts.wrong() == {}


def test_a_providers_chat_is_closed_and_opened_by_its_parties(people: People) -> None:
    chat, _ = chats.open_between(people.petra, people.petra.id, people.lena.id, 7)
    for closer, opener in ((people.petra, people.lena), (people.lena, people.petra)):
        assert closures.close(closer, chat.id).status == "closed"
        opened = closures.reopen(opener, chat.id)
        assert (opened.status, opened.agent_id) == ("open", None)
