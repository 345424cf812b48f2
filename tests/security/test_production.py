"""What does not start in production: the rest is in tests/test_config.py."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.extensions import db
from app.operations import users
from tests.conftest import settings_for
from tests.people import PASSWORD, People
from tests.servers import ROOT, Server


@pytest.fixture
def seeded(database: Path) -> Iterator[Flask]:
    app = create_app(settings_for(database))
    with app.app_context():
        People()
        yield app
        db.engine.dispose()


def test_a_database_with_demo_accounts_is_not_served_in_production(
    seeded: Flask, database: Path, tmp_path: Path
) -> None:
    settings = settings_for(database, APP_ENV="production")
    server = Server(settings, tmp_path / "log")
    refused = subprocess.run(
        [sys.executable, "wsgi.py"],
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert refused.returncode == 1
    assert "admin@example.com" in refused.stderr
    assert PASSWORD not in refused.stderr
    for address in ("admin", "manager", "agent", "agent2", "customer", "customer2"):
        users.set_password(f"{address}@example.com", "a password of their own")
    users.deactivate("provider@example.com")
    assert server.start().answers()
    assert server.stop() == 0
