"""What every test may ask for: an application, people, a database of its own."""

import gc
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app import Desk, clock, create_app
from app.events import Event
from app.extensions import db
from app.models.typing import typists
from app.operations import presence, screens, sightings, triggers, typing, visits
from app.operations.transaction import transaction
from app.protocols.speakers import speaking
from app.realtime import deliver
from app.sockets.connections import connections
from tests import once, wide
from tests.jobs import NOW
from tests.people import People
from tests.postgres import Postgres, started
from tests.routes import KnownRoute
from tests.sql import recorded

SECRET = "a secret of the tests, long enough for production"
Desk.url_rule_class = KnownRoute
once.keep_templates(once.folder())


def pytest_collection_finish() -> None:
    """What is imported stays, and is not looked through by the collector after each few tests.

    An application refers to itself. With Python's own threshold one is looked at a dozen times
    while it is made, which costs as much as making it; with this one several are freed at once.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with all its tables, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    app = create_app(settings_for(path, DATABASE_URL=f"sqlite:///{path}"))
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()  # or the tables are still in the write-ahead log beside the file
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, started when the first test asks."""
    with started() as server:
        yield server


@pytest.fixture(scope="module")
def postgres_settings(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Of an application on PostgreSQL, migrated."""
    settings = settings_for(tmp_path_factory.mktemp("unused"), DATABASE_URL=postgres.database())
    with create_app(settings).app_context():
        flask_migrate.upgrade()
        db.engine.dispose()
    return settings


@pytest.fixture
def on_postgres(postgres_settings: dict[str, str]) -> Iterator[Flask]:
    """The application within its context on PostgreSQL, with nobody and nothing in it."""
    app = create_app(postgres_settings)
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    forget()
    with app.app_context():
        with transaction() as tx:
            # The audit log lets nobody empty it otherwise.
            tx.run(text("SET LOCAL session_replication_role = replica"), {})
            tables = ", ".join(table.name for table in db.metadata.sorted_tables)
            tx.run(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"), {})
        know_all()
        yield app
        db.engine.dispose()
    forget()


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Path:
    """A database of the test's own."""
    return Path(shutil.copy(migrated, tmp_path / "deskbell.db"))


@pytest.fixture
def app(database: Path) -> Iterator[Flask]:
    """The application within its context, unpatched, on the test's database."""
    app = create_app(settings_for(database))
    app.config.update(TESTING=False, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    forget()
    with app.app_context():
        know_all()
        yield app
        db.engine.dispose()
    forget()
    wide.drop(database)


def know_all() -> None:
    """What every server has in memory after its first message: rules, and what is looked for."""
    triggers.refresh()
    with transaction() as tx:
        screens.now(tx)


def forget() -> None:
    """What an application keeps in memory, sockets and who types, ends with it."""
    for sid in [*connections.by_sid, *connections.strangers]:
        connections.remove(sid)
    speaking.clear()
    typing.running.clear()
    typing.heard.clear()
    typists.by_chat.clear()
    presence.called.clear()
    sightings.noted.clear()
    sightings.remembered.clear()
    visits.noted.clear()
    deliver.told.clear()


@pytest.fixture
def people(app: Flask) -> People:
    """Lena and Marcus (customers), Ana and Ben (agents), Maya, Ada, Petra."""
    return People()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def announced(app: Flask) -> list[Event]:
    """What was announced, in its order; nobody else is told."""
    events: list[Event] = []
    app.extensions["deliverers"] = (events.append,)
    return events


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """The SQL that was run, but for BEGIN; `clear()` begins anew."""
    with recorded() as run:
        yield run


def settings_for(path: Path, **more: str) -> dict[str, str]:
    """Settings of an application on this database file, apart from the environment's."""
    url = f"sqlite:///{path}"
    if wide.IS_ON and "DATABASE_URL" not in more:
        url = wide.url_of(path)
    return {
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET,
        "JWT_SECRET": SECRET,
        "ASYNC_MODE": "threading",
        "SQLITE_SYNCHRONOUS": "NORMAL",
        "LOG_LEVEL": "ERROR",
        "UPLOADS": str(path.parent / "uploads"),
    } | more


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """It is `NOW`, until this says how many ms later it is."""
    at = [NOW]
    monkeypatch.setattr(clock, "now", lambda: at[0])

    def pass_(ms: int) -> None:
        at[0] += ms

    return pass_
