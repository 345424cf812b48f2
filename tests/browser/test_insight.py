"""The page of reports: figures, a chart with its table, the hours of a week, and the rows."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import PHONE, until


def test_a_number_opens_the_rows_it_counts(visit: Visit) -> None:
    in_conversation(visit)
    maya = visit("manager", "/admin/insight?figure=customer_messages")
    page = maya.page
    until(page, "() => document.querySelectorAll('.insight-number strong a').length > 0")
    until(page, "() => document.querySelector('.insight-chart canvas') !== null")
    assert maya.axe() == []
    number = page.locator(".insight-total strong a")
    counted = int(number.inner_text())
    number.click()
    expect(page.locator(".insight-rows li")).to_have_count(counted)
    assert maya.axe() == []
    page.locator(".insight-rows a").first.click()
    expect(page.locator("#chat-header")).to_be_visible()


def test_the_page_fits_a_phone_and_dark_rooms(visit: Visit) -> None:
    in_conversation(visit)
    maya = visit("manager", "/admin/insight?figure=questions&by=hour", viewport=PHONE)
    page = maya.page
    page.emulate_media(color_scheme="dark")
    until(page, "() => document.querySelectorAll('.insight-number strong a').length > 0")
    assert maya.axe() == []
    assert maya.overflows() == []
    page.get_by_role("link", name="Day", exact=True).click()
    until(page, "() => document.querySelector('.insight-chart canvas') !== null")
    assert maya.axe() == []
    assert maya.overflows() == []
    page.get_by_label("First day").fill("2026-01-05")
    expect(page.get_by_label("Period")).to_have_value("own")
    page.get_by_label("Last day").fill("2026-01-11")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#insight-table tbody tr")).to_have_count(7)
    expect(page.get_by_text("Nothing in these days.")).to_have_count(0)
