"""Does it work here? Each check is made to fail for real, and names its fix."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app import clock, create_app
from app.checkups import mail, server
from app.checkups.server import Verdict
from app.extensions import db
from app.models.jobs import Job
from app.operations.jobs import store
from tests import bus, wide
from tests.conftest import settings_for
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
    path.write_bytes(b"this is no database" * 400)
    said(server.found("database", server.writable), Verdict.FAILED, "user of the service")


@wide.of_sqlite
def test_a_database_without_a_log(changed: SimpleNamespace) -> None:
    changed.begin(DATABASE_URL="sqlite://")
    said(server.journal(), Verdict.FAILED, "disk of this machine")


def test_redis_that_is_not_there(changed: SimpleNamespace) -> None:
    changed.begin(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    said(server.bus(), Verdict.FAILED, "REDIS_URL")


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


def test_a_folder_of_files_that_is_none_or_is_everybodys(app: Flask, tmp_path: Path) -> None:
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
    status, told = doctor(path, "ulimit -n 256;", UPLOADS=str(tmp_path / "uploads"))
    assert status == 0, told
    assert "warning  Enough files can be open" in told
    assert "-> Set LimitNOFILE=65536" in told
    status, told = doctor(tmp_path / "new.db", UPLOADS=str(tmp_path / "uploads"))
    assert status == 1
    assert "failed   Its tables are those of this version" in told


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
    finally:
        office.close()


def test_the_page_is_for_admins_and_sends_the_mail(client: FlaskClient, people: People) -> None:
    client.post("/login", data={"email": people.ada.email, "password": PASSWORD})
    page = client.get("/admin/checkup").get_data(as_text=True)
    assert 'id="check-database"' in page
    told = client.post("/admin/checkup/mail").get_data(as_text=True)
    assert "Mail is off." in told
