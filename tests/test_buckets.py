"""Files in a store that speaks S3: what is different there, against a real server of it."""

import os
import tarfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import obstore
import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from app import clock
from app.cli import backup
from app.errors import FileAway, FileNotFound
from app.files import checking, links, parts, s3, store
from app.files.names import SMALL, place_of
from app.operations import edits, files, messages
from app.operations.messages import Draft
from app.queries.files import by_id
from config import SettingError
from tests import buckets
from tests.buckets import Bucket
from tests.files import arrived, looked_at, now, picture
from tests.people import People
from tests.servers import free_port

PREFIXES = count(1)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with buckets.running(tmp_path_factory.mktemp("bucket")) as bucket:
        yield bucket


@pytest.fixture
def shell(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def prefix(app: Flask, bucket: Bucket) -> str:
    """The application keeps files in this part of the bucket, which is its own."""
    mine = f"desk-{next(PREFIXES)}"
    app.config.update(bucket.settings(mine))
    return mine


def read(file: Any, name: str | None = None) -> bytes:
    with store.opened(name or file.content) as held:
        return held.read()


def test_what_is_shown_lies_in_the_bucket_and_nothing_of_it_here(
    prefix: str, bucket: Bucket, people: People
) -> None:
    file = looked_at(people.lena, picture())
    assert file.is_ready
    assert file.content is not None
    assert bucket.names(prefix) == {file.content, file.content + SMALL}
    assert read(file)[:4] == b"\x89PNG"
    assert len(read(file)) == file.size
    assert not (parts.folder() / "files").exists()
    assert not list((parts.folder() / "parts").iterdir())


def test_it_is_given_out_from_here_with_the_same_headers_whole_and_in_parts(
    prefix: str, people: People, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "PIECE", 1000)
    content = os.urandom(10_500)
    file = looked_at(people.lena, content, "notes.bin")
    at = links.address(people.lena, file, links.WHOLE)
    whole = client.get(at)
    assert (whole.status_code, whole.data) == (200, content)
    assert whole.headers["Content-Length"] == str(len(content))
    assert whole.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert whole.headers["Content-Disposition"] == "attachment; filename=notes.bin"
    assert whole.headers["Accept-Ranges"] == "bytes"
    for asked, (begins, ends) in {
        "bytes=0-0": (0, 1),
        "bytes=999-1000": (999, 1001),
        "bytes=9990-": (9990, 10_500),
        "bytes=-10": (10_490, 10_500),
        "bytes=2500-7499": (2500, 7500),
    }.items():
        part = client.get(at, headers={"Range": asked})
        assert (part.status_code, part.data) == (206, content[begins:ends]), asked
        assert part.headers["Content-Range"] == f"bytes {begins}-{ends - 1}/10500"
    assert client.get(at, headers={"Range": "bytes=10500-"}).status_code == 416
    assert client.head(at).headers["Content-Length"] == str(len(content))
    assert client.get(at, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304


def test_a_large_one_goes_there_in_several_parts(prefix: str, people: People, app: Flask) -> None:
    app.config.update(FILE_BYTES=20_000_000)
    content = os.urandom(2 * s3.PART + 17)
    assert read(looked_at(people.lena, content, "film.bin")) == content


def test_what_is_taken_back_is_gone_there_too(prefix: str, bucket: Bucket, people: People) -> None:
    file = looked_at(people.lena, picture())
    message = messages.send(people.lena, None, Draft("", "a", files=[file.id]))
    assert by_id(file.id) is not None
    checking.remove([file.id], [str(file.content)])
    assert len(bucket.names(prefix)) == 2  # as long as a row names it
    edits.take_back(people.lena, message.id)
    checking.remove([file.id], [str(file.content)])
    assert bucket.names(prefix) == set()
    with pytest.raises(FileNotFound):
        store.opened(str(file.content))
    store.remove(str(file.content))  # and once more, as a job may


def test_orphans_go_after_a_day_of_however_many_there_are_and_nobody_elses(
    prefix: str, bucket: Bucket, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = looked_at(people.lena, picture())
    line = bucket.line(prefix)
    for number in range(1_005):
        obstore.put(line, place_of(f"{number:064x}-{number}"), b"left")
    obstore.put(line, "files/of-somebody-else", b"kept")
    theirs = bucket.line(f"{prefix}-other")
    obstore.put(theirs, place_of("a" * 64 + "-1"), b"kept")
    assert len(list(store.names())) == 1_007
    checking.forget()
    assert len(bucket.names(prefix)) == 1_008
    monkeypatch.setattr(checking, "DAY_SECONDS", -60)
    monkeypatch.setattr(files, "DAY_MS", clock.now() * 2)
    checking.forget()
    assert bucket.names(prefix) == {kept.content, f"{kept.content}{SMALL}", "of-somebody-else"}
    assert len(bucket.names(f"{prefix}-other")) == 1


def test_a_backup_says_what_it_leaves_there_and_takes_what_is_here(
    prefix: str, people: People, shell: FlaskCliRunner, tmp_path: Path
) -> None:
    looked_at(people.lena, picture())
    waiting = arrived(people.lena, b"not looked at yet")
    done = shell.invoke(args=["backup", str(tmp_path / "copy.db")])
    assert done.exit_code == 0, done.output
    assert f"Not in it: 1 files that lie in s3://{buckets.BUCKET}/{prefix}" in done.output
    assert packed_in(tmp_path) == {f"parts/{waiting.id}": b"not looked at yet"}


def packed_in(folder: Path) -> dict[str, bytes]:
    with tarfile.open(folder / "copy.db.files.tar") as archive:
        held = ((each.name, archive.extractfile(each)) for each in archive)
        return {name: file.read() for name, file in held if file is not None}


def test_what_is_looked_at_while_a_backup_runs_is_in_it(
    prefix: str, people: People, shell: FlaskCliRunner, tmp_path: Path, monkeypatch: Any
) -> None:
    file = arrived(people.lena, b"words")
    copied = backup.copy

    def meanwhile(source: Path, target: Path) -> None:
        copied(source, target)
        checking.check(file.id)

    monkeypatch.setattr(backup, "copy", meanwhile)
    done = shell.invoke(args=["backup", str(tmp_path / "copy.db")])
    assert done.exit_code == 0, done.output
    assert packed_in(tmp_path) == {f"parts/{file.id}": b"words"}


def test_a_store_that_is_away_is_said_so_and_not_asked_again_at_once(
    app: Flask, prefix: str, people: People, client: FlaskClient, bucket: Bucket
) -> None:
    file = looked_at(people.lena, picture())
    at = links.address(people.lena, file, links.WHOLE)
    app.config["FILE_STORE_ENDPOINT"] = f"http://127.0.0.1:{free_port()}"
    answer = client.get(at)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == str(s3.PAUSE)
    waiting = arrived(people.lena, picture(61, 40))
    asked: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checking, "picture", lambda *_: asked.append(1))
        with pytest.raises(FileAway):
            checking.check(waiting.id)
    assert not asked  # nothing is done in vain
    assert now(waiting).status == "checking"
    app.config["FILE_STORE_ENDPOINT"] = bucket.url
    checking.check(waiting.id)
    assert now(waiting).is_ready
    assert client.get(at).status_code == 200


def test_a_bucket_that_is_not_there_is_told_at_start(app: Flask, prefix: str) -> None:
    store.check()
    app.config["FILE_STORE"] = "s3://none/at-all"
    with pytest.raises(SettingError, match="there is no such bucket"):
        store.check()
    with pytest.raises(FileAway):  # and no file is said to be gone for it
        s3.Pieces(s3.S3("s3://none", *list(settings_of(app))), place_of("a" * 64 + "-1"))


def settings_of(app: Flask) -> Iterator[str]:
    return (app.config[name] for name in store.SETTINGS[1:])


def test_who_is_refused_is_told_at_start(app: Flask, tmp_path: Path) -> None:
    # Its first request, which makes the bucket, is the last that it takes from anybody.
    with buckets.running(tmp_path, INITIAL_NO_AUTH_ACTION_COUNT="1") as strict:
        app.config.update(strict.settings())
        with pytest.raises(SettingError, match="AWS_ACCESS_KEY_ID") as refused:
            store.check()
        assert buckets.SECRET not in str(refused.value)


def test_a_server_starts_where_the_store_is_away(app: Flask) -> None:
    settings = {"FILE_STORE": "s3://desk", "FILE_STORE_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    app.config.update(settings, AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")
    store.check()


def test_an_empty_one_is_read_as_empty(prefix: str, bucket: Bucket) -> None:
    name = "b" * 64 + "-1"
    obstore.put(bucket.line(prefix), place_of(name), b"")
    assert read(None, name) == b""
