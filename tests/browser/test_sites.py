"""The settings of a site: what one writes is seen at once, and so is what loads the chat."""

import json
import re
import secrets

import pytest
from playwright.sync_api import Route, expect

from app.models.sites import LOADER_VERSION, SiteState
from app.operations import sightings, sites, visitors
from app.operations.messages import Draft
from app.queries import presence
from app.queries import sites as queries
from tests.browser.conftest import Desk, Visit
from tests.browser.visitors import DESKTOP, PHONE, Visitor, until, wait_for

SHOP, BLOG = "https://shop.example.com", "https://blog.example.com"
NOTES = ".colour-note:not([hidden])"
IS_SETTLED = "() => !document.querySelector('.htmx-request')"


@pytest.fixture(autouse=True)
def nowhere(desk: Desk) -> None:
    """The site is allowed nowhere yet; a server in demo mode has let the demo's shop in."""
    sites.edit_by_shell(queries.every()[0].key, origins=[])


def saw(origin: str, problem: str = "", version: str = LOADER_VERSION) -> None:
    """A page has loaded the chat, as the door would note it."""
    sightings.remembered.clear()
    sightings.note(1, origin, version, problem)
    sightings.note_down()


def at_site(visit: Visit, person: str = "manager", **options: object) -> Visitor:
    return visit(person, "/admin/settings/sites/1", **options)


def box(who: Visitor, selector: str) -> dict[str, float]:
    found = who.page.locator(selector).bounding_box()
    assert found is not None
    return dict(found)


def test_the_way_there_is_for_who_may_go_it(visit: Visit, desk: Desk) -> None:
    maya = visit("manager", "/admin")
    maya.page.get_by_role("link", name="Settings").click()
    expect(maya.page.get_by_role("heading", level=1)).to_have_text("Sites")
    expect(maya.page.get_by_role("link", name="Settings")).to_have_attribute("aria-current", "page")
    maya.page.locator("#site-1").click()
    expect(maya.page.locator("#name")).to_have_value("Northwind Chairs")
    ana = visit("agent", "/admin")
    expect(ana.page.get_by_role("link", name="Messages")).to_be_visible()
    expect(ana.page.get_by_role("link", name="Settings")).to_have_count(0)


def test_the_preview_follows_what_is_written_and_the_page_keeps_it(
    visit: Visit, desk: Desk
) -> None:
    maya = at_site(visit)
    page = maya.page
    circle, greeting = page.locator("#preview circle"), page.locator(".preview-greeting")
    expect(circle).to_have_attribute("fill", "#0f766e")
    expect(greeting).to_be_hidden()
    page.locator("#colour").fill("#FFD400")
    expect(circle).to_have_attribute("fill", "#ffd400")
    expect(page.locator("#colour-picker")).to_have_value("#ffd400")
    page.locator("#colour").fill("#FFD40")
    expect(circle).to_have_attribute("fill", "#ffd400")
    page.locator("#colour-picker").fill("#112233")
    expect(page.locator("#colour")).to_have_value("#112233")
    expect(circle).to_have_attribute("fill", "#112233")
    page.locator("#greeting").fill("Hello there")
    expect(greeting).to_have_text("Hello there")

    page.emulate_media(reduced_motion="reduce")
    stage = box(maya, "#preview")
    for distance in (0, 64, 200, 999):
        page.locator("#distance").fill(str(distance))
        button = box(maya, ".preview-button")
        beside = stage["x"] + stage["width"] - button["x"] - button["width"]
        below = stage["y"] + stage["height"] - button["y"] - button["height"]
        assert abs(beside - min(distance, 200)) <= 1.5
        assert abs(below - min(distance, 200)) <= 1.5
    page.locator("#distance").fill("10")
    page.get_by_label("Start", exact=True).check()
    assert abs(box(maya, ".preview-button")["x"] - stage["x"] - 10) <= 1.5

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").get_by_text("Saved.")).to_be_visible()
    (site,) = queries.every()
    assert (site.colour, site.edge, site.distance) == ("#112233", "start", 10)
    assert (site.greeting, site.name) == ("Hello there", "")
    expect(circle).to_have_attribute("fill", "#112233")
    assert abs(box(maya, ".preview-button")["x"] - stage["x"] - 10) <= 1.5


@pytest.mark.parametrize("locale", ["en-GB", "de", "ar"])
def test_how_a_colour_is_seen_is_said_alike_by_page_and_server(
    visit: Visit, desk: Desk, locale: str
) -> None:
    maya = at_site(visit, locale=locale)
    notes = maya.page.locator(NOTES)
    for colour, count in (("#ffd400", 2), ("#101010", 2), ("#0f766e", 1)):
        maya.page.locator("#colour").fill(colour)
        expect(notes).to_have_count(count)
        written = notes.all_inner_texts()
        sites.edit_by_shell(queries.every()[0].key, colour=colour)
        maya.page.reload()
        expect(maya.page.locator("#colour")).to_have_value(colour)
        assert notes.all_inner_texts() == written
    if locale == "en-GB":
        assert written == ["A white icon is seen well on it (5.4 to 1)."]


def test_who_loads_the_chat_is_shown_live_and_let_in_by_a_button(visit: Visit, desk: Desk) -> None:
    maya = at_site(visit)
    page, shown = maya.page, maya.page.locator("#installation")
    expect(shown).to_contain_text("Waiting for a first page")
    saw(SHOP, "origin_not_allowed")
    expect(shown.locator(".badge")).to_have_text(["Not allowed"])
    page.locator("#origins").fill("https://half-written")
    page.locator("#greeting").fill("Half a greeting")
    page.get_by_role("button", name="Allow it").focus()
    page.keyboard.press("Enter")
    badge = shown.locator(".badge")
    expect(badge).to_have_text(["Allowed now"])
    expect(badge).to_be_focused()
    expect(page.locator("#origins")).to_have_value(f"https://half-written\n{SHOP}")
    expect(page.locator("#greeting")).to_have_value("Half a greeting")
    assert queries.every()[0].allowed == [SHOP]
    saw(SHOP)
    expect(badge).to_have_text(["It works"])
    saw(BLOG, version="0")
    expect(badge).to_have_count(2)
    page.locator("#origins").fill(f"{SHOP}\n{BLOG}/")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.locator("#origins")).to_have_value(f"{SHOP}\n{BLOG}")
    assert queries.every()[0].allowed == [SHOP, BLOG]


def test_what_is_shown_is_left_alone_until_something_is_new(visit: Visit, desk: Desk) -> None:
    saw(SHOP, "origin_not_allowed")
    maya = at_site(visit)
    maya.page.evaluate("document.querySelector('#installation').isOld = true")
    allows = maya.page.get_by_role("button", name=f"Allow it {SHOP}")
    allows.focus()
    with maya.page.expect_response("**/installation?mark=*") as answered:
        pass
    assert answered.value.status == 204
    assert maya.page.evaluate("document.querySelector('#installation').isOld")
    saw(BLOG, "origin_not_allowed")
    expect(maya.page.locator("#installation .badge")).to_have_count(2)
    expect(allows).to_be_focused()


def test_lines_are_copied(visit: Visit, desk: Desk) -> None:
    maya = at_site(visit, permissions=["clipboard-read", "clipboard-write"])
    page = maya.page
    key = queries.every()[0].key
    copy = page.locator(".code").first.get_by_role("button", name="Copy")
    copy.click()
    expect(copy).to_have_attribute("data-copied", "")
    expect(page.locator("#announcer")).to_have_text("Copied")
    line = f'<script async src="{desk.server.url}/widget.js" data-site="{key}"></script>'
    assert page.evaluate("navigator.clipboard.readText()") == line
    page.get_by_text("Rails", exact=True).click()
    page.locator("#snippet-rails ~ button, .code:has(#snippet-rails) button").click()
    expect(page.locator(".code:has(#snippet-rails) button")).to_have_attribute("data-copied", "")
    assert "javascript_include_tag" in page.evaluate("navigator.clipboard.readText()")
    page.get_by_text("Django", exact=True).click()
    expect(page.locator("#snippet-rails")).to_be_hidden()  # one is open at a time


def test_without_a_clipboard_the_line_is_marked(visit: Visit, desk: Desk) -> None:
    maya = at_site(visit)
    maya.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    maya.page.locator(".code").first.get_by_role("button", name="Copy").click()
    until(maya.page, "() => getSelection().toString().includes('data-site=')")


def test_a_site_is_made_with_the_keyboard_alone(visit: Visit, desk: Desk) -> None:
    maya = visit("manager", "/admin/settings/sites")
    page = maya.page
    page.get_by_role("link", name="New site").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/new")
    maya.expects("422")
    page.locator("#origins").focus()
    page.keyboard.type("https://night.example.com")
    for _ in range(3):  # picker, colour, side
        page.keyboard.press("Tab")
    expect(page.locator("[name=edge][value=end]")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#preview")).to_have_attribute("data-edge", "start")
    page.keyboard.press("Tab")
    expect(page.locator("#distance")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_be_focused()  # which was forgotten
    assert maya.axe() == []
    page.keyboard.type("Night shop")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/sites/2\?saved=1"))
    made = queries.every()[1]
    assert (made.name, made.edge, made.allowed) == (
        "Night shop", "start", ["https://night.example.com"],
    )  # fmt: skip
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator(".plain-row strong")).to_have_text(["Northwind Chairs", "Night shop"])


def test_another_key_is_asked_about_first(visit: Visit, desk: Desk) -> None:
    maya = at_site(visit)
    page, key = maya.page, queries.every()[0].key
    page.get_by_role("button", name="Replace the key").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Replace the key")).to_be_focused()
    assert queries.every()[0].key == key
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Replace", exact=True).click()
    expect(page.locator("#snippet-html")).not_to_contain_text(key)
    expect(page.locator("#snippet-html")).to_contain_text(queries.every()[0].key)


def test_it_works_without_scripts(visit: Visit, desk: Desk) -> None:
    saw(SHOP, "origin_not_allowed")
    maya = at_site(visit, java_script_enabled=False)
    page = maya.page
    page.get_by_role("button", name="Allow it").click()
    expect(page.locator("#origins")).to_have_value(SHOP)
    page.locator("#colour").fill("#ffd400")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#preview circle")).to_have_attribute("fill", "#ffd400")
    expect(page.get_by_text("A dark icon is seen well on it")).to_be_visible()
    expect(page.locator(".code button").first).to_be_hidden()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("locale", ["en-GB", "de", "ar"])
def test_in_every_state_it_is_whole_and_accessible(
    visit: Visit, desk: Desk, viewport: dict[str, int], locale: str
) -> None:
    long = f"https://{'a' * 60}.{'b' * 60}.{'c' * 60}.example.com"
    key = queries.every()[0].key
    sites.edit_by_shell(key, origins=[SHOP, long], greeting="W" * 200, name="W" * 80)
    for origin, problem, version in (
        (SHOP, "", "1"), (long, "origin_not_allowed", "1"), (BLOG, "origin_not_allowed", "1"),
        ("https://old.example.com", "", "0"), ("null", "origin_not_allowed", "1"),
        (f"{long}:8443", "something", "1"),
    ):  # fmt: skip
        saw(origin, problem, version)
    maya = at_site(visit, viewport=viewport, locale=locale, reduced_motion="reduce")
    maya.expects("422")
    page, found = maya.page, []
    for summary in page.locator(".snippet summary").all():
        summary.click()
        found += maya.overflows()
    page.locator("#colour").fill("#ffffa0")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += maya.axe() + maya.overflows()
    page.locator("#origins").fill("x" * 300)
    page.locator("#colour").fill("yellow")
    page.locator("#distance").fill("")
    page.locator("#site-form [type=submit]").click()
    expect(page.locator("#site-form [aria-invalid=true]").first).to_be_visible()
    until(page, IS_SETTLED)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        found += maya.axe() + maya.overflows()
    assert found == []


def test_the_list_of_one_site_stays_so_live_and_in_the_address(visit: Visit, desk: Desk) -> None:
    blog = sites.create_by_shell(name="Blog")
    first = queries.every()[0]

    def writes(site: SiteState, text: str) -> str:
        visitor, _ = visitors.write_first(
            site, secrets.token_urlsafe(32), Draft(text, text), language="", address=text
        )
        return visitor.name

    here = writes(blog, "one")
    elsewhere = writes(first, "two")
    ana = visit("agent", "/admin/messages")
    page, choice = ana.page, ana.page.get_by_label("Which site")
    ana.lists(elsewhere, here)
    expect(ana.row(here).locator(".row-site")).to_have_text("Blog")
    choice.select_option("Blog")
    ana.lists(here)
    expect(page).to_have_url(re.compile(rf"/admin/messages\?site={blog.id}$"))
    expect(page.locator("#filter-waiting")).to_have_text("Waiting 1")
    wait_for(ana, lambda: presence.is_online(desk.people.ana.id))
    # By the server, whose events reach the page: each new chat is somebody's first message.
    for site, text in ((first, "three"), (blog, "four")):
        body = {"token": secrets.token_urlsafe(32), "clientId": text, "message": text}
        answer = ana.context.request.post(f"/embed/{site.key}/messages", data=json.dumps(body))
        assert answer.ok
    last = str(answer.json()["user"]["name"])
    ana.lists(last, here)
    expect(ana.row(last).locator(".row-site")).to_have_text("Blog")
    ana.filters("waiting")
    ana.lists(last, here)
    expect(page).to_have_url(re.compile(rf"\?filter=waiting&site={blog.id}$"))
    page.reload()
    ana.lists(last, here)
    expect(choice).to_have_value(str(blog.id))
    page.go_back()
    expect(page).to_have_url(re.compile(rf"/admin/messages\?site={blog.id}$"))
    choice.select_option("All sites")
    expect(page.locator("#chat-rows .row-name")).to_have_count(4)
    expect(page).to_have_url(re.compile("/admin/messages$"))
    ana.page.set_viewport_size(PHONE)
    assert ana.overflows() == []
    assert ana.axe() == []


def test_counts_of_all_sites_that_come_late_give_way_to_those_of_the_one_chosen(
    visit: Visit, desk: Desk
) -> None:
    desk.has_a_past()
    sites.create_by_shell(name="Blog")
    ana = visit("agent", "/admin")
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        held.append(route)
        if len(held) > 1:
            route.continue_()

    ana.page.clock.install()
    ana.page.route(re.compile(r"/admin/messages/filters\?"), hold_the_first)
    ana.goto("/admin/messages")  # which asks for the counts once it is connected
    wait_for(ana, lambda: len(held) == 1)
    ana.page.get_by_label("Which site").select_option("Blog")
    ana.lists()
    expect(ana.page.locator("#filter-mine")).to_have_text("Mine 1")
    ana.page.clock.fast_forward(5_000)  # longer than the counts are spared
    held[0].continue_()
    expect(ana.page.locator("#filter-mine")).to_have_text("Mine")


@pytest.mark.parametrize("locale", ["en-GB", "ar"])
def test_hours_are_written_by_keyboard_and_previewed(visit: Visit, desk: Desk, locale: str) -> None:
    maya = at_site(visit, locale=locale, viewport=PHONE)
    page = maya.page
    page.locator("#monday").focus()
    for text in ("9-12:30, 13:30-18", "22-2", "noon"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    expect(page.locator("#thursday")).to_be_focused()
    page.locator("#away_text").fill("We sleep.")
    expect(page.locator("#preview-away")).to_have_text("We sleep.")
    page.locator("#away_text").fill("")
    expect(page.locator("#preview-away")).not_to_be_empty()
    page.locator("#time_zone").select_option("Asia/Kathmandu")
    maya.expects("422")
    page.locator("#site-form [type=submit]").click()
    expect(page.locator("#wednesday-error")).to_contain_text("noon")
    expect(page.locator("#wednesday")).to_be_focused()
    assert maya.overflows() == []
    assert maya.axe() == []
    page.emulate_media(color_scheme="dark")
    assert maya.axe("color-contrast") == []
    page.locator("#wednesday").fill("")
    page.keyboard.press("Enter")
    expect(page.locator("#now-there")).to_be_visible()
    expect(page.locator("#monday")).to_have_value("09:00-12:30, 13:30-18:00")
    expect(page.locator("#tuesday")).to_have_value("22:00-02:00")
    assert queries.every()[0].time_zone == "Asia/Kathmandu"


def test_hours_are_set_without_scripts(visit: Visit, desk: Desk) -> None:
    maya = at_site(visit, java_script_enabled=False)
    maya.page.locator("#friday").fill("9-17")
    maya.page.get_by_label("Name and e-mail address").check()
    maya.page.get_by_label("German").check()
    maya.page.get_by_role("button", name="Save").click()
    expect(maya.page.locator("#friday")).to_have_value("09:00-17:00")
    site = queries.every()[0]
    assert (site.asks_first, site.wants_email, site.languages) == (True, True, "de")
