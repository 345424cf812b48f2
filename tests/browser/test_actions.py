"""What is done to chats, one or many, and undone; a selection that stays with its chats."""

from playwright.sync_api import Locator, Route, expect

from app.operations import topics
from tests.browser.conftest import Desk, Visit
from tests.browser.test_snoozes import press_in_menu, snooze, with_a_chat
from tests.browser.visitors import PHONE, Visitor


def undo_of(who: Visitor) -> None:
    who.page.locator("#toasts").get_by_role("button", name="Undo").press("Enter")


def box_of(who: Visitor, name: str) -> Locator:
    return who.page.get_by_role("checkbox", name=name)


def test_closed_by_mistake_and_open_again(visit: Visit) -> None:
    lena, ana = with_a_chat(visit)
    header = ana.page.locator("#chat-header")
    ana.page.locator("#chat-closure").click()
    expect(header).to_have_attribute("data-status", "closed")
    toast = ana.page.locator(".toast", has_text="Closed")
    expect(toast).to_be_visible()
    assert ana.axe() == []
    undo_of(ana)
    expect(header).to_have_attribute("data-status", "open")
    expect(ana.page.locator(".toast-title")).to_have_text(["Undone"])
    expect(lena.page.locator(".log")).to_contain_text("reopened the chat")
    expect(ana.page.locator("#chat-closure")).to_contain_text("Close")


def test_the_offer_stands_for_ten_seconds(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    ana.page.clock.install()
    ana.page.reload()
    ana.page.locator("#chat-closure").click()
    offer = ana.page.locator("#toasts").get_by_role("button", name="Undo")
    expect(offer).to_be_visible()
    ana.page.clock.pause_at(ana.page.evaluate("Date.now() / 1000 + 0.5"))
    ana.page.clock.run_for(8_000)
    expect(offer).to_be_visible()
    ana.page.clock.run_for(2_000)
    expect(offer).to_have_count(0)
    ana.page.keyboard.press("Control+z")  # nor by the key
    ana.page.clock.run_for(1_000)
    expect(ana.page.locator("#chat-header")).to_have_attribute("data-status", "closed")


def test_by_the_key_where_nothing_is_written(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    header = ana.page.locator("#chat-header")
    snooze(ana, "Tomorrow morning")
    expect(ana.page.locator(".header-snoozed")).to_be_visible()
    field = ana.page.locator(".composer textarea")
    field.fill("I write")
    field.press("Control+z")  # which is the field's
    expect(ana.page.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()
    expect(ana.page.locator(".header-snoozed")).to_be_visible()
    field.fill("")
    field.press("Control+z")
    expect(ana.page.locator(".header-snoozed")).to_have_count(0)
    expect(header).to_have_attribute("data-status", "open")
    ana.page.locator("#chat-list h2").click()
    ana.page.keyboard.press("Control+z")  # there is nothing more
    expect(header).to_have_attribute("data-status", "open")


def test_the_keys_after_a_box_was_clicked_and_with_caps_lock(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    header = ana.page.locator("#chat-header")
    ana.page.locator("#chat-closure").click()
    expect(header).to_have_attribute("data-status", "closed")
    expect(ana.page.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()
    box_of(ana, "Lena Ortiz").click()
    expect(box_of(ana, "Lena Ortiz")).to_be_focused()
    ana.page.keyboard.press("Control+z")
    expect(header).to_have_attribute("data-status", "open")
    ana.row("Lena Ortiz").locator(".chat-link").press("P")  # which is no Shift
    expect(ana.row("Lena Ortiz").locator(".row-pin")).to_be_visible()


def test_the_way_back_stays_where_it_could_not_be_gone(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    ana.loses_its_line()
    ana.page.locator("#chat-closure").click()
    way = ana.page.locator("#toasts").get_by_role("button", name="Undo")
    expect(way).to_be_visible()
    ana.page.route("**/actions/undo", lambda route: route.abort())
    with ana.page.expect_event("requestfailed"):
        way.press("Enter")
    expect(ana.page.locator(".toast[data-kind=error]")).to_be_visible()
    expect(way).to_be_visible()
    ana.page.unroute("**/actions/undo")
    way.press("Enter")
    expect(ana.page.locator("#chat-header")).to_have_attribute("data-status", "open")
    expect(way).to_have_count(0)
    expect(ana.row("Lena Ortiz").locator(".chat-link")).to_be_focused()


def test_what_a_colleague_has_changed_since_stays(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    ben = visit("manager", "/admin/messages")
    ben.open_chat("Lena Ortiz")
    ana.page.locator("#chat-closure").click()
    expect(ben.page.locator("#chat-header")).to_have_attribute("data-status", "closed")
    ben.page.locator("#chat-closure").click()
    expect(ana.page.locator("#chat-header")).to_have_attribute("data-status", "open")
    ana.expects("409")
    undo_of(ana)
    expect(ana.page.locator(".toast[data-kind=error]")).to_contain_text("has changed since")
    expect(ben.page.locator("#chat-header")).to_have_attribute("data-status", "open")


def test_marked_and_tagged_and_taken_back(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    field = ana.page.get_by_label("Add a tag")
    field.fill("Refund")
    field.press("Enter")
    expect(ana.page.locator("#chat-tags .tag")).to_have_text("Refund")
    undo_of(ana)
    expect(ana.page.locator("#chat-tags .tag")).to_have_count(0)
    press_in_menu(ana, "Mark as unread")
    expect(ana.row("Lena Ortiz").locator(".row-unread")).to_be_visible()
    ana.page.keyboard.press("Control+z")
    expect(ana.row("Lena Ortiz").locator(".row-unread")).to_be_hidden()


def test_a_selection_stays_with_its_chats_whatever_comes(visit: Visit) -> None:
    lena, ana = with_a_chat(visit)
    marcus = visit("customer2").open_widget()
    marcus.say("Hello?")
    ana.lists("Marcus Bell", "Lena Ortiz")
    ana.row("Lena Ortiz").locator(".chat-link").press("x")
    bar = ana.page.locator("#selection")
    expect(bar).to_contain_text("1 selected")
    assert ana.axe() == []
    lena.say("One thing more")
    ana.lists("Lena Ortiz", "Marcus Bell")
    expect(box_of(ana, "Lena Ortiz")).to_be_checked()
    expect(box_of(ana, "Marcus Bell")).not_to_be_checked()
    ana.page.evaluate("document.getElementById('chat-search').dispatchEvent(new Event('search'))")
    ana.page.wait_for_load_state("networkidle")
    expect(box_of(ana, "Lena Ortiz")).to_be_checked()
    expect(bar).to_contain_text("1 selected")
    bar.get_by_role("button", name="Close").click()
    expect(ana.row("Lena Ortiz")).to_contain_text("Closed")
    expect(ana.row("Marcus Bell")).to_contain_text("Waiting")
    expect(bar).to_have_count(0)
    undo_of(ana)
    expect(ana.row("Lena Ortiz")).not_to_contain_text("Closed")


def test_many_at_once_a_range_and_all_that_are_shown(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    marcus = visit("customer2").open_widget()
    marcus.say("Hello?")
    ana.lists("Marcus Bell", "Lena Ortiz")
    ana.row("Marcus Bell").locator(".chat-link").press("x")
    ana.row("Lena Ortiz").locator(".chat-link").press("Shift+X")
    bar = ana.page.locator("#selection")
    expect(bar).to_contain_text("2 selected")
    ana.page.keyboard.press("Escape")
    expect(bar).to_have_count(0)
    box_of(ana, "Marcus Bell").check()
    bar.get_by_role("button", name="Select all shown").click()
    expect(bar).to_contain_text("2 selected")
    bar.locator("summary[aria-label='Add a tag']").click()
    bar.locator("input[name=name]").fill("Refund")
    ana.page.keyboard.press("Enter")
    for name in ("Lena Ortiz", "Marcus Bell"):
        expect(ana.row(name).locator(".tag")).to_have_text("Refund")
    expect(ana.page.locator(".toast", has_text="Tagged · 2 chats")).to_be_visible()
    ana.page.keyboard.press("Control+z")
    expect(ana.row("Lena Ortiz").locator(".tag")).to_have_count(0)


def test_on_a_phone_by_a_button(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit, viewport=PHONE)
    ana.page.locator("#chat-back").click()
    ana.page.get_by_role("button", name="Select chats").click()
    box_of(ana, "Lena Ortiz").check()
    bar = ana.page.locator("#selection")
    expect(bar).to_contain_text("1 selected")
    assert ana.overflows() == []
    assert ana.axe() == []
    bar.get_by_role("button", name="Archive").click()
    expect(ana.row("Lena Ortiz")).to_have_count(0)
    undo_of(ana)
    expect(ana.row("Lena Ortiz")).to_be_visible()


def test_each_action_is_done_while_others_are_on_their_way(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    page, link = ana.page, ana.row("Lena Ortiz").locator(".chat-link")
    held: list[Route] = []
    page.route("**/admin/actions", lambda route: hold(route, held))
    bar = page.locator("#selection")
    for name in ("Mark as unread", "Mark as read", "Close"):
        link.press("x")
        expect(bar).to_contain_text("1 selected")
        with page.expect_request(lambda request: request.method == "POST"):
            # A second press of who is quick does nothing.
            bar.get_by_role("button", name=name).evaluate("(it) => (it.click(), it.click())")
        expect(bar).to_have_count(0)
    for route in held:
        route.continue_()
    expect(ana.row("Lena Ortiz")).to_contain_text("Closed")
    assert [(route.request.post_data or "").split("&")[0] for route in held] == [
        "action=mark_unread",
        "action=mark_read",
        "action=close",
    ]


def hold(route: Route, held: list[Route]) -> None:
    if route.request.method == "POST":
        held.append(route)
    else:
        route.continue_()


def test_what_could_not_be_done_leaves_the_selection(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    ana.loses_its_line()
    page, bar = ana.page, ana.page.locator("#selection")
    ana.row("Lena Ortiz").locator(".chat-link").press("x")
    expect(bar).to_contain_text("1 selected")
    page.route("**/admin/actions", lambda route: refuse(route))
    bar.get_by_role("button", name="Close").click()
    expect(page.locator(".toast[data-kind=error]")).to_be_visible()
    expect(box_of(ana, "Lena Ortiz")).to_be_checked()
    expect(bar).to_contain_text("1 selected")
    page.unroute("**/admin/actions")
    bar.get_by_role("button", name="Close").click()
    expect(ana.row("Lena Ortiz")).to_contain_text("Closed")


def refuse(route: Route) -> None:
    if route.request.method == "POST":
        route.abort()
    else:
        route.continue_()


def test_the_button_ends_at_once_what_a_key_has_begun(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    ana.row("Lena Ortiz").locator(".chat-link").press("x")
    bar = ana.page.locator("#selection")
    expect(bar).to_contain_text("1 selected")
    button = ana.page.get_by_role("button", name="Select chats")
    button.click()
    expect(bar).to_have_count(0)
    expect(box_of(ana, "Lena Ortiz")).not_to_be_checked()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_an_evening_that_has_come_is_not_offered(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    for hour, is_offered in (("12", True), ("19", False)):
        ana.page.clock.set_fixed_time(f"2030-01-07T{hour}:00:00")
        ana.row("Lena Ortiz").locator(".chat-link").press("x")
        ana.page.locator("#selection summary[aria-label^=Snooze]").click()
        expect(ana.page.get_by_role("button", name="Tomorrow morning")).to_be_visible()
        evening = ana.page.get_by_role("button", name="This evening")
        expect(evening).to_be_visible(visible=is_offered)
        ana.page.keyboard.press("Escape")
        ana.page.get_by_role("button", name="Select none").click()


def test_priority_and_topic_of_a_selection_and_of_a_chat_are_taken_back(
    visit: Visit, desk: Desk
) -> None:
    topics.make(desk.people.maya, "Invoices")
    _lena, ana = with_a_chat(visit)
    row = ana.row("Lena Ortiz")
    box_of(ana, "Lena Ortiz").click()
    bar = ana.page.locator("#selection")
    bar.locator("summary[aria-label=Priority]").click()
    assert ana.axe() == []
    bar.get_by_role("button", name="Urgent").click()
    expect(row.locator("[data-priority=urgent]")).to_be_visible()
    undo_of(ana)
    expect(row.locator("[data-priority]")).to_have_count(0)
    box_of(ana, "Lena Ortiz").click()
    bar.locator("summary[aria-label=Topic]").press("Enter")
    bar.get_by_role("button", name="Invoices").press("Enter")
    expect(ana.page.locator("#chat-header")).to_contain_text("Invoices")
    undo_of(ana)
    expect(ana.page.locator("#chat-header")).not_to_contain_text("Invoices")
    press_in_menu(ana, "High priority")
    expect(ana.page.locator("#chat-header [data-priority=high]")).to_be_visible()
    ana.page.keyboard.press("Control+z")
    expect(ana.page.locator("#chat-header [data-priority]")).to_have_count(0)
    ana.page.locator("#topic-of-chat").select_option(label="Invoices")
    ana.page.locator("#chat-topic button").press("Enter")
    expect(ana.page.locator("#chat-header")).to_contain_text("Invoices")
    undo_of(ana)
    expect(ana.page.locator("#chat-header")).not_to_contain_text("Invoices")
    expect(ana.page.locator("#topic-of-chat")).to_have_value("")
