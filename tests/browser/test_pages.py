"""Every page: axe-core, languages, keyboard, history, what a stranger gets."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import func, select, update

from app import clock
from app.cli import factories
from app.cli.factories import ChatPast, save
from app.extensions import db
from app.models import chats, database, messages
from app.models.chats import Status
from app.models.users import Role
from app.queries.jobs import dead_count
from app.queries.presence import is_online
from tests.browser.conftest import Desk, Visit
from tests.browser.places import IS_SETTLED
from tests.browser.visitors import DESKTOP, PHONE, Visitor, until, wait_for
from tests.jobs import dead_job

MINUTE = 60_000
# Who, where, and what they click there.
PAGES = [
    (None, "/login", None),
    (None, "/register", None),
    (None, "/no-such-page", None),
    (None, "/demo", None),
    (None, "/demo/customer", None),
    (None, "/demo/agent", None),
    (None, "/api/docs", None),
    ("provider", "/dashboard", None),
    ("customer", "/admin", None),
    ("customer", "/widget", None),
    ("customer", "/dashboard", None),
    ("customer", "/dashboard", "#widget-button"),
    ("agent", "/admin", None),
    ("agent", "/admin", ".account-button"),
    ("agent", "/admin/messages", None),
    ("agent", "/admin/messages", "[data-opens=new-chat]"),
    ("agent", "/admin/messages/1", None),
    ("agent", "/admin/messages/1", "#assign-menu"),
    ("agent", "/admin/messages/1", "#more-menu"),
    ("agent", "/admin/messages/1", "#more-menu, [data-handles$=block]"),
    ("agent", "/admin/messages?filter=closed&q=nobody", None),
    ("agent", "/admin/messages/3", None),  # blocked
    ("admin", "/admin", None),
    ("admin", "/admin/jobs", None),
    ("agent", "/admin/visitors", None),
    ("customer", "/privacy", None),
    ("admin", "/admin/jobs?tried=1", None),
    ("manager", "/admin/settings/sites", None),
    ("manager", "/admin/settings/sites/1", None),
    ("manager", "/admin/settings/sites/1", "[data-opens=rotate-key]"),
    ("manager", "/admin/settings/sites/new", "main [type=submit]"),
]
PHONE_PAGES = [*PAGES, ("agent", "/admin/messages/1", "#customer-toggle")]


@pytest.fixture
def seeded(desk: Desk) -> Desk:
    """Lena's chat, open with Ana; Marcus waits; Nora is blocked. A job was given up."""
    nora = factories.person("Nora Rude")
    people, now = desk.people, clock.now()
    talk = ChatPast(people.lena, now - 9 * MINUTE).say(people.lena, "Hello", now - 9 * MINUTE)
    talk.take(people.ana, now - 8 * MINUTE).say(people.ana, "Hi Lena", now - 8 * MINUTE)
    waits = ChatPast(people.marcus, now - MINUTE).say(people.marcus, "مرحبا", now - MINUTE)
    rude = ChatPast(nora, now - 20 * MINUTE).say(nora, "Boo", now - 20 * MINUTE)
    save([talk, waits, rude.put(Status.BLOCKED, now - 19 * MINUTE)])
    dead_job()
    return desk


def talked(desk: Desk, count: int) -> None:
    """Lena has written `count` messages, Ana has read them."""
    people, now = desk.people, clock.now()
    talk = ChatPast(people.lena, now - 300 * MINUTE)
    for number in range(count):
        talk.say(people.lena, f"message {number:03}", now - (300 - number) * MINUTE)
    save([talk.take(people.ana, now).read(people.ana, now)])


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_page_violates_axe(visit: Visit, seeded: Desk, viewport: dict) -> None:
    people = {}
    violations = []
    for person, path, opens in PHONE_PAGES if viewport == PHONE else PAGES:
        if person not in people:
            people[person] = visit(person, "", viewport=viewport, reduced_motion="reduce")
            people[person].expects("4(0[34]|22)")
        who = people[person].goto(path)
        for opener in (opens or "").split(", "):
            if opener:
                who.page.locator(opener).click()
        until(who.page, IS_SETTLED)
        found = who.axe()
        who.page.emulate_media(color_scheme="dark")
        found += who.axe("color-contrast")
        who.page.emulate_media(color_scheme="light")
        violations += [f"{path} {opens}: {v}" for v in found]
    assert violations == []


def test_a_page_that_breaks_says_so_and_leads_on(visit: Visit, seeded: Desk) -> None:
    ana = visit("agent", "/admin")
    ana.expects("500")
    with held_at(10**18):  # no calendar has such a day
        response = ana.page.goto("/admin/messages")
    assert response is not None
    assert response.status == 500
    expect(ana.page.get_by_role("heading")).to_have_text("Something broke on our side")
    assert "Error" not in ana.page.locator("main").inner_text()
    for scheme in ("light", "dark"):
        ana.page.emulate_media(color_scheme=scheme)
        assert ana.axe() == []
    ana.page.get_by_role("link", name="Try again").click()
    expect(ana.row("Lena Ortiz")).to_be_visible()


@contextmanager
def held_at(active_at: int) -> Iterator[None]:
    """Lena's chat has been spoiled, for as long as this lasts."""
    c = chats.table.c
    with db.engine.connect() as connection:
        before = connection.scalar(select(c.active_at).where(c.id == 1))
    for value in (active_at, before):
        with db.engine.begin() as connection:
            connection.execute(update(chats.table).where(c.id == 1).values(active_at=value))
        if value == active_at:
            yield


@pytest.mark.parametrize("language", ["ar", "de"])
def test_pages_speak_the_browsers_language(visit: Visit, seeded: Desk, language: str) -> None:
    lena = visit("customer", "/dashboard", locale=language)
    html = lena.page.locator("html")
    expect(html).to_have_attribute("lang", language)
    expect(html).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    assert "Addresses" not in lena.page.locator("main").inner_text()
    button = lena.page.locator("#widget-button").bounding_box()
    assert button is not None
    assert (button["x"] < 400) == (language == "ar")
    assert lena.axe() == []
    ana = visit("agent", "/admin/messages/1", locale=language)
    expect(ana.page.locator("html")).to_have_attribute("lang", language)
    until(ana.page, IS_SETTLED)
    assert "Waiting" not in ana.page.locator("main").inner_text()
    assert ana.axe() == []
    assert ana.overflows() == []


def test_the_whole_history_loads_as_one_scrolls_up(visit: Visit, desk: Desk) -> None:
    talked(desk, 200)
    ana = visit("agent", "/admin/messages").open_chat("Lena Ortiz")
    expect(ana.message("message 199")).to_be_in_viewport()
    while ana.message("message 000").count() == 0:
        count = ana.log.locator("article.message").count()
        ana.scroll_up()
        expect(ana.log.locator("article.message")).not_to_have_count(count)
    assert ana.texts() == [f"message {number:03}" for number in range(200)]


def test_what_one_reads_stays_in_place_when_older_messages_come(visit: Visit, desk: Desk) -> None:
    talked(desk, 120)
    ana = visit("agent", "/admin/messages").open_chat("Lena Ortiz")
    first = ana.log.locator("article.message").first
    expect(ana.message("message 119")).to_be_in_viewport()
    oldest = first.locator(".bubble").inner_text()
    ana.page.route("**/messages?before=*", lambda route: held.append(route))
    held: list[Any] = []
    ana.scroll_up()
    wait_for(ana, lambda: held)
    place = ana.message(oldest).bounding_box()
    for route in held:
        route.continue_()
    expect(first.locator(".bubble")).not_to_have_text(oldest)
    after = ana.message(oldest).bounding_box()
    assert place is not None
    assert after is not None
    assert abs(after["y"] - place["y"]) < 40


def test_a_reader_of_old_messages_is_not_moved_but_told_of_new_ones(
    visit: Visit, desk: Desk
) -> None:
    talked(desk, 60)
    ana = visit("agent", "/admin/messages").open_chat("Lena Ortiz")
    lena = visit("customer").open_widget()
    expect(ana.message("message 059")).to_be_in_viewport()
    ana.scroll_up(900)
    jump = ana.page.locator(".jump")
    expect(jump).to_be_visible()
    lena.say("Something new")
    expect(jump).to_contain_text("New message")
    expect(ana.message("Something new")).not_to_be_in_viewport()
    jump.click()
    expect(ana.message("Something new")).to_be_in_viewport()
    lena.ticks("Something new", "read")


def test_the_keyboard_alone_is_enough(visit: Visit, seeded: Desk) -> None:
    ana = visit("agent", "/admin/messages")
    ana.page.keyboard.press("/")
    expect(ana.page.locator("#chat-search")).to_be_focused()
    ana.page.keyboard.press("ArrowDown")
    expect(ana.row("Marcus Bell").locator("a")).to_be_focused()
    ana.page.keyboard.press("ArrowDown")
    expect(ana.row("Lena Ortiz").locator("a")).to_be_focused()
    ana.page.keyboard.press("Enter")
    expect(ana.page.locator("#conversation .header-name")).to_have_text("Lena Ortiz")
    expect(ana.composer).to_be_focused()
    ana.page.keyboard.type("By keyboard")
    ana.page.keyboard.press("Enter")
    ana.sees("By keyboard")

    lena = visit("customer")
    while not lena.page.locator("#widget-button").evaluate("b => b === document.activeElement"):
        lena.page.keyboard.press("Tab")
    lena.page.keyboard.press("Enter")
    expect(lena.composer).to_be_focused()
    lena.page.keyboard.type("I see")
    lena.page.keyboard.press("Enter")
    lena.sees("I see")
    lena.page.keyboard.press("Escape")
    expect(lena.page.locator("#widget-button")).to_be_focused()


def test_what_the_keyboard_does_is_said(visit: Visit) -> None:
    ana = visit("agent", "/admin/messages", viewport=PHONE)
    dialog = ana.page.get_by_role("dialog", name="Keys")
    ana.page.locator("body").press("?")
    expect(dialog).to_be_visible()
    assert ana.axe() == []
    assert ana.overflows() == []
    ana.page.keyboard.press("?")
    ana.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    ana.page.locator(".account-menu summary").click()
    ana.page.get_by_role("button", name="Keys").click()
    expect(dialog).to_be_visible()
    ana.page.keyboard.press("Escape")
    ana.page.locator("#chat-search").press_sequentially("who?")
    expect(dialog).to_be_hidden()


def test_the_overview_tells_who_is_here_and_what_waits(visit: Visit, seeded: Desk) -> None:
    visit("customer2")
    ana = visit("agent", "/admin")
    main = ana.page.locator("main")
    expect(main).to_contain_text("Waiting")
    expect(main).to_contain_text("Ana Weber")
    expect(main).to_contain_text("1 customer online", timeout=15_000)


def test_registering_logging_out_and_in(visit: Visit, desk: Desk) -> None:
    new = visit(None, "/register")
    new.page.get_by_label("Name").fill("Nora New")
    new.page.get_by_label("E-mail address").fill("nora@example.com")
    new.page.get_by_label("Password").fill("short")
    new.expects("422")
    new.page.get_by_role("button", name="Make an account").click()
    expect(new.page.locator("[aria-invalid=true]")).to_have_count(1)
    new.page.get_by_label("Password").fill("long enough for this")
    new.page.get_by_role("button", name="Make an account").click()
    new.page.wait_for_url("**/dashboard")
    new.page.locator(".account-menu summary").click()
    new.page.get_by_role("button", name="Log out").click()
    new.page.wait_for_url("**/login")
    new.goto("/dashboard")
    expect(new.page).to_have_url(re.compile("/login"))


def test_a_customer_gets_no_staff_page_and_nobody_else_anything(visit: Visit, seeded: Desk) -> None:
    lena = visit("customer")
    lena.expects("403")
    response = lena.page.goto("/admin/messages")
    assert response is not None
    assert response.status == 403
    stranger = visit(None, "/admin/messages")
    expect(stranger.page).to_have_url(re.compile(r"/login\?next="))


def test_bad_input_to_a_page_is_told_and_nothing_is_stored(visit: Visit, seeded: Desk) -> None:
    ana = visit("agent", "/admin")
    ana.expects("404")
    for path, said in (
        ("/admin/messages/99999999999999999999", "There is no such page"),
        ("/admin/messages/999", "That chat is not there"),
    ):
        response = ana.page.goto(path)
        assert response is not None
        assert response.status == 404
        expect(ana.page.get_by_role("heading")).to_have_text(said)

    count = select(func.count()).select_from(messages.table)
    before = database.scalar(count)
    lena = visit("customer", "/widget", java_script_enabled=False)
    lena.expects("4(13|22)")
    lena.composer.fill("é" * 5001)
    lena.page.get_by_role("button", name="Send").click()
    expect(lena.page.locator("main")).to_contain_text(re.compile("5,?000 characters"))
    assert database.scalar(count) == before
    lena.goto("/widget").composer.fill("é" * 5000)
    lena.page.get_by_role("button", name="Send").click()
    expect(lena.log.locator("article.message")).to_have_count(3)


def test_filter_and_search_stand_in_the_address(visit: Visit, seeded: Desk) -> None:
    ana = visit("agent", "/admin/messages")
    ana.filters("waiting").lists("Marcus Bell")
    expect(ana.page).to_have_url(re.compile(r"/admin/messages\?filter=waiting$"))
    ana.filters("all").page.locator("#chat-search").fill("Lena")
    ana.lists("Lena Ortiz")
    expect(ana.page).to_have_url(re.compile(r"/admin/messages\?q=Lena$"))
    ana.page.locator("#chat-search").press("Enter")  # searches, and leads nowhere
    ana.open_chat("Lena Ortiz")
    expect(ana.page).to_have_url(re.compile(r"/admin/messages/1\?q=Lena$"))
    ana.page.reload()
    ana.lists("Lena Ortiz")
    expect(ana.page.locator("#chat-search")).to_have_value("Lena")
    expect(ana.page.locator("#conversation .header-name")).to_have_text("Lena Ortiz")
    ana.filters("open").lists("Lena Ortiz")
    expect(ana.page).to_have_url(re.compile(r"/admin/messages/1\?filter=open&q=Lena$"))

    ana.page.go_back()
    expect(ana.page).to_have_url(re.compile(r"/admin/messages/1\?q=Lena$"))
    expect(ana.page.locator("#chat-rows")).to_have_attribute("data-filter", "all")
    ana.page.go_back()
    expect(ana.page).to_have_url(re.compile(r"/admin/messages\?q=Lena$"))
    expect(ana.page.locator("#conversation")).to_have_attribute("data-chat-id", "")
    ana.page.go_back()
    ana.lists("Marcus Bell")
    expect(ana.page.locator("#filter-waiting")).to_have_attribute("aria-current", "true")
    ana.page.go_forward()
    ana.lists("Lena Ortiz")
    expect(ana.page.locator("#chat-search")).to_have_value("Lena")


def test_what_is_over_is_listed_from_a_menu(visit: Visit, seeded: Desk) -> None:
    people, now = seeded.people, clock.now()
    old = ChatPast(people.lena, now - 99 * MINUTE).say(people.lena, "Old", now - 99 * MINUTE)
    save([old.put(Status.ARCHIVED, now - 90 * MINUTE)])
    ana = visit("agent", "/admin/messages")
    more = ana.page.locator("#filter-more")
    expect(more).to_have_text("More", use_inner_text=True)
    more.focus()
    for key in ("Enter", *["ArrowDown"] * 4, "Enter"):  # after what is unread, put aside and closed
        ana.page.keyboard.press(key)
    expect(ana.page.locator("#chat-rows .row-text")).to_have_text(["Old"])
    expect(more).to_have_text("Archived", use_inner_text=True)
    expect(more).to_be_focused()
    expect(ana.page.locator("#filter-archived")).to_have_attribute("aria-current", "true")
    expect(ana.page).to_have_url(re.compile(r"\?filter=archived$"))
    ana.page.reload()
    expect(ana.page.locator("#chat-rows .row-text")).to_have_text(["Old"])
    expect(more).to_have_text("Archived", use_inner_text=True)

    ana.filters("blocked").lists("Nora Rude")
    ben = visit("agent2", "/admin/messages/2")
    ben.block()
    ana.lists("Marcus Bell", "Nora Rude")
    ana.filters("waiting").lists()
    expect(more).to_have_text("More", use_inner_text=True)
    expect(more).not_to_have_attribute("data-shows", "blocked")


def test_a_filter_that_is_clicked_on_holds_whatever_was_under_way(
    visit: Visit, seeded: Desk
) -> None:
    ana = visit("agent", "/admin")
    held: dict[str, Route] = {}

    def hold_the_first(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if held.setdefault(path, route) is not route:
            route.continue_()

    ana.page.route(re.compile(r"/admin/messages/(filters|rows)\?"), hold_the_first)
    ana.goto("/admin/messages")  # which asks for both once it is connected
    wait_for(ana, lambda: len(held) == 2)
    ana.filters("waiting").lists("Marcus Bell")
    for path, route in held.items():
        with ana.page.expect_response(lambda came, path=path: path in came.url):
            route.continue_()
    # The counts are those that were asked for with the other filter.
    expect(ana.page.locator("#chat-filters[data-filter=all]")).to_be_attached()
    expect(ana.page.locator("#filter-waiting")).to_have_attribute("aria-current", "true")
    expect(ana.page.locator("#filter-all")).not_to_have_attribute("aria-current", "true")
    ana.lists("Marcus Bell")


def test_a_click_is_not_lost_when_the_list_is_loaded_anew_under_it(
    visit: Visit, seeded: Desk
) -> None:
    ana = visit("agent", "/admin")
    held: list[Route] = []
    ana.page.route(re.compile(r"/admin/messages/rows\?"), lambda route: held.append(route))
    ana.goto("/admin/messages")  # which asks for the list once it is connected
    wait_for(ana, lambda: len(held) == 1)
    answer = held[0].fetch()
    ana.row("Marcus Bell").locator("a").hover()
    # An answer's head is heard of before the page has its body.
    ana.page.evaluate(
        "() => document.addEventListener('htmx:afterRequest',"
        " ({ detail }) => (window.hasAnswer ||= detail.target.id === 'chat-rows'))"
    )
    ana.page.mouse.down()
    held[0].fulfill(response=answer)
    until(ana.page, "window.hasAnswer")
    ana.page.mouse.up()
    expect(ana.page.locator("#conversation .header-name")).to_have_text("Marcus Bell")
    wait_for(ana, lambda: len(held) > 1)  # the list comes later
    for route in held[1:]:
        route.continue_()
    ana.lists("Marcus Bell", "Lena Ortiz", "Nora Rude")


def test_what_is_open_stays_open_when_its_part_is_refreshed(visit: Visit, seeded: Desk) -> None:
    ana = visit("agent", "/admin/messages/1", viewport={"width": 900, "height": 700})
    ben = visit("agent2", "/admin/messages/1")
    customer = ana.page.locator("#customer")
    ana.page.locator("#customer-toggle").click()
    expect(customer).to_be_visible()
    for change in (lambda: ben.page.locator("#chat-closure").click(), ben.block):
        with ana.page.expect_response(re.compile("/customer$|/messages/1$")):
            change()
        expect(customer).to_be_visible()
        until(ben.page, IS_SETTLED)
    expect(ana.page.locator(".composer-closed")).to_be_visible()
    expect(customer.get_by_text("This is the first one.")).to_be_visible()
    expect(customer).to_be_visible()
    ana.page.keyboard.press("Escape")
    expect(customer).to_be_hidden()

    more = ana.page.locator("#more-menu")
    more.click()
    unblock = ana.page.locator("#chat-header").get_by_role("button", name="Unblock")
    expect(unblock).to_be_visible()
    ben.page.locator("#more-menu").click()
    with ben.page.expect_response("**/block"):
        ben.page.get_by_role("button", name="Unblock").click()
    expect(ana.row("Lena Ortiz")).not_to_have_attribute("data-status", "blocked")
    expect(unblock).to_be_visible()
    ana.page.keyboard.press("Escape")
    for who in (ana, ben):
        expect(who.page.locator(".composer-closed")).to_have_count(0)
        expect(who.page.locator(".composer.is-note")).to_have_count(0)
        expect(who.composer).to_be_visible()


def test_everybody_can_be_found_to_assign_a_chat_to(visit: Visit, seeded: Desk) -> None:
    ana = visit("agent", "/admin/messages/1")
    ana.page.locator("#assign-menu").click()
    expect(ana.page.locator("#colleague-search")).to_have_count(0)
    for number in range(120):
        factories.person(f"Colleague {number:03}", Role.AGENT)
    wait_for(ana, lambda: is_online(seeded.people.ana.id))
    ana.page.reload()
    ana.page.locator("#assign-menu").click()
    field = ana.page.locator("#colleague-search")
    expect(field).to_be_focused()
    found = ana.page.locator("#colleagues .menu-word")
    expect(found.first).to_have_text("Ana Weber")  # who is here comes first
    expect(ana.page.get_by_role("button", name="Colleague 119")).to_have_count(0)
    field.fill("nobody")
    expect(found).to_have_count(0)
    expect(ana.page.get_by_text("Nobody found")).to_be_visible()
    field.fill("119 coll")
    expect(found).to_have_text(["Colleague 119"])
    assert ana.axe() == []
    assert ana.overflows() == []
    ana.page.keyboard.press("ArrowDown")
    expect(ana.page.locator("#colleagues .menu-item")).to_be_focused()
    ana.page.keyboard.press("Enter")
    expect(ana.page.locator("#assign-menu .button-word")).to_have_text("Colleague 119")
    ana.page.locator("#assign-menu").click()
    expect(field).to_have_value("")
    expect(ana.page.get_by_role("button", name="Ben Carter")).to_be_visible()


@pytest.mark.parametrize("who", ["customer", "agent"])
def test_without_scripts_a_refused_message_is_given_back(
    visit: Visit, seeded: Desk, who: str
) -> None:
    path = {"customer": "/widget", "agent": "/admin/messages/1"}[who]
    writer = visit(who, path, java_script_enabled=False)
    writer.expects("4(13|22)")
    text = "First line\n" + "é" * 4990
    writer.composer.fill(text)
    writer.page.get_by_role("button", name="Send").click()
    expect(writer.composer).to_have_value(text)
    expect(writer.composer).to_have_attribute("aria-invalid", "true")
    expect(writer.page.locator("#composer-error")).to_contain_text(re.compile("5,?000 characters"))
    expect(writer.log).to_contain_text("Hi Lena")
    assert writer.overflows() == []
    writer.composer.fill("Shorter")
    writer.page.get_by_role("button", name="Send").click()
    expect(writer.log.locator("article.message").last).to_contain_text("Shorter")
    expect(writer.page).to_have_url(re.compile(path + "$"))


def test_days_begin_at_midnight_where_one_is(visit: Visit, desk: Desk) -> None:
    # Neither at midnight in UTC, nor so late in the evening that the day ends within the test.
    zones = {"Pacific/Kiritimati": timedelta(hours=14), "Asia/Kathmandu": timedelta(minutes=345)}
    name, zone = next(
        (name, timezone(offset))
        for name, offset in zones.items()
        if datetime.now(timezone(offset)).hour < 23
    )
    midnight = datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today = round(midnight.timestamp() * 1000)
    lena = desk.people.lena
    talk = ChatPast(lena, today - 3 * 24 * 60 * MINUTE)
    for number, before in enumerate((3 * 24 * 60, 3 * 24 * 60 - 1, 1, 0)):
        talk.say(lena, f"message {number}", today - before * MINUTE)
    save([talk])
    who = visit("customer", timezone_id=name).open_widget()
    days = who.log.locator(".day")
    expect(days).to_have_text([f"{midnight - timedelta(days=3):%A}", "Yesterday", "Today"])
    expect(who.log.locator(".day + article .bubble")).to_have_text(
        ["message 0", "message 2", "message 3"]
    )
    expect(who.message("message 2").locator("time")).to_have_text("23:59")
    expect(who.message("message 3").locator("time")).to_have_text("00:00")
    who.say("Still today")
    who.sees("Still today")
    expect(days).to_have_count(3)


def test_nothing_moves_for_who_wants_no_motion(visit: Visit, desk: Desk) -> None:
    """A widget that is loading shimmers, for others."""
    lena = visit("customer", reduced_motion="reduce")
    held: list[Any] = []
    lena.page.route("**/widget", lambda route: held.append(route))
    running = "document.getAnimations().filter(a => a.playState === 'running').length"
    for motion, moves in (("reduce", False), ("no-preference", True)):
        lena.page.emulate_media(reduced_motion=motion)
        lena.page.reload()
        lena.page.locator("#widget-button").click()
        expect(lena.page.locator("#widget .skeleton").first).to_be_visible()
        assert bool(lena.page.evaluate(running)) == moves
        lena.page.locator("#widget-button").click()
    for route in held:
        route.abort()


BRIGHTNESS = """() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const { backgroundColor, color } = getComputedStyle(document.body);
  return [backgroundColor, color].map(colour => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
    return (red + green + blue) / 765;
  });
}"""


def test_light_and_dark_follow_the_system_until_one_chooses(visit: Visit, desk: Desk) -> None:
    ana = visit("agent", "/admin/messages")

    def is_dark() -> bool:
        ground, ink = ana.page.evaluate(BRIGHTNESS)
        assert abs(ground - ink) > 0.5
        return bool(ink > ground)

    for scheme in ("light", "dark"):
        ana.page.emulate_media(color_scheme=scheme)
        assert is_dark() == (scheme == "dark")
    ana.page.locator(".account-button").click()
    ana.page.get_by_role("button", name="Light").click()
    assert not is_dark()
    ana.page.reload()
    assert not is_dark()
    ana.goto("/admin")
    assert not is_dark()


def test_a_keyboard_on_the_screen_hides_no_composer(visit: Visit, seeded: Desk) -> None:
    lena = visit("customer", viewport=PHONE, has_touch=True).open_widget()
    ana = visit("agent", "/admin/messages", viewport=PHONE, has_touch=True).open_chat("Lena Ortiz")
    for who in (lena, ana):
        # Some browsers make the page smaller, others lay the keyboard over it.
        who.composer.tap()
        who.page.set_viewport_size({"width": 390, "height": 420})
        composer_ends_above(who, 420)
        who.page.set_viewport_size(PHONE)
        who.page.evaluate(
            "Object.defineProperty(visualViewport, 'height', {value: 424});"
            "visualViewport.dispatchEvent(new Event('resize'))"
        )
        composer_ends_above(who, 424)
        text = f"Typed on glass at {urlsplit(who.page.url).path}"
        who.say(text)
        who.sees(text)
        bubble = who.message(text).bounding_box()
        assert bubble is not None
        assert bubble["y"] + bubble["height"] <= 424


def composer_ends_above(who: Visitor, height: int) -> None:
    until(
        who.page,
        "height => { const box = document.querySelector('.composer').getBoundingClientRect();"
        " return box.height > 0 && box.top > 0 && box.bottom <= height }",
        height,
    )


def test_long_names_in_any_script_fit(visit: Visit, desk: Desk) -> None:
    now = clock.now()
    long = "Wolfeschlegelsteinhausenbergerdorffvoral"
    arabic = "عبد الرحمن بن محمد بن عبد العزيز الأنصاري"
    agent = factories.person(long[::-1].title(), Role.AGENT, "long@example.com")
    stories = []
    for name, email in ((long, "wolf@example.com"), (arabic, "abd@example.com")):
        who = factories.person(name, Role.CUSTOMER, email)
        talk = ChatPast(who, now - MINUTE).say(who, "x" * 300, now - MINUTE)
        stories.append(talk.take(agent, now).say(agent, arabic * 4, now))
    save(stories)
    assert len(long) == 40
    for size in (DESKTOP, PHONE):
        wolf = visit("wolf", viewport=size).open_widget()
        expect(wolf.page.locator("#widget-status .widget-name")).to_have_text(agent.name)
        assert wolf.overflows() == []
        ana = visit("agent", "/admin/messages", viewport=size)
        assert ana.overflows() == []
        for name in (long, arabic):
            ana.goto("/admin/messages").open_chat(name)
            for menu in ("#assign-menu", "#more-menu"):
                ana.page.locator(menu).click()
                assert ana.overflows() == []
                ana.page.keyboard.press("Escape")
        wolf.say(f"Do I fit in {size['width']}?")
        wolf.sees(f"Do I fit in {size['width']}?")
        ana.goto("/admin")
        expect(ana.page.locator("main")).to_contain_text("Ana Weber")
        assert ana.overflows() == []


def test_an_admin_has_a_job_that_was_given_up_run_again_by_the_keyboard(
    visit: Visit, seeded: Desk
) -> None:
    ada = visit("admin", "/admin", viewport=PHONE)
    link = ada.page.get_by_role("link", name="Background jobs")
    expect(ada.page.locator(".overview-alarm")).to_have_text("Given up: 1")
    link.focus()
    ada.page.keyboard.press("Enter")
    expect(ada.page.locator(".job-error")).to_be_visible()
    button = ada.page.get_by_role("button", name="Run again forget_jobs")
    for _ in range(30):
        ada.page.keyboard.press("Tab")
        if button.evaluate("element => element === document.activeElement"):
            break
    ada.page.keyboard.press("Enter")
    expect(ada.page.locator("p[role=status]")).to_have_text("It will run in a moment.")
    expect(ada.page.get_by_role("heading", name="Given up: 0")).to_be_visible()
    wait_for(ada, lambda: not dead_count())
