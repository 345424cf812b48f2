"""Whoever is looked for by their own spelling is found, in each place that looks for people."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import create_app
from app.auth.tokens import access_token
from app.cli import factories
from app.extensions import db
from app.models import database
from app.models.users import Actor
from app.operations import messages, users
from app.operations.messages import Draft
from app.queries import inbox, words
from app.queries import users as directory
from app.queries.inbox import Filter
from tests.conftest import settings_for
from tests.people import PASSWORD, People
from tests.sql import recorded

PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
SEARCHES = {
    "Jürgen Müller": ["muller", "mueller", "müller jürgen", "j.m@", "bremen", "Müller, Jürgen",
                      "„Müller“", "<j.m@bremen.example>", "(jürgen) m m", "müller " * 12],
    "JÜRGEN KÖHLER": ["köhler", "koehler jürgen"],
    "Siobhán O'Brien-Łukasz": ["siobhan", "obrien", "lukasz", "O’BRIEN siob"],
    "İlker Şahin": ["ilker", "sahin", "\x00sah\x00in"],
    "Nguyễn Thị Hà": ["nguyen", "thi ha"],
    "Zoe\u0308 C\u030capek": ["zoë", "čapek"],
    PERSIAN: [PERSIAN, PERSIAN.replace("\u200c", "")],
}  # fmt: skip
ADDRESSES = {"Jürgen Müller": "j.m@bremen.example"}


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, database: Path) -> Iterator[Flask]:
    settings = settings_for(database)
    if request.param == "postgresql":
        settings["DATABASE_URL"] = request.getfixturevalue("postgres").database()
    app = create_app(settings)
    app.config.update(WTF_CSRF_ENABLED=False)
    with app.app_context():
        if request.param == "postgresql":
            import flask_migrate

            flask_migrate.upgrade()
        yield app
        db.engine.dispose()


Look = Callable[[Flask, Actor, str], list[str]]


def page(path: str, pattern: str) -> Look:
    def look(app: Flask, ana: Actor, search: str) -> list[str]:
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = ana.get_id()
        return re.findall(pattern, client.get(path, query_string={"q": search}).text)

    return look


def rest(path: str, key: Callable[[Any], list[str]]) -> Look:
    def look(app: Flask, ana: Actor, search: str) -> list[str]:
        headers = {"Authorization": f"Bearer {access_token(ana)}"}
        return key(app.test_client().get(path, query_string={"q": search}, headers=headers).json)

    return look


CUSTOMERS: dict[str, Look] = {
    "inbox": page("/admin/messages/rows", r'class="row-name"[^>]*>([^<]*)<'),
    "new chat": page("/admin/customers", r'<strong class="cut"[^>]*>([^<]*)<'),
    "REST users": rest("/api/v1/users", lambda given: [each["name"] for each in given["users"]]),
    "REST chats": rest(
        "/api/v1/chats", lambda given: [each["customer"]["name"] for each in given["chats"]]
    ),
}


def made_of(role: str) -> list[Actor]:
    """Somebody of each of the names."""
    return [
        users.create(name, ADDRESSES.get(name) or f"c{number}@x.example", PASSWORD, role)
        for number, name in enumerate(SEARCHES)
    ]


@pytest.mark.parametrize("look", CUSTOMERS.values(), ids=CUSTOMERS)
def test_a_customer_is_found(app: Flask, look: Look) -> None:
    people = People()
    for made in made_of("customer"):
        messages.send(made, None, Draft("Hello"))
        messages.send(people.marcus, None, Draft("Hello"))
    missed = [
        (name, search)
        for name, searches in SEARCHES.items()
        for search in searches
        if name not in [each.replace("&#39;", "'") for each in look(app, people.ana, search)]
        or "Marcus Bell" in look(app, people.ana, search)
    ]
    assert missed == []
    for nobody in ("uller", "-", "'", "\u200b.", "%", "_", "müller marcus"):
        assert look(app, people.ana, nobody) == [], nobody


def test_a_colleague_is_found(app: Flask) -> None:
    people = People()
    made_of("agent")
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    look = page(f"/admin/messages/{chat_id}/colleagues", r'<span class="cut"[^>]*>([^<]*)<')
    for name, searches in SEARCHES.items():
        for search in searches:
            found = [each.replace("&#39;", "'") for each in look(app, people.ana, search)]
            assert name in found, (name, search)
            assert "Ana Weber" not in found


@pytest.mark.parametrize("most", [1000, 30], ids=["few", "many"])
def test_the_exact_spelling_comes_first_and_pages_hold_each_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(words, "MATCHES", most)
    ana = People().ana
    names = [name for _ in range(35) for name in ("Muller", "Müller", "Mueller")]
    made = factories.people([(f"{name} {n}", "customer", None) for n, name in enumerate(names)])
    chat_ids = {messages.send(each, None, Draft("Hi")).chat_id: each.name for each in made}
    for search, first, found in (
        ("müller", "Müller", 105), ("muller", "Muller", 70), ("mueller", "Mueller", 70),
        ("„Müller“, mü", "Müller", 105),
    ):  # fmt: skip
        rows, before = [], None
        while True:
            part = inbox.page(ana, Filter.ALL, search, before)
            rows += part.rows
            if part.next is None:
                break
            before = inbox.Cursor.parse(str(part.next))
        listed = [chat_ids[row.chat.id] for row in rows]
        assert len(listed) == len(set(listed)) == found
        assert {name.split()[0] for name in listed[:35]} == {first}
        ids = [row.chat.id for row in rows]
        assert ids[:35] == sorted(ids[:35], reverse=True)
        assert ids[35:] == sorted(ids[35:], reverse=True)

        people, cursor = [], None
        headers = {"Authorization": f"Bearer {access_token(ana)}"}
        while True:
            query = {"q": search, "limit": 30} | ({"cursor": cursor} if cursor else {})
            answer = app.test_client().get("/api/v1/users", query_string=query, headers=headers)
            people += [each["name"] for each in answer.json["users"]]
            cursor = answer.json["next"]
            if cursor is None:
                break
        assert len(people) == len(set(people)) == found
        assert {name.split()[0] for name in people[:35]} == {first}
        choices = CUSTOMERS["new chat"](app, ana, search)
        assert len(choices) == 8
        assert {name.split()[0] for name in choices} == {first}


def test_a_page_goes_on_where_the_last_one_ended_though_somebody_was_renamed(app: Flask) -> None:
    ada = People().ada
    made = [each.id for each in factories.people([("Muller", "customer", None)] * 6)]

    def page(cursor: str | None) -> tuple[list[int], str]:
        start = directory.Cursor.parse(cursor) if cursor else None
        found, following = directory.page("customer", "müller", start, 2)
        return [person.id for person in found], following or ""

    first, cursor = page(None)
    users.edit(ada, made[0], name="Müller")  # the first who is spelled as the search is
    second, cursor = page(cursor)
    users.edit(ada, made[0], name="Muller")  # and there is nobody again
    third, cursor = page(cursor)
    assert (first + second + third, cursor) == (made, "")


def test_a_search_of_many_words_is_a_few_statements(app: Flask) -> None:
    People()
    for search in ("e", "lena e ortiz", "e " * 50, " ".join("abcdefghijklmnopqrstuvwxyz")):
        with recorded() as statements:
            directory.page(None, search, None, 50)
        assert 0 < len(statements) <= 6, search
        assert max(statement.count("EXISTS") for statement in statements) <= 20, search


def test_words_go_with_who_they_are_of(app: Flask) -> None:
    made = users.create("Zoë", "zoe@x.example", PASSWORD, "customer")
    found = database.rows(words.words.table.select())
    assert {(row.user_id, row.word) for row in found} == {
        (made.id, word) for word in ("zoe", "zoe@x.example", "x.example", "example")
    }
