"""Servers of an attack's own, to be killed, cut off and filled up."""

import contextlib
import itertools
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import flask_migrate

from app import create_app
from app.extensions import db
from tests.conftest import settings_for
from tests.live.conftest import Place, within

Start = Callable[..., Place]
OPEN_WIDE = {"RATE_LIMITS": "off", "ACCESS_TOKEN_SECONDS": "86400"}


@contextlib.contextmanager
def starting(folder: Path, kind: type[Place] = Place) -> Iterator[Start]:
    """Gives a function that starts a server on an empty database of its own; ends them all."""
    with contextlib.ExitStack() as ends:
        numbers = itertools.count(1)

        def start(mode: str = "eventlet", **settings: str) -> Place:
            own = folder / f"place-{next(numbers)}"
            own.mkdir()
            place = kind(own, migrated(folder), mode, **OPEN_WIDE | settings)
            ends.callback(place.server.stop)
            return ends.enter_context(contextlib.contextmanager(within)(place))

        yield start


def migrated(folder: Path) -> Path:
    """An empty database with all its tables, made once a folder."""
    path = folder / "empty.db"
    if not path.exists():
        with create_app(settings_for(path)).app_context():
            flask_migrate.upgrade()
            db.engine.dispose()
    return path


def is_intact(database: Path) -> bool:
    """What SQLite says of its own file."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
