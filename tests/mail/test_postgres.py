"""What holds of mail on SQLite holds on PostgreSQL: the same tests once more."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.extensions import db
from tests.mail.conftest import mailing
from tests.mail.office import Office
from tests.mail.test_addresses import *  # noqa: F403
from tests.mail.test_answers import *  # noqa: F403
from tests.mail.test_links import *  # noqa: F403
from tests.on_postgres import emptied, settings_of
from tests.postgres import Postgres


@pytest.fixture(scope="module")
def settings(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return settings_of(postgres, tmp_path_factory.mktemp("unused"))


@pytest.fixture
def app(settings: dict[str, str], office: Office) -> Iterator[Flask]:
    with emptied(settings) as app:
        yield mailing(app, office)


def test_it_is_postgresql(app: Flask) -> None:
    assert db.engine.dialect.name == "postgresql"
