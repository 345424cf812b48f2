"""An application on PostgreSQL, for the tests that hold there as well."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
from flask import Flask
from sqlalchemy import text

from app import create_app
from app.extensions import db
from app.operations.transaction import transaction
from tests.conftest import forget, settings_for
from tests.postgres import Postgres


def settings_of(postgres: Postgres, folder: Path) -> dict[str, str]:
    """Settings of an application on a migrated database."""
    found = settings_for(folder, DATABASE_URL=postgres.database())
    with create_app(found).app_context():
        flask_migrate.upgrade()
        db.engine.dispose()
    return found


@contextmanager
def emptied(settings: dict[str, str]) -> Iterator[Flask]:
    """The application within its context, with nobody and nothing in it."""
    app = create_app(settings)
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    forget()
    with app.app_context():
        with transaction() as tx:
            tables = ", ".join(table.name for table in db.metadata.sorted_tables)
            tx.run(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"), {})
        yield app
        db.engine.dispose()
    forget()
