"""Where somebody is: looked up by a click, sent by another."""

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.test_embed import Shop, shop  # noqa: F401  (a fixture)
from tests.browser.visitors import PHONE, Visitor

BERLIN = {"latitude": 52.5200066, "longitude": 13.404954, "accuracy": 11.6}
SAID = "52.52001, 13.40495"


def shown(who: Visitor) -> Locator:
    return who.log.locator(".file-card", has_text=SAID)


def test_it_is_shown_first_and_goes_with_another_click(visit: Visit) -> None:
    ana = visit("agent", "/admin/messages")
    lena = visit(
        "customer", geolocation=BERLIN, permissions=["geolocation"], viewport=PHONE
    ).open_widget()
    lena.composer.fill("I am half")
    lena.page.get_by_role("button", name="Where I am").click()
    box = lena.page.get_by_role("group", name="Where I am")
    expect(box.get_by_role("status")).to_contain_text(f"{SAID}\u2069, give or take 12 m")
    expect(box.get_by_role("button", name="Send this place")).to_be_focused()
    assert lena.overflows() == []
    assert lena.axe() == []
    lena.page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(lena.composer).to_be_focused()
    assert lena.log.locator("article.message").count() == 0

    lena.page.get_by_role("button", name="Where I am").click()
    expect(box).to_be_visible()
    lena.page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    lena.page.get_by_role("button", name="Where I am").click()
    box.get_by_role("button", name="Send this place").click()
    expect(shown(lena)).to_be_visible()
    expect(lena.composer).to_be_focused()
    expect(lena.composer).to_have_value("I am half")

    ana.open_chat("Lena Ortiz")
    expect(shown(ana)).to_be_visible()
    expect(shown(ana)).to_contain_text("give or take 12 m")
    ways = shown(ana).get_by_role("link")
    expect(ways).to_have_text(["Map app", "OpenStreetMap", "Google Maps", "Apple Maps"])
    assert ana.axe() == []
    expect(ana.row("Lena Ortiz").locator(".row-text")).to_contain_text("Place")
    ana.log.locator("article.message").hover()
    ana.log.get_by_role("button", name="Reply").click()
    expect(ana.page.locator(".replying")).to_contain_text("Place")
    assert lena.overflows() == ana.overflows() == []


def test_a_browser_that_does_not_say_where_it_is_says_so(visit: Visit) -> None:
    lena = visit("customer").open_widget()
    lena.page.get_by_role("button", name="Where I am").click()
    box = lena.page.get_by_role("group", name="Where I am")
    expect(box.get_by_role("status")).to_contain_text("does not say where you are")
    expect(box.get_by_role("button", name="Send this place")).to_be_hidden()
    box.get_by_role("button", name="Do not send it").click()
    expect(lena.composer).to_be_focused()
    lena.say("Then in words")
    lena.sees("Then in words")


def test_in_the_frame_on_a_shop_a_place_can_be_what_one_says_first(
    shop: Shop,  # noqa: F811
    visit: Visit,
) -> None:
    stranger = shop(geolocation=BERLIN, permissions=["geolocation"])
    stranger.open_chat_window()
    stranger.frame.get_by_role("button", name="Where I am").click()
    stranger.frame.get_by_role("button", name="Send this place").click()
    card = stranger.frame.locator(".log .file-card", has_text=SAID)
    expect(card).to_be_visible()
    ana = visit("agent", "/admin/messages")
    ana.row("Visitor").locator("a").first.click()
    expect(shown(ana)).to_be_visible()
