"""How many statements each thing costs: a number that nobody raises without noticing."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

import config
from app.auth.tokens import access_token
from app.models.users import Actor
from app.operations import assignments, mail_addresses, messages, receipts, typing, visits
from app.operations.messages import Draft
from app.queries import sites
from app.queries.visits import going_on
from app.sockets.server import sockets
from tests.people import People


@pytest.fixture
def chat_id(people: People) -> int:
    return messages.send(people.lena, None, Draft("Hello", "a")).chat_id


def kinds(statements: list[str]) -> list[str]:
    return [statement.split()[0] for statement in statements]


SEND = ["SELECT", "INSERT", "UPDATE"]


def test_a_message_is_three_statements(people: People, chat_id: int, statements: list[str]) -> None:
    messages.send(people.lena, chat_id, Draft("Waiting", "b"))
    assert kinds(statements) == SEND
    assignments.claim(people.ana, chat_id)
    for actor in (people.lena, people.ana, people.ben):
        statements.clear()
        messages.send(actor, chat_id, Draft("Open", f"{actor.id}"))
        assert kinds(statements) == SEND


def test_mail_costs_a_statement_where_somebody_takes_it_and_nowhere_else(
    app: Flask, people: People, chat_id: int, statements: list[str]
) -> None:
    app.config.update(MAIL_URL=config.mail_server("smtp://localhost"), RATE_LIMITS=False)
    assignments.claim(people.ana, chat_id)
    statements.clear()
    messages.send(people.ana, chat_id, Draft("Nobody", "b"))
    assert kinds(statements) == SEND
    mail_addresses.verify(
        mail_addresses.give(people.lena, "a@home.example", language="en", address="x").key
    )
    for actor, more in ((people.lena, []), (people.ana, ["INSERT"]), (people.ben, ["INSERT"])):
        statements.clear()
        messages.send(actor, chat_id, Draft("Somebody", f"c{actor.id}"))
        assert kinds(statements) == [*SEND[:2], *more, SEND[2]]


def test_into_ones_own_chat_unnamed_it_is_one_more(
    people: People, chat_id: int, statements: list[str]
) -> None:
    messages.send(people.lena, None, Draft("Again", "b"))
    assert kinds(statements) == ["SELECT", *SEND]  # it may have been said in an earlier chat


def test_what_takes_a_chat_costs_its_two_versions_more(
    people: People, chat_id: int, statements: list[str]
) -> None:
    messages.send(people.ana, chat_id, Draft("Hi", "b"))
    # is there an earlier one?; who takes it is there; the assignment; the line; the message
    assert kinds(statements) == [
        "SELECT",
        "SELECT",
        "UPDATE",
        "UPDATE",
        "UPDATE",
        "INSERT",
        "INSERT",
        "UPDATE",
    ]


def test_a_customers_first_message_costs(people: People, statements: list[str]) -> None:
    messages.send(people.marcus, None, Draft("Hello", "a"))  # word lists are in memory from here
    statements.clear()
    messages.send(people.lena, None, Draft("Hello", "a"))
    assert len(statements) <= 10


def test_a_repeat_stores_nothing(people: People, chat_id: int, statements: list[str]) -> None:
    messages.send(people.lena, None, Draft("Hello", "a"))
    assert kinds(statements) == ["SELECT"] * 2
    statements.clear()
    messages.send(people.lena, chat_id, Draft("Hello", "a"))
    assert kinds(statements) == ["SELECT", "INSERT", "SELECT", "SELECT"]  # the INSERT is refused


@pytest.mark.parametrize("unread", [1, 50])
def test_reading_costs_the_same_however_much_was_unread(
    app: Flask, people: People, chat_id: int, statements: list[str], unread: int
) -> None:
    app.config["RATE_LIMITS"] = False
    for number in range(unread - 1):
        messages.send(people.lena, None, Draft("More", f"{number}"))
    statements.clear()
    receipts.mark_read(people.ana, chat_id)
    assert kinds(statements) == ["SELECT", "SELECT", "UPDATE", "SELECT", "UPDATE"]


def test_a_typing_signal_is_one(people: People, chat_id: int, statements: list[str]) -> None:
    typing.signal(people.lena, chat_id, True)
    assert kinds(statements) == ["SELECT"]


def test_who_is_on_a_site_is_written_down_in_three_however_many_they_are(
    app: Flask, statements: list[str]
) -> None:
    site = sites.first()
    assert site is not None
    credentials = [secrets.token_urlsafe(32) for _ in range(5)]
    for title in ("Chair", "Table"):
        for number, credential in enumerate(credentials):
            page = visits.Page.of(f"https://shop.example.com/{title}/{number}", title, "")
            about = {"language": "en", "time_zone": "", "user_agent": "", "address": "10.0.0.1"}
            visits.note(site, credential, page, **about, attributes={})
        statements.clear()
        visits.note_down()
        assert kinds(statements) == ["SELECT", "SELECT", "INSERT"]
    found = {tuple(page.title for page in each.pages) for each in going_on()}
    assert found == {("Table", "Chair")}


@pytest.fixture
def connected(app: Flask) -> Iterator[Any]:
    """Connects people to `/live` within this process."""
    clients = []

    def connect(who: Actor, **auth: Any) -> Any:
        client = sockets.test_client(
            app, namespace="/live", auth={"token": access_token(who), **auth}
        )
        clients.append(client)
        assert client.is_connected("/live")
        return client

    yield connect
    for client in clients:
        if client.is_connected("/live"):
            client.disconnect("/live")


def ask(client: Any, event: str, **payload: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.emit(event, payload, namespace="/live", callback=True)
    assert answer["ok"], answer
    return answer


def test_an_event_costs_what_its_operation_costs_whoever_listens(
    people: People, chat_id: int, connected: Any, statements: list[str]
) -> None:
    lena = connected(people.lena)
    agents = [connected(people.ana), connected(people.ben)]
    statements.clear()
    joined = ask(lena, "join_chat", chatId=chat_id)
    assert len(joined["messages"]) == 1
    assert kinds(statements) == ["SELECT"] * 3
    for agent in agents:
        ask(agent, "join_chat", chatId=chat_id)
    statements.clear()
    ask(lena, "send_message", chatId=chat_id, message="Hi", clientId="b")
    assert kinds(statements) == SEND
    assert [e["name"] for e in agents[0].get_received("/live")] == [
        "new_message",
        "new_chat_message",
    ]


def test_a_page_in_the_inbox_costs_one_statement_more(
    people: People, chat_id: int, connected: Any, statements: list[str]
) -> None:
    lena = connected(people.lena)
    for agent in (people.ana, people.ben):
        connected(agent, page=True)
    statements.clear()
    ask(lena, "send_message", chatId=chat_id, message="Hi", clientId="b")
    assert kinds(statements) == [*SEND, "SELECT"]  # whether the customer is online
