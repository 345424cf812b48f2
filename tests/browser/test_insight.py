"""The page of reports: figures, a chart with its table, the hours of a week, and the rows."""

from playwright.sync_api import Route, expect

from tests.browser.conftest import Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import PHONE, until

YEAR = "/admin/insight?days=own&first=2026-01-01&last=2026-12-31"
# What charts write, each text in its order.
NOTED = """
window.written = [];
const write = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
  window.written.push(text);
  return write.call(this, text, ...rest);
};
"""


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


def test_a_year_on_a_phone_has_days_below_it_and_nothing_breaks(visit: Visit) -> None:
    """What a script throws fails each test of the browser; a chart that is not drawn fails this."""
    in_conversation(visit)
    maya = visit("manager", f"{YEAR}&figure=questions", viewport=PHONE)
    page = maya.page
    # Where uPlot finds no step it is given for the room there is, an axis has no labels.
    page.add_init_script(NOTED)
    for figure in ("questions", "first_answers"):
        maya.goto(f"{YEAR}&figure={figure}")
        until(page, "() => (window.written ?? []).some((each) => /[A-Z][a-z]{2}/.test(each))")


def test_figures_that_do_not_come_are_told_and_asked_for_again(visit: Visit) -> None:
    in_conversation(visit)
    maya = visit("manager", "/admin/insight?days=7")
    page = maya.page
    maya.expects("503|Response Status Error Code")
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.append(route.request.url)
        route.fulfill(status=503, body="away")

    page.route("**/admin/insight/numbers*", lose)
    maya.goto("/admin/insight")
    failure = page.locator("#insight-failure")
    expect(failure).to_be_visible()
    expect(page.locator("#announcer")).to_have_text("The figures could not be counted just now.")
    expect(page.locator("#insight-numbers")).to_have_attribute("aria-busy", "false")
    assert maya.axe() == []
    page.unroute("**/admin/insight/numbers*")
    failure.get_by_role("button", name="Try again").click()
    until(page, "() => document.querySelectorAll('.insight-number strong a').length > 0")
    expect(failure).to_be_hidden()
    expect(page.locator("#announcer")).to_have_text("The figures are counted.")
    expect(page.locator("#insight-numbers")).to_be_focused()
    assert len(lost) == 1


def test_what_is_wrong_with_a_day_stands_beside_it(visit: Visit) -> None:
    maya = visit("manager", "/admin/insight?days=7", viewport=PHONE)
    page = maya.page
    page.get_by_label("First day").fill("")
    expect(page.get_by_label("Period")).to_have_value("own")
    maya.expects("422")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_label("First day")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#insight-first-error")).to_have_text("It takes a day.")
    assert maya.axe() == []
    assert maya.overflows() == []
