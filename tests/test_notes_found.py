"""Notes that a search finds: what they say now, by staff alone, wherever they have gone."""

import json

import pytest
from flask import Flask

from app import clock
from app.auth.tokens import access_token
from app.criteria import read
from app.jobs.kinds import kinds
from app.models import database
from app.models.jobs import table as jobs
from app.models.search import NOTES, index, wanted_of
from app.operations import (
    chats,
    closures,
    erasures,
    merges,
    messages,
    notes,
    retention,
    search,
    tags,
)
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import search as queries
from app.terms import terms
from tests.people import People

YEAR_MS = 366 * 24 * 3_600_000


@pytest.fixture(autouse=True)
def without_limits(app: Flask) -> None:
    app.config["RATE_LIMITS"] = False


@pytest.fixture
def chat_id(people: People) -> int:
    return messages.send(people.lena, None, Draft("Hello", "a")).chat_id


def found(people: People, what: str, **page: int) -> list[str]:
    hits = queries.notes_found(people.ana, read(what), **page).hits
    return [hit.said.said(hit.names or {}) for hit in hits]


def entries_with(word: str) -> int:
    found = index(NOTES)
    wanted = wanted_of(terms(word))
    return len(database.rows(found.entries.select().where(found.finds(wanted))))


def test_a_note_is_found_at_once_and_says_what_it_says_now(people: People, chat_id: int) -> None:
    note = notes.write(people.ana, chat_id, "Kulanz für die Größe 42")
    assert found(people, "grosse 42") == ["Kulanz für die Größe 42"]
    hit = queries.notes_found(people.ben, read("kulanz")).hits[0]
    assert (hit.said.id, hit.chat.id) == (note.id, chat_id)
    assert [piece.text for piece in hit.excerpt if piece.is_hit] == ["Kulanz"]
    notes.edit(people.ana, note.id, "A refund")
    assert (found(people, "kulanz"), found(people, "refund")) == ([], ["A refund"])
    notes.take_back(people.ana, note.id)
    assert (found(people, "refund"), entries_with("refund")) == ([], 0)


def test_also_by_the_name_of_whom_it_names(people: People, chat_id: int) -> None:
    notes.write(people.ana, chat_id, f"@{people.ben.name} please look")
    assert found(people, people.ben.name) == [f"@{people.ben.name} please look"]


def test_what_narrows_a_search_holds_for_notes(people: People, chat_id: int) -> None:
    other = messages.send(people.marcus, None, Draft("Hello", "a")).chat_id
    notes.write(people.ana, chat_id, "Parcel of Lena")
    notes.write(people.ben, other, "Parcel of Marcus")
    tags.put_on(people.ana, other, "refund")
    closures.close(people.ana, chat_id)
    assert found(people, "parcel") == ["Parcel of Marcus", "Parcel of Lena"]
    assert found(people, "parcel", limit=1) == ["Parcel of Marcus"]
    for what, wanted in (
        ("parcel from:me", ["Parcel of Lena"]),
        (f'parcel from:"{people.ben.name}"', ["Parcel of Marcus"]),
        ("parcel from:staff", ["Parcel of Marcus", "Parcel of Lena"]),
        ("parcel from:customer", []),
        ("parcel tag:refund", ["Parcel of Marcus"]),
        ("parcel is:closed", ["Parcel of Lena"]),
        ("parcel is:file", []),
        ("parcel before:2020-01", []),
        ("is:open", []),
    ):
        assert found(people, what) == wanted, what


def test_pages_go_on_where_the_last_one_ended(people: People, chat_id: int) -> None:
    for number in range(7):
        notes.write(people.ana, chat_id, f"Parcel {number}")
    seen: list[str] = []
    page = queries.notes_found(people.ana, read("parcel"), limit=3)
    while True:
        seen += [hit.said.text for hit in page.hits]
        if page.next is None:
            break
        page = queries.notes_found(people.ana, read("parcel"), page.next, 3)
    assert seen == [f"Parcel {number}" for number in reversed(range(7))]


def test_no_customer_finds_one_by_any_door(app: Flask, people: People, chat_id: int) -> None:
    notes.write(people.ana, chat_id, "Plugh is a difficult customer")
    search.catch_up(50)
    client = app.test_client()
    headers = {"Authorization": f"Bearer {access_token(people.lena)}"}
    for path in (
        f"/api/v1/chats/{chat_id}/search?query=plugh",
        "/api/v1/search/notes?query=plugh",
        "/api/v1/search?query=plugh",
    ):
        answer = client.get(path, headers=headers)
        assert b"difficult" not in answer.data, path
        assert answer.status_code in (200, 403)
    told = client.get(
        "/api/v1/search/notes?query=plugh",
        headers={"Authorization": f"Bearer {access_token(people.ana)}"},
    )
    assert told.get_json()["hits"][0]["note"]["message"] == "Plugh is a difficult customer"


def test_it_goes_along_and_is_found_in_the_chat_that_is_left(people: People, chat_id: int) -> None:
    notes.write(people.ana, chat_id, "Parcel of before")
    closures.close(people.ana, chat_id)
    later = chats.open_with(people.ben, people.lena.id)[0].id
    messages.send(people.ben, later, Draft("Has it come?", "c"))
    merges.merge_chats(people.ana, chat_id, later)
    for row in database.rows(jobs.select().where(jobs.c.kind == "index_chat")):
        kinds["index_chat"].handler(**json.loads(row.payload))
    hits = queries.notes_found(people.ana, read("before")).hits
    assert [hit.chat.id for hit in hits] == [later]


def test_what_is_erased_or_too_old_is_in_no_index(people: People, chat_id: int) -> None:
    notes.write(people.ana, chat_id, "Plugh of Lena")
    other = messages.send(people.marcus, None, Draft("Hello", "a")).chat_id
    notes.write(people.ana, other, "Xyzzy of Marcus")
    assert (entries_with("plugh"), entries_with("xyzzy")) == (1, 1)
    erasures.erase_by_shell(people.lena.id, people.lena.name)
    assert (entries_with("plugh"), entries_with("xyzzy")) == (0, 1)
    retention.forget_notes(clock.now() + YEAR_MS, retention.Tally(365))
    assert entries_with("xyzzy") == 0


def test_the_rows_of_notes_go_before_their_entries(
    people: People, chat_id: int, statements: list[str]
) -> None:
    """An entry that is made meanwhile waits for the row, and would else stay behind."""
    notes.write(people.ana, chat_id, "Plugh of Lena")
    statements.clear()
    erasures.erase_by_shell(people.lena.id, people.lena.name)
    gone = [sql.split()[2] for sql in statements if sql.startswith("DELETE FROM note")]
    assert gone.index("notes") < gone.index("note_words")


def test_those_that_there_are_get_their_entries_by_a_job(people: People, chat_id: int) -> None:
    for number in range(3):
        notes.write(people.ana, chat_id, f"Parcel {number}")
    with transaction() as tx:
        search.forget_all(tx)
    assert found(people, "parcel") == []
    kinds["index_notes"].handler()
    assert len(found(people, "parcel")) == 3
