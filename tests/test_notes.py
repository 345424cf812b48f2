"""Notes: who writes and reads them, whom they name, where they stand, and what becomes of them."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.errors import ChatError, ChatNotFound, Forbidden, Invalid, NotFound, TooLong, Unauthorized
from app.models.notes import NoteState
from app.operations import (
    assignments,
    blocks,
    closures,
    merges,
    messages,
    notes,
    receipts,
    users,
)
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.pages.filters import noted
from app.queries import audits
from app.queries import chats as chat_queries
from app.queries import messages as history
from app.queries import notes as queries
from tests.people import People
from tests.races import at_once

NOTHING = NoteState(*[None] * len(NoteState._fields))  # type: ignore[arg-type]


@pytest.fixture
def chat_id(people: People) -> int:
    return messages.send(people.lena, None, Draft("Hello", "hello")).chat_id


def said(chat_id: int) -> list[str]:
    page = queries.newest(chat_id)
    return [note.said(page.names) for note in reversed(page.notes)]


def test_staff_alone_writes_edits_takes_back_and_sees(people: People, chat_id: int) -> None:
    note = notes.write(people.ana, chat_id, "Be kind")
    for who in (people.lena, people.marcus, people.petra):
        for act in (
            lambda who=who: notes.write(who, chat_id, "Me, too"),
            lambda who=who: notes.edit(who, note.id, "Mine"),
            lambda who=who: notes.take_back(who, note.id),
            lambda who=who: notes.see(who, chat_id),
        ):
            with pytest.raises(Forbidden):
                act()
    assert said(chat_id) == ["Be kind"]


def test_a_note_is_changed_by_its_author_and_removed_by_admins_too(
    people: People, chat_id: int
) -> None:
    note = notes.write(people.ana, chat_id, "Be kind")
    for act in (
        lambda: notes.edit(people.ada, note.id, "Mine"),
        lambda: notes.edit(people.ben, note.id, "Mine"),
        lambda: notes.take_back(people.maya, note.id),
    ):
        with pytest.raises(Forbidden):
            act()
    edited = notes.edit(people.ana, note.id, " Be very kind\r\n")
    assert (edited.text, edited.version) == ("Be very kind", 2)
    assert edited.edited_at is not None
    assert notes.edit(people.ana, note.id, "Be very kind") == edited
    gone = notes.take_back(people.ada, note.id)
    assert (gone.text, gone.version, gone.deleted_at is not None) == ("", 3, True)
    assert notes.take_back(people.ana, note.id) == gone
    own = notes.write(people.ana, chat_id, "Never mind")
    notes.take_back(people.ana, own.id)
    removed = [each for each in audits.page().rows if each.action == "note_removed"]
    assert [(r.actor_id, r.chat_id, r.subject_id) for r in removed] == [
        (people.ada.id, chat_id, note.id)
    ]
    with pytest.raises(NotFound):
        notes.edit(people.ana, note.id, "Back again")


@pytest.mark.parametrize(
    ("text", "error"),
    [("", Invalid), (" \n", Invalid), ("\ufdd0\ufdd1", Invalid), ("x" * 5001, TooLong)],
)
def test_what_no_chat_takes_is_no_note(
    people: People, chat_id: int, text: str, error: type[ChatError]
) -> None:
    note = notes.write(people.ana, chat_id, "Be kind")
    for act in (
        lambda: notes.write(people.ana, chat_id, text),
        lambda: notes.edit(people.ana, note.id, text),
    ):
        with pytest.raises(error):
            act()
    assert said(chat_id) == ["Be kind"]


def test_it_is_for_chats_that_are_there_and_for_whom_still_holds(
    people: People, chat_id: int
) -> None:
    with pytest.raises(ChatNotFound):
        notes.write(people.ana, chat_id + 99, "Hello")
    with pytest.raises(NotFound):
        notes.edit(people.ana, 99, "Hello")
    note = notes.write(people.ana, chat_id, "Be kind")
    users.deactivate(people.ana.email)
    for act in (
        lambda: notes.write(people.ana, chat_id, "Hello"),
        lambda: notes.edit(people.ana, note.id, "Hello"),
        lambda: notes.take_back(people.ana, note.id),
        lambda: notes.see(people.ana),
    ):
        with pytest.raises(Unauthorized):
            act()


def test_a_repeat_is_known(people: People, chat_id: int) -> None:
    first, is_new = notes.write_once(people.ana, chat_id, "Be kind", "a")
    assert is_new
    assert notes.write_once(people.ana, chat_id, "Again", "a") == (first, False)
    assert notes.write_once(people.ben, chat_id, "Be kind", "a")[1]
    assert said(chat_id) == ["Be kind", "Be kind"]


def test_the_same_note_at_once_is_one(people: People, chat_id: int) -> None:
    found = at_once(lambda _: notes.write(people.ana, chat_id, "Be kind", "a"), 5)
    assert len({note.id for note in found}) == 1
    other = at_once(lambda _: notes.write(people.ana, chat_id, "More"), 5)
    assert sorted(note.version for note in other) == [2, 3, 4, 5, 6]


def test_a_chat_of_any_state_takes_notes_and_stays_as_it_is(people: People, chat_id: int) -> None:
    def state() -> Any:
        return chat_queries.page(people.ana, 10).chats

    for change in (
        lambda: assignments.assign(people.ana, chat_id, people.ana.id),
        lambda: closures.close(people.ana, chat_id),
        lambda: blocks.block(people.ana, chat_id),
    ):
        change()
        before = state()
        note = notes.write(people.ana, chat_id, "Be kind")
        notes.edit(people.ana, note.id, "Be kinder")
        notes.take_back(people.ana, note.id)
        assert state() == before


def test_who_is_named_hears_of_it(people: People, chat_id: int) -> None:
    text = f"@{people.ben.name} and @{people.maya.name.upper()}, ask a@{people.ada.name} or @nobody"
    note = notes.write(people.ana, chat_id, text)
    assert note.named == [people.ben.id, people.maya.id]
    assert queries.unseen(people.ben.id) == queries.unseen(people.maya.id) == 1
    assert queries.unseen(people.ada.id) == queries.unseen(people.ana.id) == 0
    (found,) = queries.mentions_of(people.ben.id).mentions
    assert (found.note.id, found.customer_name) == (note.id, people.lena.name)
    users.edit(people.ada, people.ben.id, name="Benno")
    assert said(chat_id)[0].startswith("@Benno and @")


def test_one_is_named_by_id_and_customers_never_are(people: People, chat_id: int) -> None:
    note = notes.write(
        people.ana, chat_id, f"<@{people.ben.id}> <@{people.lena.id}> @{people.lena.name}"
    )
    assert note.named == [people.ben.id]
    assert said(chat_id) == [f"@{people.ben.name} <@{people.lena.id}> @{people.lena.name}"]
    users.deactivate(people.ben.email)
    assert notes.write(people.ana, chat_id, f"@{people.ben.name} <@{people.ben.id}>").named == []
    # Who was named stays so, if the rest is edited.
    assert notes.edit(people.ana, note.id, f"Ask @{people.ben.name}").named == [people.ben.id]


def test_to_name_oneself_is_no_news(people: People, chat_id: int) -> None:
    assert notes.write(people.ana, chat_id, f"@{people.ana.name}").named == [people.ana.id]
    assert queries.unseen(people.ana.id) == 0


def test_of_two_who_are_called_the_same_both_hear_of_it(people: People, chat_id: int) -> None:
    users.edit(people.ada, people.maya.id, name=people.ben.name)
    note = notes.write(people.ana, chat_id, f"@{people.ben.name}")
    assert sorted(note.named) == sorted([people.ben.id, people.maya.id])


def test_the_longer_name_is_meant(people: People, chat_id: int) -> None:
    users.edit(people.ada, people.maya.id, name=f"{people.ben.name} the Elder")
    assert notes.write(people.ana, chat_id, f"@{people.ben.name} the elder").named == [
        people.maya.id
    ]
    assert notes.write(people.ana, chat_id, f"@{people.ben.name}s").named == []


def test_mentions_come_and_go_with_what_the_note_says(people: People, chat_id: int) -> None:
    note = notes.write(people.ana, chat_id, f"@{people.ben.name}")
    notes.edit(people.ana, note.id, f"@{people.maya.name}")
    assert (queries.unseen(people.ben.id), queries.unseen(people.maya.id)) == (0, 1)
    notes.take_back(people.ana, note.id)
    assert queries.unseen(people.maya.id) == 0
    assert queries.mentions_of(people.maya.id).mentions == []


def test_what_was_seen_stays_seen(people: People, chat_id: int) -> None:
    other = messages.send(people.marcus, None, Draft("Hi", "hi")).chat_id
    note = notes.write(people.ana, chat_id, f"@{people.ben.name}")
    notes.write(people.ana, other, f"@{people.ben.name} here, too")
    assert notes.see(people.ben, chat_id)
    assert not notes.see(people.ben, chat_id)
    assert queries.unseen(people.ben.id) == 1
    notes.edit(people.ana, note.id, f"@{people.ben.name}, please")
    assert queries.unseen(people.ben.id) == 1
    assert notes.see(people.ben)
    assert queries.unseen(people.ben.id) == 0
    assert [each.note.chat_id for each in queries.mentions_of(people.ben.id).mentions] == [
        other,
        chat_id,
    ]


def test_a_note_stands_where_it_was_written(people: People, chat_id: int) -> None:
    notes.write(people.ana, chat_id, "after one")
    two = messages.send(people.lena, chat_id, Draft("Two", "two"))
    receipts.mark_read(people.ana, chat_id, two.seq)
    notes.write(people.ana, chat_id, "after two")
    notes.write(people.ben, chat_id, "and again")
    three = messages.send(people.lena, chat_id, Draft("Three", "three"))
    last = notes.write(people.ben, chat_id, "after three")
    page = history.shown(chat_id)
    found = queries.beside(chat_id, page)
    placed = {seq: [note.text for note in some] for seq, some in found.before.items()}
    assert placed == {
        two.seq: ["after one"], three.seq: ["after two", "and again"], None: ["after three"],
    }  # fmt: skip
    assert found.version == last.version == 4


def test_each_page_of_history_has_the_notes_of_its_span_and_none_twice(
    people: People, chat_id: int
) -> None:
    notes.write(people.ana, chat_id, "note 0")
    for number in range(1, 9):
        said = messages.send(people.lena, chat_id, Draft(f"{number}", f"{number}"))
        if number % 2:
            receipts.mark_read(people.ana, chat_id, said.seq)
        notes.write(people.ana, chat_id, f"note {number}")
    seen: list[str] = []
    before = history.END
    while True:
        page = history.before(chat_id, before, 3)
        found = queries.beside(chat_id, page, before)
        in_order: list[str] = []
        for message in page.messages:
            in_order += [note.text for note in found.before.get(message.seq, [])]
            in_order.append(message.text)
        in_order += [note.text for note in found.before.get(None, [])]
        seen = in_order + seen
        if not page.has_more:
            break
        before = page.first_seq
    expected = ["Hello", "note 0"]
    for number in range(1, 9):
        expected += [f"{number}", f"note {number}"]
    assert seen == expected


def test_what_changed_after_a_version_comes_in_pages(people: People, chat_id: int) -> None:
    made = [notes.write(people.ana, chat_id, f"{number}") for number in range(5)]
    notes.edit(people.ana, made[1].id, "other")
    page = queries.changed(chat_id, 1, 2)
    assert ([note.text for note in page.notes], page.version, page.has_more) == (
        ["2", "3"],
        4,
        True,
    )
    rest = queries.changed(chat_id, page.version, 2)
    assert ([note.text for note in rest.notes], rest.version, rest.has_more) == (
        ["4", "other"], 6, False,
    )  # fmt: skip


def test_the_notes_of_a_customer_are_those_of_all_their_chats(people: People, chat_id: int) -> None:
    other = messages.send(people.marcus, None, Draft("Hi", "hi")).chat_id
    first = notes.write(people.ana, chat_id, "one")
    notes.write(people.ana, other, "another's")
    second = notes.write(people.ben, chat_id, "two")
    gone = notes.write(people.ben, chat_id, "gone")
    notes.take_back(people.ben, gone.id)
    page = queries.of_customer(people.lena.id)
    assert [note.id for note in page.notes] == [second.id, first.id]
    rest = queries.of_customer(people.lena.id, second.id, 1)
    assert ([note.id for note in rest.notes], rest.has_more) == ([first.id], False)


def test_notes_go_along_when_two_customers_are_one(people: People, chat_id: int) -> None:
    other = messages.send(people.marcus, None, Draft("Hi", "hi")).chat_id
    early = notes.write(people.ana, other, "early", "a")
    messages.send(people.marcus, other, Draft("Again", "again"))
    notes.write(people.ana, other, f"late @{people.ben.name}", "b")
    notes.write(people.ana, chat_id, "there", "b")
    with transaction() as tx:
        merges.merge(tx, people.marcus, people.lena)
    page = history.shown(chat_id)
    placed = queries.beside(chat_id, page)
    in_order = []
    for message in page.messages:
        in_order += [note.said(placed.names) for note in placed.before.get(message.seq, [])]
        in_order.append(message.text)
    in_order += [note.said(placed.names) for note in placed.before.get(None, [])]
    assert in_order == ["Hello", "there", "Hi", "early", "Again", f"late @{people.ben.name}"]
    assert queries.newest(other).notes == []
    assert sorted(note.version for note in queries.newest(chat_id).notes) == [1, 2, 3]
    assert queries.unseen(people.ben.id) == 1
    # What was written for the chat that is left behind comes late, into the other one, and once.
    assert notes.write_once(people.ana, other, "early", "a") == (
        queries.changed(chat_id, 1).notes[0],
        False,
    )
    assert notes.write(people.ana, other, "after all", "c").chat_id == chat_id
    notes.edit(people.ana, early.id, "early on")
    assert "early on" in said(chat_id)


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example/\ufdd03\ufdd1",
        "[\ufdd03\ufdd1](https://a.example/\ufdd03\ufdd1)",
        "**\ufdd03\ufdd1** and `\ufdd03\ufdd1`",
    ],
)
def test_a_name_is_text_wherever_it_stands(text: str) -> None:
    html = str(noted(NOTHING._replace(text=text), {3: '<i>"'}).html)
    assert "<i>" not in html
    for tag in re.findall("<[^>]*>", html):
        assert "mention" not in tag or tag == '<span class="mention">'
        assert tag.count('"') % 2 == 0


def test_without_scripts_a_form_writes_one_and_a_second_click_none(
    client: FlaskClient, people: People, chat_id: int
) -> None:
    with client.session_transaction() as session:
        session["_user_id"] = people.ana.get_id()
    path = f"/admin/messages/{chat_id}"
    assert f'formaction="{path}/notes"' in client.get(path).get_data(as_text=True)
    for _ in range(2):
        form = {"message": "Be kind", "form_id": "f"}
        assert client.post(f"{path}/notes", data=form).status_code == 303
    assert said(chat_id) == ["Be kind"]
    page = client.get(path).get_data(as_text=True)
    assert page.index("Hello</div>") < page.index("Be kind</div>")
    refused = client.post(f"{path}/notes", data={"message": "x" * 5001})
    assert refused.status_code == 413
    assert "x" * 5001 in refused.get_data(as_text=True)


def test_what_another_process_may_not_have_heard_is_told_again(
    people: People, chat_id: int
) -> None:
    seen = notes.write(people.ana, chat_id, f"@{people.ben.name} and @{people.maya.name}")
    since = seen.changed_at
    notes.see(people.ben, chat_id)
    other = notes.write(people.ana, chat_id, "plain")
    found = queries.changed_since(since)
    assert [(note.id, unseen) for note, _names, unseen in found] == [
        (seen.id, (people.maya.id,)),
        (other.id, ()),
    ]
    assert found[0][1] == {people.ben.id: people.ben.name, people.maya.id: people.maya.name}
    assert queries.changed_since(other.changed_at + 1) == []
