"""What a newcomer stumbles over: plurals, toasts in the way, the way back, harm unasked."""

import itertools
import re
from itertools import groupby
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Route, expect
from sqlalchemy import update

from app import clock
from app.cli import factories
from app.cli.factories import ChatPast, save
from app.extensions import db
from app.models import users
from app.models.chats import Status
from tests.browser.conftest import Desk, Visit
from tests.browser.places import IS_SETTLED
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import BROKEN_OFF, PHONE, Visitor, until, wait_for
from tests.people import PASSWORD

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
TOAST = "async text => (await import('deskbell')).toast.toast({ title: text, stays: true })"


# Name beside text, and the name where its row begins, in the direction of the page.
STAND_TOGETHER = """() => [...document.querySelectorAll("#chat-rows .row-last")].every((whole) => {
  const of = (element) => element.getBoundingClientRect();
  const row = of(whole);
  const by = of(whole.querySelector(".row-by"));
  const text = of(whole.querySelector(".row-text"));
  const isRtl = document.documentElement.dir === "rtl";
  const gap = isRtl ? by.left - text.right : text.left - by.right;
  const indent = isRtl ? row.right - by.right : by.left - row.left;
  return gap >= 0 && gap <= 12 && Math.abs(indent) <= 1;
})"""
# Numbers and notes of the overview's figures, two of them beside each other.
STAND_IN_LINE = """() => [".figure-number", ".figure-note"].every((part) => {
  const tops = [...document.querySelectorAll(part)].map((each) => each.getBoundingClientRect().top);
  const isLevel = (one, other) => Math.abs(tops[one] - tops[other]) < 1;
  return isLevel(0, 1) && isLevel(2, 3) && !isLevel(0, 2);
})"""


def box_of(element: Locator) -> dict[str, float]:
    expect(element).to_be_visible()
    box = element.evaluate("element => element.getBoundingClientRect().toJSON()")
    return {side: box[side] for side in ("left", "right", "top", "bottom")}


def lies_over(one: Locator, other: Locator) -> bool:
    a, b = box_of(one), box_of(other)
    is_beside = a["right"] <= b["left"] or b["right"] <= a["left"]
    return not (is_beside or a["bottom"] <= b["top"] or b["bottom"] <= a["top"])


def lies_over_its_middle(one: Locator, other: Locator) -> bool:
    a, b = box_of(one), box_of(other)
    x, y = (b["left"] + b["right"]) / 2, (b["top"] + b["bottom"]) / 2
    return a["left"] < x < a["right"] and a["top"] < y < a["bottom"]


@pytest.mark.parametrize(
    ("language", "one", "both"),
    [
        ("en-GB", "Ana Weber is typing", "Ana Weber and Ben Carter are typing"),
        ("de", "Ana Weber schreibt", "Ana Weber und Ben Carter schreiben"),
        ("ar", "رسالة قيد الكتابة من Ana Weber", "رسالتان قيد الكتابة من Ana Weber وBen Carter"),
    ],
)
def test_two_who_type_are_told_of_in_the_plural(
    visit: Visit, language: str, one: str, both: str
) -> None:
    lena = visit("customer", locale=language).open_widget()
    lena.say("Is somebody there?")
    ana = visit("agent", "/admin/messages").open_chat("Lena Ortiz")
    ben = visit("agent2", "/admin/messages").open_chat("Lena Ortiz")
    typing = lena.log.locator(".typing-name")
    ana.composer.press_sequentially("Y")
    expect(typing).to_have_text(one)
    for _ in range(40):  # who pauses has stopped, and the machine may be slow
        for colleague in (ana, ben):
            colleague.composer.press("y")
        if typing.inner_text() == both:
            return
    expect(typing).to_have_text(both)


def test_who_writes_fast_is_told_calmly_in_the_chat_until_all_is_sent(visit: Visit) -> None:
    lena = visit("customer", viewport=PHONE, has_touch=True).open_widget()
    texts = [f"message {number:02}" for number in range(14)]
    for text in texts:
        lena.say(text)
    strip = lena.page.locator("#connection")
    expect(strip.locator(".connection-slow")).to_be_visible()
    expect(strip).to_contain_text("Sending slowly")
    expect(lena.page.locator("#toasts .toast")).to_have_count(0)
    expect(lena.log.locator("[data-status=pending]")).to_have_count(0, timeout=60_000)
    lena.line_is("online")
    expect(strip.locator(".connection-slow")).to_be_hidden()
    expect(lena.page.locator("#toasts .toast")).to_have_count(0)
    assert lena.texts() == texts


def test_on_a_phone_a_touch_goes_through_a_toast_to_what_it_covers(visit: Visit) -> None:
    lena = visit("customer", viewport=PHONE, has_touch=True).open_widget()
    for number in range(9):
        lena.say(f"{number}\n\na\n\nb\n\nc")
        expect(lena.log.locator("[data-seq] .bubble")).to_have_count(number + 1)
    lena.page.evaluate(TOAST, "That was too fast. Please wait a moment.")
    toast = lena.page.locator(".toast")
    expect(toast).to_be_visible()
    under = lena.log.get_by_role("button", name="React")
    covered = [each for each in under.all() if lies_over_its_middle(toast, each)]
    assert covered
    box = box_of(covered[0])
    lena.page.touchscreen.tap((box["left"] + box["right"]) / 2, (box["top"] + box["bottom"]) / 2)
    # What can be done with the message beneath is shown by it.
    expect(lena.log.locator(".message.is-chosen")).to_have_count(1)
    toast.get_by_role("button", name="Dismiss").click()
    expect(toast).to_have_count(0)


@pytest.mark.parametrize("size", [(390, 844), (1280, 800), (1280, 600), (600, 700)])
def test_no_toast_lies_over_the_way_out_of_the_widget(visit: Visit, size: tuple[int, int]) -> None:
    lena = visit("customer", viewport={"width": size[0], "height": size[1]}, locale="de")
    lena.open_widget()
    lena.page.evaluate(TOAST, "That was too fast. Please wait a moment.")
    toast, close = lena.page.locator(".toast"), lena.page.locator("[data-widget-close]")
    expect(toast).to_be_visible()
    expect(close).to_be_visible()
    assert not lies_over(toast, close)
    close.click()
    expect(lena.page.locator("#widget")).to_be_hidden()


def test_a_row_names_the_colleague_who_answered(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    ana.say("One moment")
    lena.sees("One moment")
    ben = visit("agent2", "/admin/messages").open_chat("Lena Ortiz")
    said_by = ana.row("Lena Ortiz").locator(".row-by")
    ben.say("me too")
    expect(said_by).to_have_text("Ben Carter:")
    ben.sees("me too")
    ben.ticks("me too", "read")  # which is news of the chat that names nobody
    ben.page.locator("#chat-closure").click()
    expect(ana.row("Lena Ortiz")).to_have_attribute("data-status", "closed")
    expect(said_by).to_have_text("Ben Carter:")
    ana.page.reload()
    expect(said_by).to_have_text("Ben Carter:")
    expect(ben.row("Lena Ortiz").locator(".row-you")).to_be_visible()


@pytest.mark.parametrize("language", ["en-GB", "ar"])
def test_name_and_text_of_a_row_stand_together_in_any_direction(
    visit: Visit, desk: Desk, language: str
) -> None:
    people, now = desk.people, clock.now()
    for who, text in ((people.lena, "مرحبا"), (people.marcus, "Hello")):
        talk = ChatPast(who, now).say(who, "?", now).take(people.ana, now)
        save([talk.say(people.ana, text, now)])
    ben = visit("agent2", "/admin/messages", locale=language)
    for name in ("Lena Ortiz", "Marcus Bell"):
        expect(ben.row(name).locator(".row-by")).to_be_visible()
    # One look at all of it, once the page has come to rest.
    until(ben.page, STAND_TOGETHER)


def test_a_search_that_finds_nothing_among_some_chats_offers_all(visit: Visit, desk: Desk) -> None:
    people, now = desk.people, clock.now()
    save([ChatPast(people.lena, now).say(people.lena, "Hello", now)])
    ana = visit("agent", "/admin/messages?filter=closed")
    ana.expects(BROKEN_OFF)
    search = ana.page.locator("#chat-search")
    expect(search).to_have_attribute("placeholder", "Search people and messages")
    search.fill("Lena")
    expect(ana.page.get_by_text("No customer found")).to_be_visible()
    ana.page.get_by_role("link", name="Search all chats").click()
    ana.lists("Lena Ortiz")
    expect(search).to_have_value("Lena")
    expect(ana.page.locator("#filter-all")).to_have_attribute("aria-current", "true")
    expect(ana.page).to_have_url(re.compile(r"/admin/messages\?q=Lena$"))
    search.fill("nobody at all")
    expect(ana.page.get_by_text("No customer found")).to_be_visible()
    expect(ana.page.get_by_role("link", name="Search all chats")).to_have_count(0)


def test_a_providers_chat_is_in_the_inbox_once_somebody_has_spoken(
    visit: Visit, desk: Desk
) -> None:
    people, now = desk.people, clock.now()
    save(
        [
            ChatPast(people.lena, now, provider=people.petra, order_id=1),
            ChatPast(people.marcus, now, provider=people.petra, order_id=2).say(
                people.petra, "Your car is ready", now
            ),
        ]
    )
    ana = visit("agent", "/admin/messages")
    ana.lists("Marcus Bell")
    ana.filters("open").lists("Marcus Bell")
    ana.goto("/admin")
    expect(ana.page.locator("#figure-open .figure-number")).to_have_text("1")


def test_the_accounts_to_try_are_the_peoples_own_and_hold_a_provider(
    visit: Visit, desk: Desk
) -> None:
    guest = visit(None, "/login")
    initials = [
        text.strip() for text in guest.page.locator(".demo-account .avatar").all_inner_texts()
    ]
    assert initials == ["LO", "MB", "AW", "BC", "ML", "AO", "PW"]
    guest.page.get_by_role("button", name="Provider").click()
    expect(guest.page.get_by_role("heading")).to_contain_text("Petra")


def test_the_customers_title_counts_what_is_unread_while_nobody_looks(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    lena.page.keyboard.press("Escape")
    ana.say("One")
    ana.say("Two")
    expect(lena.page).to_have_title(re.compile(r"^\(2\) "))
    lena.page.reload()
    expect(lena.page).to_have_title(re.compile(r"^\(2\) "))
    lena.open_widget()
    expect(lena.page).to_have_title(re.compile(r"^[^(]"))


def test_blocking_is_asked_about_first(visit: Visit) -> None:
    _lena, ana = in_conversation(visit)
    more, dialog = ana.page.locator("#more-menu"), ana.page.locator("#handling")
    for way_out in ("Escape", "Enter"):  # the focus is on what changes nothing
        more.click()
        ana.page.get_by_role("button", name="Block…").click()
        expect(dialog).to_be_visible()
        expect(dialog).to_have_accessible_name(re.compile("Lena Ortiz"))
        expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
        ana.page.keyboard.press(way_out)
        expect(dialog).to_be_hidden()
        expect(more).to_be_focused()
    expect(ana.row("Lena Ortiz")).to_have_attribute("data-status", "open")
    ana.block()
    expect(ana.row("Lena Ortiz")).to_have_attribute("data-status", "blocked")
    expect(ana.page.locator(".composer-closed")).to_be_visible()


def test_the_focus_is_back_though_the_header_came_anew_behind_the_dialog(visit: Visit) -> None:
    _lena, ana = in_conversation(visit)
    more, dialog = ana.page.locator("#more-menu"), ana.page.locator("#handling")
    more.click()
    ana.page.get_by_role("button", name="Block…").click()
    expect(dialog).to_be_visible()
    more.evaluate("menu => menu.closest('#chat-header').classList.add('was-there')")
    with ana.page.expect_response(re.compile("/header$")):
        ana.page.locator("#chat-header").dispatch_event("refresh", {"bubbles": False})
    expect(ana.page.locator("#chat-header:not(.was-there)")).to_have_count(1)
    ana.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(more).to_be_focused()


def test_a_click_counts_though_its_part_is_refreshed_in_the_middle_of_it(
    visit: Visit, desk: Desk
) -> None:
    desk.has_a_past()
    ana = visit("agent", "/admin/messages/1")
    ana.is_online()
    until(ana.page, IS_SETTLED)
    held: list[Route] = []
    header = re.compile("/admin/messages/1/header$")
    ana.page.route(header, lambda route: held.append(route), times=1)
    ana.page.locator("#chat-header").dispatch_event("refresh", {"bubbles": False})
    wait_for(ana, lambda: held)
    ana.page.locator("#more-menu").hover()
    ana.page.mouse.down()
    with ana.page.expect_response(header):
        held[0].continue_()
    until(ana.page, IS_SETTLED)
    with ana.page.expect_response(header):
        ana.page.mouse.up()
    expect(ana.page.get_by_role("button", name="Block…")).to_be_visible()


# For each time that another row came to the top: how long the mouse had rested, and since when it
# had moved over the list.
WATCH_THE_TOP = """async () => {
  const { live } = (await import("deskbell")).socket;
  const rows = document.getElementById("chat-rows");
  const top = () => rows.querySelector(".chat-row").dataset.chatId;
  let [first, moved, last] = [0, 0, top()];
  window.tops = [];
  live.on("new_chat_message", () => (window.isTold = true));
  addEventListener("pointermove", () => {
    moved = performance.now();
    first ||= moved;
  }, true);
  new MutationObserver(() => {
    const now = performance.now();
    if (top() !== last) window.tops.push([now - moved, now - first]);
    last = top();
  }).observe(rows, { childList: true });
}"""


def test_a_list_does_not_move_from_under_who_aims_at_a_row(visit: Visit, desk: Desk) -> None:
    at = clock.now() - 9 * MINUTE
    others = [factories.person(name) for name in ("Omar", "Nora", "Theo")]
    save([ChatPast(who, at).say(who, "Earlier", at) for who in others])
    ana, lena = visit("agent", "/admin/messages"), visit("customer").open_widget()
    until(ana.page, """async () => (await import("deskbell")).socket.live.isOnline""")
    rows = ana.page.locator("#chat-rows .chat-row")
    expect(rows).to_have_count(3)
    first = rows.first.get_attribute("data-chat-id")
    ana.page.evaluate(WATCH_THE_TOP)
    box = rows.nth(2).bounding_box()
    assert box is not None
    lena.say("Is it on its way?")
    for step in itertools.count():
        ana.page.mouse.move(box["x"] + 20 + step % 40, box["y"] + 10)
        if ana.page.evaluate("() => window.isTold"):
            break
    expect(rows.first.locator(".row-text")).to_have_text("Is it on its way?")
    assert rows.first.get_attribute("data-chat-id") != first
    for rested, aimed in ana.page.evaluate("() => window.tops"):
        assert rested > 450 or aimed > 2_000


def test_a_toast_goes_when_its_chat_is_opened_and_no_other(visit: Visit) -> None:
    ana = visit("agent", "/admin/messages")
    toasts = ana.page.locator("#toasts .toast")
    for count, (person, name) in enumerate((("customer", "Lena"), ("customer2", "Marcus")), 1):
        visit(person).open_widget().say(f"{name} asks")
        expect(toasts).to_have_count(count)
        ana.page.locator("#toasts").hover()  # nothing goes by itself meanwhile
    toasts.filter(has_text="Marcus asks").hover()
    ana.row("Marcus Bell").locator("a").first.dispatch_event("click")
    expect(ana.page.locator("#conversation .header-name")).to_have_text("Marcus Bell")
    expect(toasts.filter(has_text="Marcus asks")).to_have_count(0)


def test_on_a_phone_back_closes_the_window_first(visit: Visit) -> None:
    lena = visit("customer", viewport=PHONE, has_touch=True)
    window = lena.page.locator("#widget")
    entries = lena.page.evaluate("history.length")
    lena.open_widget()
    lena.page.go_back()
    expect(window).to_be_hidden()
    expect(lena.page).to_have_url(re.compile("/dashboard"))
    lena.page.go_forward()
    expect(window).to_be_visible()
    lena.page.reload()
    expect(window).to_be_visible()
    lena.page.go_back()
    expect(window).to_be_hidden()
    # Closed by its button it leaves nothing to go back through.
    for _ in range(2):
        lena.open_widget()
        lena.page.locator("[data-widget-close]").click()
        expect(window).to_be_hidden()
        until(lena.page, "() => history.state === null")
    assert lena.page.evaluate("history.length") == entries + 1


def test_on_a_desktop_the_window_is_no_entry_of_the_history(visit: Visit) -> None:
    lena = visit("customer")
    entries = lena.page.evaluate("history.length")
    lena.open_widget()
    lena.page.evaluate("location.hash = 'addresses'")
    expect(lena.page.locator("#widget")).to_be_visible()
    assert lena.page.evaluate("history.length") == entries + 1


@pytest.mark.parametrize("language", ["de", "ar"])
def test_when_somebody_was_last_seen_fits_a_phone(visit: Visit, desk: Desk, language: str) -> None:
    now = clock.now()
    name = "Wolfeschlegelsteinhausenbergerdorffvoral"
    wolf = factories.person(name, email="wolf@example.com")
    save([ChatPast(wolf, now).say(wolf, "Hello", now)])
    with db.engine.begin() as connection:
        seen = update(users.table).where(users.table.c.id == wolf.id)
        connection.execute(seen.values(last_seen_at=now - 50 * MINUTE))
    ana = visit("agent", "/admin/messages/1", viewport=PHONE, locale=language)
    line = ana.page.locator("#chat-header .header-line")
    expect(line.locator("time")).to_be_visible()
    assert line.evaluate("e => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight")
    expect(ana.page.locator(".header-name")).to_have_attribute("title", name)
    assert ana.overflows() == []


def test_an_error_page_says_a_thing_once_and_no_code(visit: Visit) -> None:
    guest: Visitor = visit(None, "/login")
    guest.expects("40[45]")
    guest.goto("/no-such-page")
    expect(guest.page.get_by_role("heading")).to_have_text("There is no such page")
    expect(guest.page.locator("main")).not_to_contain_text("not_found")
    expect(guest.page.locator(".notice-code")).to_have_text("404")
    guest.goto("/logout")
    expect(guest.page.get_by_role("heading")).to_have_text("That cannot be done here")
    expect(guest.page.locator("main")).not_to_contain_text("That did not work")


def test_the_cards_fill_the_page_and_edges_align(visit: Visit) -> None:
    lena = visit("customer", "/dashboard")
    page = lena.page
    cards = page.locator("#orders .card")
    first, last = box_of(cards.first), box_of(cards.last)
    assert last["right"] - first["left"] > 1100
    assert abs(first["left"] - box_of(page.locator(".shop-name"))["left"]) <= 1
    assert abs(first["left"] - box_of(page.get_by_role("heading", level=1))["left"]) <= 1
    assert abs(last["right"] - box_of(page.locator(".account-button .avatar"))["right"]) <= 1


def test_browsers_find_the_icon_without_a_page(visit: Visit) -> None:
    answer = visit(None, "/login").page.request.get("/favicon.ico")
    assert answer.ok
    assert "svg" in answer.headers["content-type"]


def test_who_logs_in_or_registers_writes_at_once_and_on_where_it_was_refused(
    visit: Visit,
) -> None:
    door = visit(None, "/login")
    expect(door.page.locator("#email")).to_be_focused()
    door.expects("401|422")
    door.page.keyboard.type("agent@example.com")
    door.page.keyboard.press("Enter")
    expect(door.page.locator("#password-error")).to_be_visible()
    expect(door.page.locator("#password")).to_be_focused()
    door.page.keyboard.type("not it")
    door.page.keyboard.press("Enter")
    expect(door.page.locator(".alert")).to_be_visible()
    expect(door.page.locator("#password")).to_be_focused()
    door.goto("/register")
    expect(door.page.locator("#name")).to_be_focused()
    door.page.keyboard.type("Nora New")
    door.page.keyboard.press("Enter")
    expect(door.page.locator("#email")).to_be_focused()


def test_who_clicks_twice_opens_a_thing_once(visit: Visit, desk: Desk) -> None:
    desk.has_a_past()
    lena = visit("customer")
    for _ in range(2):  # the second time it is another click, which closes it
        lena.page.locator("#widget-button").dblclick()
        expect(lena.composer).to_be_focused()
        lena.page.keyboard.press("Escape")
    lena.page.locator(".account-menu summary").dblclick()
    expect(lena.page.locator(".account-menu")).to_have_attribute("open", "")
    ana = visit("agent", "/admin/messages")
    ana.page.locator("[data-opens=new-chat]").dblclick()
    expect(ana.page.locator("#new-chat")).to_be_visible()
    ana.page.keyboard.press("Escape")
    ana.open_chat("Lena Ortiz")
    ana.page.locator("#chat-closure").dblclick()
    expect(ana.row("Lena Ortiz")).to_have_attribute("data-status", "closed")


def test_what_is_selected_in_a_dialog_may_end_beside_it(visit: Visit) -> None:
    ana = visit("agent", "/admin/messages")
    ana.page.locator("[data-opens=new-chat]").click()
    dialog, field = ana.page.locator("#new-chat"), ana.page.locator("#customer-search")
    ana.expects("htmx:(afterRequest|sendAbort)")  # of what was asked for as it opened
    field.fill("Lena")
    mouse, box = ana.page.mouse, box_of(field)
    mouse.move(box["right"] - 40, (box["top"] + box["bottom"]) / 2)
    mouse.down()
    mouse.move(5, 5)
    mouse.up()
    expect(dialog).to_be_visible()
    expect(field).to_have_value("Lena")
    mouse.click(5, 5)
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize("way", ["twice in a hurry", "again"])
def test_the_way_back_leads_to_what_was_there_before(visit: Visit, desk: Desk, way: str) -> None:
    desk.has_a_past()
    ana = visit("agent", "/admin/messages")
    entries = ana.page.evaluate("history.length")
    been: list[str] = []
    ana.page.on("framenavigated", lambda frame: been.append(urlsplit(frame.url).query))

    def click(place: Locator) -> None:
        if way == "twice in a hurry":
            place.dblclick()
        else:
            for _ in range(2):
                with ana.page.expect_response(re.compile(r"/admin/messages/(1|rows)(\?|$)")):
                    place.click()

    click(ana.page.locator("#filter-mine"))
    expect(ana.page).to_have_url(re.compile(r"/admin/messages\?filter=mine$"))
    click(ana.row("Lena Ortiz").locator("a").first)
    expect(ana.page).to_have_url(re.compile(r"/admin/messages/1\?filter=mine$"))
    click(ana.page.locator("#filter-open"))
    expect(ana.page).to_have_url(re.compile(r"/admin/messages/1\?filter=open$"))
    until(ana.page, IS_SETTLED)
    assert ana.page.evaluate("history.length") == entries + 3
    # Whoever clicks on at any moment in between leaves behind no address without its list.
    assert [query for query, _ in groupby(been)] == ["", "filter=mine", "filter=open"]
    for address in (r"/admin/messages/1\?filter=mine$", r"/admin/messages\?filter=mine$"):
        with ana.page.expect_event("load"):
            ana.page.go_back()
        expect(ana.page).to_have_url(re.compile(address))
    expect(ana.page.locator("#conversation .header-name")).to_have_count(0)


def test_a_list_that_comes_before_the_one_clicked_on_leaves_the_way_back(
    visit: Visit, desk: Desk
) -> None:
    """The list is asked for anew, since the line is there, before what was clicked on has come."""
    desk.has_a_past()
    ana = visit("agent", "/admin/messages")
    until(ana.page, IS_SETTLED)
    entries = ana.page.evaluate("history.length")
    ana.expects("htmx:(afterRequest|sendAbort)")  # of a search that the next one takes the place of
    held: list[Route] = []
    ana.page.route(re.compile(r"/rows\?filter=mine"), lambda route: held.append(route))
    ana.page.locator("#filter-mine").click()
    ana.page.evaluate("htmx.trigger('#chat-search', 'search')")
    expect(ana.page.locator("#chat-rows")).to_have_attribute("data-filter", "mine")
    held[0].continue_()
    expect(ana.page).to_have_url(re.compile(r"/admin/messages\?filter=mine$"))
    assert ana.page.evaluate("history.length") == entries + 1


@pytest.mark.parametrize(
    ("region", "written"),
    [("en-GB", r"\d+ [A-Z]\w+"), ("en-US", r"[A-Z]\w+ \d+"), ("en-CA", r"[A-Z]\w+ \d+")],
)
def test_a_date_is_written_as_where_the_browser_is_and_at_once(
    visit: Visit, desk: Desk, region: str, written: str
) -> None:
    lena, now = desk.people.lena, clock.now()
    at = now - 20 * DAY
    save([ChatPast(lena, at).say(lena, "Hello", at).put(Status.CLOSED, at)])
    ana = visit("agent", "/admin/messages", locale=region)
    until(ana.page, "() => document.querySelector('.row-top time').title !== ''")  # by the script
    shown = ana.row("Lena Ortiz").locator(".row-top time").inner_text()
    plain = visit("agent", "/admin/messages", locale=region, java_script_enabled=False)
    assert plain.row("Lena Ortiz").locator(".row-top time").inner_text() == shown
    assert re.fullmatch(written + r"(,? \d{4})?", shown)


def test_what_no_standard_calls_a_language_is_written_as_the_page_is(
    visit: Visit, desk: Desk
) -> None:
    desk.has_a_past()
    odd = "Object.defineProperty(Navigator.prototype, 'languages', { get: () => ['en-US@posix'] })"
    ana = visit("agent", "")
    ana.page.add_init_script(odd)
    ana.goto("/admin/messages")
    until(ana.page, "() => document.querySelector('.row-top time').title !== ''")


def test_an_arabic_page_keeps_its_digits_in_every_country(visit: Visit, desk: Desk) -> None:
    desk.has_a_past()
    ana = visit("agent", "/admin/messages/1", locale="ar-EG")
    until(ana.page, "() => document.querySelector('.row-top time').title !== ''")
    expect(ana.log.locator("time[data-time=clock]").first).to_have_text(
        re.compile("[0-9]{2}:[0-9]{2}")
    )


def test_a_chat_that_looking_at_it_took_says_so_once(visit: Visit, desk: Desk) -> None:
    people, now = desk.people, clock.now()
    waits = ChatPast(people.lena, now).say(people.lena, "Hello", now)
    save([waits, ChatPast(people.marcus, now).say(people.marcus, "Hi", now).take(people.ben, now)])
    ana = visit("agent", "/admin/messages")
    said = ana.page.get_by_role("status").filter(has_text="You have taken")
    ana.open_chat("Marcus Bell")
    expect(said).to_have_count(0)
    ana.open_chat("Lena Ortiz")
    expect(said).to_contain_text("You have taken the chat with Lena Ortiz")
    assert said.locator(".toast-text").evaluate("text => text.scrollHeight <= text.clientHeight")
    ana.page.locator("#toasts [data-dismiss]").click()
    for path in ("/admin/messages", "/admin/messages/1"):
        ana.goto(path)
        ana.is_online() if path.endswith("1") else ana.open_chat("Lena Ortiz")
        expect(ana.page.locator("#assign-menu")).to_contain_text("Ana Weber")
        expect(said).to_have_count(0)


@pytest.mark.parametrize("path", ["/login", "/register"])
def test_the_way_back_from_a_refusal_asks_for_no_form(visit: Visit, path: str) -> None:
    door = visit(None, path)
    door.expects("422")
    door.page.locator("main [type=submit]").first.click()
    expect(door.page.locator("#email-error")).to_be_visible()
    door.page.locator(".door-other a").last.click()
    expect(door.page.locator("#email-error")).to_have_count(0)
    door.page.go_back()
    expect(door.page).to_have_url(re.compile(f"{path}$"))
    expect(door.page.locator("#password")).to_be_visible()
    door.page.reload()
    expect(door.page.locator("#email-error")).to_have_count(0)


def test_a_name_that_is_too_long_is_not_cut(visit: Visit) -> None:
    door = visit(None, "/register")
    door.expects("422")
    name = "Nora " * 20
    for field, text in (("name", name), ("email", "nora@example.com"), ("password", PASSWORD)):
        door.page.locator(f"#{field}").fill(text)
    door.page.keyboard.press("Enter")
    expect(door.page.locator("#name-error")).to_have_text("A name has 1 to 80 characters.")
    expect(door.page.locator("#name")).to_have_value(name)


def test_who_may_not_see_a_page_is_told_so_once(visit: Visit) -> None:
    lena = visit("customer")
    lena.expects("403")
    lena.goto("/admin")
    expect(lena.page.get_by_role("heading")).to_have_text("This is not yours to see")
    said = lena.page.locator("main > p:not(.notice-ways, .notice-code)")
    expect(said).to_have_text("You are logged in as Lena Ortiz.")


def test_who_finds_nobody_is_told_what_was_looked_for(visit: Visit) -> None:
    ada = visit("admin", "/admin/people?q=zz")
    nobody = ada.page.locator("main .empty")
    expect(nobody).to_contain_text("Nobody found")
    expect(nobody.locator(".empty-text")).to_contain_text(re.compile("begin with “.?zz"))
    ada.goto("/admin/messages")
    ada.page.locator("[data-opens=new-chat]").click()
    ada.expects("htmx:(afterRequest|sendAbort)")  # of what was asked for as it opened
    ada.page.locator("#customer-search").fill("zz")
    expect(ada.page.locator("#customer-choices .empty-text")).to_contain_text(
        re.compile("begin with “.?zz")
    )


def test_menus_items_look_alike(visit: Visit) -> None:
    lena = visit("customer")
    lena.page.locator(".account-menu summary").click()
    account = lena.page.get_by_role("link", name="Your account")
    log_out = lena.page.locator(".account-menu").get_by_role("button", name="Log out")
    look = "e => { const s = getComputedStyle(e); return [s.color, s.textDecorationLine]; }"
    assert account.evaluate(look) == log_out.evaluate(look)


@pytest.mark.parametrize("language", ["en-GB", "de"])
def test_the_figures_of_a_row_stand_on_one_line(visit: Visit, language: str) -> None:
    ana = visit("agent", "/admin", viewport=PHONE, locale=language)
    until(ana.page, STAND_IN_LINE)  # one look at all of them: they come anew at times


def test_who_has_been_logged_out_is_told_as_of_anything_else(visit: Visit) -> None:
    note = visit(None, "/login?was=1").page.locator(".door-note")
    expect(note).to_contain_text("You have been logged out")
    expect(note.locator("svg")).to_be_visible()
    ground = "e => getComputedStyle(e).backgroundColor"
    around = note.locator("..").evaluate(ground)
    assert note.evaluate(ground) not in (around, "rgba(0, 0, 0, 0)")


def test_a_role_is_marked_as_no_state_of_a_chat(visit: Visit) -> None:
    ada = visit("admin", "/admin/people")
    roles = ada.page.locator(".badge-role")
    expect(roles).to_have_count(7)
    expect(roles.filter(has_text="Provider")).to_have_count(1)
    expect(ada.page.locator("main [data-status]")).to_have_count(0)
