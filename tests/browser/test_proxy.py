"""The chat on a site, with nginx and TLS in between as docs/deploy.md has them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.operations import sites as operations
from app.queries import sites as directory
from tests import nginx
from tests.browser.conftest import Desk
from tests.browser.test_embed import Stranger, name_of_the_stranger
from tests.browser.visitors import Visitor
from tests.nginx import Nginx

NEEDS_WINDOWS = True  # the whole browser keeps nothing in a frame of another site


@pytest.fixture
def desk(migrated: Path, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(migrated, tmp_path, TRUSTED_PROXIES="1")
    yield desk
    desk.server.kill()
    desk.close()


@pytest.fixture
def proxy(desk: Desk, tmp_path: Path) -> Iterator[Nginx]:
    folder = tmp_path / "nginx"
    folder.mkdir()
    with nginx.running(folder, desk.server.port) as proxy:
        yield proxy


def test_a_stranger_and_an_agent_talk_through_it(
    browser: Browser, desk: Desk, proxy: Nginx
) -> None:
    operations.edit_by_shell(directory.every()[0].key, origins=[proxy.url])
    stranger = Stranger(browser, proxy.url, ignore_https_errors=True)
    stranger.hosts.add(f"127.0.0.1:{proxy.port}")  # the desk, where the shop is `localhost`
    stranger.goto("/demo/shop")
    expect(stranger.launcher).to_be_visible()
    stranger.open_chat_window()
    stranger.say("Do you ship to Norway?")
    stranger.sees("Do you ship to Norway?")
    at_the_desk = f"https://127.0.0.1:{proxy.port}"
    agent = Visitor(browser, at_the_desk, ignore_https_errors=True)
    agent.log_in("agent", "/admin/messages")
    agent.open_chat(name_of_the_stranger())
    agent.say("We do, in three days.")
    stranger.sees("We do, in three days.")
    agent.ticks("We do, in three days.", "read")
    for visitor in (stranger, agent):
        assert visitor.complaints == []
        visitor.close()
