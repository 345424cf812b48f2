"""What holds of mail on SQLite holds on PostgreSQL: the same tests once more."""

from collections.abc import Iterator

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from app.extensions import db
from app.operations.transaction import transaction
from tests.conftest import forget, settings_for
from tests.mail.conftest import mailing
from tests.mail.office import Office
from tests.mail.test_addresses import *  # noqa: F403
from tests.mail.test_answers import *  # noqa: F403
from tests.mail.test_links import *  # noqa: F403
from tests.postgres import Postgres


@pytest.fixture(scope="module")
def settings(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Settings of an application on a migrated database."""
    found = settings_for(tmp_path_factory.mktemp("unused"), DATABASE_URL=postgres.database())
    with create_app(found).app_context():
        flask_migrate.upgrade()
        db.engine.dispose()
    return found


@pytest.fixture
def app(settings: dict[str, str], office: Office) -> Iterator[Flask]:
    """The application on PostgreSQL, with nobody and nothing in it."""
    app = create_app(settings)
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    forget()
    with app.app_context():
        with transaction() as tx:
            tables = ", ".join(table.name for table in db.metadata.sorted_tables)
            tx.run(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"), {})
        yield mailing(app, office)
        db.engine.dispose()
    forget()


def test_it_is_postgresql(app: Flask) -> None:
    assert db.engine.dialect.name == "postgresql"
