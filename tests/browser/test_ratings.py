"""What a chat was like: asked in the widget as it is closed, and told to staff."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk, Visit
from tests.browser.test_conversation import in_conversation


@pytest.fixture
def desk(migrated: Path, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(migrated, tmp_path, RATING="stars")
    yield desk
    desk.server.kill()
    desk.close()


def test_it_is_asked_through_a_reload_and_seen_at_once(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    ana.say("Yes, here I am.")
    lena.sees("Yes, here I am.")
    ana.page.locator("#chat-closure").click()
    rating = lena.page.locator("#widget-rating")
    expect(rating.get_by_text("How was this chat?")).to_be_visible()
    assert lena.axe() == []
    expect(rating.get_by_role("button", name="No, thank you")).to_be_in_viewport(ratio=1)
    lena.page.reload()
    expect(rating.get_by_text("How was this chat?")).to_be_visible()
    rating.get_by_label("4 of 5 stars").check()
    rating.get_by_label("In your words, if you like").fill("Quick and kind")
    rating.get_by_role("button", name="Send").click()
    expect(rating.get_by_text("Thank you.")).to_be_visible()
    expect(ana.page.locator("#rating")).to_contain_text("Quick and kind")
    expect(ana.page.locator("#rating")).to_contain_text("4 of 5 stars")
    lena.page.reload()
    expect(lena.page.locator("#widget-status")).to_be_visible()
    ana.page.locator("#chat-closure").click()
    expect(ana.page.locator("#chat-header")).to_have_attribute("data-status", "open")
    ana.page.locator("#chat-closure").click()
    expect(lena.page.locator("#widget-status")).to_have_attribute("data-state", "closed")
    expect(rating.get_by_text("How was this chat?")).to_have_count(0)
