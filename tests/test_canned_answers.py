"""Canned answers: who writes and sees which, how they are found, what they say, and files."""

import time

import pytest
from flask import Flask

from app.cli.factories import state
from app.errors import ChatError, Forbidden, Invalid, NotFound, TooLong
from app.models.canned_answers import CannedAnswerState, filled
from app.models.users import Actor
from app.operations import canned_answers, chats, messages
from app.operations.messages import Draft
from app.queries import canned_answers as queries
from app.queries import visits
from tests.people import People
from tests.races import at_once


def own(staff: Actor, name: str, text: str = "Hello", folder: str = "") -> CannedAnswerState:
    return canned_answers.create(staff, False, name=name, text=text, folder=folder)


def shared(staff: Actor, name: str, text: str = "Hello", folder: str = "") -> CannedAnswerState:
    return canned_answers.create(staff, True, name=name, text=text, folder=folder)


def names(staff: Actor, search: str = "") -> list[str]:
    return [each.name for each in queries.found(staff, search, 50)]


def test_one_sees_everybodys_and_ones_own_and_nobody_elses(people: People) -> None:
    shared(people.maya, "Refund")
    mine = own(people.ana, "Greeting")
    own(people.ben, "Secret")
    assert sorted(names(people.ana)) == ["Greeting", "Refund"]
    assert [each.name for each in queries.all_at_hand(people.ben)] == ["Refund", "Secret"]
    assert queries.at_hand(people.ben, mine.id) is None
    for change in (
        lambda: canned_answers.edit(people.ben, mine.id, text="Mine"),
        lambda: canned_answers.remove(people.maya, mine.id),
    ):
        with pytest.raises(NotFound):
            change()
    assert queries.at_hand(people.ana, mine.id) == mine


def test_managers_alone_write_what_is_everybodys(people: People) -> None:
    answer = shared(people.maya, "Refund")
    mine = own(people.ana, "Greeting")
    for change in (
        lambda: shared(people.ana, "Mine"),
        lambda: canned_answers.edit(people.ana, answer.id, text="No refunds"),
        lambda: canned_answers.remove(people.ana, answer.id),
        lambda: canned_answers.edit(people.ana, mine.id, True),
        lambda: canned_answers.bring_in(people.ana, True, "a,,b"),
        lambda: own(people.lena, "I am a customer"),
    ):
        with pytest.raises(Forbidden):
            change()
    assert queries.all_at_hand(people.maya) == [answer]
    changed = canned_answers.edit(people.maya, answer.id, False, folder="Money")
    assert (changed.owner_id, changed.folder) == (people.maya.id, "Money")
    assert names(people.ana) == ["Greeting"]


def test_it_is_found_by_each_of_its_words_in_any_spelling(people: People) -> None:
    shared(people.maya, "Rückgabe", "Sie können es zurückschicken.", "Käufe")
    shared(people.maya, "Return", "You can send it back by post.", "Orders")
    shared(people.maya, "By post", "We send it.", "Orders")
    shared(people.maya, "返品", "三十日以内に返品できます。")
    assert names(people.ana, "RUCK kaufe") == ["Rückgabe"]
    assert names(people.ana, "post send") == ["By post", "Return"]
    assert names(people.ana, "back po") == ["Return"]
    assert names(people.ana, "返品") == ["返品"]
    assert names(people.ana, "100%") == []
    assert names(people.ana, "_") == []


def test_what_is_used_most_comes_first(people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hi", "a")).chat_id
    shared(people.maya, "A")
    often = shared(people.maya, "B")
    for _ in range(2):
        canned_answers.use(people.ana, chat_id, often.id)
    found = queries.found(people.ana, "", 5)
    assert [(each.name, each.used) for each in found] == [("B", 2), ("A", 0)]
    assert found[0].used_at is not None


def test_it_says_what_is_known_in_the_chat_and_what_is_not(people: People) -> None:
    chat_id = chats.open_between(people.petra, people.petra.id, people.lena.id, 4711)[0].id
    text = "Hello {customer}, {Customer Name}: order {order}, basket {basket}, {basket}. {agent}"
    answer = shared(people.maya, "A", text)
    used, chat, *_none = canned_answers.use(people.ana, chat_id, answer.id)
    said = queries.in_chat(used, chat, people.ana)
    assert said.text == "Hello Lena, Lena Ortiz: order 4711, basket {basket}, {basket}. Ana"
    assert said.missing == ["{basket}"]
    assert state(chat_id).version == chat.version


def test_braces_that_name_nothing_stay_as_they_are() -> None:
    text = "{} { } {1} {a{b}} body { color: red } {order"
    assert filled(text, {"b": "B"}).text == text.replace("{b}", "B")
    assert filled("{b}", {"b": "{c}"}) == ("{c}", [])


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"name": " \u200b", "text": "a"}, "name"),
        ({"name": "a" * 81, "text": "a"}, "name"),
        ({"name": "a", "text": " \n"}, "text"),
        ({"name": "a", "text": "a" * 5001}, "text"),
        ({"name": "a", "text": "a", "folder": "a" * 61}, "folder"),
        ({"name": "RÉFUND", "text": "a"}, "name"),
    ],
)
def test_what_is_none_is_refused_by_its_field(
    people: People, wanted: dict[str, str], field: str
) -> None:
    shared(people.maya, "Refund")
    with pytest.raises(Invalid) as error:
        canned_answers.create(people.maya, True, **wanted)  # type: ignore[arg-type]
    assert list(error.value.fields or {}) == [field]
    assert len(queries.all_at_hand(people.maya)) == 1


def test_what_is_taken_out_can_be_brought_in_again(people: People) -> None:
    texts = ['Hello, {customer}\n\n“quoted”, "twice"; and\ttabs', "=SUM(A1)", "- a list", "Grüße"]
    for number, text in enumerate(texts):
        shared(people.maya, f"Answer {number}", text, "Folder, one")
    before = queries.all_at_hand(people.maya)
    out = queries.as_csv(before)
    assert not any(cell in out for cell in ('"=SUM', '"- a'))
    for each in before:
        canned_answers.remove(people.maya, each.id)
    assert canned_answers.bring_in(people.maya, True, "\ufeff" + out) == len(texts)
    kept = [(each.name, each.folder, each.text) for each in queries.all_at_hand(people.maya)]
    assert kept == [(each.name, each.folder, each.text) for each in before]


def test_a_file_changes_what_is_there_by_its_name_or_nothing_at_all(people: People) -> None:
    there = own(people.ana, "Refund", "Old")
    given = "text,name\nNew,REFUND\nHello,Greeting\n\n"
    assert canned_answers.bring_in(people.ana, False, given) == 2
    found = {each.name: each for each in queries.all_at_hand(people.ana)}
    assert (found["REFUND"].id, found["REFUND"].text) == (there.id, "New")
    before = queries.all_at_hand(people.ana)
    for text, line in (("Good,,Yes\n,,No name", "Line 2"), ("a,b", "Line 1"), ('"x', "no CSV")):
        with pytest.raises(Invalid) as error:
            canned_answers.bring_in(people.ana, False, text)
        assert line in str((error.value.fields or {})["file"])
    with pytest.raises(TooLong):
        canned_answers.bring_in(people.ana, False, "a,,b\n" * 500_000)
    assert queries.all_at_hand(people.ana) == before


def test_nobody_keeps_more_than_can_be_looked_through(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canned_answers, "MOST", 2)
    own(people.ana, "A")
    own(people.ana, "B")
    with pytest.raises(ChatError):
        own(people.ana, "C")
    own(people.ben, "C")


def test_a_file_of_many_is_brought_in_before_anybody_waits_for_long(people: People) -> None:
    rows = "".join(f"How to return chair number {n} by post,Orders,Hello\n" for n in range(2000))
    began = time.process_time()
    assert canned_answers.bring_in(people.ana, False, rows) == 2000
    assert time.process_time() - began < 3
    with pytest.raises(Invalid):
        canned_answers.bring_in(people.ana, False, "One more,,Hello")
    assert len(queries.all_at_hand(people.ana)) == 2000


def test_what_a_file_holds_too_much_of_is_told_by_its_line(people: People) -> None:
    for text, said in (
        ("Comma,F,Hello, dear customer", "Line 1: It has too many columns."),
        ("", "There is nothing in it."),
        ("name,text\n", "There is nothing in it."),
    ):
        with pytest.raises(Invalid) as error:
            canned_answers.bring_in(people.ana, False, text)
        assert str((error.value.fields or {})["file"]) == said
    assert canned_answers.bring_in(people.ana, False, "name;folder;text\nHi;F;Hello, you") == 1
    assert queries.all_at_hand(people.ana)[0].text == "Hello, you"


def test_what_a_page_says_of_its_visitor_is_a_word_within_a_line(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hi", "a")).chat_id
    said = {"plan": "Gold\u202e evil\n\n> quote"}
    visit = visits.Visit("a", 1, 1, 1, "", "", "", "", [], said)
    monkeypatch.setattr(visits, "of_customer", lambda _customer: visit)
    answer_id = shared(people.maya, "A", "{plan}!").id
    answer, chat, *_none = canned_answers.use(people.ana, chat_id, answer_id)
    assert queries.in_chat(answer, chat, people.ana).text == "Gold evil > quote!"


def test_two_who_call_theirs_alike_at_once_do_not_both(people: People) -> None:
    def write(n: int) -> str:
        try:
            return shared(people.maya if n % 2 else people.ada, "Refund", f"Text {n}").text
        except Invalid as error:
            return str(list(error.fields or {}))

    said = at_once(write, 4)
    assert sorted(said)[1:] == ["['name']"] * 3
    assert len(queries.all_at_hand(people.maya)) == 1


def test_the_page_refuses_a_number_that_is_no_id(app: Flask, people: People) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = people.ana.get_id()
    answer = shared(people.maya, "Refund")
    assert client.get(f"/admin/canned-answers?saved={answer.id}").status_code == 200
    for wrong in ("9223372036854775808", "-1", "x"):
        assert client.get(f"/admin/canned-answers?saved={wrong}").status_code == 400
