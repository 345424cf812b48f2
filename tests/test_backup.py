"""`flask backup` while the database is written, and `flask restore`."""

import sqlite3
import tarfile
import threading
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app import create_app
from app.cli import backup as backups
from app.extensions import db
from app.files import checking, parts
from app.models import database as reading
from app.models import messages as table
from app.operations import messages
from app.operations.messages import Draft
from app.queries import counts
from app.queries.files import by_id
from tests import wide
from tests.conftest import settings_for
from tests.files import arrived, looked_at, now, picture
from tests.people import People

pytestmark = wide.of_sqlite


@pytest.fixture
def shell(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def texts() -> list[str]:
    return [row.text for row in reading.rows(table.SELECT_MESSAGES) if row.sender_id]


def test_a_backup_made_while_messages_come_in_holds_what_was_acknowledged_before(
    app: Flask, people: People, shell: FlaskCliRunner, tmp_path: Path
) -> None:
    app.config["RATE_LIMITS"] = False
    acknowledged: list[str] = []
    enough, over = threading.Event(), threading.Event()

    def write() -> None:
        with app.app_context():
            number = 0
            while not over.is_set():
                messages.send(people.lena, None, Draft(f"message {number}", f"id {number}"))
                acknowledged.append(f"message {number}")
                number += 1
                if number == 50:
                    enough.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert enough.wait(20)
        before = list(acknowledged)
        done = shell.invoke(args=["backup", str(tmp_path / "copy.db")])
    finally:
        over.set()
        writer.join()
    assert done.exit_code == 0, done.output
    other = create_app(settings_for(tmp_path / "copy.db"))
    with other.app_context():
        kept = texts()
        assert kept[: len(before)] == before
        assert kept == acknowledged[: len(kept)]
        assert counts.wrong() == {}
        db.engine.dispose()


def test_a_restore_brings_back_what_the_backup_holds_and_keeps_what_was_there(
    app: Flask, people: People, shell: FlaskCliRunner, tmp_path: Path, database: Path
) -> None:
    messages.send(people.lena, None, Draft("kept", "a"))
    assert shell.invoke(args=["backup", str(tmp_path / "copy.db")]).exit_code == 0
    messages.send(people.lena, None, Draft("later", "b"))
    app.extensions["begin"].connection.close()  # as a server that was stopped
    done = shell.invoke(args=["restore", str(tmp_path / "copy.db")])
    assert done.exit_code == 0, done.output
    assert texts() == ["kept"]
    messages.send(people.lena, None, Draft("afterwards", "c"))
    db.engine.dispose()
    (kept,) = database.parent.glob("deskbell.db.before-restore-*")
    with sqlite3.connect(kept) as before:
        assert before.execute("SELECT count(*) FROM messages").fetchone() == (2,)
    db.engine.dispose()
    app.extensions["begin"].connection.close()
    assert shell.invoke(args=["restore", str(tmp_path / "copy.db")]).exit_code == 0
    assert len(list(database.parent.glob("deskbell.db.before-restore-*"))) == 2


def test_who_was_erased_since_a_backup_is_named_as_it_brings_them_back(
    app: Flask, people: People, shell: FlaskCliRunner, tmp_path: Path
) -> None:
    messages.send(people.lena, None, Draft("Mine", "a"))
    copy = str(tmp_path / "copy.db")
    backup = shell.invoke(args=["backup", copy])
    assert "Whoever is erased from now on is still in it" in backup.output
    erase = ["customers", "erase", str(people.lena.id), "--name", people.lena.name]
    assert shell.invoke(args=erase).exit_code == 0
    assert texts() == []
    app.extensions["begin"].connection.close()
    restored = shell.invoke(args=["restore", copy])
    assert texts() == ["Mine"]
    assert f"are there again: {people.lena.id}\n" in restored.output
    assert shell.invoke(args=erase).exit_code == 0
    assert texts() == []
    app.extensions["begin"].connection.close()
    assert shell.invoke(args=["backup", str(tmp_path / "after.db")]).exit_code == 0
    app.extensions["begin"].connection.close()
    again = shell.invoke(args=["restore", str(tmp_path / "after.db")])
    assert again.exit_code == 0, again.output
    assert "are there again" not in again.output


@pytest.mark.parametrize(
    "name", ["what?.db", "chat#1.db", "100%25.db", "a b&mode=rwc.db", "\udcff.db"]
)
def test_a_backup_may_have_any_name(
    app: Flask, people: People, shell: FlaskCliRunner, tmp_path: Path, name: str
) -> None:
    messages.send(people.lena, None, Draft("kept", "a"))
    done = shell.invoke(args=["backup", str(tmp_path / name)])
    assert done.exit_code == 0, done.output
    app.extensions["begin"].connection.close()  # as a server that was stopped
    done = shell.invoke(args=["restore", str(tmp_path / name)])
    assert done.exit_code == 0, done.output
    assert texts() == ["kept"]


def test_a_restore_is_refused_while_somebody_has_the_database_open(
    app: Flask, people: People, shell: FlaskCliRunner, tmp_path: Path, database: Path
) -> None:
    messages.send(people.lena, None, Draft("kept", "a"))
    assert shell.invoke(args=["backup", str(tmp_path / "copy.db")]).exit_code == 0
    with sqlite3.connect(database) as server:
        assert server.execute("SELECT count(*) FROM messages").fetchone() == (1,)
        done = shell.invoke(args=["restore", str(tmp_path / "copy.db")])
    assert done.exit_code == 1
    assert "stop the server first" in done.output
    assert texts() == ["kept"]


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100])
def test_what_is_no_backup_is_refused_and_nothing_is_touched(
    app: Flask, people: People, shell: FlaskCliRunner, tmp_path: Path, content: bytes
) -> None:
    messages.send(people.lena, None, Draft("kept", "a"))
    (tmp_path / "wrong.db").write_bytes(content)
    done = shell.invoke(args=["restore", str(tmp_path / "wrong.db")])
    assert done.exit_code == 1
    assert "no database of Deskbell" in done.output
    assert texts() == ["kept"]


def test_a_backup_overwrites_nothing_and_leaves_nothing_half_done(
    app: Flask, shell: FlaskCliRunner, tmp_path: Path
) -> None:
    (tmp_path / "there.db").write_text("mine")
    assert "is there already" in shell.invoke(args=["backup", str(tmp_path / "there.db")]).output
    assert (tmp_path / "there.db").read_text() == "mine"
    assert shell.invoke(args=["backup", str(tmp_path / "no" / "folder.db")]).exit_code == 1
    assert not list(tmp_path.glob(".*"))


def test_files_go_along_and_come_back(
    app: Flask, people: People, shell: FlaskCliRunner, tmp_path: Path
) -> None:
    seen, waiting = looked_at(people.lena, picture()), arrived(people.lena, b"not looked at")
    for file in (seen, waiting):
        messages.send(people.lena, None, Draft("", str(file.id), files=[file.id]))
    copy, packed = tmp_path / "copy.db", tmp_path / "copy.db.files.tar"
    done = shell.invoke(args=["backup", str(copy)])
    assert (done.exit_code, packed.exists()) == (0, True), done.output
    before = contents()
    later = looked_at(people.lena, b"later")
    checking.check(waiting.id)
    app.extensions["begin"].connection.close()  # as a server that was stopped
    done = shell.invoke(args=["restore", str(copy)])
    assert done.exit_code == 0, done.output
    assert contents() == before
    assert now(seen).is_ready
    assert by_id(later.id) is None
    checking.check(waiting.id)
    assert now(waiting).is_ready
    assert list(parts.folder().glob("files.before-restore-*"))  # what came later is kept beside


def test_what_is_looked_at_while_it_is_copied_goes_along(
    app: Flask,
    people: People,
    shell: FlaskCliRunner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = [arrived(people.lena, content) for content in (b"words", picture())]
    for file in waiting:
        messages.send(people.lena, None, Draft("", str(file.id), files=[file.id]))
    copied = backups.check

    def meanwhile(file: Path) -> None:
        copied(file)
        for each in waiting:
            checking.check(each.id)

    monkeypatch.setattr(backups, "check", meanwhile)
    done = shell.invoke(args=["backup", str(tmp_path / "copy.db")])
    assert done.exit_code == 0, done.output
    monkeypatch.undo()
    app.extensions["begin"].connection.close()  # as a server that was stopped
    done = shell.invoke(args=["restore", str(tmp_path / "copy.db")])
    assert done.exit_code == 0, done.output
    for each in waiting:
        assert not now(each).is_ready
        checking.check(each.id)
        assert now(each).is_ready


def test_nothing_but_files_comes_out_of_an_archive(
    app: Flask, people: People, shell: FlaskCliRunner, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    assert shell.invoke(args=["backup", str(copy)]).exit_code == 0
    assert not (tmp_path / "copy.db.files.tar").exists()
    app.extensions["begin"].connection.close()
    for name in ("../evil", "files/../../evil", "/etc/evil", "files/aa/evil"):
        with tarfile.open(tmp_path / "copy.db.files.tar", "w") as archive:
            archive.addfile(tarfile.TarInfo(name))
        done = shell.invoke(args=["restore", str(copy)])
        assert done.exit_code == 1
        assert "holds something else" in done.output
    (tmp_path / "copy.db.files.tar").write_bytes(b"no archive")
    assert "is damaged" in shell.invoke(args=["restore", str(copy)]).output


def contents() -> dict[str, bytes]:
    folder = parts.folder()
    found = [*folder.glob("files/*/*"), *folder.glob("parts/*")]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
