"""Word lists: kept by managers, and what they mask, by whatever door it comes."""

import json
from typing import Any

import pytest
from flask import Flask

from app.api.endpoint import door
from app.errors import Forbidden, Invalid, NotFound
from app.files import checking
from app.models import audits, database, edits, word_lists
from app.operations import access, erasures, messages, redactions, screens
from app.operations import edits as editing
from app.operations import word_lists as lists
from app.operations.messages import Draft
from app.queries import word_lists as reading
from app.rest import MANAGERS
from tests.files import arrived, now, picture
from tests.people import People
from tests.sql import recorded


def mask(people: People, *words: str) -> int:
    return lists.make(people.maya, "Rude", "mask", words).id


def originals() -> list[tuple[int, str]]:
    return [tuple(row) for row in database.rows(word_lists.originals.select())]


def test_what_is_shown_is_masked_and_what_was_said_is_kept_apart(people: People) -> None:
    mask(people, "Mist")
    sent = messages.send(people.lena, None, Draft("So ein MÍST, ja?", "m1"))
    assert sent.text == "So ein •••, ja?"
    assert sent.masked_at
    assert reading.original(sent.id) == "So ein MÍST, ja?"
    assert messages.send(people.lena, None, Draft("So ein MÍST, ja?", "m1")) == sent
    assert messages.send(people.ana, sent.chat_id, Draft("Mist")).text == "Mist"


def test_lists_hold_at_once_and_no_longer_once_removed(people: People) -> None:
    assert messages.send(people.lena, None, Draft("Mist")).text == "Mist"
    list_id = mask(people, "Mist")
    assert messages.send(people.lena, None, Draft("Mist")).text == "•••"
    lists.change(people.maya, list_id, words=["Kram"])
    assert messages.send(people.lena, None, Draft("Mist Kram")).text == "Mist •••"
    lists.remove(people.maya, list_id)
    assert messages.send(people.lena, None, Draft("Kram")).text == "Kram"


def test_without_a_list_a_message_looks_into_memory_alone(app: Flask, people: People) -> None:
    messages.send(people.lena, None, Draft("Hi"))
    known = app.extensions["screen"]
    assert known.is_read
    assert known.screen is None
    screens.forget()
    assert not known.is_read


def test_a_change_of_which_nothing_was_heard_is_known_soon(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As while Redis is away."""
    screens.look()
    assert messages.send(people.lena, None, Draft("Mist")).text == "Mist"
    with monkeypatch.context() as deaf:
        deaf.setattr(screens, "refresh", lambda: None)
        list_id = mask(people, "Mist")
    assert messages.send(people.lena, None, Draft("Mist")).text == "Mist"
    screens.look()
    assert messages.send(people.lena, None, Draft("Mist")).text == "•••"
    with monkeypatch.context() as deaf:
        deaf.setattr(screens, "refresh", lambda: None)
        lists.remove(people.maya, list_id)
    screens.look()
    assert messages.send(people.lena, None, Draft("Mist")).text == "Mist"


def test_no_message_makes_what_is_looked_for_after_a_list_has_changed(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    screens.look()
    made: list[str] = []
    whole = screens.made
    monkeypatch.setattr(screens, "made", lambda *given: made.append("looked") or whole(*given))
    mask(people, "Mist")
    screens.look()  # which is done as it hears of the change already
    assert made == ["looked"]
    assert messages.send(people.lena, None, Draft("Mist")).text == "•••"
    assert made == ["looked"]


def test_with_a_list_a_plain_message_runs_no_statement_more(people: People) -> None:
    costs = []
    for words in ([], ["Mist"]):
        if words:
            mask(people, *words)
        messages.send(people.lena, None, Draft("Hi"))  # reads what there is
        with recorded() as run:
            messages.send(people.lena, None, Draft("Hello"))
        costs.append(len(run))
    assert costs[0] == costs[1]


def test_what_was_read_before_a_change_is_not_kept_after_it(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = screens.made

    def slow(found: Any) -> Any:
        screens.forget()  # somebody else has changed a list meanwhile
        return whole(found)

    screens.forget()
    monkeypatch.setattr(screens, "made", slow)
    messages.send(people.lena, None, Draft("Hi"))
    assert not app.extensions["screen"].is_read


def test_edits_are_masked_and_the_original_goes_with_what_it_was_of(people: People) -> None:
    mask(people, "Mist")
    sent = messages.send(people.lena, None, Draft("Hello"))
    edited = editing.edit(people.lena, sent.id, "Hello Mist")
    assert edited.text == "Hello •••"
    assert reading.original(sent.id) == "Hello Mist"
    assert editing.edit(people.lena, sent.id, "Hello Mist") == edited
    plain = editing.edit(people.lena, sent.id, "Hello all")
    assert plain.masked_at is None
    assert originals() == []
    earlier = [row.text for row in database.rows(edits.table.select())]
    assert earlier == ["Hello", "Hello •••"]


@pytest.mark.parametrize("way", ["take back", "redact", "erase"])
def test_the_original_goes_with_its_message(people: People, way: str) -> None:
    mask(people, "Mist")
    sent = messages.send(people.lena, None, Draft("Mist of 4111"))
    assert len(originals()) == 1
    if way == "take back":
        assert editing.take_back(people.lena, sent.id).masked_at is None
    elif way == "redact":
        assert redactions.redact(people.ada, sent.id, "4111").text == "••• of •••"
    else:
        erasures.erase_by_shell(people.lena.id, people.lena.name)
    assert originals() == []


def test_captions_and_names_of_files(people: People) -> None:
    mask(people, "Mist")
    file = arrived(people.lena, picture(), "mist.png")
    sent = messages.send(people.lena, None, Draft("Look: Mist", files=[file.id]))
    assert (sent.text, sent.attached[0]["name"]) == ("Look: •••", "•••.png")
    assert now(file).name == "•••.png"
    checking.check(file.id)
    assert access.message_for(people.lena, sent.id).attached[0]["name"] == "•••.png"
    assert reading.original(sent.id) == "Look: Mist\nmist.png"
    redactions.redact_file(people.ada, sent.id, file.id)
    assert originals() == []
    assert reading.original(sent.id) is None


def test_it_is_all_in_the_log_and_none_of_the_words(people: People) -> None:
    list_id = mask(people, "Mist", "Kram")
    lists.change(people.maya, list_id, name="Rude words", effect="hold")
    lists.change(people.maya, list_id, name="Rude words")
    lists.remove(people.maya, list_id)
    rows = database.rows(audits.SELECT_AUDIT.order_by(audits.table.c.id))
    found = [(row.action, row.actor_id, row.subject_id, json.loads(row.details)) for row in rows]
    of = (people.maya.id, list_id)
    assert found == [
        ("word_list_made", *of, {"effect": "mask", "words": 2}),
        ("word_list_changed", *of, {"effect": "hold", "words": 2, "changed": ["effect", "name"]}),
        ("word_list_removed", *of, {"effect": "hold", "words": 2}),
    ]


def test_managers_alone_keep_them(people: People) -> None:
    list_id = mask(people, "Mist")
    for who in (people.ana, people.lena, people.petra):
        with pytest.raises(Forbidden):
            lists.make(who, "Mine", "mask", ["x"])
        with pytest.raises(Forbidden):
            lists.change(who, list_id, name="Mine")
        with pytest.raises(Forbidden):
            lists.remove(who, list_id)


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("name", {"name": " \u200b"}),
        ("name", {"name": "x" * 61}),
        ("effect", {"effect": "shout"}),
        ("words", {"words": []}),
        ("words", {"words": ["x" * 101]}),
        ("words", {"words": ["--"]}),
        ("words", {"words": [str(number) for number in range(1001)]}),
        ("words", {"words": [f"{number:0100}" for number in range(101)]}),
    ],
)
def test_what_is_no_list_is_refused(people: People, field: str, wanted: dict[str, Any]) -> None:
    good: dict[str, Any] = {"name": "Rude", "effect": "mask", "words": ["x"]}
    with pytest.raises(Invalid) as refused:
        lists.make(people.maya, **(good | wanted))
    assert list(refused.value.fields or ()) == [field]
    assert reading.every() == []


def test_words_are_kept_once_and_as_they_were_written(people: People) -> None:
    made = lists.make(people.maya, "Rude", "mask", ["Mist", "MIST", "mïst", " bad  word ", ""])
    assert made.listed == ["Mist", "bad word"]
    with pytest.raises(NotFound):
        lists.change(people.maya, made.id + 1, name="x")


def test_all_doors_of_lists_are_for_managers() -> None:
    told = [each for each in door.endpoints if each.view.__module__ == "app.api.word_lists"]
    assert {each.only for each in told} == {MANAGERS}
