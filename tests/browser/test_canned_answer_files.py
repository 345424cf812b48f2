"""Files of a canned answer: they come with it, as it is chosen, and are in the composer at once."""

from playwright.sync_api import expect

from tests.browser.conftest import Desk, Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.test_files import choose, is_drawn, picture, rows, uploads, words
from tests.browser.visitors import PHONE, Visitor, wait_for


def write_one(who: Visitor) -> None:
    """An answer with a picture and a text."""
    who.goto("/admin/canned-answers/new")
    who.page.get_by_label("Name").fill("Prices")
    who.page.get_by_label("Text").fill("Here you are, {customer}.")
    choose(who, picture(name="prices.png"), words("terms.txt"))
    expect(uploads(who)).to_have_count(2)
    for number in range(2):
        expect(uploads(who).nth(number)).to_have_attribute("data-state", "here")
    assert who.axe() == []
    assert who.overflows() == []
    who.page.get_by_role("button", name="Save").click()
    expect(who.page.locator(".plain-row")).to_contain_text("2 files")


def use_it(who: Visitor) -> None:
    who.composer.press_sequentially("/pri")
    expect(who.page.get_by_role("option")).to_have_count(1)
    who.composer.press("Enter")
    expect(who.composer).to_have_value("Here you are, Lena.")
    expect(uploads(who)).to_have_count(2)


def test_chosen_in_a_chat_it_brings_its_files(visit: Visit, desk: Desk) -> None:
    lena, ana = in_conversation(visit)
    write_one(ana)
    ana.goto("/admin/messages").open_chat("Lena Ortiz").is_online()
    asked: list[str] = []
    ana.page.on("request", lambda request: asked.append(request.method))
    use_it(ana)
    for number in range(2):
        expect(uploads(ana).nth(number)).to_have_attribute("data-state", "here")
    is_drawn(uploads(ana).first.locator("img"))
    assert ana.axe() == []
    ana.page.reload()
    ana.is_online()
    expect(uploads(ana)).to_have_count(2)
    expect(uploads(ana).first).to_have_attribute("data-state", "here")
    before = rows(desk)
    terms = uploads(ana).filter(has_text="terms.txt")
    terms.get_by_role("button", name="Do not send it").click()
    expect(uploads(ana)).to_have_count(1)
    wait_for(ana, lambda: rows(desk) == before - 1)
    ana.composer.press("Enter")
    is_drawn(lena.message("Here you are, Lena.").get_by_role("img"))
    expect(uploads(ana)).to_have_count(0)
    assert "PATCH" not in asked  # nothing went up a second time
    assert "terms.txt" not in lena.log.inner_text()
    ana.page.reload()
    ana.is_online()
    expect(uploads(ana)).to_have_count(0)


def test_who_has_written_on_meanwhile_gives_up_its_files(visit: Visit, desk: Desk) -> None:
    _, ana = in_conversation(visit)
    write_one(ana)
    ana.goto("/admin/messages").open_chat("Lena Ortiz").is_online()
    before = rows(desk)
    told: list[str | bytes] = []
    ana.page.on("websocket", lambda line: line.on("framesent", lambda frame: told.append(frame)))
    ana.page.reload()
    ana.is_online()
    ana.composer.press_sequentially("/pri")
    option = ana.page.get_by_role("option")
    expect(option).to_have_count(1)
    # Before there can be an answer.
    option.evaluate("(each) => { each.click(); document.activeElement.value = 'No, wait'; }")
    wait_for(ana, lambda: sum("give_up_file" in str(frame) for frame in told) == 2)
    wait_for(ana, lambda: rows(desk) == before)
    expect(ana.composer).to_have_value("No, wait")
    expect(uploads(ana)).to_have_count(0)


def test_its_page_keeps_takes_away_and_adds(visit: Visit, desk: Desk) -> None:
    _, ana = in_conversation(visit)
    write_one(ana)
    ana.page.set_viewport_size(PHONE)
    ana.page.get_by_role("link", name="Prices").click()
    assert ana.axe() == []
    assert ana.overflows() == []
    ana.page.get_by_role("checkbox", name="terms.txt").uncheck()
    choose(ana, words("new.txt"))
    expect(uploads(ana)).to_have_attribute("data-state", "here")
    ana.page.get_by_role("button", name="Save").click()
    expect(ana.page.locator(".plain-row")).to_contain_text("2 files")
    ana.page.get_by_role("link", name="Prices").click()
    named = ana.page.locator("[name=files]:checked")
    expect(named).to_have_count(2)
    expect(ana.page.get_by_role("checkbox", name="new.txt")).to_be_checked()
    expect(ana.page.get_by_role("checkbox", name="terms.txt")).to_have_count(0)
    assert rows(desk) == 2
