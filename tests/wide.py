"""`WIDE=on`: the same tests on PostgreSQL, servers as two processes with Redis between them.

A test names its database by the path of a file of SQLite. Here each path stands for a database of
one PostgreSQL server: with all tables where there is a file, copied from the migrated one, and an
empty one else.
"""

import atexit
import os
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests import postgres

IS_ON = os.environ.get("WIDE") == "on"
PROCESSES = "2"
of_sqlite = pytest.mark.skipif(IS_ON, reason="of SQLite alone")
of_one_process = pytest.mark.skipif(IS_ON, reason="each process counts for itself")
kept = ExitStack()
atexit.register(kept.close)
urls: dict[Path, str] = {}


@cache
def server() -> postgres.Postgres:
    found = kept.enter_context(postgres.started())
    with create_engine(found.url, isolation_level="AUTOCOMMIT").connect() as connection:
        for setting in ("fsync", "full_page_writes"):  # nobody pulls the plug here
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    return found


@cache
def template() -> str:
    """A database with all tables and nothing in them."""
    import flask_migrate

    from app import create_app
    from app.extensions import db
    from tests.conftest import settings_for

    settings = settings_for(Path("/"), DATABASE_URL=server().database())
    with create_app(settings).app_context():
        flask_migrate.upgrade()
        name = str(db.engine.url.database)
        db.engine.dispose()
    return name


def url_of(path: Path) -> str:
    """The database that this path stands for."""
    if path not in urls:
        is_migrated = path.is_file() and path.stat().st_size
        urls[path] = server().database(template() if is_migrated else None)
    return urls[path]


def drop(path: Path) -> None:
    """Those of tests without a server are many."""
    url = urls.pop(path, None)
    if url is not None:
        server().drop(url)


def settings(folder: Path) -> dict[str, str]:
    """What makes a server several processes, with a Redis of its own."""
    from tests import bus  # which needs servers, as these need this

    url = kept.enter_context(bus.started(folder))
    return {"REDIS_URL": url, "WEB_CONCURRENCY": PROCESSES}
