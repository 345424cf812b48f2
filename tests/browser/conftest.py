"""Real browsers against a real server; every page is watched for errors and strange hosts."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from app import clock, create_app
from app.cli.factories import ChatPast, save
from app.extensions import db
from tests import chromium
from tests.browser.visitors import Visitor
from tests.conftest import settings_for
from tests.people import People
from tests.servers import Server

PATIENCE = 15_000  # for a browser on a busy machine
Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def browsers() -> Iterator[Callable[[bool], Browser]]:
    """The headless shell, or where that is asked for the whole browser; each is started once."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        yield cache(lambda is_whole: chromium.launch(playwright, is_whole=is_whole))


@pytest.fixture
def browser(request: pytest.FixtureRequest, browsers: Callable[[bool], Browser]) -> Browser:
    """A module that says `NEEDS_WINDOWS` has the whole one."""
    return browsers(getattr(request.module, "NEEDS_WINDOWS", False))


@pytest.fixture
def desk(migrated: Path, tmp_path: Path) -> Iterator["Desk"]:
    """A server of the test's own, with its people."""
    desk = Desk(migrated, tmp_path)
    yield desk
    desk.server.kill()
    desk.close()


@pytest.fixture
def visit(browser: Browser, desk: "Desk") -> Iterator[Visit]:
    """Opens a browser for somebody, logged in; at the end no page may have complained."""
    visitors: list[Visitor] = []

    def open_browser(person: str | None, path: str = "/", **options: Any) -> Visitor:
        visitor = Visitor(browser, desk.server.url, **options)
        visitors.append(visitor)
        if person is not None:
            visitor.log_in(person, path)
        else:
            visitor.goto(path)
        return visitor

    yield open_browser
    complaints = [said for visitor in visitors for said in visitor.complaints]
    for visitor in visitors:
        visitor.close()
    assert complaints == []


class Desk:
    """A server, and the application on the same database for looking behind the scenes."""

    def __init__(self, migrated: Path, folder: Path, **settings: str) -> None:
        self.path = folder / "deskbell.db"
        self.path.write_bytes(migrated.read_bytes())
        given = settings_for(self.path, DEMO="on", ASYNC_MODE="eventlet", **settings)
        self.app = create_app(given | {"ASYNC_MODE": "threading"})
        self.context = self.app.app_context()
        self.context.push()
        self.people = People()
        self.server = Server(given, folder / "server.log").start()

    def has_a_past(self) -> None:
        """Ana has talked with Lena and has read what she said."""
        people, at = self.people, clock.now() - 60_000
        chat = ChatPast(people.lena, at).say(people.lena, "Hello", at)
        save([chat.take(people.ana, at).read(people.ana, at)])

    def close(self) -> None:
        db.engine.dispose()
        self.context.pop()
