"""Files of canned answers: kept with them, given to who uses one, and gone when nobody has them."""

from pathlib import Path

import pytest
from flask import Flask

from app import clock
from app.auth.tokens import access_token
from app.errors import FileNotFound, Invalid
from app.files import checking
from app.models import database
from app.models.canned_answers import CannedAnswerState
from app.models.files import SELECT_FILES, FileState, FileStatus
from app.models.users import Actor
from app.operations import canned_answers, files, messages
from app.operations.messages import Draft
from app.queries import canned_answers as queries
from tests.files import arrived, kept_at, looked_at, now, picture
from tests.people import People
from tests.test_erasures import work


def with_file(staff: Actor, *, is_shared: bool = True) -> tuple[CannedAnswerState, FileState]:
    file = looked_at(staff, picture(), "prices.png", "A list of prices")
    answer = canned_answers.create(staff, is_shared, [file.id], name="Prices", text="See here")
    return answer, now(file)


def files_of(answer: CannedAnswerState) -> list[FileState]:
    return queries.files_of([answer]).get(answer.id, [])


def every() -> list[FileState]:
    return [FileState._make(row) for row in database.rows(SELECT_FILES)]


def path_of(file: FileState) -> Path:
    assert file.content is not None
    return kept_at(file.content)


def test_who_uses_one_has_its_files_to_send(people: People) -> None:
    answer, kept = with_file(people.maya)
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    used = canned_answers.use(people.ana, chat_id, answer.id)
    (own,) = used.files
    assert used.left_out == []
    assert own.id != kept.id
    assert (own.name, own.alt, own.content) == (kept.name, kept.alt, kept.content)
    with pytest.raises(FileNotFound):
        files.seen(people.lena, own.id)
    sent = messages.send(people.ana, chat_id, Draft("See here", files=[own.id]))
    assert [each["id"] for each in sent.attached] == [own.id]
    assert files.seen(people.lena, own.id).message_id == sent.id
    with pytest.raises(FileNotFound):
        files.seen(people.marcus, own.id)
    assert files_of(answer) == [kept]


def test_it_stays_in_what_was_sent_when_the_answer_goes(app: Flask, people: People) -> None:
    answer, kept = with_file(people.maya)
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    (own,) = canned_answers.use(people.ana, chat_id, answer.id).files
    messages.send(people.ana, chat_id, Draft("", files=[own.id]))
    canned_answers.remove(people.maya, answer.id)
    work(app)
    assert [each.id for each in every()] == [own.id]
    assert path_of(kept).is_file()


def test_without_another_one_that_names_it_what_it_held_goes(app: Flask, people: People) -> None:
    answer, kept = with_file(people.maya)
    another = looked_at(people.maya, picture(70), "new.png")
    canned_answers.edit(people.maya, answer.id, files_of_it=[another.id])
    work(app)
    assert files_of(answer) == [now(another)]
    assert not path_of(kept).exists()
    canned_answers.edit(people.maya, answer.id, text="Other words")
    assert files_of(answer) == [now(another)]
    canned_answers.edit(people.maya, answer.id, files_of_it=[])
    work(app)
    assert every() == []
    assert not path_of(another).exists()


def test_after_a_day_what_was_used_and_not_sent_goes_and_the_answers_own_stays(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, kept = with_file(people.maya)
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    canned_answers.use(people.ana, chat_id, answer.id)
    assert len(every()) == 2
    later = clock.now() + files.DAY_MS + 1
    monkeypatch.setattr(clock, "now", lambda: later)
    checking.forget()
    work(app)
    assert every() == [kept]
    assert path_of(kept).is_file()


def test_who_has_the_answer_at_hand_sees_its_files_and_nobody_else(people: People) -> None:
    _, shared = with_file(people.maya)
    _, own = with_file(people.ana, is_shared=False)
    for who in (people.maya, people.ana, people.ben):
        assert files.seen(who, shared.id) == shared
    assert files.seen(people.ana, own.id) == own
    for who in (people.lena, people.petra):
        with pytest.raises(FileNotFound):
            files.seen(who, shared.id)
    for who in (people.ben, people.maya, people.lena):
        with pytest.raises(FileNotFound):
            files.seen(who, own.id)


def test_they_are_ones_own_here_and_so_many(app: Flask, people: People) -> None:
    app.config["FILES_A_MESSAGE"] = 2
    theirs = looked_at(people.ben, picture())
    mine = [looked_at(people.ana, picture(60 + each)).id for each in range(3)]
    partly = files.announce(people.ana, "a.png", 10)
    refused = looked_at(people.ana, b"\x89PNG\r\n\x1a\n broken")
    assert refused.status == FileStatus.REFUSED
    for ids in ([theirs.id], mine, [mine[0], mine[0]], [partly.id], [refused.id], [9_999]):
        with pytest.raises(Invalid):
            canned_answers.create(people.ana, False, ids, name="A", text="B")
    assert queries.found(people.ana, "", 5) == []
    answer = canned_answers.create(people.ana, False, mine[:2], name="A", text="B")
    # What an answer has is not sent, given up, described or kept with another one.
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    with pytest.raises(Invalid):
        messages.send(people.ana, chat_id, Draft("", files=[mine[0]]))
    with pytest.raises(Invalid):
        canned_answers.create(people.ana, False, [mine[0]], name="C", text="D")
    with pytest.raises(FileNotFound):
        files.give_up(people.ana, mine[0])
    with pytest.raises(FileNotFound):
        files.describe(people.ana, mine[0], "Another one")
    assert [each.id for each in files_of(answer)] == mine[:2]


def test_what_is_not_shown_yet_does_not_go_along(people: People) -> None:
    waits = arrived(people.ana, picture(), "waits.png")
    answer = canned_answers.create(people.ana, False, [waits.id], name="A", text="B")
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    used = canned_answers.use(people.ana, chat_id, answer.id)
    assert (used.files, [each.name for each in used.left_out]) == ([], ["waits.png"])
    checking.check(waits.id)
    used = canned_answers.use(people.ana, chat_id, answer.id)
    assert ([each.name for each in used.files], used.left_out) == (["waits.png"], [])


def test_a_file_of_csv_leaves_files_where_they_are(people: People) -> None:
    answer, kept = with_file(people.ana, is_shared=False)
    canned_answers.bring_in(people.ana, False, "name,folder,text\nPrices,,Other words")
    assert files_of(answer) == [kept]
    assert "prices.png" not in queries.as_csv(queries.all_at_hand(people.ana))


def test_a_form_that_is_refused_loses_no_file(app: Flask, people: People) -> None:
    answer, kept = with_file(people.maya)
    new = looked_at(people.maya, picture(70), "new.png")
    client, at = app.test_client(), f"/admin/canned-answers/{answer.id}"
    with client.session_transaction() as session:
        session["_user_id"] = people.maya.get_id()
    said = {"name": "", "text": "a", "files_shown": str(kept.id), "files": [new.id]}
    told = client.post(at, data=said)
    assert told.status_code == 422
    page = told.get_data(as_text=True)
    assert f'value="{new.id}" checked' in page
    assert f'value="{kept.id}">' in page
    assert files_of(answer) == [kept]
    assert client.post(at, data=said | {"name": "Prices", "is_shared": "y"}).status_code == 303
    assert [each.id for each in files_of(answer)] == [new.id]


def test_by_rest(app: Flask, people: People) -> None:
    headers = {"Authorization": f"Bearer {access_token(people.ana)}"}
    client = app.test_client()
    file = looked_at(people.ana, picture(), "a.png")
    said = {"name": "A", "text": "B", "attachments": [file.id]}
    made = client.post("/api/v1/canned-answers", json=said, headers=headers)
    assert made.status_code == 201, made.json
    assert [each["id"] for each in made.json["attachments"]] == [file.id]
    found = client.get("/api/v1/canned-answers", headers=headers).json["answers"]
    assert found == [made.json]
    at = f"/api/v1/canned-answers/{made.json['id']}"
    assert client.patch(at, json={"text": "C"}, headers=headers).json["attachments"]
    assert client.patch(at, json={"attachments": []}, headers=headers).json["attachments"] == []
