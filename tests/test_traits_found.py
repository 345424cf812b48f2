"""Chats that a search finds by what is known of them: by tags, and what sites say of customers."""

import json
import secrets
import time
from typing import Any

import jwt
import pytest
from flask import Flask, current_app
from sqlalchemy import update

from app import clock
from app.auth.tokens import access_token
from app.cli.factories import PASSWORD, person
from app.criteria import read
from app.jobs.kinds import kinds
from app.models import database, visits
from app.models.jobs import table as jobs
from app.models.search import ATTRIBUTES, index, wanted_of
from app.models.sites import SiteState
from app.models.users import Actor
from app.operations import (
    attributes,
    chats,
    closures,
    erasures,
    identities,
    merges,
    messages,
    search,
    tags,
    visitors,
)
from app.operations import visits as visiting
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import search as looking
from app.queries import sites as directory
from app.queries import traits
from app.queries.search import Found
from app.queries.traits import By
from app.terms import terms, tokens
from tests.people import People
from tests.visits import on_a_page


@pytest.fixture(autouse=True)
def without_limits(app: Flask) -> None:
    app.config["RATE_LIMITS"] = False


@pytest.fixture
def chat_id(people: People) -> int:
    return messages.send(people.lena, None, Draft("Hello", "a")).chat_id


@pytest.fixture
def other_id(people: People) -> int:
    return messages.send(people.marcus, None, Draft("Hello", "a")).chat_id


def found(people: People, what: str, by: By = By.TAGS, **page: int) -> Found:
    return traits.found(people.ana, by, read(what), **page)


def shown(found: Found) -> list[tuple[int, str, list[str]]]:
    """By hit: its chat, what is shown, and what of it is marked."""
    return [
        (hit.chat.id, hit.shown, [piece.text for piece in hit.excerpt if piece.is_hit])
        for hit in found.hits
    ]


def test_a_word_finds_chats_with_a_tag_of_that_name(
    people: People, chat_id: int, other_id: int
) -> None:
    (refund,) = tags.put_on(people.ana, chat_id, "Refund")
    tags.put_on(people.ana, chat_id, "late parcel")
    tags.put_on(people.ana, other_id, "refund asked")
    assert shown(found(people, "refund")) == [
        (other_id, "refund asked", ["refund"]),
        (chat_id, "Refund", ["Refund"]),
    ]
    assert shown(found(people, "par late")) == [(chat_id, "late parcel", ["late", "parcel"])]
    assert shown(found(people, '"late parcel"')) == [(chat_id, "late parcel", ["late parcel"])]
    assert shown(found(people, "refund parcel")) == []  # no one tag has both
    tags.take_off(people.ana, chat_id, refund.id)
    assert shown(found(people, "refund")) == [(other_id, "refund asked", ["refund"])]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("Größe", "grosse"),
        ("Größe", "groesse"),
        ("возврат", "Возв"),
        ("退款申请", "款申"),
        ("والكتاب", "كتاب"),
        ("คืนเงิน", "เงิน"),
        ("O'Brien", "obrien"),
    ],
)
def test_in_every_script(people: People, chat_id: int, name: str, what: str) -> None:
    tags.put_on(people.ana, chat_id, name)
    assert [(chat, text) for chat, text, _ in shown(found(people, what))] == [(chat_id, name)]


def test_what_narrows_a_search_is_asked_of_the_chats(
    people: People, chat_id: int, other_id: int
) -> None:
    for each in (chat_id, other_id):
        tags.put_on(people.ana, each, "refund")
    tags.put_on(people.ana, other_id, "late")
    closures.close(people.ana, chat_id)
    for what, wanted in (
        ("refund", [other_id, chat_id]),
        ("refund tag:late", [other_id]),
        ("refund is:closed", [chat_id]),
        ("refund is:unread", [other_id, chat_id]),
        ("refund is:file", []),
        ("refund from:me", []),
        ("refund before:2020-01", []),
        ("refund after:2020-01", []),
        ("refund site:nowhere", []),
        ("tag:refund", []),
        ("is:open", []),
    ):
        assert [hit.chat.id for hit in found(people, what).hits] == wanted, what


def test_pages_go_on_where_the_last_one_ended(
    people: People, chat_id: int, other_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traits, "STEP", 2)
    ids = [chat_id, other_id]
    for _ in range(3):
        ids.append(messages.send(person("Zoe"), None, Draft("Hello", "b")).chat_id)
    for each in ids:
        tags.put_on(people.ana, each, "refund")
    tags.put_on(people.ana, chat_id, "refunded")  # by two tags, and once
    seen: list[int] = []
    page = found(people, "refund", limit=1)
    while page.hits:
        seen += [hit.chat.id for hit in page.hits]
        if page.next is None:
            break
        page = found(people, "refund", before=page.next, limit=1)
    assert seen == sorted(ids, reverse=True)


def test_no_customer_finds_one_by_any_door(app: Flask, people: People, chat_id: int) -> None:
    tags.put_on(people.ana, chat_id, "plugh")
    client = app.test_client()
    path = "/api/v1/search/chats?query=plugh"
    answer = client.get(path, headers={"Authorization": f"Bearer {access_token(people.lena)}"})
    assert answer.status_code == 403
    told = client.get(path, headers={"Authorization": f"Bearer {access_token(people.ana)}"})
    (hit,) = told.get_json()["hits"]
    assert (hit["by"], hit["chat"]["id"]) == ("tags", chat_id)
    assert hit["excerpt"] == [{"text": "plugh", "isHit": True}]


@pytest.fixture
def site(people: People) -> SiteState:
    found = directory.first()
    assert found is not None
    return found


def came(site: SiteState, **said: Any) -> tuple[Actor, int, str]:
    """Somebody of whom a page says this has written: they, their chat, their credential."""
    credential = secrets.token_urlsafe(32)
    on_a_page(site, credential, attributes=said)
    about = {"language": "en", "address": "10.0.0.1"}
    who, message = visitors.write_first(site, credential, Draft("Hello"), **about)
    return who, message.chat_id, credential


def said_of(people: People, what: str, **page: int) -> list[tuple[int, str, list[str]]]:
    attributes.catch_up()
    return shown(found(people, what, By.ATTRIBUTES, **page))


def entries_with(word: str) -> int:
    found = index(ATTRIBUTES)
    wanted = wanted_of(terms(word))
    return len(database.rows(found.entries.select().where(found.finds(wanted))))


def test_customers_are_found_by_what_a_page_says_of_them(people: People, site: SiteState) -> None:
    _, chat_id, credential = came(site, plan="Größe gold", company="Acme", trial=True, no=None)
    _, other_id, _ = came(site, plan="silver", company="Acme")
    assert said_of(people, "groesse") == [(chat_id, "plan: Größe gold", ["Größe"])]
    assert [chat for chat, _, _ in said_of(people, "acme")] == [other_id, chat_id]
    assert said_of(people, "gold acme") == [
        (chat_id, "plan: Größe gold · company: Acme", ["gold", "Acme"])
    ]
    assert said_of(people, '"trial true"') == [(chat_id, "trial: true", ["trial: true"])]
    assert said_of(people, "gold silver") == []
    assert [chat for chat, _, _ in said_of(people, "acme is:waiting")] == [
        other_id,
        chat_id,
    ]
    assert said_of(people, "acme site:nowhere") == said_of(people, "acme from:me") == []
    on_a_page(site, credential, attributes={"plan": "lead"})
    assert said_of(people, "gold") == []
    assert said_of(people, "lead") == [(chat_id, "plan: lead", ["lead"])]
    assert entries_with("gold") == 0
    on_a_page(site, credential)
    assert (said_of(people, "lead"), entries_with("lead")) == ([], 0)


def test_what_stands_in_the_index_is_not_written_again(
    people: People, site: SiteState, statements: list[str]
) -> None:
    _, _, credential = came(site, plan="gold")
    attributes.catch_up()
    on_a_page(site, credential, attributes={"plan": "gold"})
    statements.clear()
    attributes.catch_up()
    assert len([sql for sql in statements if not sql.startswith("SELECT")]) == 0


def test_of_who_wrote_nothing_there_is_no_entry(people: People, site: SiteState) -> None:
    on_a_page(site, attributes={"plan": "gold"})
    assert (said_of(people, "gold"), entries_with("gold")) == ([], 0)


def test_an_index_that_lies_shows_nothing(people: People, site: SiteState) -> None:
    came(site, plan="gold")
    attributes.catch_up()
    with transaction() as tx:
        tx.run(update(visits.table).values(attributes='{"plan": "lead"}'), {})
    assert shown(found(people, "gold", By.ATTRIBUTES)) == []


def test_pages_of_customers_go_on(people: People, site: SiteState) -> None:
    ids = [came(site, plan="gold")[1] for _ in range(5)]
    attributes.catch_up()
    seen: list[int] = []
    page = found(people, "gold", By.ATTRIBUTES, limit=2)
    while True:
        seen += [hit.chat.id for hit in page.hits]
        if page.next is None:
            break
        page = found(people, "gold", By.ATTRIBUTES, before=page.next, limit=2)
    assert seen == sorted(ids, reverse=True)


def test_who_is_erased_or_forgotten_is_in_no_index(
    people: People, site: SiteState, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, _, _ = came(site, plan="gold")
    came(site, plan="silver")
    attributes.catch_up()
    assert (entries_with("gold"), entries_with("silver")) == (1, 1)
    erasures.erase_by_shell(who.id, who.name)
    assert (entries_with("gold"), entries_with("silver")) == (0, 1)
    monkeypatch.setattr(visitors, "lifetime", lambda: -1000)
    visiting.forget_old()
    do_jobs()
    assert entries_with("silver") == 0


def do_jobs() -> None:
    for row in database.rows(jobs.select().where(jobs.c.kind == "index_attributes")):
        kinds["index_attributes"].handler(**json.loads(row.payload))


def test_who_is_forgotten_while_another_thing_is_said_is_in_no_index(
    people: People, site: SiteState, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, credential = came(site, plan="gold")
    attributes.catch_up()
    on_a_page(site, credential, attributes={"plan": "silver"})
    monkeypatch.setattr(visitors, "lifetime", lambda: -1000)
    visiting.forget_old()
    do_jobs()
    assert (entries_with("gold"), entries_with("silver")) == (0, 0)


def test_what_was_said_of_a_visitor_is_said_of_whom_they_are(
    people: People, site: SiteState
) -> None:
    stays, _, _ = came(site, plan="gold")
    other, _, _ = came(site, company="Acme")
    attributes.catch_up()
    merges.merge_customers(people.maya, stays.id, other.id)
    do_jobs()
    hits = found(people, "gold acme", By.ATTRIBUTES).hits
    assert [hit.chat.customer_id for hit in hits] == [stays.id]
    assert (entries_with("gold"), entries_with("acme")) == (1, 1)


def test_and_of_whom_their_site_says_they_are(people: People, site: SiteState) -> None:
    secret = identities.rotate_secret_by_shell(site.key)
    ends = int(time.time()) + 3600
    claims = {"sub": "7", "aud": site.key, "exp": ends}
    proof = jwt.encode(claims, secret.secret, algorithm="HS256", headers={"kid": secret.kid})
    stays, _, credential = came(site, plan="gold")
    assert identities.identify(site, credential, proof) is not None
    _, _, credential = came(site, company="Acme")
    attributes.catch_up()
    assert identities.identify(site, credential, proof) is not None
    do_jobs()
    hits = found(people, "gold acme", By.ATTRIBUTES).hits
    assert [hit.chat.customer_id for hit in hits] == [stays.id]
    assert (entries_with("gold"), entries_with("acme")) == (1, 1)


def test_of_one_person_so_much_is_looked_through(people: People, site: SiteState) -> None:
    _, _, credential = came(site, **{f"a{at}": f"x{at} " + "y" * 190 for at in range(20)})
    (chat_id, text, _), *others = said_of(people, "x1")
    assert (others, text.startswith("a1: x1 ")) == ([], True)
    assert entries_with("x19") == 0
    assert said_of(people, "x19") == []
    on_a_page(site, credential, attributes={"a": "1", "b": None, "number": 10**4000, "late": "z"})
    assert (said_of(people, "number")[0][0], entries_with("late")) == (chat_id, 0)


def test_one_of_whom_it_fails_costs_no_other_one_theirs(
    people: People, site: SiteState, monkeypatch: pytest.MonkeyPatch, statements: list[str]
) -> None:
    came(site, plan="silver")
    bad, _, credential = came(site, plan="gold")
    came(site, plan="silver")
    words_of = attributes.words_of

    def fails(who: int, rows: Any) -> Any:
        return words_of(who, rows) if who != bad.id else 1 / 0

    with monkeypatch.context() as patch:
        patch.setattr(attributes, "words_of", fails)
        attributes.catch_up()
        assert (entries_with("gold"), entries_with("silver")) == (0, 2)
        statements.clear()
        attributes.catch_up()  # not tried again and again
        assert len([sql for sql in statements if not sql.startswith("SELECT")]) == 0
    on_a_page(site, credential, attributes={"plan": "golden"})
    assert len(said_of(people, "golden")) == 1


def test_words_are_made_before_anything_is_locked(
    people: People, site: SiteState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thing is said meanwhile: of that an entry is made."""
    _, _, credential = came(site, plan="gold")
    words_of, again = attributes.words_of, iter([True])

    def meanwhile(who: int, rows: Any) -> Any:
        if next(again, False):
            on_a_page(site, credential, attributes={"plan": "silver"})
        return words_of(who, rows)

    monkeypatch.setattr(attributes, "words_of", meanwhile)
    attributes.catch_up()
    assert (entries_with("gold"), entries_with("silver")) == (0, 1)


def test_whom_another_process_has_indexed_is_left_as_they_are(
    people: People, site: SiteState, monkeypatch: pytest.MonkeyPatch
) -> None:
    came(site, plan="gold")
    words_of, written, again = attributes.words_of, list[Any](), iter([True])
    write = attributes.write

    def meanwhile(who: int, rows: Any) -> Any:
        if next(again, False):
            attributes.catch_up()
        return words_of(who, rows)

    def noted(tx: Any, words: dict[int, Any]) -> None:
        written.extend(words)
        write(tx, words)

    monkeypatch.setattr(attributes, "words_of", meanwhile)
    monkeypatch.setattr(attributes, "write", noted)
    attributes.catch_up()
    assert (len(written), entries_with("gold")) == (1, 1)


def test_who_left_before_it_was_done_is_found_an_hour_later(
    people: People, site: SiteState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attributes, "LOOKED_AT", 2)
    on_a_page(site, attributes={"plan": "gold"})  # of nobody who has written
    for _ in range(3):
        came(site, plan="gold")
    with transaction() as tx:
        tx.run(update(visits.table).values(seen_at=clock.now() - 10 * visits.SILENT_MS), {})
    attributes.catch_up()
    assert entries_with("gold") == 0
    monkeypatch.setattr(attributes, "MOST_MISSED", 2)
    visiting.forget_old()
    assert entries_with("gold") == 2
    visiting.forget_old()
    assert entries_with("gold") == 3


def test_where_no_visits_are_shown_none_is_found_by_them(
    app: Flask, people: People, site: SiteState, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, chat_id, _ = came(site, plan="gold")
    attributes.catch_up()
    monkeypatch.setitem(app.config, "VISITS", False)
    assert found(people, "gold", By.ATTRIBUTES).hits == []
    attributes.index_all()
    assert entries_with("gold") == 0
    monkeypatch.setitem(app.config, "VISITS", True)
    assert [chat for chat, _, _ in said_of(people, "gold")] == [chat_id]


def test_of_each_customer_one_chat_is_read(people: People, site: SiteState) -> None:
    who, first, _ = came(site, plan="gold")
    came(site, plan="silver")
    closures.close(people.ana, first)
    second = chats.open_with(people.ana, who.id)[0].id
    messages.send(people.ana, second, Draft("Hello again", "b"))
    assert [chat for chat, _, _ in said_of(people, "gold")] == [second]
    assert [chat for chat, _, _ in said_of(people, "gold is:closed")] == [first]
    assert len(traits.newest_of([who.id], [])) == 1


def test_each_text_is_read_once_a_few_people_at_a_time(
    people: People, site: SiteState, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(traits.FEW + 1):
        came(site, plan=f"gold {at}", company="Acme")
    attributes.catch_up()
    read: list[str] = []

    def noted(text: str) -> Any:
        read.append(text)
        return tokens(text)

    monkeypatch.setattr(traits, "tokens", noted)
    monkeypatch.setattr(looking, "SECONDS", 60)
    assert len(found(people, "gold acme plan", By.ATTRIBUTES).hits) == traits.FEW + 1
    assert len(read) == 2 * (traits.FEW + 1)
    monkeypatch.setattr(looking, "SECONDS", -1)
    page = found(people, "gold", By.ATTRIBUTES)
    assert len(page.hits) == traits.FEW
    assert page.next == page.hits[-1].said.id


def test_what_narrows_a_search_is_made_out_once(
    people: People, chat_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags.put_on(people.ana, chat_id, "gold")
    made_out: list[str] = []
    narrowed = traits.narrowed

    def noted(*about: Any) -> Any:
        made_out.append("once")
        return narrowed(*about)

    monkeypatch.setattr(traits, "narrowed", noted)
    client = current_app.test_client()
    client.post("/login", data={"email": "agent@example.com", "password": PASSWORD})
    assert "gold" in client.get("/admin/messages/found?q=gold").text
    assert made_out == ["once"]


def test_it_is_made_anew_by_a_job(people: People, site: SiteState) -> None:
    came(site, plan="gold")
    attributes.catch_up()
    with transaction() as tx:
        search.forget_all(tx)
    assert said_of(people, "gold") == []
    kinds["index_attributes"].handler()
    assert len(said_of(people, "gold")) == 1
