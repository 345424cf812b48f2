"""Files: announced, received in parts, sent with a message, given out to who may see them."""

import fcntl
import io
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app import clock
from app.auth.tokens import access_token
from app.errors import (
    FileHeldBack,
    FileNotFound,
    Invalid,
    TooLong,
    TooMuch,
    Unavailable,
    WrongOffset,
)
from app.events import Event, MessageChanged
from app.files import checking, links, parts
from app.files.names import SMALL
from app.models import database
from app.models.chats import ChatState
from app.models.files import ALT_LENGTH, NAME_LENGTH, FileStatus
from app.operations import access, assignments, edits, files, forwards, messages, redactions
from app.operations.messages import Draft
from app.operations.transaction import Transaction, transaction
from app.queries.chats import changed_since
from app.queries.files import by_id
from tests.files import PART, TUS, arrived, kept_at, looked_at, now, of_message, picture, stored
from tests.people import PASSWORD, People
from tests.sql import recorded
from tests.test_edits import everything


def test_a_file_comes_in_parts_and_goes_on_where_it_was(
    client: FlaskClient, people: People
) -> None:
    content = picture(300, 200)
    token = {"Authorization": f"Bearer {access_token(people.lena)}"}
    said = {"name": "screen.png", "size": len(content)}
    announced = client.post("/api/v1/files", json=said, headers=token)
    assert announced.status_code == 201
    at = announced.json["uploadUrl"]
    assert client.head(at, headers=TUS).headers["Upload-Offset"] == "0"
    half = len(content) // 2
    first = client.patch(at, data=content[:half], headers=PART | {"Upload-Offset": "0"})
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, str(half))
    again = client.patch(at, data=content[:half], headers=PART | {"Upload-Offset": "0"})
    assert again.status_code == 409
    told = client.head(at, headers=TUS)
    assert told.headers["Upload-Offset"] == str(half)
    assert told.headers["Upload-Length"] == str(len(content))
    rest = client.patch(at, data=content[half:], headers=PART | {"Upload-Offset": str(half)})
    assert rest.headers["Upload-Offset"] == str(len(content))
    file_id = announced.json["id"]
    assert by_id(file_id).status == FileStatus.CHECKING
    assert parts.path_of(file_id).read_bytes() == content
    # Nothing more of it is taken, and who asks again hears that all of it is here.
    late = client.patch(at, data=b"more", headers=PART | {"Upload-Offset": str(len(content))})
    assert late.status_code == 404
    assert client.head(at, headers=TUS).headers["Upload-Offset"] == str(len(content))


def test_more_than_was_announced_is_not_taken(client: FlaskClient, people: People) -> None:
    with client.application.app_context():
        file = files.announce(people.lena, "a.txt", 10)
        at = links.address(people.lena, file, links.UPLOAD)
    for offset, content in (("0", b"x" * 11), ("0", b"x" * 5000)):
        answer = client.patch(at, data=content, headers=PART | {"Upload-Offset": offset})
        assert answer.status_code == 413
    assert parts.length(file.id) == 0
    # Nor what does not say how much it is.
    source = io.BytesIO(b"x" * 5000)
    assert parts.append(file.id, 0, file.size, source.read) == 10
    assert parts.length(file.id) == 10


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Offset": "0"} | TUS, 415),
        ({"Upload-Offset": "-1"} | PART, 400),
        ({"Upload-Offset": "٣"} | PART, 400),
        (PART, 400),
        ({"Upload-Offset": "5"} | PART, 409),
        ({"Upload-Offset": "0", "Content-Type": PART["Content-Type"]}, 412),
    ],
)
def test_a_part_that_is_none_is_refused_in_words(
    client: FlaskClient, people: People, headers: dict[str, str], status: int
) -> None:
    at = links.address(people.lena, files.announce(people.lena, "a", 9), links.UPLOAD)
    answer = client.patch(at, data=b"abc", headers=headers)
    assert answer.status_code == status
    assert client.head(at).headers["Upload-Offset"] == "0"


def test_a_line_that_is_cut_leaves_what_came(people: People) -> None:
    file = files.announce(people.lena, "a.txt", 100)
    pieces = [b"a" * 30, b"b" * 20]

    def read(_most: int) -> bytes:
        if not pieces:
            raise ConnectionResetError
        return pieces.pop(0)

    assert parts.append(file.id, 0, 100, read) == 50
    assert parts.length(file.id) == 50
    assert parts.append(file.id, 50, 100, io.BytesIO(b"c" * 50).read) == 100


def test_a_full_disk_is_told_and_goes_on_once_there_is_room(people: People) -> None:
    file = files.announce(people.lena, "a.txt", 100)
    path = parts.path_of(file.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to("/dev/full")
    with pytest.raises(Unavailable):
        parts.append(file.id, 0, 100, io.BytesIO(b"a" * 100).read)
    path.unlink()
    assert parts.append(file.id, 0, 100, io.BytesIO(b"a" * 100).read) == 100


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/", "file"),
        ("..", "file"),
        ("", "file"),
        ("a\nSet-Cookie: x=1.png", "a Set-Cookie: x=1.png"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("a\0b.png", "ab.png"),
        ("a\u200bb\u2066.png", "ab.png"),
        ("صورة.png", "صورة.png"),
        ('"; rm.txt', '"; rm.txt'),
        ("x" * 300 + ".jpeg", "x" * 195 + ".jpeg"),
        ("con:stream", "con:stream"),
    ],
)
def test_a_name_is_never_a_place_and_turns_no_text(
    client: FlaskClient, people: People, said: str, kept: str
) -> None:
    file = looked_at(people.lena, b"words", said)
    assert file.name == kept
    with client.get(links.address(people.lena, file, links.WHOLE)) as given:
        assert given.status_code == 200
        assert "Set-Cookie" not in given.headers
    assert {path.parent.parent for path in (parts.folder() / "files").glob("*/*")} == {
        parts.folder() / "files"
    }


def test_a_message_takes_files_along_and_tells_what_becomes_of_them(
    people: People, announced: list[Event]
) -> None:
    one, other = arrived(people.lena, picture()), looked_at(people.lena, b"words", "notes.txt")
    message = messages.send(people.lena, None, Draft("", "a", files=[one.id, other.id]))
    assert [each["status"] for each in of_message(message)] == ["checking", "ready"]
    assert (message.message_type, message.text) == ("file", "")
    assert next(changed_since(0)).last_text == "screen.png, notes.txt"
    announced.clear()
    checking.check(one.id)
    (changed,) = [event for event in announced if isinstance(event, MessageChanged)]
    assert changed.message.version == message.version + 1
    assert [each["id"] for each in of_message(changed.message)] == [one.id, other.id]
    assert of_message(changed.message)[0]["width"] == 60
    assert changed.chat.last_text == "screen.png, notes.txt"
    # A second time there is nothing left to tell.
    announced.clear()
    checking.check(one.id)
    assert not announced


@pytest.mark.parametrize("is_sent_first", [True, False])
@pytest.mark.parametrize(
    ("content", "name", "said", "at_first", "found"),
    [
        (b"some words", "photo.png", "text", "image", "file"),
        (picture(), "scan", "text", "file", "image"),
        (b"some words", "notes.txt", "image", "image", "file"),
        (picture(), "screen.png", "file", "file", "image"),
        (b"some words", "notes.txt", "location", "location", "location"),
    ],
)
def test_a_message_is_of_the_type_that_its_files_were_found_to_be(
    people: People,
    announced: list[Event],
    content: bytes,
    name: str,
    said: str,
    at_first: str,
    found: str,
    is_sent_first: bool,
) -> None:
    file = arrived(people.lena, content, name)
    if not is_sent_first:
        checking.check(file.id)
    message = messages.send(people.lena, None, Draft("", "a", said, files=[file.id]))
    assert message.message_type == (at_first if is_sent_first else found)
    announced.clear()
    checking.check(file.id)
    changed = [event for event in announced if isinstance(event, MessageChanged)]
    told = [(each.message.version, each.message.message_type) for each in changed]
    assert told == [(message.version + 1, found)] * is_sent_first
    assert messages.send(people.lena, None, Draft("", "a", files=[file.id])).message_type == found


def test_what_all_files_are_is_known_once_all_have_been_looked_at(
    people: People, announced: list[Event]
) -> None:
    wanted = [arrived(people.lena, picture(width), "scan") for width in (60, 61)]
    draft = Draft("", "a", "image", files=[each.id for each in wanted])
    assert messages.send(people.lena, None, draft).message_type == "image"
    announced.clear()
    for each in wanted:
        checking.check(each.id)
    changed = [event.message for event in announced if isinstance(event, MessageChanged)]
    assert [each.message_type for each in changed] == ["image", "image"]


def test_what_is_refused_was_found_to_be_nothing(people: People) -> None:
    file = arrived(people.lena, picture()[:-400], "scan")
    draft = Draft("", "a", "image", files=[file.id])
    messages.send(people.lena, None, draft)
    checking.check(file.id)
    assert now(file).status == FileStatus.REFUSED
    assert messages.send(people.lena, None, draft).message_type == "image"


def test_a_repeat_is_the_first_message_and_takes_nothing_more(people: People) -> None:
    file = looked_at(people.lena, picture())
    draft = Draft("Look", "a", files=[file.id])
    first = messages.send(people.lena, None, draft)
    assert messages.send(people.lena, first.chat_id, draft) == first
    with pytest.raises(Invalid):
        messages.send(people.lena, first.chat_id, Draft("Look", "b", files=[file.id]))
    assert first.message_type == "image"


def test_what_cannot_be_sent_is_refused_and_nothing_is_stored(people: People) -> None:
    theirs = looked_at(people.marcus, picture())
    half = files.announce(people.lena, "a", 100)
    refused = looked_at(people.lena, b"GIF89a broken")
    many = [looked_at(people.lena, b"x").id for _ in range(6)]
    mine = many[0]
    for ids in (
        [theirs.id],
        [half.id],
        [refused.id],
        many,
        [mine, mine],
        [10**9],
        [mine, theirs.id],
    ):
        with pytest.raises(Invalid) as error:
            messages.send(people.lena, None, Draft("Look", "a", files=ids))
        assert list(error.value.fields or {}) == ["attachments"]
    assert not list(changed_since(0))
    with pytest.raises(Invalid):
        messages.send(people.lena, None, Draft(" ", "a"))
    assert messages.send(people.lena, None, Draft("", "a", files=[mine])).attached


def test_a_file_is_seen_by_who_sees_its_message(app: Flask, people: People) -> None:
    file = looked_at(people.lena, picture())
    for stranger in (people.ana, people.marcus, people.petra):
        with pytest.raises(FileNotFound):
            files.seen(stranger, file.id)
    messages.send(people.lena, None, Draft("Look", "a", files=[file.id]))
    assert files.seen(people.ana, file.id).id == file.id
    assert files.seen(people.lena, file.id).id == file.id
    for stranger in (people.marcus, people.petra):
        with pytest.raises(FileNotFound):
            files.seen(stranger, file.id)


def test_an_address_is_for_one_reader_and_a_while(
    client: FlaskClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.operations import users

    file = looked_at(people.lena, picture())
    messages.send(people.lena, None, Draft("Look", "a", files=[file.id]))
    at = links.address(people.ana, file, links.WHOLE)
    assert at == links.address(people.ana, file, links.WHOLE)  # a browser may keep it
    assert at != links.address(people.lena, file, links.WHOLE)
    with client.get(at) as given:
        assert (given.status_code, given.mimetype) == (200, "image/png")
    with client.get(at, headers={"Range": "bytes=0-9"}) as given:
        assert (given.status_code, len(given.data)) == (206, 10)
    with client.get(links.address(people.ana, file, links.SMALL)) as given:
        assert given.mimetype == "image/webp"
    # To be let in by it is all that it does.
    assert client.patch(at, data=b"x", headers=PART | {"Upload-Offset": "0"}).status_code == 404
    assert client.delete(at, headers=TUS).status_code == 404
    other = "A" if at[-9] != "A" else "B"  # within the signature
    assert client.get(f"{at[:-9]}{other}{at[-8:]}").status_code == 404
    by_marcus = links.address(people.marcus, file, links.WHOLE)
    assert client.get(by_marcus).status_code == 404
    moment = time.time()
    monkeypatch.setattr(time, "time", lambda: moment + 1201)
    assert client.get(at).status_code == 404
    monkeypatch.undo()
    users.set_password(people.ana.email, "another long password")
    assert client.get(at).status_code == 401


def test_a_message_that_is_taken_back_takes_its_files_along(people: People) -> None:
    file = looked_at(people.lena, picture())
    message = messages.send(people.lena, None, Draft("", "a", files=[file.id]))
    assert file.content is not None
    assert stored() == {file.content, file.content + SMALL}
    after = edits.take_back(people.lena, message.id)
    assert after.attached == []
    assert next(changed_since(0)).last_text == ""
    assert by_id(file.id) is None
    checking.remove([file.id], [file.content])
    assert not stored()


def test_what_is_forwarded_has_files_of_its_own(people: People) -> None:
    file = looked_at(people.lena, picture(), alt="A chair")
    message = messages.send(people.lena, None, Draft("", "a", files=[file.id]))
    other = messages.send(people.marcus, None, Draft("Hello", "b")).chat_id
    copy = forwards.forward(people.ana, message.id, other, "f")
    assert forwards.forward(people.ana, message.id, other, "f") == copy
    (attached,) = of_message(copy)
    assert attached["id"] != file.id
    assert attached | {"id": file.id} == of_message(message)[0]
    assert files.seen(people.marcus, attached["id"]).content == file.content
    with pytest.raises(FileNotFound):
        files.seen(people.marcus, file.id)
    with pytest.raises(FileNotFound):
        files.seen(people.lena, attached["id"])
    # What it holds stays for as long as one of both is there.
    assert file.content is not None
    edits.take_back(people.lena, message.id)
    checking.remove([file.id], [file.content])
    assert stored() == {file.content, file.content + SMALL}
    edits.take_back(people.ana, copy.id)
    checking.remove([attached["id"]], [file.content])
    assert not stored()


def test_what_is_not_shown_is_not_forwarded(people: People) -> None:
    file = arrived(people.lena, picture())
    message = messages.send(people.lena, None, Draft("", "a", files=[file.id]))
    other = messages.send(people.marcus, None, Draft("Hello", "b")).chat_id
    with pytest.raises(FileHeldBack):
        forwards.forward(people.ana, message.id, other, "f")
    checking.check(file.id)
    assert forwards.forward(people.ana, message.id, other, "f").attached


def test_hidden_words_are_hidden_in_the_names_of_files_too(people: People) -> None:
    file = arrived(people.lena, picture(), "card 4111.png", "My card 4111")
    message = messages.send(people.lena, None, Draft("Pay by 4111", "a", files=[file.id]))
    redactions.redact(people.ada, message.id, "4111")
    checking.check(file.id)
    assert (now(file).name, now(file).alt) == ("card •••.png", "My card •••")
    assert "4111" not in everything()
    bare = looked_at(people.lena, picture(), "card 4111.png")
    message = messages.send(people.lena, None, Draft("", "b", files=[bare.id]))
    redactions.redact(people.ada, message.id, "4111")
    assert next(changed_since(0)).last_text == "card •••.png"


def test_an_edit_keeps_the_files(people: People) -> None:
    file = looked_at(people.lena, picture())
    message = messages.send(people.lena, None, Draft("Lok", "a", files=[file.id]))
    assert edits.edit(people.lena, message.id, "Look").attached == message.attached


def test_limits_are_told_before_anything_is_sent(app: Flask, people: People) -> None:
    app.config.update(FILE_BYTES=1000, FILE_BYTES_A_DAY=2500)
    with pytest.raises(TooLong, match="too_long"):
        files.announce(people.lena, "a", 8_000_000_000)
    with pytest.raises(Invalid):
        files.announce(people.lena, "a", 0)
    files.announce(people.lena, "a", 1000)
    files.announce(people.lena, "a", 1000)
    with pytest.raises(TooMuch):
        files.announce(people.lena, "a", 501)
    files.announce(people.lena, "a", 500)
    files.announce(people.marcus, "a", 1000)


def test_what_nobody_sends_is_forgotten_after_a_day(
    people: People, later: Callable[[int], None]
) -> None:
    kept = looked_at(people.lena, picture())
    messages.send(people.lena, None, Draft("", "a", files=[kept.id]))
    left, half = looked_at(people.lena, b"words"), files.announce(people.lena, "a", 9)
    parts.append(half.id, 0, 9, io.BytesIO(b"abc").read)
    later(24 * 3600 * 1000 - 1)
    checking.forget()
    assert by_id(left.id) is not None
    later(2)
    checking.forget()
    assert (by_id(left.id), by_id(half.id)) == (None, None)
    assert now(kept).status == FileStatus.READY


def test_what_lies_in_the_store_without_a_row_goes_after_a_day(people: People) -> None:
    kept = looked_at(people.lena, picture())
    orphan = kept_at("a" * 64 + "-999")
    orphan.parent.mkdir(parents=True, exist_ok=True)
    for name in (orphan.name, orphan.name + SMALL):
        orphan.with_name(name).write_bytes(b"left")
    checking.forget()
    assert len(stored()) == 4
    for path in (parts.folder() / "files").glob("??/*"):
        os.utime(path, (1, 1))
    checking.forget()
    assert stored() == {str(kept.content), str(kept.content) + SMALL}


def test_what_is_announced_and_never_sent_costs_rows_for_a_day(
    app: Flask, people: People, later: Callable[[int], None]
) -> None:
    gigabyte = 1_000_000_000
    app.config.update(FILE_BYTES=gigabyte, FILE_BYTES_A_DAY=2 * gigabyte)
    for who in (people.lena, people.marcus, people.ana, people.ben):
        made = [files.announce(who, "film.mp4", gigabyte) for _ in range(2)]
        with pytest.raises(TooMuch):
            files.announce(who, "film.mp4", 1)
    assert not parts.folder().exists()  # eight gigabytes, of which the disk knows nothing
    later(files.DAY_MS - 1)
    with pytest.raises(TooMuch):
        files.announce(people.ben, "film.mp4", 1)
    later(2)
    checking.forget()
    assert by_id(made[0].id) is None
    assert database.scalar(text("SELECT count(*) FROM files")) == 0
    assert files.announce(people.ben, "film.mp4", gigabyte).is_arriving


def test_a_part_may_be_larger_than_what_else_is_asked(client: FlaskClient, people: People) -> None:
    size = 3_000_000
    at = links.address(people.lena, files.announce(people.lena, "a", size), links.UPLOAD)
    answer = client.patch(at, data=bytes(size), headers=PART | {"Upload-Offset": "0"})
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(size))


def test_the_next_file_has_nothing_of_one_that_was_given_up(people: People) -> None:
    file = files.announce(people.lena, "a", 9)
    parts.append(file.id, 0, 9, io.BytesIO(b"secret").read)
    files.give_up(people.lena, file.id)
    # Nobody has removed yet what came of it.
    after = files.announce(people.marcus, "b", 9)
    assert after.id != file.id
    assert parts.length(after.id) == 0


def test_who_gives_a_file_up_has_nothing_left_of_it(client: FlaskClient, people: People) -> None:
    file = files.announce(people.lena, "a", 9)
    parts.append(file.id, 0, 9, io.BytesIO(b"abc").read)
    at = links.address(people.lena, file, links.UPLOAD)
    assert client.delete(at, headers=TUS).status_code == 204
    assert by_id(file.id) is None
    assert client.head(at, headers=TUS).status_code == 404


def test_a_text_asks_nothing_about_files(people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hi", "a")).chat_id
    assignments.claim(people.ana, chat_id)
    with recorded() as run:
        messages.send(people.lena, chat_id, Draft("Hello", "b"))
    assert not [statement for statement in run if "files" in statement]


@pytest.mark.parametrize(
    "said",
    [
        {"status": "ready"},
        {"id": 1, "status": "ready", "name": "a", "size": 1},
        {"id": 1, "status": "ready", "name": "a", "size": 1, "contentType": 5, "width": "<b>"},
        {"id": "1", "status": "ready", "name": "a", "size": "x", "contentType": "image/png"},
        {"id": 1, "status": "ready", "name": "a", "size": 1, "contentType": "a/b", "height": "'"},
        {"id": -1, "status": "ready", "name": "a", "size": 1, "contentType": "image/png"},
        {"id": True, "status": "checking", "name": ["a"], "size": None},
        {"url": "javascript:alert(1)"},
        {},
    ],
)
def test_what_only_says_that_it_is_a_file_is_shown_by_its_name(
    client: FlaskClient, people: People, said: dict[str, Any]
) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hi", "a", attachments=[said])).chat_id
    client.post("/login", data={"email": people.ana.email, "password": PASSWORD})
    page = client.get(f"/admin/messages/{chat_id}")
    assert page.status_code == 200
    assert "file file-card" in page.text
    assert "data-file=" not in page.text
    assert "javascript:alert(1)" in page.text or "url" not in said


def test_an_older_client_attaches_a_file_by_its_id(people: People) -> None:
    from app.protocols.p004.mapping import Send

    file = looked_at(people.lena, picture())
    sent = Send(client_id="a", content="Look", attachments=[{"id": file.id}, {"url": "x"}])
    message = messages.send(people.lena, None, sent.draft())
    assert message.attached == [{"url": "x"}, file._replace(message_id=message.id).attached]
    assert message.message_type == "image"


def test_a_part_is_compared_with_what_is_here_once_nobody_else_writes(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one before is done between opening the file and having it alone."""
    file = files.announce(people.lena, "a.txt", 100)
    path, lock = parts.path_of(file.id), fcntl.flock

    def slow(opened: Any, how: int) -> None:
        path.write_bytes(b"a" * 10)
        lock(opened, how)

    monkeypatch.setattr(parts.fcntl, "flock", slow)
    with pytest.raises(WrongOffset):
        parts.append(file.id, 0, 100, io.BytesIO(b"a" * 10).read)
    assert parts.length(file.id) == 10


def test_no_part_takes_the_last_of_the_disk(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = files.announce(people.lena, "a.txt", 100)
    usage = parts.disk_usage(parts.folder().parent)
    monkeypatch.setattr(parts, "disk_usage", lambda _: usage._replace(free=parts.SPARE - 1))
    with pytest.raises(Unavailable):
        parts.append(file.id, 0, 100, io.BytesIO(b"a" * 100).read)
    assert parts.length(file.id) == 0


@pytest.mark.parametrize("words", ["ready", "image", "name", "status", "png"])
def test_hidden_words_leave_a_file_a_file(people: People, words: str) -> None:
    file = looked_at(people.lena, picture(), f"{words}.png", f"a {words}")
    draft = Draft(words, "a", attachments=[{"note": words}], files=[file.id])
    message = messages.send(people.lena, None, draft)
    after = redactions.redact(people.ada, message.id, words)
    assert after.attached == [{"note": "•••"}, now(file).attached]
    assert now(file).is_ready
    assert words not in now(file).name + now(file).alt


def test_what_is_hidden_has_room_where_it_stood(people: People) -> None:
    file = looked_at(people.lena, picture(), "1" * 195 + ".jpg", "1" * 500)
    message = messages.send(people.lena, None, Draft("", "a", files=[file.id]))
    redactions.redact(people.ada, message.id, "1")
    assert (len(now(file).name), len(now(file).alt)) == (NAME_LENGTH, ALT_LENGTH)


def test_who_sends_what_is_not_taken_is_told_which_file_it_is(people: People) -> None:
    good = looked_at(people.lena, b"words", "notes.txt")
    torn = looked_at(people.lena, b"\x89PNG\r\n\x1a\n" + bytes(99), "torn.png")
    late = files.announce(people.lena, "late.txt", 9)
    for bad, called in ((torn, "torn.png"), (late, "late.txt")):
        with pytest.raises(Invalid) as refused:
            messages.send(people.lena, None, Draft("Look", "a", files=[good.id, bad.id]))
        told = refused.value.as_dict()
        assert called in told["message"]
        assert told["fields"] == {"attachments": told["message"]}


def test_what_somebody_sends_just_then_is_not_forgotten(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on_postgres.config["UPLOADS"] = str(tmp_path)
    lena = People().lena
    message = messages.send(lena, None, Draft("Look", "a"))
    file = looked_at(lena, b"words")
    moment = clock.now() + 25 * 3600 * 1000
    monkeypatch.setattr(clock, "now", lambda: moment)

    def forget() -> None:
        with on_postgres.app_context():
            files.forget_unsent()

    with transaction() as tx:
        files.to_send(tx, lena, [file.id])
        thread = threading.Thread(target=forget)
        thread.start()
        thread.join(10)
        assert not thread.is_alive()  # it waits for nobody who sends
        files.sent(tx, message, [file.id])
    files.forget_unsent()
    assert now(file).message_id == message.id


def test_a_message_that_moves_meanwhile_is_told_where_it_is(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two chats become one between the look at the message and the lock of its chat."""
    file = arrived(people.lena, picture())
    message = messages.send(people.lena, None, Draft("", "a", files=[file.id]))
    into = messages.send(people.marcus, None, Draft("Hello", "b")).chat_id
    locked, seen = access.locked, []

    def moving(found: Any, tx: Transaction) -> ChatState:
        chat = locked(found, tx)
        seen.append(chat.id)
        if len(seen) == 1:
            tx.run(text(f"UPDATE messages SET chat_id = {into}, seq = 1000"), {})
        return chat

    monkeypatch.setattr(access, "locked", moving)
    with transaction() as tx:
        tx.run(text("DELETE FROM messages WHERE text = 'Hello'"), {})
        found, chat = files.locked_message(tx, message.id)
    assert (found.chat_id, chat.id) == (into, into)
    assert seen == [message.chat_id, into]
