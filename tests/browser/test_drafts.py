"""One person with several tabs writes: they show one draft, and send it once."""

import pytest
from playwright.sync_api import expect

from app import clock
from app.cli.factories import ChatPast, save
from tests.browser.conftest import Desk, Visit
from tests.browser.test_files import choose, uploads, words
from tests.browser.test_recovery import stored
from tests.browser.visitors import Visitor, in_front, tab_of, until

NEEDS_WINDOWS = True
DEAF = "addEventListener('storage', event => window.isDeaf && event.stopImmediatePropagation())"
NO_STORAGE = (
    "Object.defineProperty(window, 'localStorage', { get() { throw new Error('Denied') } })"
)
WRITERS = ["customer without a chat", "customer", "agent"]


def writers(visit: Visit, desk: Desk, who: str, *scripts: str) -> list[Visitor]:
    """Two tabs that show one empty composer; the second is in front."""
    if who != WRITERS[0]:
        desk.has_a_past()
    one = visit("agent" if who == "agent" else "customer", "")
    for script in scripts:
        one.context.add_init_script(script)
    if who == "agent":
        one.goto("/admin/messages").open_chat("Lena Ortiz")
    else:
        one.goto("/dashboard").open_widget()
    tabs = [one, tab_of(one)]
    for tab in tabs:
        expect(tab.composer).to_be_visible()
        tab.is_online()
    return tabs


def send_in_both(one: Visitor, other: Visitor) -> None:
    """What is written in one shows in the other, is sent from both, and leaves both."""
    other.composer.fill("Sent once")
    expect(one.composer).to_have_value("Sent once")
    other.composer.press("Enter")
    one.composer.press("Enter")
    for tab in (one, other):
        expect(tab.composer).to_have_value("")


@pytest.mark.parametrize("who", WRITERS)
def test_a_draft_that_is_sent_in_one_tab_leaves_the_other(
    visit: Visit, desk: Desk, who: str
) -> None:
    one, other = writers(visit, desk, who)
    send_in_both(one, other)
    for tab in (one, other):
        tab.sees("Sent once")
    in_front(one).say("And this")
    other.sees("And this")
    past = [] if who == WRITERS[0] else ["Hello"]
    assert one.texts() == other.texts() == stored(desk) == [*past, "Sent once", "And this"]


def test_a_draft_that_is_sent_in_two_tabs_without_a_line_is_sent_once(
    visit: Visit, desk: Desk
) -> None:
    one, other = writers(visit, desk, "customer")
    other.loses_its_line()
    one.context.set_offline(True)
    send_in_both(one, other)
    for tab in (one, other):
        expect(tab.message("Sent once")).to_have_count(1)
    one.context.set_offline(False)
    for tab in (one, other):
        tab.sees("Sent once")
    assert stored(desk) == ["Hello", "Sent once"]


def test_two_tabs_that_have_not_heard_of_each_other_send_a_draft_once(
    visit: Visit, desk: Desk
) -> None:
    one, other = writers(visit, desk, "customer", DEAF)
    other.composer.fill("Sent once")
    expect(one.composer).to_have_value("Sent once")
    one.page.evaluate("""() => {
      const [key, draft] = Object.entries(localStorage).find(([key]) => key.includes(":draft:"));
      const now = Storage.prototype.getItem;
      Storage.prototype.getItem = function (wanted) {
        return wanted === key ? draft : now.call(this, wanted);
      };
      window.isDeaf = true;
    }""")
    other.composer.press("Enter")
    one.sees("Sent once")
    expect(one.composer).to_have_value("Sent once")
    one.composer.press("Enter")
    one.say("And this")
    other.sees("And this")
    assert one.texts() == other.texts() == stored(desk) == ["Hello", "Sent once", "And this"]


def test_text_that_differs_stays(visit: Visit, desk: Desk) -> None:
    one, other = writers(visit, desk, "agent")
    other.composer.fill("Dear Lena")
    expect(one.composer).to_have_value("Dear Lena")
    # As if both had the focus, so that what is typed in one does not show in the other.
    one.page.evaluate("document.hasFocus = () => true")
    one.composer.focus()
    one.composer.press_sequentially(", it")
    one.page.evaluate("document.querySelector('.composer-text').setSelectionRange(5, 9)")
    other.composer.press("Enter")
    other.sees("Dear Lena")
    one.sees("Dear Lena")
    expect(one.composer).to_have_value("Dear Lena, it")
    selection = "[document.activeElement.selectionStart, document.activeElement.selectionEnd]"
    assert one.page.evaluate(selection) == [5, 9]
    one.page.reload()
    expect(one.composer).to_have_value("Dear Lena, it")


def test_an_edit_shows_in_the_other_tab_with_its_height_and_count(visit: Visit, desk: Desk) -> None:
    one, other = writers(visit, desk, "customer")
    height = "() => document.querySelector('.composer-text').offsetHeight"
    before = one.page.evaluate(height)
    in_front(one).composer.fill("Hello there")
    one.page.evaluate("document.activeElement.setSelectionRange(0, 5)")
    in_front(other)
    expect(other.composer).to_have_value("Hello there")
    other.composer.fill("Hello there,\nmy parcel\n" + "x" * 4_900)
    expect(one.composer).to_have_value("Hello there,\nmy parcel\n" + "x" * 4_900)
    expect(one.page.locator(".composer-count")).to_contain_text("characters left")
    assert one.page.evaluate(height) > before
    selection = "[document.activeElement.selectionStart, document.activeElement.selectionEnd]"
    assert one.page.evaluate(selection) == [0, 5]
    other.composer.fill("")
    expect(one.composer).to_have_value("")
    expect(one.page.locator(".composer-count")).to_be_hidden()


def test_a_draft_of_another_chat_than_the_open_one_shows_when_that_is_opened(
    visit: Visit, desk: Desk
) -> None:
    at = clock.now()
    save([ChatPast(desk.people.marcus, at).say(desk.people.marcus, "Hi", at)])
    one, other = writers(visit, desk, "agent")
    one.open_chat("Marcus Bell")
    other.composer.fill("Dear Lena")
    expect(one.composer).to_have_value("")
    one.open_chat("Lena Ortiz")
    expect(one.composer).to_have_value("Dear Lena")
    in_front(one).composer.fill("")
    one.open_chat("Marcus Bell")
    expect(other.composer).to_have_value("")


def test_a_tab_that_slept_shows_the_draft_as_it_is_when_it_wakes(visit: Visit, desk: Desk) -> None:
    one, other = writers(visit, desk, "customer")
    in_front(one).composer.fill("Begun here")
    in_front(other)
    session = one.context.new_cdp_session(one.page)
    for text in ("Gone on there", ""):
        session.send("Page.setWebLifecycleState", {"state": "frozen"})
        other.composer.fill(text)
        session.send("Page.setWebLifecycleState", {"state": "active"})
        expect(one.composer).to_have_value(text)


def test_a_page_out_of_the_back_forward_cache_shows_the_draft_as_it_is(
    visit: Visit, desk: Desk
) -> None:
    one, other = writers(visit, desk, "customer", DEAF)
    one.page.evaluate("window.isDeaf = true")  # as it is there
    in_front(one).composer.fill("Begun here")
    in_front(other).composer.fill("Gone on there")
    # One process of the browser learns a moment later what another has stored.
    until(one.page, "() => Object.values(localStorage).some(kept => kept.includes('Gone on'))")
    expect(one.composer).to_have_value("Begun here")
    one.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(one.composer).to_have_value("Gone on there")
    other.composer.press("Enter")
    one.sees("Gone on there")
    one.composer.press("Enter")  # what nobody wrote here, and is gone
    expect(one.composer).to_have_value("")
    one.say("And this")
    other.sees("And this")
    assert stored(desk) == ["Hello", "Gone on there", "And this"]


@pytest.mark.parametrize("focused", [True, False])
def test_a_draft_that_is_taken_away_by_logging_out_elsewhere_empties_the_field(
    visit: Visit, desk: Desk, focused: bool
) -> None:
    one, other = writers(visit, desk, "customer")
    other.composer.fill("For nobody else")
    expect(one.composer).to_have_value("For nobody else")
    tab, elsewhere = (other, one) if focused else (one, other)
    elsewhere.page.evaluate("""() => {
      const drafts = Object.keys(localStorage).filter(key => key.includes(":draft:"));
      for (const key of drafts) localStorage.removeItem(key);
    }""")
    expect(tab.composer).to_have_value("")


def test_without_storage_nothing_is_shared_and_all_is_sent(visit: Visit, desk: Desk) -> None:
    desk.has_a_past()
    one = visit("customer", "")
    one.context.add_init_script(NO_STORAGE)
    one.goto("/dashboard").open_widget()
    other = tab_of(one).open_widget()
    other.composer.fill("From the other")
    in_front(one).composer.fill("From the one")
    expect(other.composer).to_have_value("From the other")
    one.composer.press("Enter")
    one.sees("From the one")
    expect(other.composer).to_have_value("From the other")
    in_front(other).composer.press("Enter")
    one.sees("From the other")
    assert stored(desk) == ["Hello", "From the one", "From the other"]


def test_files_stay_with_the_tab_that_has_them_and_go_once(visit: Visit, desk: Desk) -> None:
    """The text of a draft is in both; what is attached is sent by the tab in whose tray it is."""
    one, other = writers(visit, desk, "customer")
    in_front(one)
    choose(one, words())
    expect(uploads(one)).to_have_attribute("data-state", "here")
    reply_to = one.message("Hello").first
    reply_to.hover()
    reply_to.get_by_role("button", name="Reply").click()
    one.composer.press_sequentially("With a file")
    in_front(other)
    expect(other.composer).to_have_value("With a file")
    other.composer.press("Enter")
    other.sees("With a file")
    one.sees("With a file")
    for tab in (one, other):
        expect(tab.composer).to_have_value("")
        expect(tab.message("With a file").locator(".quote")).to_contain_text("Hello")
    expect(uploads(other)).to_have_count(0)
    in_front(one)
    expect(uploads(one)).to_have_attribute("data-state", "here")
    one.composer.press("Enter")
    for tab in (one, other):
        expect(tab.log.locator(".message .file")).to_have_count(1)
    expect(uploads(one)).to_have_count(0)
    assert stored(desk) == ["Hello", "With a file", ""]
