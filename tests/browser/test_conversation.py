"""A customer and an agent talk, each in a browser of their own."""

import re
from typing import Any

import pytest
from playwright.sync_api import WebSocketRoute, expect

from app import clock
from app.cli import factories
from app.cli.factories import ChatPast, save
from app.direction import isolated
from app.operations import messages
from app.operations.messages import Draft
from app.queries import counts, presence
from tests.browser.conftest import Desk, Visit
from tests.browser.visitors import PHONE, Visitor, until, wait_for

MINUTE = 60_000
# Counts the sounds instead of making them.
SILENT = "window.rung = 0; HTMLMediaElement.prototype.play = async () => { window.rung += 1 }"
# Whatever has begun to tell of a message has done so.
AFTER_THE_BELL = "id => navigator.locks.request(`deskbell:bell:${id}`, async () => {})"


def in_conversation(visit: Visit, **options: Any) -> tuple[Visitor, Visitor]:
    """Lena with the widget open and Ana with Lena's chat, after a first message."""
    ana = visit("agent", "/admin/messages", **options)
    lena = visit("customer", **options).open_widget()
    lena.say("Is somebody there?")
    ana.open_chat("Lena Ortiz").sees("Is somebody there?")
    return lena, ana


def test_a_first_message_waits_is_opened_and_answered_live(visit: Visit, desk: Desk) -> None:
    ana = visit("agent", "/admin/messages")
    lena = visit("customer").open_widget()
    lena.say("Hello, is my order on its way?")
    lena.sees("Hello, is my order on its way?")
    expect(lena.page.locator("#widget-status")).to_contain_text("You are next in the queue")

    row = ana.row("Lena Ortiz")
    expect(row).to_have_attribute("data-status", "waiting")
    expect(row.locator(".badge")).to_have_text(re.compile("^Waiting (now|1 min)$"))
    expect(row.locator(".row-unread")).to_contain_text("1")
    expect(ana.page).to_have_title(re.compile(r"^\(1\)"))
    expect(ana.page.locator("#toasts .toast")).to_contain_text("Lena Ortiz")

    ana.open_chat("Lena Ortiz").sees("Hello, is my order on its way?")
    expect(lena.log.locator(".system-line")).to_contain_text("Ana Weber joined")
    expect(lena.page.locator("#widget-status .widget-name")).to_have_text("Ana Weber")
    expect(row).to_have_attribute("data-status", "open")
    lena.ticks("Hello, is my order on its way?", "read")

    ana.say("It leaves tomorrow.")
    lena.sees("It leaves tomorrow.")
    ana.ticks("It leaves tomorrow.", "read")
    assert lena.texts() == ana.texts() == ["Hello, is my order on its way?", "It leaves tomorrow."]
    assert counts.wrong() == {}


def test_each_sees_the_other_typing_and_stopping(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    lena.composer.press_sequentially("I was")
    expect(ana.log.locator(".typing")).to_be_visible()
    expect(ana.row("Lena Ortiz").locator(".row-typing")).to_be_visible()
    lena.composer.press("Enter")
    expect(ana.log.locator(".typing")).to_be_hidden()
    ana.composer.press_sequentially("Yes")
    expect(lena.log.locator(".typing")).to_be_visible()
    expect(lena.log.locator(".typing")).to_be_hidden(timeout=12_000)


def test_who_types_is_not_stopped_by_a_colleague_who_takes_the_chat(visit: Visit) -> None:
    ana, ben = visit("agent", "/admin/messages"), visit("agent2", "/admin/messages")
    lena = visit("customer").open_widget()
    lena.say("Is somebody there?")
    expect(ben.row("Lena Ortiz")).to_be_visible()
    row = ana.row("Lena Ortiz")
    lena.composer.press_sequentially("I was")
    expect(row.locator(".row-typing")).to_be_visible()
    ben.open_chat("Lena Ortiz")
    expect(row).to_have_attribute("data-status", "open")
    lena.composer.press_sequentially(" wondering")  # nothing that is told: they type all the time
    assert row.evaluate("row => row.classList.contains('is-typing')")


def test_a_closed_widget_counts_what_it_has_not_shown(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    lena.page.keyboard.press("Escape")
    expect(lena.page.locator("#widget-button")).to_be_focused()
    ana.say("One")
    ana.say("Two")
    expect(lena.page.locator("#widget-unread")).to_contain_text("2")
    ana.ticks("Two", "delivered")
    lena.page.reload()
    expect(lena.page.locator("#widget-unread")).to_contain_text("2")
    lena.open_widget()
    ana.ticks("Two", "read")
    expect(lena.page.locator("#widget-unread")).to_be_hidden()


def test_the_widget_stays_open_or_closed_through_a_reload(visit: Visit) -> None:
    lena = visit("customer").open_widget()
    lena.page.reload()
    expect(lena.composer).to_be_visible()
    lena.page.locator("#widget-button").click()
    expect(lena.page.locator("#widget")).to_be_hidden()
    lena.page.reload()
    expect(lena.page.locator("#widget-button")).to_have_attribute("aria-expanded", "false")
    expect(lena.page.locator("#widget")).to_be_hidden()


def test_enter_sends_once_and_shift_enter_breaks_the_line(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    lena.composer.press_sequentially("one")
    lena.composer.press("Shift+Enter")
    lena.composer.press_sequentially("two")
    for _ in range(3):
        lena.composer.press("Enter")
    expect(ana.log.locator("article.message")).to_have_count(2)
    assert ana.texts()[1] == "one\ntwo"
    expect(lena.composer).to_have_value("")


def test_the_counter_warns_near_the_limit_and_too_much_is_not_sent(visit: Visit) -> None:
    lena = visit("customer").open_widget()
    lena.composer.fill("é" * 4990)
    expect(lena.page.locator(".composer-count")).to_contain_text("10")
    lena.composer.fill("é" * 5001)
    expect(lena.page.locator(".composer-count")).to_contain_text("1")
    lena.composer.press("Enter")
    assert lena.texts() == []
    expect(lena.composer).to_have_value("é" * 5001)


def test_reading_does_not_hide_an_unanswered_customer(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    lena.ticks("Is somebody there?", "read")
    row = ana.row("Lena Ortiz")
    expect(row).to_have_attribute("data-needs-reply", "true")
    ana.page.reload()
    expect(row).to_have_attribute("data-needs-reply", "true")
    ana.page.locator(".filter[data-filter=needs_reply]").click()
    expect(ana.page.locator("#chat-rows[data-filter=needs_reply]")).to_be_attached()
    expect(row).to_be_visible()
    ana.say("I am.")
    ana.sees("I am.")
    expect(row).to_have_attribute("data-needs-reply", "false")
    with ana.page.expect_response(re.compile("/rows")):  # as the page asks once its line is back
        ana.page.locator("#chat-search").dispatch_event("search")
    ana.page.evaluate("() => new Promise(requestAnimationFrame)")
    expect(row).to_have_attribute("data-needs-reply", "false")
    # Whoever chooses a list wants what is in it: also of the one that is still there, since the
    # other was asked for in vain.
    held: list[Any] = []
    ana.page.route(re.compile("filter=waiting"), lambda route: held.append(route))
    ana.page.locator(".filter[data-filter=waiting]").click()
    wait_for(ana, lambda: held)
    ana.page.locator(".filter[data-filter=needs_reply]").click()
    expect(row).to_have_count(0)


def test_a_draft_stays_with_its_chat(visit: Visit) -> None:
    marcus = visit("customer2").open_widget()
    marcus.say("My parcel is late.")
    marcus.sees("My parcel is late.")
    _lena, ana = in_conversation(visit)
    ana.composer.fill("Dear Lena")
    ana.open_chat("Marcus Bell")
    expect(ana.composer).to_have_value("")
    ana.composer.fill("Dear Marcus")
    ana.open_chat("Lena Ortiz")
    expect(ana.composer).to_have_value("Dear Lena")
    ana.page.reload()
    expect(ana.composer).to_have_value("Dear Lena")
    ana.open_chat("Marcus Bell")
    expect(ana.composer).to_have_value("Dear Marcus")


def test_a_chat_has_an_address_that_reload_and_back_keep(visit: Visit) -> None:
    marcus = visit("customer2").open_widget()
    marcus.say("My parcel is late.")
    _lena, ana = in_conversation(visit)
    lenas = ana.page.url
    assert re.search(r"/admin/messages/\d+$", lenas)
    ana.open_chat("Marcus Bell")
    ana.page.go_back()
    expect(ana.page).to_have_url(lenas)
    expect(ana.page.locator("#conversation .header-name")).to_have_text("Lena Ortiz")
    ana.page.reload()
    expect(ana.page.locator("#conversation .header-name")).to_have_text("Lena Ortiz")
    ana.say("Hello")
    ana.sees("Hello")


def test_two_agents_in_one_chat_see_each_other(visit: Visit) -> None:
    _lena, ana = in_conversation(visit)
    ben = visit("agent2", "/admin/messages").open_chat("Lena Ortiz")
    expect(ana.page.locator("#viewers")).to_contain_text("Ben Carter is viewing")
    expect(ben.page.locator("#viewers")).to_contain_text("Ana Weber is viewing")
    ben.composer.press_sequentially("May I")
    expect(ana.log.locator(".typing")).to_contain_text("Ben Carter")
    ben.open_chat("Lena Ortiz").goto("/admin")
    expect(ana.page.locator("#viewers")).not_to_contain_text("Ben")


def test_of_two_who_open_a_waiting_chat_one_is_told_who_has_it(visit: Visit, desk: Desk) -> None:
    lena = visit("customer").open_widget()
    lena.say("Hello")
    lena.sees("Hello")
    ana, ben = visit("agent", "/admin/messages"), visit("agent2", "/admin/messages")
    for agent in (ana, ben):
        expect(agent.row("Lena Ortiz")).to_be_visible()
        agent.expects("409")
    # Ana's claim is held on its way until Ben has opened the chat as well: the claims race.
    held: list[Any] = []
    ana.page.route("**/assignment", lambda route: held.append(route))
    ana.row("Lena Ortiz").locator("a").click()
    expect(ana.composer).to_be_visible()
    ben.row("Lena Ortiz").locator("a").click()
    expect(ben.composer).to_be_visible()
    wait_for(ana, lambda: held)
    held[0].continue_()
    for agent in (ana, ben):
        expect(agent.page.locator("#chat-header")).to_have_attribute("data-status", "open")
    holders = {
        agent.page.locator("#chat-header .menu .button-word").first.inner_text()
        for agent in (ana, ben)
    }
    assert len(holders) == 1
    assert holders <= {"Ana Weber", "Ben Carter"}
    loser = ben if holders == {"Ana Weber"} else ana
    told = f"{isolated(holders.pop())} has this chat"
    expect(loser.page.locator("#toasts")).to_contain_text(told)


def test_assign_close_and_reopen(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    ben = visit("agent2", "/admin/messages")
    ana.page.get_by_label(f"Assigned to {isolated('Ana Weber')}").click()
    ana.page.get_by_role("button", name="Ben Carter").click()
    expect(ana.page.locator("#chat-header .menu .button-word").first).to_have_text("Ben Carter")
    expect(ben.row("Lena Ortiz").locator(".row-agent")).to_have_text("Ben Carter")
    expect(lena.page.locator("#widget-status .widget-name")).to_have_text("Ben Carter")

    ana.page.get_by_role("button", name="Close", exact=True).click()
    expect(ana.row("Lena Ortiz")).to_have_attribute("data-status", "closed")
    expect(lena.log.locator(".system-line").last).to_contain_text("closed")
    ana.page.get_by_role("button", name="Reopen").click()
    expect(ana.row("Lena Ortiz")).to_have_attribute("data-status", "open")

    ana.page.get_by_role("button", name="Close", exact=True).click()
    expect(ana.row("Lena Ortiz")).to_have_attribute("data-status", "closed")
    lena.say("One more thing")
    expect(ana.row("Lena Ortiz")).to_have_attribute("data-status", "waiting")
    expect(ana.row("Lena Ortiz").locator(".row-text")).to_have_text("One more thing")


def test_staff_starts_a_chat_and_its_customer_sees_it_come(visit: Visit) -> None:
    ana = visit("agent", "/admin/messages")
    marcus = visit("customer2").open_widget()
    ana.page.get_by_role("button", name="Start a chat").click()
    ana.page.get_by_label("Name or e-mail address").fill("marcus")
    choices = ana.page.locator("#customer-choices").get_by_role("button")
    expect(choices).to_have_count(1)  # not everybody any more, of whom the list is full at first
    choices.get_by_text("Marcus Bell").click()
    expect(ana.page.locator("#conversation .header-name")).to_have_text("Marcus Bell")
    ana.say("Good news about your parcel.")
    marcus.sees("Good news about your parcel.")


def test_the_filters_show_what_they_say_live(visit: Visit, desk: Desk) -> None:
    people, now = desk.people, clock.now()
    nora = factories.person("Nora Old")
    over = ChatPast(nora, now - 9 * MINUTE).say(nora, "Thanks", now - 9 * MINUTE)
    over.take(people.ana, now - 8 * MINUTE).close(people.ana, now - 8 * MINUTE)
    mine = ChatPast(people.lena, now - 5 * MINUTE).say(people.lena, "Hi", now - 5 * MINUTE)
    mine.take(people.ana, now - 4 * MINUTE).say(people.ana, "Hello", now - 4 * MINUTE)
    waits = ChatPast(people.marcus, now - MINUTE).say(people.marcus, "Hey", now - MINUTE)
    save([over, mine, waits])

    ana = visit("agent", "/admin/messages")
    ben = visit("agent2", "/admin/messages")
    wait_for(ana, lambda: len(presence.staff_online()) == 2)
    ana.lists("Marcus Bell", "Lena Ortiz", "Nora Old")
    ana.filters("needs_reply").lists("Marcus Bell")
    ana.filters("waiting").lists("Marcus Bell")
    ben.open_chat("Marcus Bell")
    ana.lists()
    expect(ana.page.get_by_text("All done here")).to_be_visible()

    ana.filters("mine").lists("Lena Ortiz")
    ben.page.locator("#assign-menu").click()
    ben.page.get_by_role("button", name="Ana Weber").click()
    ana.lists("Marcus Bell", "Lena Ortiz")
    expect(ana.page.locator(".filter[data-filter=mine] .filter-count")).to_have_text("2")

    ana.filters("unassigned").lists()
    ben.page.locator("#assign-menu").click()
    ben.page.get_by_role("button", name="Back to the queue").click()
    ana.lists("Marcus Bell")

    ana.filters("closed").lists("Nora Old")
    ben.page.locator("#chat-closure").click()
    ana.lists("Marcus Bell", "Nora Old")
    ben.page.locator("#chat-closure").click()
    ana.lists("Nora Old")


def test_news_of_another_chat_is_listed_first_counted_and_heard(visit: Visit, desk: Desk) -> None:
    people, now = desk.people, clock.now()
    stories = []
    for who, at in ((people.lena, now - 9 * MINUTE), (people.marcus, now - MINUTE)):
        talk = ChatPast(who, at).say(who, "Hello", at).take(people.ana, at).read(people.ana, at)
        stories.append(talk.say(people.ana, "Hi", at))
    save(stories)
    ana = visit("agent", "")
    ana.context.add_init_script(SILENT)
    ana.goto("/admin/messages").open_chat("Marcus Bell")
    ana.page.evaluate("window.isTheSamePage = true")
    ana.is_online()
    ana.lists("Marcus Bell", "Lena Ortiz")
    toast = ana.page.locator("#toasts .toast-link", has_text="Lena Ortiz")
    lena = visit("customer").open_widget()
    lena.say("One")
    ana.lists("Lena Ortiz", "Marcus Bell")
    shows_unread(ana, 1)
    until(ana.page, "() => window.isTheSamePage && window.rung === 1")

    mute = ana.page.locator("#mute")
    mute.click()
    expect(mute).to_have_attribute("aria-pressed", "true")
    ana.page.reload()
    expect(mute).to_have_attribute("aria-pressed", "true")
    ana.is_online()
    ana.composer.click()  # a page that was never touched is silent anyhow
    lena.say("Two")
    shows_unread(ana, 2)
    expect(toast).to_contain_text("Two")
    ana.page.evaluate(AFTER_THE_BELL, desk.people.ana.id)
    assert ana.page.evaluate("window.rung") == 0
    mute.click()
    expect(mute).to_have_attribute("aria-pressed", "false")
    ana.page.evaluate("window.rung = 0")
    lena.say("Three")
    shows_unread(ana, 3)
    until(ana.page, "() => window.rung === 1")

    toast.click()
    expect(ana.page.locator("#conversation .header-name")).to_have_text("Lena Ortiz")
    ana.sees("Three")
    shows_unread(ana, 0)


def test_what_happens_while_a_page_still_loads_is_not_missed(visit: Visit, desk: Desk) -> None:
    ana = visit("agent", "/admin")
    held: list[Any] = []
    ana.page.route(re.compile("/scripts/"), lambda route: held.append(route))
    ana.page.goto("/admin/messages", wait_until="commit")
    wait_for(ana, lambda: held)
    lena = visit("customer").open_widget()
    lena.say("Just now")
    lena.sees("Just now")
    held[0].continue_()
    wait_for(ana, presence.staff_online)
    ana.lists("Lena Ortiz")


def test_a_chat_that_begins_before_the_line_stands_is_seen_at_once(visit: Visit) -> None:
    """No word of it comes to a page that has loaded, and whose line is still on its way."""
    elsewhere = visit("customer").open_widget()
    elsewhere.is_online()
    held: list[WebSocketRoute] = []
    lena = visit("customer", "")
    lena.page.route_web_socket(re.compile("/socket.io/"), lambda line: held.append(line))
    lena.goto("/dashboard").open_widget()
    wait_for(lena, lambda: held)
    elsewhere.say("Written elsewhere")
    elsewhere.sees("Written elsewhere")
    held[0].connect_to_server()
    lena.sees("Written elsewhere")


def test_a_chat_that_comes_slowly_opens_whatever_the_list_does_meanwhile(visit: Visit) -> None:
    marcus = visit("customer2").open_widget()
    marcus.say("My parcel is late.")
    marcus.sees("My parcel is late.")
    ana = visit("agent", "/admin/messages")
    held: list[Any] = []
    ana.page.route(re.compile(r"/admin/messages/\d+$"), lambda route: held.append(route))
    ana.row("Marcus Bell").locator("a").click()
    wait_for(ana, lambda: held)
    with ana.page.expect_response("**/rows?*"):
        ana.page.locator("#chat-search").fill("Marcus")
    expect(ana.page.locator("#chat-rows")).to_have_attribute("data-q", "Marcus")
    held[0].continue_()
    expect(ana.page.locator("#conversation .header-name")).to_have_text("Marcus Bell")
    expect(ana.page.locator("#conversation")).to_have_count(1)
    expect(ana.page).to_have_url(re.compile(r"/admin/messages/\d+\?q=Marcus$"))


def test_enter_counts_before_the_scripts_have_come(visit: Visit) -> None:
    lena = visit("customer").open_widget()
    lena.say("Is somebody there?")
    lena.sees("Is somebody there?")
    ana = visit("agent", "/admin/messages").open_chat("Lena Ortiz")
    held: list[Any] = []
    ana.page.route(re.compile(r"/static/scripts/[^/]+\.js"), lambda route: held.append(route))
    ana.page.reload(wait_until="commit")
    ana.say("Good morning!")
    expect(ana.composer).to_have_value("Good morning!")  # no new line, and not sent either
    assert ana.message("Good morning!").count() == 0
    for route in held:
        route.continue_()
    ana.sees("Good morning!")
    lena.sees("Good morning!")
    expect(ana.composer).to_have_value("")
    ana.page.unroute_all()
    ana.page.reload()
    ana.sees("Good morning!")
    expect(ana.composer).to_have_value("")


def shows_unread(who: Visitor, number: int) -> None:
    """Lena's row, the badge of the tab and the title say the same, or nothing."""
    badge = who.page.locator("#unread-total")
    for count in (who.row("Lena Ortiz").locator(".row-unread"), badge):
        expect(count).to_be_visible(visible=number > 0)
        if number:
            expect(count.locator(".count-number")).to_have_text(str(number))
    expect(who.page).to_have_title(re.compile(rf"^\({number}\) " if number else r"^[^(]"))


def test_who_waits_is_told_whether_somebody_is_there_and_their_place(
    visit: Visit, desk: Desk
) -> None:
    lena, marcus = visit("customer", ""), visit("customer2", "")
    for who in (lena, marcus):
        who.page.clock.install()
        who.goto("/dashboard").open_widget()
        status = who.page.locator("#widget-status")
        expect(status).to_contain_text("Nobody is here now, leave a message")
        who.say("Hello?")
        who.sees("Hello?")
        expect(status).to_contain_text("Nobody is here now, leave a message")
    ana = visit("agent", "/admin/messages")
    wait_for(ana, presence.staff_online)
    told_in_time(lena, "You are next in the queue")
    told_in_time(marcus, "You are number 2 in the queue")
    ana.open_chat("Lena Ortiz")
    expect(lena.page.locator("#widget-status .widget-name")).to_have_text("Ana Weber")
    told_in_time(marcus, "You are next in the queue")


def told_in_time(who: Visitor, text: str) -> None:
    """At the latest half a minute after it became true."""
    who.page.clock.fast_forward(31_000)
    expect(who.page.locator("#widget-status")).to_contain_text(text)


def test_the_list_finds_a_customer_by_name_and_says_when_there_is_none(visit: Visit) -> None:
    marcus = visit("customer2").open_widget()
    marcus.say("My parcel is late.")
    _lena, ana = in_conversation(visit)
    ana.page.keyboard.press("Escape")
    ana.page.locator("#chat-search").fill("bell mar")
    expect(ana.row("Lena Ortiz")).to_have_count(0)
    expect(ana.row("Marcus Bell")).to_be_visible()
    ana.page.locator("#chat-search").fill("nobody at all")
    expect(ana.page.get_by_text("No customer found")).to_be_visible()
    ana.page.locator("#chat-search").fill("")
    expect(ana.row("Lena Ortiz")).to_be_visible()


def test_at_phone_width_the_widget_fills_the_screen_and_the_inbox_is_two_screens(
    visit: Visit,
) -> None:
    lena = visit("customer", viewport=PHONE, has_touch=True).open_widget()
    until(
        lena.page,
        "() => { const box = document.getElementById('widget').getBoundingClientRect();"
        " return box.x === 0 && box.y === 0 && box.width === 390 && box.height === 844 }",
    )
    lena.say("From my phone")
    lena.sees("From my phone")
    send = lena.page.locator(".composer .send").bounding_box()
    assert send is not None
    assert send["width"] >= 40
    assert send["height"] >= 40
    assert send["y"] + send["height"] <= 844

    ana = visit("agent", "/admin/messages", viewport=PHONE, has_touch=True)
    ana.open_chat("Lena Ortiz").sees("From my phone")
    expect(ana.page.locator("#chat-rows")).to_be_hidden()
    ana.page.get_by_label("Back to the list").click()
    expect(ana.row("Lena Ortiz")).to_be_visible()
    for who in (lena, ana):
        assert who.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_a_message_still_gets_through(visit: Visit) -> None:
    lena = visit("customer", "/widget", java_script_enabled=False)
    lena.composer.fill("From a browser without scripts")
    lena.page.get_by_role("button", name="Send").click()
    expect(lena.page.get_by_text("From a browser without scripts")).to_be_visible()


def test_the_demo_page_shows_both_sides_and_the_cut_line_recovers(visit: Visit) -> None:
    both = visit(None, "/demo")
    customer = both.page.frame_locator("#demo-customer")
    agent = both.page.frame_locator("#demo-agent")
    customer.locator(".composer-text").fill("Hello from the left")
    customer.locator(".composer-text").press("Enter")
    agent.locator(".row-text", has_text="Hello from the left").first.click()
    expect(agent.locator(".log")).to_contain_text("Hello from the left")
    both.page.get_by_role("button", name="Cut the customer").click()
    expect(customer.locator("#connection")).not_to_have_attribute("data-state", "online")
    agent.locator(".composer-text").fill("While you were away")
    agent.locator(".composer-text").press("Enter")
    customer.locator(".composer-text").fill("While I was away")
    customer.locator(".composer-text").press("Enter")
    expect(customer.locator(".log")).to_contain_text("While you were away", timeout=20_000)
    expect(agent.locator(".log")).to_contain_text("While I was away", timeout=20_000)


@pytest.mark.parametrize("width", [1280, 390])
def test_what_a_toast_says_of_a_taken_chat_is_whole(visit: Visit, desk: Desk, width: int) -> None:
    with desk.app.app_context():
        chat_id = messages.send(desk.people.lena, None, Draft("Hello")).chat_id
    viewport = {"width": width, "height": 800}
    ana = visit("agent", f"/admin/messages/{chat_id}", viewport=viewport, locale="de")
    said = ana.page.locator(".toast[data-key=taken] .toast-text")
    expect(said).to_be_visible()
    assert said.evaluate("text => text.scrollHeight <= text.clientHeight")
