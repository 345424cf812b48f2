"""A customer on any of the six ways in, an agent on any other: what one does reaches the other."""

from collections.abc import Callable

import pytest

from app.models.users import Actor
from app.operations import chats, closures
from tests.live.conftest import Place
from tests.people import People
from tests.protocols.dialects import DIALECTS, Dialect
from tests.servers import wait_until

Pair = tuple[Dialect, Dialect, int]
EACH = list(DIALECTS)


@pytest.fixture(params=EACH, ids=[f"customer-{name}" for name in EACH])
def customer(request: pytest.FixtureRequest, place: Place, people: People) -> Dialect:
    return DIALECTS[request.param](place, people.lena)


@pytest.fixture(params=EACH, ids=[f"agent-{name}" for name in EACH])
def agent(request: pytest.FixtureRequest, place: Place, people: People) -> Dialect:
    return DIALECTS[request.param](place, people.ana)


@pytest.fixture
def pair(customer: Dialect, agent: Dialect) -> Pair:
    """Both in one chat, in which the customer has said hello."""
    chat_id = customer.say("hello")
    customer.enter(chat_id)
    agent.enter(chat_id)
    return customer, agent, chat_id


def test_what_one_does_reaches_the_other_in_its_own_words(pair: Pair) -> None:
    customer, agent, chat_id = pair
    messages_reach(customer, agent, chat_id)
    typing_reaches(customer, agent, chat_id)
    receipts_reach(customer, agent, chat_id)
    a_change_of_status_reaches(customer, agent, chat_id)


def messages_reach(customer: Dialect, agent: Dialect, chat_id: int) -> None:
    agent.say("what can I do?", chat_id)  # which takes the chat
    customer.say("a chair is broken", chat_id)
    for who in (customer, agent):
        wait_until(
            lambda who=who: {"what can I do?", "a chair is broken"} <= set(who.messages()),
            what=lambda who=who: f"{type(who).__name__} heard {who.client.heard}",
        )
        who.client.catch_up()
        heard = [text for text in who.messages() if text != "hello"]
        assert heard == ["what can I do?", "a chair is broken"]
        assert who.texts(chat_id) == ["hello", "what can I do?", "a chair is broken"]
        if who.knows_holder:
            assert who.holder(chat_id) == str(agent.who.id)


def typing_reaches(customer: Dialect, agent: Dialect, chat_id: int) -> None:
    for typist, other in ((customer, agent), (agent, customer)):
        if typist.signal(chat_id, True) is None or other.typists(chat_id) is None:
            continue
        typist.signal(chat_id, False)
        wanted = [(typist.who.id, True), (typist.who.id, False)]
        wait_until(
            lambda other=other, wanted=wanted: other.typists(chat_id) == wanted,
            what=lambda other=other: f"{type(other).__name__} heard {other.typists(chat_id)}",
        )
        typist.client.catch_up()
        mine = typist.typists(chat_id) or []
        assert typist.who.id not in [user_id for user_id, _ in mine]


def receipts_reach(customer: Dialect, agent: Dialect, chat_id: int) -> None:
    for writer, reader, text in ((agent, customer, "I see"), (customer, agent, "Well?")):
        writer.say(text, chat_id)
        writer.client.heard.clear()
        reader.read(chat_id)
        assert writer.has_been_read(chat_id, text)
        if writer.receipt_event:
            writer.client.wait_for(writer.receipt_event)


def a_change_of_status_reaches(customer: Dialect, agent: Dialect, chat_id: int) -> None:
    for who in (customer, agent):
        assert who.is_active(chat_id) in (True, None)
    if agent.close is not None:
        agent.close(chat_id)
    elif customer.close is not None and customer.customers_close:
        customer.close(chat_id)
    else:  # neither has a word for it: somebody else does it
        closures.close(agent.who, chat_id)
    for who in (customer, agent):
        assert who.is_active(chat_id) in (False, None)
    customer.say("One more thing", chat_id)
    assert customer.is_active(chat_id) in (True, None)


@pytest.mark.parametrize("taker", [name for name in EACH if DIALECTS[name].take is not None])
def test_an_assignment_reaches_everybody(place: Place, people: People, taker: str) -> None:
    customers = {name: kind(place, people.lena) for name, kind in DIALECTS.items()}
    chat_id = customers["own"].say("hello")
    agent = DIALECTS[taker](place, people.ana)
    assert agent.take is not None
    agent.take(chat_id)
    for name, customer in customers.items():
        if customer.knows_holder:
            assert customer.holder(chat_id) == str(people.ana.id), name
    assert customers["002"].client.wait_for("supportJoined")["agentName"] == people.ana.name


@pytest.mark.parametrize("name", EACH)
def test_who_comes_back_loads_everything_once(place: Place, people: People, name: str) -> None:
    agent = DIALECTS["own"](place, people.ana)
    before = DIALECTS[name](place, people.lena)
    chat_id = before.say("said before")
    before.client.close()
    for number in range(3):
        agent.say(f"said meanwhile {number}", chat_id)
    back = DIALECTS[name](place, people.lena)
    back.enter(chat_id)
    back.say("said afterwards", chat_id)
    wait_until(lambda: "said afterwards" in back.messages())
    meanwhile = [f"said meanwhile {number}" for number in range(3)]
    assert back.texts(chat_id) == ["said before", *meanwhile, "said afterwards"]
    assert back.messages() == ["said afterwards"]


@pytest.mark.parametrize("name", ["002", "003", "004"])
def test_who_writes_late_to_a_finished_chat_hears_the_newer_one(
    place: Place, people: People, name: str
) -> None:
    lena = DIALECTS[name](place, people.lena)
    old = lena.say("hello")
    closures.close(people.ana, old)
    newer, _ = chats.open_with(people.ana, people.lena.id)
    lena.say("one more thing", old)
    agent = DIALECTS["own"](place, people.ana)
    agent.say("tell me", newer.id)
    wait_until(lambda: lena.messages()[-2:] == ["one more thing", "tell me"])


def test_all_six_at_once_hear_one_message_once(
    place: Place, people: People, socket: Callable[..., object]
) -> None:
    everybody: list[Dialect] = []
    chat_id = DIALECTS["own"](place, people.lena).say("hello")

    def arrive(who: Actor) -> None:
        for kind in DIALECTS.values():
            everybody.append(kind(place, who))
            everybody[-1].enter(chat_id)

    arrive(people.lena)
    arrive(people.ana)
    everybody[0].say("one", chat_id)
    everybody[-1].say("two", chat_id)
    for each in everybody:
        each.client.catch_up()
        assert each.messages() == ["one", "two"], type(each).__name__
