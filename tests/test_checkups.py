"""Does it work here? Each check is made to fail for real, and names its fix."""

import os
import resource
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app import clock, create_app
from app.checkups import mail, server
from app.checkups.server import Verdict
from app.errors import TooFast
from app.extensions import db
from app.models.jobs import Job
from app.operations.jobs import store
from app.queries import jobs
from config import read
from tests import bus, wide
from tests.conftest import recorded, settings_for
from tests.mail.conftest import mailing
from tests.mail.office import Office
from tests.people import PASSWORD, People
from tests.servers import ROOT, free_port

FINE = {"database", "journal", "migrations", "clock", "redis", "disk", "uploads", "jobs"}


def rows() -> dict[str, server.Finding]:
    return {row.key: row.finding for row in server.rows()}


def said(finding: server.Finding, verdict: Verdict, fix: str) -> None:
    assert finding.verdict == verdict, finding
    assert fix in str(finding.fix)


@pytest.fixture
def changed(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """An application of other settings, within its context."""
    contexts = []

    def begin(**settings: str) -> Flask:
        app = create_app(settings_for(tmp_path / "other.db", **settings))
        context = app.app_context()
        context.push()
        contexts.append(context)
        return app

    yield SimpleNamespace(begin=begin)
    for context in reversed(contexts):
        db.engine.dispose()
        context.pop()


def test_a_desk_that_works_says_so(app: Flask) -> None:
    found = rows()
    assert {key for key in FINE if found[key].verdict != Verdict.OK} == set()
    said(found["mail"], Verdict.WARNING, "MAIL_URL")
    said(found["settings"], Verdict.WARNING, "APP_ENV=production")


def test_tables_of_another_version(app: Flask) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    said(rows()["migrations"], Verdict.FAILED, "flask --app wsgi setup")


@wide.of_sqlite
def test_a_database_that_others_write_or_that_nobody_may_write(app: Flask) -> None:
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    said(server.writable(), Verdict.OK, "")  # of that connection alone
    path = Path(str(db.engine.url.database))
    db.engine.dispose()
    for file in path.parent.glob(f"{path.name}*"):  # its log, too
        file.write_bytes(b"this is no database" * 400)
    said(server.found("database", server.writable), Verdict.FAILED, "user of the service")


def test_that_it_can_be_written_leaves_nothing(app: Flask) -> None:
    with recorded() as run:
        said(server.writable(), Verdict.OK, "")
    assert [each.split()[0] for each in run] == ["INSERT", "DELETE"]
    assert jobs.counts().waiting == 0


@wide.of_sqlite
def test_a_database_without_a_log(changed: SimpleNamespace) -> None:
    changed.begin(DATABASE_URL="sqlite://")
    said(server.journal(), Verdict.FAILED, "disk of this machine")


def test_redis_that_is_not_there(changed: SimpleNamespace) -> None:
    changed.begin(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    said(server.bus(), Verdict.FAILED, "REDIS_URL")
    said(server.clocks(), Verdict.OK, "")  # of which nothing is known


def test_redis_that_is_there_and_a_clock_that_is_wrong(
    changed: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bus.started(tmp_path) as url:
        check_with_redis(changed, url, monkeypatch)


def check_with_redis(changed: SimpleNamespace, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    changed.begin(REDIS_URL=url)
    assert (server.bus().verdict, server.clocks().verdict) == (Verdict.OK, Verdict.OK)
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + 60_000)
    said(server.clocks(), Verdict.FAILED, "NTP")
    assert "60" in str(server.clocks().said)


def test_a_bucket_that_is_not_there(changed: SimpleNamespace) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "FILE_STORE_REGION": "x"}
    app = changed.begin()
    app.config.update(FILE_STORE="s3://files", FILE_STORE_ENDPOINT=away, **keys)
    said(server.uploads(), Verdict.FAILED, "FILE_STORE")


def test_a_folder_of_files_that_is_none_or_is_everybodys(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        app.config["UPLOADS"] = folder
        assert server.uploads().verdict == Verdict.OK
        Path(folder).chmod(0o755)
        said(server.uploads(), Verdict.WARNING, "chmod o-rwx")
        inside = Path(folder) / "inside"
        inside.mkdir(mode=0o755)
        Path(folder).chmod(0o700)
        app.config["UPLOADS"] = str(inside)
        assert server.uploads().verdict == Verdict.OK  # nobody comes as far
    away = tmp_path / "away"
    app.config["UPLOADS"] = str(away)
    assert server.uploads().verdict == Verdict.OK  # it is made with the first file
    monkeypatch.setattr(server, "has_contents", lambda: True)
    said(server.uploads(), Verdict.FAILED, "mount the disk")
    assert not away.exists()
    monkeypatch.setattr(server, "has_contents", lambda: False)
    (tmp_path / "file").write_text("")
    app.config["UPLOADS"] = str(tmp_path / "file" / "uploads")
    said(server.uploads(), Verdict.FAILED, "chown")


def test_a_disk_that_is_full(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    free = server.disk_usage(server.existing(server.places()[0])).free
    monkeypatch.setattr(server, "LITTLE_ROOM", free * 2)
    said(server.room(), Verdict.WARNING, "larger")
    monkeypatch.setattr(server, "ROOM", free * 2)
    said(server.room(), Verdict.FAILED, "Make room")


def test_secrets_of_production(changed: SimpleNamespace) -> None:
    same = "a" * 40
    changed.begin(APP_ENV="production", SECRET_KEY=same, JWT_SECRET=same)
    said(server.settings(), Verdict.FAILED, "openssl rand")


def test_work_that_nobody_does(app: Flask) -> None:
    store(Job("forget_paper", unique_key="checkup"))
    assert server.queue().verdict == Verdict.OK
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE jobs SET run_at = run_at - 120000"))
    said(server.queue(), Verdict.FAILED, "flask worker")
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE jobs SET dead_at = run_at"))
    said(server.queue(), Verdict.WARNING, "Background jobs")


def test_a_check_that_breaks_hides_no_other(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> server.Finding:
        raise RuntimeError

    monkeypatch.setattr(server, "CHECKS", (("a", "A", breaks), *server.CHECKS))
    found = rows()
    said(found["a"], Verdict.FAILED, "log")
    assert found["database"].verdict == Verdict.OK


def doctor(path: Path, before: str = "", **settings: str) -> tuple[int, str]:
    command = f"{before} exec {sys.executable} -m flask --app wsgi doctor"
    environment = os.environ | settings_for(path, **settings)
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    return done.returncode, done.stdout


@wide.of_sqlite
def test_the_shell_says_the_same(migrated: Path, tmp_path: Path) -> None:
    path = tmp_path / "deskbell.db"
    path.write_bytes(migrated.read_bytes())
    status, told = doctor(path, UPLOADS=str(tmp_path / "uploads"))
    assert status == 0, told
    assert "Enough files can be open" not in told  # a shell's limit is not the service's
    assert "ok       The database can be written" in told
    status, told = doctor(path, "ulimit -f 1;", UPLOADS=str(tmp_path / "uploads"))
    assert status == 1
    assert "-> Look at DATABASE_URL" in told  # not even its index of the log can be made
    status, told = doctor(tmp_path / "new.db", UPLOADS=str(tmp_path / "uploads"))
    assert status == 1
    assert told.startswith("failed   The database has the tables of this version (- ≠ ")
    assert told.count("-> Run `flask --app wsgi setup`") == 1
    assert told.count("-> See to the database first.") == 5
    assert "Traceback" not in told


def test_too_few_files_may_be_open(app: Flask) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, server.FILES - 1), hard))
    try:
        said(server.open_files(), Verdict.WARNING, "LimitNOFILE=65536")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_database_that_hangs_hides_no_other(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HUNG_SECONDS", 0)
    found = rows()
    assert found["migrations"].verdict == Verdict.OK
    for key in server.OF_DATABASE - {"migrations"}:
        said(found[key], Verdict.WARNING, "database first")
    assert found["disk"].verdict == Verdict.OK


def test_a_postgresql_that_says_nothing_is_not_waited_for_without_end(
    changed: SimpleNamespace,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        changed.begin(DATABASE_URL=f"postgresql://a:b@127.0.0.1:{port}/c?connect_timeout=2")
        said(server.migrated(), Verdict.FAILED, "DATABASE_URL")


def test_a_postgresql_that_says_nothing_is_waited_for_ten_seconds() -> None:
    given = settings_for(Path("unused"), DATABASE_URL="postgresql://a:b@127.0.0.1/c")
    assert read(given)["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"] == {"connect_timeout": 10}


def test_a_mail_to_oneself_and_what_is_answered(app: Flask, people: People) -> None:
    office = Office().open()
    try:
        assert mail.to_oneself(people.ada).verdict == Verdict.FAILED  # off
        mailing(app, office)
        app.config["PUBLIC_URL"] = "https://desk.example.com"
        assert mail.to_oneself(people.ada).verdict == Verdict.OK
        assert [each.rcpt_tos for each in office.envelopes] == [[people.ada.email]]
        office.refusals["RCPT"] = "550 no such user"
        assert "550 no such user" in str(mail.to_oneself(people.ada).said)
        app.config["MAIL_URL"] = replace(app.config["MAIL_URL"], host="mail..example.com")
        said(mail.to_oneself(people.ada), Verdict.FAILED, "MAIL_URL")
        for _ in range(20 - 4):
            mail.to_oneself(people.ada)
        with pytest.raises(TooFast):
            mail.to_oneself(people.ada)
    finally:
        office.close()


def test_the_page_is_for_admins_and_sends_the_mail(client: FlaskClient, people: People) -> None:
    client.post("/login", data={"email": people.ada.email, "password": PASSWORD})
    page = client.get("/admin/checkup").get_data(as_text=True)
    assert 'id="check-database"' in page
    told = client.post("/admin/checkup/mail").get_data(as_text=True)
    assert "Mail is off." in told
