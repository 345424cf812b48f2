"""Files: chosen, pasted, dropped, cut off in the middle, shown and looked at."""

import base64
import io
import random
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Route, expect
from sqlalchemy import func, select

from app.models import database, files
from tests.browser.conftest import Desk, Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import PHONE, Visitor, tab_of
from tests.servers import wait_until

PUT_IN = """
([selector, type, files]) => {
  const given = new DataTransfer();
  for (const [name, kind, content] of files) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    given.items.add(new File([bytes], name, { type: kind }));
  }
  const event = type === "paste"
    ? new ClipboardEvent(type, { clipboardData: given, bubbles: true, cancelable: true })
    : new DragEvent(type, { dataTransfer: given, bubbles: true, cancelable: true });
  document.querySelector(selector).dispatchEvent(event);
}
"""


# The answer to what is announced comes once `letGo` is called.
HOLD_ANSWER = """async () => {
  const { live } = (await import("deskbell")).socket;
  const ask = live.request.bind(live);
  const held = new Promise((resolve) => (window.letGo = resolve));
  live.request = async (event, payload) => {
    const answer = await ask(event, payload);
    if (event === "announce_file") await held;
    return answer;
  };
}"""


def picture(width: int = 600, height: int = 400, name: str = "screen.png") -> dict[str, object]:
    """What no packing makes smaller: some 700 KB, in parts of 512."""
    pixels = random.Random(width).randbytes(width * height * 3)
    Image.frombytes("RGB", (width, height), pixels).save(held := io.BytesIO(), "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": held.getvalue()}


def words(name: str = "notes.txt") -> dict[str, object]:
    return {"name": name, "mimeType": "text/plain", "buffer": b"some words"}


def choose(who: Visitor, *files: dict[str, object]) -> None:
    with who.page.expect_file_chooser() as chooser:
        who.page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files(list(files))  # type: ignore[arg-type]


def put_in(who: Visitor, how: str, *files: dict[str, object]) -> None:
    given = [[f["name"], f["mimeType"], base64.b64encode(f["buffer"]).decode()] for f in files]  # type: ignore[arg-type]
    who.page.evaluate(PUT_IN, [".composer-text", how, given])


def uploads(who: Visitor) -> Locator:
    return who.page.locator(".upload")


def rows(desk: Desk) -> int:
    """Of files, sent or not."""
    with desk.app.app_context():
        return int(database.scalar(select(func.count()).select_from(files.table)))


def is_drawn(image: Locator) -> None:
    expect(image).to_have_attribute("src", re.compile("^/files/"))
    expect(image).not_to_have_js_property("naturalWidth", value=0)


def test_a_screenshot_is_chosen_sent_and_seen_by_both(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    choose(lena, picture())
    expect(uploads(lena)).to_have_attribute("data-state", "here")
    assert lena.axe() == []
    uploads(lena).get_by_label("What does it show?").fill("A broken chair")
    uploads(lena).get_by_label("What does it show?").press("Enter")
    expect(lena.composer).to_be_focused()
    lena.say("Look at this")
    expect(uploads(lena)).to_have_count(0)
    for who in (lena, ana):
        image = who.message("Look at this").get_by_role("img", name="A broken chair")
        expect(image).to_be_visible()
        is_drawn(image)
        box = image.bounding_box()
        assert box is not None
        assert box["width"] / box["height"] == pytest.approx(1.5, abs=0.02)
        assert who.axe() == []


@pytest.mark.parametrize("how", ["paste", "drop"])
def test_what_is_pasted_or_dropped_goes_along(visit: Visit, how: str) -> None:
    lena, ana = in_conversation(visit)
    put_in(lena, how, picture(60, 40), words())
    expect(uploads(lena)).to_have_count(2)
    expect(lena.page.locator(".upload[data-state=here]")).to_have_count(2)
    lena.composer.press("Enter")
    card = ana.page.locator(".message a.file-card")
    expect(card).to_contain_text("notes.txt")
    expect(ana.page.locator(".message .file-picture img")).to_have_count(1)
    expect(ana.row("Lena Ortiz").locator(".row-text")).to_have_text("screen.png, notes.txt")
    with ana.page.expect_download() as download:
        card.click()
    assert Path(download.value.path()).read_bytes() == b"some words"
    assert download.value.suggested_filename == "notes.txt"


def test_who_presses_enter_too_early_need_not_press_it_again(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    held: list[Route] = []
    is_held = True
    lena.page.route(
        "**/files/*", lambda route: held.append(route) if is_held else route.continue_()
    )
    choose(lena, picture())
    lena.composer.fill("With a picture")
    with lena.page.expect_request("**/files/*"):
        pass
    lena.composer.press("Enter")
    expect(lena.page.locator(".toast")).to_contain_text("as soon as its files have arrived")
    expect(lena.composer).to_have_value("With a picture")
    is_held = False
    for route in held:
        route.continue_()
    ana.sees("With a picture")
    is_drawn(ana.message("With a picture").locator(".file-picture img"))


def test_an_upload_that_is_cut_in_the_middle_goes_on_where_it_was(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    parts: list[str] = []

    def cut_after_one(route: Route) -> None:
        if route.request.method == "PATCH":
            parts.append(route.request.headers["upload-offset"])
            if len(parts) == 2:
                route.abort("connectionreset")
                return
        route.continue_()

    lena.page.route("**/files/*", lambda route: cut_after_one(route))
    choose(lena, picture())
    expect(uploads(lena)).to_have_attribute("data-state", "here")
    # The part that was cut is sent again, those before it are not.
    assert parts[0] == "0"
    assert parts[1] == parts[2] != "0"
    lena.say("Here it is")
    is_drawn(ana.message("Here it is").locator(".file-picture img"))
    assert [said for said in lena.complaints if "CONNECTION_RESET" not in said] == []
    lena.complaints.clear()


def test_a_reload_goes_on_where_it_was_and_sends_nothing_twice(visit: Visit, desk: Desk) -> None:
    lena, ana = in_conversation(visit)
    seen: list[str] = []
    held: list[Route] = []

    def hold_the_second(route: Route) -> None:
        if route.request.method == "PATCH":
            seen.append(route.request.headers["upload-offset"])
            if len(seen) == 2:
                held.append(route)
                return
        route.continue_()

    lena.page.route("**/files/*", lambda route: hold_the_second(route))
    choose(lena, picture())
    expect(uploads(lena).locator("progress")).not_to_have_js_property("value", value=0)
    lena.page.wait_for_function("() => document.querySelector('.upload progress').value > 0.3")
    while len(seen) < 2:
        lena.page.wait_for_timeout(20)
    lena.page.reload()
    lena.open_widget()
    expect(uploads(lena)).to_have_count(1)
    expect(uploads(lena)).to_have_attribute("data-state", "here")
    assert seen[2] == seen[1] != "0"
    lena.say("After a reload")
    is_drawn(ana.message("After a reload").locator(".file-picture img"))
    assert rows(desk) == 1


def test_what_is_out_of_reach_says_so_and_comes_by_itself(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    away = {"status": 503, "headers": {"Retry-After": "5"}, "body": ""}
    gone = [True]
    ana.page.route("**/files/*", lambda route: route.fulfill(**away) if gone else route.continue_())
    choose(lena, picture(), words())
    expect(uploads(lena).first).to_have_attribute("data-state", "here")
    lena.say("Look")
    message = ana.message("Look")
    expect(message.locator(".file-missing")).to_contain_text("out of reach just now")
    message.locator("a.file-card").click()
    expect(ana.page.locator(".toast[data-kind=error]")).to_contain_text("out of reach just now")
    message.locator("a.file-picture").click()
    expect(ana.page.locator(".viewer-name")).to_contain_text("out of reach just now")
    ana.page.keyboard.press("Escape")
    gone.clear()
    picture_there = message.locator(".file-picture img")
    expect(picture_there).not_to_have_js_property("naturalWidth", value=0, timeout=20_000)
    expect(message.locator(".file-missing")).to_have_count(0)
    assert all("503" in said for said in ana.complaints)
    ana.complaints.clear()


def test_what_is_too_large_is_told_before_it_is_sent(visit: Visit) -> None:
    lena, _ana = in_conversation(visit)
    asked: list[str] = []
    lena.page.on("request", lambda request: asked.append(request.url))
    lena.page.evaluate("document.body.dataset.fileBytes = '1000000'")
    choose(lena, {"name": "film.mp4", "mimeType": "video/mp4", "buffer": bytes(1_000_001)})
    expect(lena.page.locator(".toast")).to_contain_text("at most 1 MB")
    expect(uploads(lena)).to_have_count(0)
    assert not [url for url in asked if "/files/" in url]


def test_what_is_removed_is_not_sent(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    choose(lena, picture(60, 40), words())
    expect(lena.page.locator(".upload[data-state=here]")).to_have_count(2)
    uploads(lena).filter(has_text="notes.txt").get_by_role("button", name="Do not send it").click()
    expect(lena.composer).to_be_focused()
    lena.say("One of them")
    expect(ana.message("One of them").locator(".file")).to_have_count(1)


def test_what_is_removed_before_it_has_begun_does_not_come_back(visit: Visit, desk: Desk) -> None:
    lena, ana = in_conversation(visit)
    lena.page.evaluate(HOLD_ANSWER)
    choose(lena, picture(60, 40))
    wait_until(lambda: rows(desk) == 1)
    uploads(lena).get_by_role("button", name="Do not send it").click()
    lena.page.evaluate("window.letGo()")
    expect(uploads(lena)).to_have_count(0)
    wait_until(lambda: rows(desk) == 0)
    lena.page.reload()
    lena.open_widget()
    lena.say("Nothing of it")
    expect(ana.message("Nothing of it").locator(".file")).to_have_count(0)
    expect(uploads(lena)).to_have_count(0)


def test_after_a_reload_a_file_is_in_the_tray_of_one_tab(visit: Visit, desk: Desk) -> None:
    lena, _ana = in_conversation(visit)
    choose(lena, picture(60, 40))
    expect(uploads(lena)).to_have_attribute("data-state", "here")
    lena.page.reload()
    lena.open_widget()
    expect(uploads(lena)).to_have_attribute("data-state", "here")
    other = tab_of(lena, "/dashboard")
    other.open_widget()
    choose(other, words())
    expect(uploads(other)).to_have_count(1)
    expect(uploads(other)).to_contain_text("notes.txt")
    wait_until(lambda: rows(desk) == 2)


def test_pictures_are_looked_at_by_keyboard(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    for number in (1, 2, 3):
        choose(lena, picture(400 + number, 300, f"{number}.png"))
        expect(uploads(lena)).to_have_attribute("data-state", "here")
        lena.say(f"Picture {number}")
        is_drawn(ana.message(f"Picture {number}").locator(".file-picture img"))
    second = ana.page.locator(".file-picture").nth(1)
    second.focus()
    ana.page.keyboard.press("Enter")
    viewer = ana.page.get_by_role("dialog", name="2.png")
    expect(viewer).to_be_visible()
    assert ana.axe() == []
    ana.page.keyboard.press("ArrowRight")
    viewer = ana.page.get_by_role("dialog", name="3.png")
    expect(viewer.get_by_role("img")).to_have_js_property("naturalWidth", value=403)
    expect(viewer.get_by_role("button", name="Next picture")).to_be_hidden()
    ana.page.keyboard.press("+")
    expect(viewer.get_by_role("button", name="As large as it is")).to_have_attribute(
        "aria-pressed", "true"
    )
    ana.page.keyboard.press("ArrowLeft")
    ana.page.keyboard.press("ArrowLeft")
    expect(ana.page.get_by_role("dialog", name="1.png")).to_be_visible()
    ana.page.keyboard.press("Escape")
    expect(ana.page.get_by_role("dialog")).to_have_count(0)
    expect(ana.page.locator(".file-picture").nth(0)).to_be_focused()


def test_what_is_not_shown_says_why(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    broken = {
        "name": "broken.png",
        "mimeType": "image/png",
        "buffer": b"\x89PNG\r\n\x1a\n" + bytes(99),
    }
    put_in(lena, "paste", broken)
    expect(uploads(lena)).to_have_attribute("data-state", "here")
    lena.composer.press("Enter")
    told = lena.page.locator(".toast, .file-card.is-held-back, .message-reason")
    expect(told.first).to_contain_text(re.compile("damaged|not taken here"))
    assert ana.complaints == []


def test_a_picture_that_is_taken_back_is_gone(visit: Visit, desk: Desk) -> None:
    lena, ana = in_conversation(visit)
    choose(lena, picture(60, 40))
    expect(uploads(lena)).to_have_attribute("data-state", "here")
    lena.say("Not this one")
    image = ana.message("Not this one").locator(".file-picture img")
    is_drawn(image)
    address = f"{desk.server.url}{image.get_attribute('src')}"
    lena.message("Not this one").hover()
    lena.message("Not this one").get_by_role("button", name="Take back").click()
    lena.page.get_by_role("alertdialog").get_by_role("button", name="Take back").click()
    ana.sees("This message was taken back.")
    expect(ana.page.locator(".message .file")).to_have_count(0)
    assert ana.page.request.get(address).status == 404


def test_who_logs_out_leaves_no_file_behind(visit: Visit, desk: Desk) -> None:
    lena, _ana = in_conversation(visit)
    choose(lena, picture(60, 40))
    expect(uploads(lena)).to_have_attribute("data-state", "here")
    kept = "async () => (await indexedDB.databases()).map(({ name }) => name)"
    assert lena.page.evaluate(kept) == [f"deskbell:files:{desk.people.lena.id}"]
    lena.page.locator(".account-menu summary").click()
    lena.page.locator(".account-menu").get_by_role("button", name="Log out").click()
    question = lena.page.locator("#log-out")
    expect(question).to_contain_text("1 draft has been begun")
    question.get_by_role("button", name="Log out").click()
    expect(lena.page.get_by_label("Password")).to_be_visible()
    lena.page.wait_for_function("async () => (await indexedDB.databases()).length === 0")
    lena.log_in("customer", "/dashboard")
    lena.open_widget()
    lena.say("Here again")
    expect(uploads(lena)).to_have_count(0)


def test_a_phone_shows_it_all_within_its_width(visit: Visit) -> None:
    ana, lena = visit("agent", "/admin/messages"), visit("customer", viewport=PHONE).open_widget()
    lena.say("Look")
    ana.open_chat("Lena Ortiz").sees("Look")
    choose(
        lena, picture(1200, 300, "a long name of a file that goes on and on and on.png"), words()
    )
    expect(lena.page.locator(".upload[data-state=here]")).to_have_count(2)
    assert lena.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    lena.composer.press("Enter")
    is_drawn(ana.page.locator(".message .file-picture img"))
    expect(lena.page.locator(".message .file-picture img")).to_be_visible()
    assert lena.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
