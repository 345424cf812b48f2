"""The chat on a page of another origin, by one line: a stranger writes, leaves and comes back."""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import jwt
import pytest
from playwright.sync_api import APIResponse, Browser, Locator, Page, Route, expect
from sqlalchemy import func, select

from app import clock
from app.models import database, messages, users, visitors, visits
from app.operations import identities
from app.operations import sites as operations
from app.queries import sites as directory
from tests.browser import slow
from tests.browser.conftest import Desk, Visit
from tests.browser.test_files import is_drawn, picture
from tests.browser.visitors import AXE, PHONE, Visitor, until, wait_for

NEEDS_WINDOWS = True  # the whole browser keeps nothing in a frame of another site
Shop = Callable[..., "Stranger"]
LAUNCHER = "deskbell-chat .launcher"


class Stranger(Visitor):
    """Somebody on the shop's page; the chat is in a frame of it."""

    @property
    def launcher(self) -> Locator:
        return self.page.locator(LAUNCHER)

    @property
    def frame(self) -> Locator:
        return self.page.frame_locator("deskbell-chat iframe").locator("body")

    @property
    def composer(self) -> Locator:
        return self.frame.locator(".composer-text")

    @property
    def form(self) -> Locator:
        return self.frame.locator("form.composer")

    @property
    def log(self) -> Locator:
        return self.frame.locator(".log")

    def message(self, text: str) -> Locator:
        bubble = self.page.frame_locator("deskbell-chat iframe").get_by_text(text, exact=True)
        return self.log.locator("article.message", has=bubble)

    def axe(self, *rules: str) -> list[str]:
        self.expects("Failed to execute 'postMessage'")  # it asks the frame too, which is another's
        return super().axe(*rules)

    def open_chat_window(self) -> "Stranger":
        self.launcher.click()
        expect(self.composer).to_be_focused()
        return self


@pytest.fixture
def shop(browser: Browser, desk: Desk) -> Iterator[Shop]:
    """Opens the shop's page for somebody who was never there; at the end no page complained."""
    there: list[Stranger] = []

    def open_shop(**options: object) -> Stranger:
        stranger = Stranger(browser, f"http://localhost:{desk.server.port}", **options)
        stranger.hosts.add(f"127.0.0.1:{desk.server.port}")
        there.append(stranger)
        stranger.goto("/demo/shop")
        expect(stranger.launcher).to_be_visible()
        return stranger

    yield open_shop
    complaints = [said for stranger in there for said in stranger.complaints]
    for stranger in there:
        stranger.close()
    assert complaints == []


def strangers() -> int:
    return int(database.scalar(select(func.count()).select_from(visitors.table)))


def said() -> list[str]:
    m = messages.table.c
    return [
        row.text for row in database.rows(select(m.text).where(m.line.is_(None)).order_by(m.id))
    ]


def name_of_the_stranger() -> str:
    found = select(users.table.c.name).join(
        visitors.table, visitors.table.c.user_id == users.table.c.id
    )
    return str(database.scalar(found))


def test_a_stranger_writes_is_answered_and_comes_back(shop: Shop, visit: Visit) -> None:
    stranger = shop()
    assert strangers() == 0
    stranger.open_chat_window()
    assert strangers() == 0
    stranger.say("Do you ship to Norway?")
    stranger.sees("Do you ship to Norway?")
    assert strangers() == 1
    name = name_of_the_stranger()
    assert re.fullmatch(r"Visitor \w{4} \(en-GB\)", name)
    ana = visit("agent", "/admin/messages")
    ana.open_chat(name)
    ana.say("We do, in three days.")
    stranger.sees("We do, in three days.")
    expect(stranger.message("We do, in three days.")).to_be_visible()
    stranger.ticks("Do you ship to Norway?", "read")
    ana.ticks("We do, in three days.", "read")
    stranger.page.keyboard.press("Escape")
    expect(stranger.launcher).to_be_focused()
    expect(stranger.launcher).to_have_attribute("aria-expanded", "false")
    ana.say("Shall I reserve one?")
    expect(stranger.page.locator("deskbell-chat .badge")).to_have_text("1")
    ana.ticks("Shall I reserve one?", "delivered")
    stranger.page.reload()
    expect(stranger.page.locator("deskbell-chat .badge")).to_have_text("1")
    stranger.open_chat_window()
    stranger.sees("Shall I reserve one?")
    ana.ticks("Shall I reserve one?", "read")
    stranger.say("Yes, please.")
    ana.sees("Yes, please.")
    assert strangers() == 1
    assert said() == [
        "Do you ship to Norway?",
        "We do, in three days.",
        "Shall I reserve one?",
        "Yes, please.",
    ]


def test_on_a_slow_line_one_writes_at_once_and_nothing_is_said_twice(
    desk: Desk, browser: Browser, visit: Visit
) -> None:
    """Slow 3G, caches cold: from the road, by who has never been there."""
    with slow.line(desk.server.port) as port:
        operations.edit_by_shell(the_site(), origins=[f"http://localhost:{port}"])
        stranger = Stranger(browser, f"http://localhost:{port}", viewport=PHONE)
        stranger.hosts.add(f"127.0.0.1:{port}")
        began = time.monotonic()
        stranger.goto("/demo/shop").page.locator(LAUNCHER).click()
        expect(stranger.composer).to_be_focused()
        ways = (time.monotonic() - began) / slow.WAY_SECONDS
        assert ways > 8  # there and back for the page, the loader, what it asks, and the frame
        # The scripts are far away, and somebody is in a hurry.
        for text in ("Hello?", "Is my chair there?"):
            stranger.say(text)
            expect(stranger.message(text)).to_have_attribute("data-status", "pending")
        stranger.composer.press_sequentially("The red one")
        stranger.sees("Hello?")
        stranger.sees("Is my chair there?")
        expect(stranger.composer).to_have_value("The red one")
        ana = visit("agent", "/admin/messages")
        ana.open_chat(name_of_the_stranger())
        ana.say("It is.")
        stranger.sees("It is.")
        ana.ticks("It is.", "read")
        stranger.page.reload()
        stranger.sees("It is.")
        expect(stranger.composer).to_have_value("The red one")
        assert said() == ["Hello?", "Is my chair there?", "It is."]
        assert stranger.complaints == []
        stranger.close()


def test_of_a_line_that_nobody_needs_yet_nothing_is_said(shop: Shop) -> None:
    stranger = shop()
    stranger.page.clock.install()
    stranger.open_chat_window()
    frame = next(each for each in stranger.page.frames if "/embed/" in each.url)
    states = """() => {
      const strip = document.getElementById("connection");
      window.states = [strip.dataset.state];
      const seen = new MutationObserver(() => states.push(strip.dataset.state));
      seen.observe(strip, { attributes: true });
    }"""
    frame.evaluate(states)
    until(frame, """async () => (await import("deskbell")).socket.live.state === "resting" """)
    stranger.page.clock.fast_forward(30_000)
    stranger.say("Hello")
    stranger.sees("Hello")
    until(frame, """async () => (await import("deskbell")).socket.live.isOnline""")
    # Longer than the strip has patience, and not as long as an answer may take that is under way.
    stranger.page.clock.fast_forward(8_000)
    assert set(frame.evaluate("states")) == {"online"}


def test_two_tabs_are_one_stranger(shop: Shop, desk: Desk) -> None:
    one = shop().open_chat_window()
    two = one.new_page()
    two.goto("/demo/shop")
    two.locator(LAUNCHER).click()
    other = two.frame_locator("deskbell-chat iframe").locator(".composer-text")
    expect(other).to_be_focused()
    one.composer.fill("By the first tab")
    other.fill("By the second tab")
    other.press("Enter")
    one.composer.press("Enter")
    wait_for(one, lambda: len(said()) == 2)
    assert strangers() == 1


def test_what_was_typed_and_what_was_not_sent_outlive_the_page(shop: Shop, desk: Desk) -> None:
    stranger = shop().open_chat_window()
    stranger.page.wait_for_load_state("networkidle")
    stranger.loses_its_line()
    stranger.expects("Deskbell: ")
    desk.server.kill()
    stranger.say("Is anybody there?")
    expect(stranger.message("Is anybody there?")).to_have_attribute("data-status", "pending")
    stranger.composer.press_sequentially("Half a")
    desk.server.start()
    stranger.page.reload()
    stranger.sees("Is anybody there?")
    expect(stranger.composer).to_have_value("Half a")
    assert said() == ["Is anybody there?"]
    assert strangers() == 1


@pytest.mark.parametrize("what", ["htmx.min.js", "/static/scripts/"])
@pytest.mark.parametrize("way", ["late", "lost"])
def test_one_may_write_before_the_scripts_are_there(shop: Shop, what: str, way: str) -> None:
    stranger = shop()
    held: list[Route] = []
    stranger.expects("ERR_FAILED")

    def hold(route: Route) -> None:
        held.append(route)
        if len(held) > 1:
            route.continue_()
        elif way == "lost":
            route.abort()

    stranger.page.route(re.compile(re.escape(what)), hold)
    stranger.open_chat_window()
    wait_for(stranger, lambda: held)
    stranger.composer.press_sequentially("Hello?")
    if way == "late":
        stranger.page.keyboard.press("Enter")
        expect(stranger.message("Hello?")).to_have_attribute("data-status", "pending")
        stranger.composer.press_sequentially("Half a")
        held[0].continue_()
    else:
        expect(stranger.frame.locator("article.message")).to_have_count(0)
        wait_for(stranger, lambda: len(held) > 1)
        stranger.page.keyboard.press("Enter")
    stranger.sees("Hello?")
    expect(stranger.composer).to_have_value("Half a" if way == "late" else "")
    assert said() == ["Hello?"]


def test_what_was_sent_before_the_scripts_came_outlives_the_page(shop: Shop) -> None:
    stranger = shop()
    stranger.expects("ERR_FAILED")
    stranger.page.route(re.compile("/static/scripts/"), lambda route: route.abort())
    stranger.open_chat_window()
    stranger.say("Hello?")
    expect(stranger.message("Hello?")).to_have_attribute("data-status", "pending")
    stranger.page.unroute_all()
    stranger.goto("/demo/shop?page=contact")
    stranger.sees("Hello?")
    assert said() == ["Hello?"]
    assert strangers() == 1


def test_reset_leaves_nothing_to_the_next_one(shop: Shop) -> None:
    stranger = shop().open_chat_window()
    stranger.say("My secret")
    stranger.sees("My secret")
    stranger.composer.press_sequentially("Half a")
    stranger.page.evaluate("Deskbell('reset')")
    expect(stranger.launcher).to_have_attribute("aria-expanded", "false")
    expect(stranger.message("My secret")).to_have_count(0)  # the frame has begun anew
    expect(stranger.composer).to_have_value("")
    stranger.open_chat_window()
    expect(stranger.frame.locator(".chat-empty")).to_be_visible()
    expect(stranger.composer).to_have_value("")
    stored = stranger.page.evaluate("JSON.stringify({ ...localStorage })")
    assert "Half" not in stored
    stranger.say("From the next one")
    stranger.sees("From the next one")
    assert strangers() == 2


def test_the_page_around_is_told(shop: Shop, visit: Visit) -> None:
    stranger = shop()
    stranger.page.evaluate(
        """() => {
          window.heard = [];
          for (const name of ["open", "close", "message", "unread"])
            Deskbell("on", name, (detail) => heard.push([name, detail?.text ?? detail ?? null]));
          Deskbell("say", "About order 7");
        }"""
    )
    stranger.open_chat_window()
    expect(stranger.composer).to_have_value("About order 7")
    stranger.composer.press("Enter")
    stranger.sees("About order 7")
    ana = visit("agent", "/admin/messages")
    ana.open_chat(name_of_the_stranger())
    stranger.page.evaluate("Deskbell('close')")
    ana.say("Yes?")
    expect(stranger.page.locator("deskbell-chat .badge")).to_have_text("1")
    heard = stranger.page.evaluate("heard")
    assert ["open", None] in heard
    assert heard.count(["message", "About order 7"]) == 1
    assert ["message", "Yes?"] in heard
    assert ["unread", 1] in heard


def test_an_attribute_that_cannot_be_is_left_out_and_the_others_arrive(shop: Shop) -> None:
    stranger = shop()
    stranger.expects("status of 422|attributes that cannot be")
    stranger.open_chat_window()
    with stranger.page.expect_console_message(
        lambda said: "attributes that cannot be" in said.text
    ):
        stranger.page.evaluate("Deskbell('attributes', { plan: 'gold', 'a.b': { c: 1 } })")
    seen = select(visits.table.c.attributes)
    wait_for(stranger, lambda: database.scalar(seen) == '{"plan": "gold"}')


def test_a_first_message_goes_without_a_proof_that_holds_no_longer(shop: Shop, desk: Desk) -> None:
    stranger = shop().open_chat_window()
    with stranger.page.expect_response(re.compile("/embed/[^/]+/visits")):
        identify(stranger, signed(desk, "7", "Grace Hopper"))
    stranger.expects("It has expired.")
    refusal = json.dumps({"error": {"code": "identity_invalid", "message": "It has expired."}})
    stranger.page.route(
        re.compile("/embed/[^/]+/messages"),
        lambda route: route.fulfill(status=401, body=refusal, content_type="application/json"),
        times=1,
    )
    stranger.say("Hello")
    stranger.sees("Hello")
    assert name_of_the_stranger().startswith("Visitor ")


def test_a_stranger_edits_what_they_wrote_and_takes_it_back(shop: Shop, visit: Visit) -> None:
    stranger, ana = shop().open_chat_window(), visit("agent", "/admin/messages")
    for words in ("My odrer", "My card is 4111"):
        stranger.say(words)
        stranger.sees(words)
    stranger.message("My odrer").hover()
    stranger.message("My odrer").get_by_role("button", name="Edit").click()
    field = stranger.log.get_by_label("Edit the message")
    field.fill("My order")
    field.press("Escape")
    expect(stranger.frame).to_be_visible()  # that was the field's, not the window's
    stranger.message("My odrer").get_by_role("button", name="Edit").click()
    field.fill("My order")
    field.press("Enter")
    expect(stranger.message("My order")).to_contain_text("edited")
    stranger.message("My card is 4111").hover()
    stranger.message("My card is 4111").get_by_role("button", name="Take back").click()
    assert stranger.axe() == []
    stranger.frame.get_by_role("alertdialog").get_by_role("button", name="Take back").click()
    stranger.sees("This message was taken back.")
    expect(ana.page.locator("#chat-rows .row-text").first).to_have_text("Message taken back")
    assert said() == ["My order", ""]


def test_a_stranger_picks_an_emoji_and_writes_another_by_its_code(shop: Shop) -> None:
    stranger = shop().open_chat_window()
    dialog = stranger.frame.get_by_role("dialog", name="Emoji")
    for words in ("", "wav han"):
        stranger.frame.get_by_role("button", name="Emoji").click()
        dialog.get_by_role("searchbox").fill(words)
        if not words:
            stranger.page.keyboard.press("Escape")
            expect(dialog).to_have_count(0)
    dialog.get_by_role("button", name="waving hand", exact=True).click()
    expect(stranger.composer).to_be_visible()  # that was the dialog's, not the window's
    expect(stranger.composer).to_be_focused()
    stranger.composer.press_sequentially(" :tad")
    expect(stranger.frame.get_by_role("option").first).to_contain_text("party popper")
    stranger.composer.press("Escape")
    expect(stranger.composer).to_be_visible()
    stranger.composer.press_sequentially("a")
    stranger.composer.press("Tab")
    stranger.composer.press("Enter")
    stranger.sees("👋 🎉")


def test_a_stranger_replies_and_reacts(shop: Shop, visit: Visit) -> None:
    stranger, ana = shop().open_chat_window(), visit("agent", "/admin/messages")
    stranger.say("My order?")
    stranger.sees("My order?")
    ana.row("Visitor").locator("a").first.click()
    ana.say("Which one")
    stranger.sees("Which one")
    stranger.message("Which one").hover()
    stranger.message("Which one").get_by_role("button", name="Reply").click()
    expect(stranger.composer).to_be_focused()
    stranger.composer.press("Escape")
    expect(stranger.frame.locator(".replying")).to_have_count(0)
    expect(stranger.composer).to_be_visible()  # that was the reply's, not the window's
    stranger.message("Which one").get_by_role("button", name="Reply").click()
    stranger.say("The chair")
    expect(ana.message("The chair").locator(".quote")).to_contain_text("Which one")
    tool = stranger.message("My order?").get_by_role("button", name="React", exact=True)
    first = stranger.frame.get_by_role("toolbar", name="Which reaction?").get_by_text("👍")
    tool.focus()
    tool.press("Enter")
    expect(first).to_be_focused()
    stranger.page.keyboard.press("Escape")
    expect(tool).to_be_focused()
    tool.press("Enter")
    expect(first).to_be_focused()
    assert stranger.axe() == []
    stranger.page.keyboard.press("Enter")
    for who in (stranger, ana):
        expect(who.message("My order?").locator(".reaction")).to_have_text(["👍 1"])
    assert said() == ["My order?", "Which one", "The chair"]


def test_staff_see_who_is_there_and_write_first(shop: Shop, visit: Visit) -> None:
    stranger = shop()
    ana = visit("agent", "/admin/visitors")
    expect(ana.page.get_by_text("Nobody is there now")).to_be_visible()
    stranger.open_chat_window()
    stranger.page.evaluate("Deskbell('attributes', { basket: '3 chairs' })")
    row = ana.page.locator(".visitor")
    expect(row).to_contain_text("Has not written yet")
    expect(row).to_contain_text(stranger.page.title())
    assert strangers() == 0
    row.get_by_role("button").click()
    ana.say("Can I help you choose?")
    stranger.sees("Can I help you choose?")
    expect(ana.page.locator("#visit")).to_contain_text("basket: 3 chairs")
    stranger.page.evaluate("history.pushState({}, '', '/demo/shop?page=2#top')")
    stranger.page.evaluate("document.title = 'Lamps'")
    stranger.page.mouse.click(5, 5)
    expect(ana.page.locator("#visit")).to_contain_text("Lamps")
    expect(ana.page.locator("#visit")).not_to_contain_text("page=2")
    stranger.say("Yes, please.")
    ana.sees("Yes, please.")
    assert strangers() == 1


def signed(desk: Desk, sub: str, name: str, seconds: int = 3600) -> str:
    """What the shop's server says of somebody who is logged in there."""
    with desk.app.app_context():
        site = directory.first()
        assert site is not None
        secret = (directory.secrets(site.id) or [identities.rotate_secret_by_shell(site.key)])[0]
    claims = {"sub": sub, "aud": site.key, "exp": int(time.time()) + seconds, "name": name}
    return jwt.encode(claims, secret.secret, algorithm="HS256", headers={"kid": secret.kid})


def identify(stranger: Stranger, proof: str) -> None:
    # What was asked for just then as the one from before is refused; the frame asks anew.
    stranger.expects("status of (401|409)")
    stranger.page.evaluate("token => Deskbell('identify', { token })", proof)


@pytest.mark.parametrize("is_known", [True, False], ids=["known before", "new"])
@pytest.mark.parametrize("late", ["question", "answer"])
def test_who_is_named_while_the_first_message_is_on_its_way_is_who_wrote_it(
    shop: Shop, visit: Visit, desk: Desk, is_known: bool, late: str
) -> None:
    proof = signed(desk, "7", "Grace Hopper")
    texts = ["Where is my order?"]
    if is_known:
        elsewhere = shop().open_chat_window()
        identify(elsewhere, proof)
        elsewhere.say("I have been here.")
        elsewhere.sees("I have been here.")
        texts.insert(0, "I have been here.")
    stranger = shop().open_chat_window()
    held: list[Route] = []
    answers: list[APIResponse] = []

    def hold(route: Route) -> None:
        if late == "answer":
            answers.append(route.fetch())
        held.append(route)

    stranger.page.route(re.compile("/embed/[^/]+/messages"), hold, times=1)
    stranger.say("Where is my order?")
    wait_for(stranger, lambda: held)
    with stranger.page.expect_response(re.compile("/embed/[^/]+/visits")) as named:
        identify(stranger, proof)
    named.value.finished()
    if late == "answer":
        held[0].fulfill(response=answers[0])
    else:
        held[0].continue_()
    frame = next(each for each in stranger.page.frames if "/embed/" in each.url)
    until(frame, "() => document.body.dataset.userName === 'Grace Hopper'")
    stranger.sees("Where is my order?")
    stranger.page.reload()
    for text in texts:
        stranger.sees(text)
    assert said() == texts
    ana = visit("agent", "/admin/messages")
    ana.open_chat("Grace Hopper")
    for text in texts:
        ana.sees(text)


def test_a_stranger_whom_the_shop_names_keeps_the_chat_on_every_device(
    shop: Shop, visit: Visit, desk: Desk
) -> None:
    stranger = shop().open_chat_window()
    stranger.say("Where is my order?")
    stranger.sees("Where is my order?")
    ana = visit("agent", "/admin/messages")
    ana.open_chat(name_of_the_stranger())
    ana.say("On its way.")
    identify(stranger, signed(desk, "7", "Grace Hopper"))
    expect(ana.page.locator("#chat-header")).to_contain_text("Grace Hopper")
    stranger.sees("On its way.")

    phone = shop(viewport=PHONE)
    phone.launcher.click()
    phone.say("I ask from my phone, too.")
    phone.sees("I ask from my phone, too.")
    bea = visit("manager", "/admin/messages")
    bea.page.locator(".chat-row", has_text="I ask from my phone").click()
    bea.composer.press_sequentially("One mom")
    # Who opens a waiting chat takes it on; where it is merged before that is asked, it is refused.
    bea.expects("status of 409")
    identify(phone, signed(desk, "7", "Grace Hopper"))

    for each in (phone, stranger, ana, bea):
        each.sees("On its way.")
        each.sees("I ask from my phone, too.")
    expect(bea.composer).to_have_value("One mom")
    phone.say("Thank you.")
    for each in (stranger, ana, bea):
        each.sees("Thank you.")
    assert said() == [
        "Where is my order?", "On its way.", "I ask from my phone, too.", "Thank you."
    ]  # fmt: skip
    stranger.page.reload()
    stranger.sees("Thank you.")


def test_who_is_known_no_more_is_asked_to_log_in_and_nobody_reads_on(
    shop: Shop, desk: Desk
) -> None:
    stranger = shop().open_chat_window()
    stranger.expects("status of 401")
    identify(stranger, signed(desk, "7", "Grace Hopper", seconds=10))
    stranger.say("My secret")
    stranger.sees("My secret")
    for comes_again in (False, True):
        if comes_again:
            stranger.page.reload()
        expect(stranger.frame.get_by_text("Log in to go on")).to_be_visible()
        expect(stranger.message("My secret")).to_have_count(0)
        expect(stranger.composer).to_have_count(0)
    identify(stranger, signed(desk, "7", "Grace Hopper"))
    stranger.sees("My secret")
    stranger.say("Back again")
    stranger.sees("Back again")


def test_another_person_at_the_same_computer_begins_anew(shop: Shop, desk: Desk) -> None:
    stranger = shop().open_chat_window()
    identify(stranger, signed(desk, "7", "Grace Hopper"))
    stranger.say("My secret")
    stranger.sees("My secret")
    stranger.expects("status of 409")
    identify(stranger, signed(desk, "8", "Ada Lovelace"))
    expect(stranger.message("My secret")).to_have_count(0)
    stranger.say("From the next one")
    stranger.sees("From the next one")
    assert strangers() == 2


def test_what_the_shop_signs_badly_is_told_on_the_console(shop: Shop, desk: Desk) -> None:
    stranger = shop().open_chat_window()
    stranger.expects("Deskbell: identify: It has expired.|status of 401")
    identify(stranger, signed(desk, "7", "Grace Hopper", seconds=-300))
    stranger.say("Hello")
    stranger.sees("Hello")


def test_another_page_may_not_frame_it(shop: Shop, desk: Desk, browser: Browser) -> None:
    """A page of the desk itself is none of the site's origins."""
    stranger = shop()
    src = stranger.page.evaluate("document.querySelector('script[data-site]').dataset.site")
    page = Visitor(browser, desk.server.url)
    page.expects("frame-ancestors|ERR_BLOCKED_BY_RESPONSE")
    page.goto("/login")
    page.page.evaluate(
        "src => document.body.append(Object.assign(document.createElement('iframe'), { src }))",
        f"/embed/{src}/frame",
    )
    expect(page.page.locator("iframe")).to_have_count(1)
    wait_for(page, lambda: any("chrome-error" in each.url for each in page.page.frames))
    page.close()


@pytest.mark.parametrize("viewport", [PHONE, {"width": 320, "height": 640}])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_whole_on_a_phone(shop: Shop, viewport: dict[str, int], scheme: str) -> None:
    stranger = shop(viewport=viewport, color_scheme=scheme, has_touch=True)
    assert stranger.overflows() == []
    stranger.launcher.click()
    expect(stranger.composer).to_be_visible()
    box = stranger.page.locator("deskbell-chat iframe").bounding_box()
    assert box is not None
    assert (round(box["width"]), round(box["height"])) == tuple(viewport.values())
    assert violations(stranger.page) == []


def violations(page: Page) -> list[str]:
    """What axe-core finds in the frame, which is a page of its own."""
    frame = next(each for each in page.frames if "/embed/" in each.url)
    frame.evaluate(AXE.read_text())
    found = frame.evaluate("async () => (await axe.run()).violations")
    return [json.dumps({"id": v["id"], "at": [n["target"] for n in v["nodes"]]}) for v in found]


def the_site() -> str:
    return directory.every()[0].key


def test_who_comes_outside_the_hours_hears_when_somebody_is_back(
    shop: Shop, visit: Visit, desk: Desk
) -> None:
    now = clock.moment(clock.now())
    opens = now.replace(microsecond=0) + timedelta(hours=30)
    day = ["", "", "", "", "", "", ""]
    day[opens.weekday()] = f"{opens.hour:02d}:{opens.minute:02d}-23:59"
    operations.edit_by_shell(the_site(), hours=day, away_text="We <i>sleep</i> now.")
    here = opens.astimezone(ZoneInfo("Asia/Kathmandu"))
    there = now.astimezone(ZoneInfo("Asia/Kathmandu"))
    stranger = shop(timezone_id="Asia/Kathmandu", viewport=PHONE)
    stranger.open_chat_window()
    notice = stranger.frame.locator(".widget-head + #away")
    expect(notice).to_be_visible()
    expect(notice).to_contain_text("We <i>sleep</i> now.")
    days = (here.date() - there.date()).days
    when = "tomorrow" if days == 1 else f"on {here:%A}"
    told = notice.locator(".away-when").inner_text().replace("\u2068", "").replace("\u2069", "")
    assert told == f"We are back {when} at {here:%H:%M}"
    expect(stranger.frame.locator(".widget-line")).to_be_hidden()
    assert stranger.axe() == []
    stranger.say("Anybody?")
    stranger.sees("Anybody?")
    expect(notice).to_be_visible()
    assert said() == ["Anybody?"]
    ana = visit("agent", "/admin/messages")
    ana.open_chat(name_of_the_stranger())
    ana.say("I am.")
    stranger.sees("I am.")
    expect(notice).to_be_hidden()
    expect(stranger.frame.locator(".widget-line")).to_be_visible()


@pytest.mark.parametrize("path", ["/dashboard", "/widget"])
def test_the_desks_own_pages_say_when_somebody_is_back_as_the_site_that_speaks_for_them(
    visit: Visit, desk: Desk, path: str
) -> None:
    day = clock.moment(clock.now()).weekday()
    week = ["0-24" if each == (day + 3) % 7 else "" for each in range(7)]
    site = operations.create_by_shell(name="Shop", hours=week, away_text="We <i>sleep</i> now.")
    lena = visit("customer", path, viewport=PHONE)
    if path == "/dashboard":
        lena.open_widget()
    expect(lena.page.locator("#widget-status")).to_be_visible()
    expect(lena.page.locator("#away")).to_have_count(0)  # nothing is said of hours there
    operations.edit_by_shell(site.key, for_desk=True)
    lena.goto(path)
    notice = lena.page.locator(".widget-head + #away")
    expect(notice).to_be_visible()
    expect(notice.locator(".away-when")).to_contain_text("We are back on")
    expect(notice).to_contain_text("We <i>sleep</i> now.")
    expect(lena.page.locator(".widget-line")).to_be_hidden()
    assert (lena.axe(), lena.overflows()) == ([], [])
    lena.say("Anybody?")
    lena.sees("Anybody?")
    expect(notice).to_be_visible()
    ana = visit("agent", "/admin/messages")
    ana.open_chat("Lena Ortiz")
    ana.say("I am.")
    lena.sees("I am.")
    expect(notice).to_be_hidden()
    expect(lena.page.locator(".widget-line")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_without_scripts_the_server_says_when_somebody_is_back(
    visit: Visit, desk: Desk, width: int
) -> None:
    zone = ZoneInfo("Asia/Kathmandu")
    opens = clock.moment(clock.now()).astimezone(zone) + timedelta(days=3)
    week = ["9:30-17" if day == opens.weekday() else "" for day in range(7)]
    hours = {"hours": week, "time_zone": zone.key, "away_text": "We <i>sleep</i> now."}
    site = operations.create_by_shell(name="Shop", for_desk=True, **hours)
    size = {"width": width, "height": 800}
    lena = visit("customer", "/widget", java_script_enabled=False, viewport=size)
    notice = lena.page.locator(".away:visible")
    when = f"We are back on {opens:%A} {opens.day} {opens:%B} at \u206809:30 UTC+05:45\u2069"
    expect(notice.locator(".away-when")).to_have_text(when)
    expect(notice.locator(".away-text")).to_have_text("We <i>sleep</i> now.")
    expect(lena.page.locator(".widget-line")).to_be_hidden()
    assert lena.overflows() == []
    operations.edit_by_shell(site.key, hours=["0-24"] * 7)
    lena.goto("/widget")
    expect(lena.page.locator(".widget-line")).to_be_visible()
    expect(notice).to_have_count(0)


def test_a_page_that_is_left_open_opens_with_the_site(shop: Shop, desk: Desk) -> None:
    now = clock.moment(clock.now())
    minute = now.replace(second=0, microsecond=0) + timedelta(minutes=61)
    week = [""] * 7
    week[minute.weekday()] = f"{minute:%H:%M}-{minute + timedelta(minutes=30):%H:%M}"
    operations.edit_by_shell(the_site(), hours=week)
    stranger = shop()
    stranger.page.clock.install()
    stranger.page.reload()
    stranger.open_chat_window()
    expect(stranger.frame.locator("#away")).to_be_visible()
    stranger.page.clock.fast_forward(3_600_000 + 60_000)
    expect(stranger.frame.locator("#away")).to_be_hidden()
    stranger.page.clock.fast_forward(31 * 60_000)
    expect(stranger.frame.locator("#away")).to_be_visible()


def test_who_is_asked_first_says_who_they_are_and_then_writes(
    shop: Shop, visit: Visit, desk: Desk
) -> None:
    operations.edit_by_shell(the_site(), asks_first=True, wants_email=True)
    stranger = shop(viewport=PHONE)
    stranger.launcher.click()
    name, address = stranger.frame.locator("#said-name"), stranger.frame.locator("#said-email")
    expect(name).to_be_focused()
    expect(stranger.composer).to_be_hidden()
    assert stranger.axe() == []
    stranger.page.keyboard.type("Zoë")
    stranger.page.keyboard.press("Enter")
    expect(address).to_be_focused()
    stranger.page.keyboard.type("zoe@example")
    stranger.page.keyboard.press("Enter")
    expect(stranger.composer).to_be_focused()
    stranger.page.reload()
    expect(stranger.composer).to_be_visible()  # it was said, and is kept
    stranger.expects("422")
    stranger.say("Hello")
    expect(stranger.frame.locator("#ask [role=alert]")).to_be_visible()
    assert strangers() == 0
    expect(name).to_have_value("Zoë")
    address.fill("zoe@example.com")
    address.press("Enter")
    stranger.frame.locator("[data-retry]").click()
    stranger.sees("Hello")
    expect(stranger.frame.locator("#ask")).to_be_hidden()
    (row,) = database.rows(select(visitors.table))
    assert (row.said_name, row.said_email) == ("Zoë", "zoe@example.com")
    ana = visit("agent", "/admin/messages")
    ana.open_chat(name_of_the_stranger())
    expect(ana.page.locator("#customer")).to_contain_text("Zoë unverified")
    assert ana.axe() == []


def test_a_stranger_sends_a_screenshot_first(shop: Shop, visit: Visit) -> None:
    stranger, ana = shop().open_chat_window(), visit("agent", "/admin/messages")
    with stranger.page.expect_file_chooser() as chooser:
        stranger.frame.get_by_role("button", name="Attach files").click()
    chooser.value.set_files([picture()])  # type: ignore[list-item]
    expect(stranger.frame.locator(".upload")).to_have_attribute("data-state", "here")
    stranger.composer.press("Enter")
    is_drawn(stranger.frame.locator(".message .file-picture img"))
    ana.row("Visitor").locator("a").first.click()
    is_drawn(ana.page.locator(".message .file-picture img"))
