"""Articles: written on a page, read and searched in the chat's window before one writes."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_embed import Shop, shop  # noqa: F401  (a fixture)
from tests.browser.visitors import PHONE, Visitor


def write_one(who: Visitor, title: str, text: str, folder: str = "", language: str = "en") -> None:
    who.goto("/admin/articles/new")
    who.page.get_by_label("Title").fill(title)
    who.page.get_by_label("Text").fill(text)
    who.page.get_by_label("Folder", exact=True).fill(folder)
    who.page.get_by_label("Language").select_option(language)
    who.page.get_by_label("Published").check()
    who.page.get_by_role("button", name="Save").click()
    expect(who.page.get_by_role("heading", name="Articles")).to_be_visible()


def test_nothing_is_shown_where_there_are_none(visit: Visit) -> None:
    lena = visit("customer", "/dashboard").open_widget()
    expect(lena.page.locator(".chat-empty")).to_be_visible()
    expect(lena.page.locator(".help")).to_have_count(0)


def test_one_reads_searches_and_writes_all_the_same(visit: Visit) -> None:
    maya = visit("manager", "/admin")
    write_one(maya, "How do I return something?", "Within **30 days**, by post.", "Orders")
    write_one(maya, "Opening hours", "From nine to five.")
    assert maya.axe() == []
    lena = visit("customer", "/dashboard").open_widget()
    page, help_ = lena.page, lena.page.locator("#widget-help")
    expect(help_).to_be_visible()
    expect(lena.composer).to_be_visible()
    assert lena.axe() == []
    help_.get_by_text("Orders").click()
    title = help_.locator(".help-article summary", has_text="return")
    title.focus()
    page.keyboard.press("Enter")
    expect(help_.locator("strong")).to_have_text("30 days")
    expect(title).to_be_focused()
    assert lena.axe() == []
    page.keyboard.press("Enter")
    expect(help_.locator("strong")).to_be_hidden()
    help_.get_by_role("searchbox").fill("nine")
    expect(help_.get_by_role("status")).to_have_text("Articles found: 1")
    expect(help_.locator(".help-article")).to_have_count(1)
    help_.get_by_role("searchbox").fill("unicorn")
    expect(help_.get_by_role("status")).to_contain_text("a person answers")
    help_.get_by_role("button", name="Write to us").click()
    expect(lena.composer).to_be_focused()
    lena.page.keyboard.type("Hello?")
    lena.page.keyboard.press("Enter")
    lena.sees("Hello?")
    expect(help_).to_be_hidden()
    lena.page.reload()
    lena.sees("Hello?")
    expect(help_).to_have_count(0)


def test_a_stranger_on_another_site_reads_first(shop: Shop, visit: Visit) -> None:  # noqa: F811
    maya = visit("manager", "/admin")
    write_one(maya, "Returns", "By post.")
    write_one(maya, "Rückgabe", "Per Post.", language="de")
    stranger = shop()
    stranger.open_chat_window()
    help_ = stranger.frame.locator("#widget-help")
    help_.get_by_text("Returns").click()
    expect(help_.locator(".help-text")).to_have_text("By post.")
    help_.get_by_role("searchbox").fill("post")
    expect(help_.get_by_role("status")).to_have_text("Articles found: 1")


def test_on_a_phone_it_leaves_room_to_write(visit: Visit) -> None:
    maya = visit("manager", "/admin")
    for number in range(12):
        write_one(maya, f"Question {number}", "Answer.")
    lena = visit("customer", "/dashboard", viewport=PHONE).open_widget()
    expect(lena.page.locator("#widget-help")).to_be_visible()
    box = lena.composer.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= PHONE["height"]
    assert lena.overflows() == []
