"""Opening a chat."""

import pytest

from app.cli.factories import state
from app.errors import ChatNotFound, Forbidden, NotFound, Unauthorized
from app.events import ChatChanged, Event, MessageSent, Recipients
from app.models import chats as model
from app.models import database
from app.models.chats import ChatState
from app.operations import access, assignments, chats, closures, messages, users
from app.operations.messages import Draft
from app.queries import counts
from tests.people import People
from tests.races import at_once


def how_many() -> int:
    return len(database.rows(model.table.select()))


def test_a_customer_has_one_support_chat_in_no_queue_until_they_write(
    people: People, announced: list[Event]
) -> None:
    opened, is_new = chats.open_own(people.lena)
    assert is_new
    assert (opened.status, opened.waiting_since, opened.active_at) == ("waiting", None, 0)
    assert chats.open_own(people.lena) == (opened, False) == (state(opened.id), False)
    [event] = announced
    # An empty chat is nothing to staff.
    assert event.recipients == Recipients(opened.id, False, (people.lena.id,))
    messages.send(people.lena, None, Draft("Hello", "a"))
    assert state(opened.id).waiting_since is not None
    assert counts.wrong() == {}


@pytest.mark.parametrize("who", ["petra", "ana", "ada"])
def test_only_a_customer_opens_their_own(people: People, who: str) -> None:
    with pytest.raises(Forbidden):
        chats.open_own(getattr(people, who))
    assert how_many() == 0


def test_of_many_who_open_at_once_one_makes_the_chat(people: People) -> None:
    opened = at_once(lambda _: chats.open_own(people.lena), 8)
    assert {chat.id for chat, _ in opened} == {opened[0][0].id}
    assert [is_new for _, is_new in opened].count(True) == 1
    assert how_many() == 1


def test_staff_opens_a_chat_with_a_customer_and_has_it(
    people: People, announced: list[Event]
) -> None:
    chat, is_new = chats.open_with(people.ana, people.lena.id)
    assert is_new
    assert (chat.status, chat.agent_id, chat.customer_name) == ("open", people.ana.id, "Lena Ortiz")
    [event] = announced
    assert isinstance(event, ChatChanged)
    assert event.is_new
    assert event.recipients == Recipients(chat.id, True, (people.lena.id,))
    assert messages.send(people.lena, None, Draft("Hello", "a")).chat_id == chat.id


def test_staff_takes_the_one_that_waits_and_leaves_a_colleagues(people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    taken, is_new = chats.open_with(people.ana, people.lena.id)
    assert not is_new
    assert (taken.id, taken.agent_id) == (chat_id, people.ana.id)
    assert chats.open_with(people.ben, people.lena.id) == (taken, False)


def test_after_a_finished_chat_a_new_one_begins(people: People) -> None:
    old = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    closures.close(people.ana, old)
    new, _ = chats.open_with(people.ana, people.lena.id)
    assert new.id != old
    assert state(old).status == "closed"
    assert messages.send(people.lena, None, Draft("Hello", "b")).chat_id == new.id


def test_a_repeat_finds_what_was_said_in_the_chat_before(people: People) -> None:
    first = messages.send(people.lena, None, Draft("Hello", "a"))
    closures.close(people.ana, first.chat_id)
    new, _ = chats.open_with(people.ana, people.lena.id)
    assert messages.send(people.lena, None, Draft("Hello", "a")) == first
    assert state(new.id).last_seq == 0


@pytest.mark.parametrize("who", ["ana", "petra"])
def test_staff_opens_chats_with_customers_alone(people: People, who: str) -> None:
    for customer_id in (getattr(people, who).id, 10**9):
        with pytest.raises(NotFound):
            chats.open_with(people.ben, customer_id)
    users.deactivate(people.lena.email)
    with pytest.raises(NotFound):
        chats.open_with(people.ben, people.lena.id)
    with pytest.raises(Forbidden):
        chats.open_with(people.marcus, people.lena.id)
    assert how_many() == 0


def test_a_provider_and_a_customer_have_one_chat_an_order(people: People) -> None:
    petra, lena = people.petra.id, people.lena.id
    first, is_new = chats.open_between(people.petra, petra, lena, 7)
    assert is_new
    assert chats.open_between(people.lena, petra, lena, 7) == (first, False)
    assert chats.open_between(people.ana, petra, lena, 7) == (first, False)
    others = [chats.open_between(people.lena, petra, lena, order) for order in (8, None)]
    assert [is_new for _, is_new in others] == [True, True]
    assert chats.open_between(people.lena, petra, lena, None) == (others[1][0], False)
    assert how_many() == 3
    assert (first.provider_name, first.status, first.is_support) == (
        "Petra's Car Wash",
        "open",
        False,
    )


@pytest.mark.parametrize("order_id", [7, None])
def test_of_many_who_open_one_between_at_once_one_makes_it(
    people: People, order_id: int | None
) -> None:
    parties = (people.petra.id, people.lena.id, order_id)
    answers = at_once(lambda n: chats.open_between((people.petra, people.lena)[n % 2], *parties), 8)
    assert sorted(is_new for _, is_new in answers) == [False] * 7 + [True]
    assert how_many() == 1


def test_a_stranger_opens_nothing_between_others(people: People) -> None:
    for stranger in (people.marcus,):
        with pytest.raises(Forbidden):
            chats.open_between(stranger, people.petra.id, people.lena.id)
    for provider, customer in ((people.ana, people.lena), (people.petra, people.ana)):
        with pytest.raises(NotFound):
            chats.open_between(people.ben, provider.id, customer.id)
    assert how_many() == 0


def test_what_each_role_sees(people: People) -> None:
    support = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    between, _ = chats.open_between(people.petra, people.petra.id, people.lena.id)
    seen = {
        name: [chat_id for chat_id in (support, between.id) if sees(actor, chat_id)]
        for name, actor in vars(people).items()
    }
    both = [support, between.id]
    assert seen == {
        "lena": both, "marcus": [], "petra": [between.id],
        "ana": both, "ben": both, "maya": both, "ada": both,
    }  # fmt: skip


def sees(actor: access.Actor, chat_id: int) -> bool:
    try:
        return isinstance(access.chat_for(actor, chat_id), ChatState)
    except ChatNotFound:
        return False


def test_what_no_longer_holds_opens_reads_and_writes_nothing(people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    users.set_role(people.ana.email, "customer")
    users.deactivate(people.lena.email)
    for act in (
        lambda: access.chat_for(people.ana, chat_id),
        lambda: access.chat_for(people.lena, chat_id),
        lambda: assignments.claim(people.ana, chat_id),
        lambda: chats.open_with(people.ana, people.marcus.id),
        lambda: chats.open_own(people.lena),
        lambda: messages.send(people.lena, None, Draft("Again", "b")),
        lambda: messages.send(people.ana, chat_id, Draft("Again", "b")),
    ):
        with pytest.raises(Unauthorized):
            act()
    assert how_many() == 1
    assert state(chat_id).version == 3


def test_every_message_event_carries_the_chat_as_it_is_after_it(
    people: People, announced: list[Event]
) -> None:
    sent = messages.send(people.lena, None, Draft("Hello", "a"))
    last = announced[-1]
    assert isinstance(last, MessageSent)
    assert (last.chat, last.message) == (state(sent.chat_id), sent)
