"""What holds of mail on SQLite holds on PostgreSQL: the same tests once more."""

import pytest
from flask import Flask

from app.extensions import db
from tests.mail.conftest import mailing
from tests.mail.office import Office
from tests.mail.test_addresses import *  # noqa: F403
from tests.mail.test_answers import *  # noqa: F403
from tests.mail.test_links import *  # noqa: F403
from tests.mail.test_passwords import *  # noqa: F403


@pytest.fixture
def app(on_postgres: Flask, office: Office) -> Flask:
    return mailing(on_postgres, office)


def test_it_is_postgresql(app: Flask) -> None:
    assert db.engine.dialect.name == "postgresql"
