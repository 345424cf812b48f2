"""The bot in the widget: it names articles once, as what it is, and is in nobody's way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk, Visit
from tests.browser.test_articles import write_one
from tests.browser.visitors import PHONE, Visitor


@pytest.fixture
def desk(migrated: Path, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(migrated, tmp_path, BOT="on")
    yield desk
    desk.server.kill()
    desk.close()


def asked(visit: Visit) -> Visitor:
    """Lena has asked, and was named an article."""
    write_one(visit("manager", "/admin"), "How do I return a chair?", "Within **30 days**.")
    lena = visit("customer", "/dashboard").open_widget()
    lena.say("Hello, can I return my chair?")
    expect(lena.page.locator('[data-line="answered"]')).to_contain_text("Automatic answer")
    expect(lena.page.get_by_role("button", name="This helped")).to_be_visible()
    return lena


def test_an_article_opens_in_the_window_and_helped(visit: Visit) -> None:
    lena = asked(visit)
    offered = lena.page.locator("#widget-bot")
    offered.locator("summary").click()
    expect(offered.locator("strong")).to_have_text("30 days")
    assert lena.axe() == []
    lena.page.set_viewport_size(PHONE)
    assert lena.overflows() == []
    expect(lena.composer).to_be_in_viewport(ratio=1)
    lena.page.reload()
    expect(lena.page.locator('[data-line="answered"] a')).to_have_text("How do I return a chair?")
    lena.page.get_by_role("button", name="This helped").click()
    expect(lena.page.locator("#widget-status")).to_have_attribute("data-state", "closed")
    expect(lena.page.get_by_role("button", name="This helped")).to_have_count(0)


def test_who_wants_a_person_is_asked_no_more_and_staff_see_it(visit: Visit) -> None:
    lena = asked(visit)
    lena.page.get_by_role("button", name="Talk to a person").click()
    expect(lena.page.locator('[data-line="asked"]')).to_be_visible()
    expect(lena.page.get_by_role("button", name="Talk to a person")).to_have_count(0)
    expect(lena.page.locator("#widget-status")).to_have_attribute("data-state", "waiting")
    ana = visit("agent", "/admin/messages").open_chat("Lena Ortiz")
    expect(ana.page.locator('[data-line="asked"]')).to_contain_text("Lena Ortiz asks for a person")
    expect(ana.page.locator('[data-line="answered"]')).to_be_visible()


def test_other_words_are_to_a_person(visit: Visit) -> None:
    lena = asked(visit)
    lena.say("No, it is broken")
    lena.sees("No, it is broken")
    expect(lena.page.get_by_role("button", name="This helped")).to_have_count(0)
    expect(lena.page.locator('[data-line="answered"]')).to_have_count(1)
