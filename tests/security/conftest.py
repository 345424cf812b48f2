"""One application for the tests that try every door, and somebody of every kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.extensions import db
from tests.conftest import settings_for
from tests.security.cast import Cast


@pytest.fixture(scope="module")
def house(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    path = tmp_path_factory.mktemp("house") / "deskbell.db"
    path.write_bytes(migrated.read_bytes())
    app = create_app(settings_for(path, RATE_LIMITS="off"))
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    with app.app_context():
        yield app
        db.engine.dispose()


@pytest.fixture(scope="module")
def cast(house: Flask) -> Cast:
    return Cast()
