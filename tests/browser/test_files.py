"""Files: chosen, pasted, dropped, cut off in the middle, shown and looked at."""

import base64
import io
import random
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Route, WebSocketRoute, expect
from sqlalchemy import func, select

from app.models import database, files
from app.operations import files as sent_files
from app.operations import messages
from app.operations.messages import Draft
from tests.browser.conftest import Desk, Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.test_pictures import ready
from tests.browser.visitors import PHONE, Visitor, tab_of, until, wait_for
from tests.files import picture as small_picture
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


# What is announced first is refused, for a reason that does not pass by itself.
REFUSE_ONCE = """async () => {
  const { live } = (await import("deskbell")).socket;
  const ask = live.request.bind(live);
  live.request = async (event, payload) => {
    if (event !== "announce_file") return ask(event, payload);
    live.request = ask;
    throw { code: "forbidden", message: "Not just now" };
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


def put_in(
    who: Visitor, how: str, *files: dict[str, object], where: str = ".composer-text"
) -> None:
    given = [[f["name"], f["mimeType"], base64.b64encode(f["buffer"]).decode()] for f in files]  # type: ignore[arg-type]
    who.page.evaluate(PUT_IN, [where, how, given])


def uploads(who: Visitor) -> Locator:
    return who.page.locator(".upload")


def rows(desk: Desk) -> int:
    """Of files, sent or not."""
    with desk.app.app_context():
        return int(database.scalar(select(func.count()).select_from(files.table)))


def is_drawn(image: Locator, source: str = "^/files/") -> None:
    expect(image).to_have_attribute("src", re.compile(source))
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


def test_what_it_shows_is_told_also_while_it_is_announced_and_without_a_line(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    lena.page.evaluate(HOLD_ANSWER)
    choose(lena, picture(60, 40))
    field = uploads(lena).get_by_label("What does it show?")
    field.fill("A chair")
    field.press("Enter")
    lena.page.evaluate("window.letGo()")
    expect(uploads(lena)).to_have_attribute("data-state", "here")
    lena.say("Early")
    expect(ana.message("Early").get_by_role("img", name="A chair")).to_be_visible()
    choose(lena, picture(60, 40))
    expect(uploads(lena)).to_have_attribute("data-state", "here")
    lena.loses_its_line()
    lena.context.set_offline(True)
    lena.line_is("offline")
    field.fill("A table")
    field.press("Enter")
    lena.say("On the train")
    lena.context.set_offline(False)
    expect(ana.message("On the train").get_by_role("img", name="A table")).to_be_visible()
    expect(lena.page.locator(".upload")).to_have_count(0)


@pytest.mark.parametrize(
    ("how", "where"),
    [("paste", ".composer-text"), ("drop", ".composer-text"), ("drop", ".log .bubble")],
    ids=["paste", "drop", "drop-on-log"],
)
def test_what_is_pasted_or_dropped_goes_along(visit: Visit, how: str, where: str) -> None:
    lena, ana = in_conversation(visit)
    put_in(lena, how, picture(60, 40), words(), where=where)
    expect(uploads(lena)).to_have_count(2)
    expect(lena.page.locator(".upload[data-state=here]")).to_have_count(2)
    lena.composer.press("Enter")
    card = ana.page.locator(".message a.file-card")
    expect(card).to_contain_text("notes.txt")
    expect(ana.page.locator(".message .file-picture img")).to_have_count(1)
    expect(ana.row("Lena Ortiz").locator(".row-text")).to_have_text("2 files")
    with ana.page.expect_download() as download:
        card.click()
    assert Path(download.value.path()).read_bytes() == b"some words"
    assert download.value.suggested_filename == "notes.txt"


class Held:
    """Parts of files that have not arrived yet, until they may."""

    def __init__(self, who: Visitor) -> None:
        self.routes: list[Route] = []
        self.is_on = True
        who.page.route(
            "**/files/*",
            lambda route: self.routes.append(route) if self.is_on else route.continue_(),
        )

    def let_go(self) -> None:
        self.is_on = False
        for route in self.routes:
            route.continue_()


def waiting(who: Visitor) -> Locator:
    """Rows of the log whose files are on their way."""
    return who.log.locator(".message:has(> .parcel)")


def test_who_presses_enter_too_early_sees_it_wait_and_writes_on(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    held = Held(lena)
    choose(lena, picture(), words())
    expect(lena.composer).to_be_focused()
    lena.say("With a picture")
    expect(lena.composer).to_have_value("")
    expect(lena.form.locator(".upload")).to_have_count(0)
    row = waiting(lena)
    expect(row.locator(".bubble")).to_have_text("With a picture")
    expect(row.locator(".upload")).to_have_count(2)
    expect(row.locator(".parcel-said")).to_contain_text("as soon as its files have arrived")
    expect(row.get_by_role("progressbar").first).to_be_visible()
    assert lena.axe() == []
    # Words do not wait for files; what is begun is not sent with them.
    lena.say("Meanwhile")
    ana.sees("Meanwhile")
    lena.composer.fill("Half fini")
    held.let_go()
    ana.sees("With a picture")
    is_drawn(ana.message("With a picture").locator(".file-picture img"))
    expect(ana.message("With a picture").locator(".file")).to_have_count(2)
    expect(waiting(lena)).to_have_count(0)
    expect(lena.composer).to_have_value("Half fini")
    for who in (lena, ana):
        assert who.texts()[-2:] == ["Meanwhile", "With a picture"]


def test_who_opens_another_chat_or_loads_anew_has_sent_it_all_the_same(
    visit: Visit, desk: Desk
) -> None:
    lena, ana = in_conversation(visit)
    marcus = visit("customer2").open_widget()
    marcus.say("And I?")
    expect(ana.row("Marcus")).to_have_count(1)
    held = Held(ana)
    choose(ana, picture())
    ana.say("For Lena")
    expect(waiting(ana)).to_have_count(1)
    ana.open_chat("Marcus Bell")
    expect(waiting(ana)).to_have_count(0)
    ana.composer.fill("Half for Mar")
    ana.page.reload()
    expect(ana.composer).to_have_value("Half for Mar")
    expect(uploads(ana)).to_have_count(0)
    ana.open_chat("Lena Ortiz")
    expect(waiting(ana).locator(".upload")).to_have_count(1)
    ana.open_chat("Marcus Bell")
    held.let_go()
    lena.sees("For Lena")
    is_drawn(lena.message("For Lena").locator(".file-picture img"))
    ana.open_chat("Lena Ortiz")
    ana.sees("For Lena")
    expect(waiting(ana)).to_have_count(0)
    ana.page.reload()
    expect(ana.message("For Lena").locator(".file")).to_have_count(1)
    expect(uploads(ana)).to_have_count(0)
    assert rows(desk) == 1
    expect(marcus.log.locator("article.message")).to_have_count(1)


def test_without_a_line_it_waits_and_is_sent_when_that_is_back(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    choose(lena, words("first.txt"))
    expect(uploads(lena)).to_have_attribute("data-state", "here")
    lena.say("One that has arrived")
    ana.sees("One that has arrived")
    lena.loses_its_line()
    lena.context.set_offline(True)
    lena.line_is("offline")
    choose(lena, picture())
    lena.say("On the train")
    expect(lena.composer).to_be_focused()
    expect(lena.composer).to_have_value("")
    expect(waiting(lena).locator(".bubble")).to_have_text("On the train")
    lena.context.set_offline(False)
    ana.sees("On the train")
    is_drawn(ana.message("On the train").locator(".file-picture img"))
    expect(waiting(lena)).to_have_count(0)


def test_what_is_removed_from_a_row_that_waits_stops_it(visit: Visit, desk: Desk) -> None:
    lena, ana = in_conversation(visit)
    held = Held(lena)
    choose(lena, picture(), words())
    lena.say("Both of them")
    row = waiting(lena)
    unwanted = row.locator(".upload", has_text="screen.png")
    unwanted.get_by_role("button", name="Do not send it").click()
    expect(row).to_have_attribute("data-status", "failed")
    expect(row.locator(".parcel-said")).to_contain_text("screen.png")
    held.let_go()
    expect(row.locator(".upload", has_text="notes.txt")).to_have_attribute("data-state", "here")
    expect(row).to_have_attribute("data-status", "failed")
    assert lena.axe() == []
    row.get_by_role("button", name="Send without it").click()
    expect(lena.composer).to_be_focused()
    ana.sees("Both of them")
    expect(ana.message("Both of them").locator(".file")).to_have_count(1)
    wait_until(lambda: rows(desk) == 1)


def test_what_was_removed_by_mistake_comes_back(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    held = Held(lena)
    choose(lena, words())
    lena.composer.press("Enter")
    row = waiting(lena)
    row.get_by_role("button", name="Do not send it").click()
    expect(row.get_by_role("button", name="Send without it")).to_be_hidden()  # nothing is left
    row.get_by_role("button", name="Try again").click()
    expect(row).to_have_attribute("data-status", "pending")
    held.let_go()
    expect(ana.page.locator(".message a.file-card")).to_contain_text("notes.txt")


def test_a_row_that_waits_is_given_up_once_that_is_meant(visit: Visit, desk: Desk) -> None:
    lena, ana = in_conversation(visit)
    held = Held(lena)
    choose(lena, picture())
    lena.say("Rather not")
    waiting(lena).get_by_role("button", name="Discard").click()
    question = lena.page.get_by_role("alertdialog")
    assert lena.axe() == []
    question.get_by_role("button", name="Cancel").click()
    expect(waiting(lena)).to_have_count(1)
    waiting(lena).get_by_role("button", name="Discard").click()
    question.get_by_role("button", name="Discard").click()
    expect(waiting(lena)).to_have_count(0)
    expect(lena.composer).to_be_focused()
    wait_until(lambda: rows(desk) == 0)
    held.let_go()
    lena.page.reload()
    lena.open_widget()
    lena.say("Nothing of it")
    ana.sees("Nothing of it")
    expect(ana.page.locator(".message .file")).to_have_count(0)


def test_another_tab_goes_on_with_it(visit: Visit, desk: Desk) -> None:
    lena, ana = in_conversation(visit)
    other = tab_of(lena, "/dashboard")
    other.open_widget()
    held = Held(other)
    choose(other, picture())
    other.say("From the other tab")
    expect(waiting(lena)).to_have_count(1)
    expect(waiting(lena).locator(".upload")).to_contain_text("screen.png")
    wait_for(other, lambda: held.routes)  # it has been announced
    held.is_on = False
    other.page.close()
    ana.sees("From the other tab")
    lena.sees("From the other tab")
    expect(waiting(lena)).to_have_count(0)
    assert rows(desk) == 1


def test_files_of_a_draft_that_another_tab_has_are_told_of(visit: Visit) -> None:
    lena, _ana = in_conversation(visit)
    other = tab_of(lena, "/dashboard")
    other.open_widget()
    choose(lena, words())
    told = other.page.locator(".uploads-elsewhere")
    expect(told).to_contain_text("notes.txt")
    expect(uploads(other)).to_have_count(0)
    assert other.axe() == []
    lena.page.close()
    expect(uploads(other)).to_contain_text("notes.txt")
    expect(told).to_have_text("")


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
    wait_for(lena, lambda: len(seen) == 2)
    is_drawn(uploads(lena).locator("img.upload-picture"), "^blob:")
    # As much of it is told as has arrived.
    size = len(picture()["buffer"])  # type: ignore[arg-type]
    told = uploads(lena).locator("progress").evaluate("bar => bar.value")
    assert told >= int(seen[1]) / size > 0.3
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


def test_what_is_not_taken_and_what_is_too_much_is_told_before_it_is_sent(
    visit: Visit, desk: Desk
) -> None:
    lena, _ana = in_conversation(visit)
    toasts = lena.page.locator(".toast")
    lena.page.evaluate("document.body.dataset.fileTypes = 'image/png video/*'")
    choose(lena, words(), picture(60, 40), words("notes.pdf") | {"mimeType": "application/pdf"})
    expect(toasts.filter(has_text="notes.txt")).to_contain_text("kind of file is not taken here")
    expect(toasts.filter(has_text="notes.pdf")).to_contain_text("kind of file is not taken here")
    # Of what the browser does not know the kind, the desk finds it out.
    choose(lena, words("readme") | {"mimeType": ""}, words("a.mp3") | {"mimeType": "audio/mpeg"})
    expect(lena.page.locator(".upload-name")).to_have_text(["screen.png", "readme", "a.mp3"])
    lena.page.evaluate("delete document.body.dataset.fileTypes")
    choose(lena, *(words(f"{number}.txt") for number in range(4)))
    for name in ("2.txt", "3.txt"):
        said = toasts.filter(has_text=name)
        expect(said).to_contain_text("left out: a message has at most 5 files")
    expect(uploads(lena)).to_have_count(5)
    expect(lena.page.locator(".upload[data-state=here]")).to_have_count(5)
    assert lena.axe() == []
    assert rows(desk) == 5


def test_what_failed_is_tried_again_by_its_button(visit: Visit, desk: Desk) -> None:
    lena, ana = in_conversation(visit)
    lena.page.evaluate(REFUSE_ONCE)
    choose(lena, picture(60, 40))
    expect(uploads(lena)).to_have_attribute("data-state", "failed")
    expect(uploads(lena)).to_contain_text("Not just now")
    assert lena.axe() == []
    assert rows(desk) == 0
    uploads(lena).get_by_role("button", name="Try again").click()
    expect(uploads(lena)).to_have_attribute("data-state", "here")
    expect(uploads(lena).get_by_role("button", name="Try again")).to_be_hidden()
    lena.say("At the second try")
    is_drawn(ana.message("At the second try").locator(".file-picture img"))
    assert rows(desk) == 1


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
    expect(viewer.get_by_role("status")).to_have_text("200%")
    ana.page.keyboard.press("ArrowLeft")
    ana.page.keyboard.press("ArrowLeft")
    expect(ana.page.get_by_role("dialog", name="1.png")).to_be_visible()
    ana.page.keyboard.press("Escape")
    expect(ana.page.get_by_role("dialog")).to_have_count(0)
    expect(ana.page.locator(".file-picture").nth(0)).to_be_focused()


def test_a_picture_that_is_opened_before_the_line_is_up_is_large_once_it_is(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    choose(lena, picture(401, 300, "1.png"))
    expect(uploads(lena)).to_have_attribute("data-state", "here")
    lena.say("A picture")
    is_drawn(ana.message("A picture").locator(".file-picture img"))
    held: list[WebSocketRoute] = []
    ana.page.route_web_socket(re.compile("/socket.io/"), lambda line: held.append(line))
    ana.page.reload()
    wait_for(ana, lambda: held)
    ana.message("A picture").locator(".file-picture").click()
    viewer = ana.page.get_by_role("dialog", name="1.png")
    expect(viewer.get_by_role("img")).to_have_attribute("src", re.compile("^data:"))
    held[0].connect_to_server()
    expect(viewer.get_by_role("img")).to_have_attribute("src", re.compile("^/files/"))
    expect(viewer.get_by_role("img")).to_have_js_property("naturalWidth", value=401)
    expect(viewer.locator("[data-download]")).to_have_attribute("download", "1.png")
    ana.page.keyboard.press("Escape")
    expect(ana.page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("locale", ["en-GB", "ar"])
def test_a_long_name_leaves_the_viewer_its_buttons(visit: Visit, locale: str) -> None:
    lena = visit("customer", viewport=PHONE, locale=locale).open_widget()
    put_in(lena, "paste", picture(300, 200, "a name without any end " * 8 + ".png"))
    expect(uploads(lena)).to_have_attribute("data-state", "here")
    lena.composer.press("Enter")
    is_drawn(lena.page.locator(".message .file-picture img"))
    lena.page.locator(".message .file-picture").click()
    for says in ("", "Files are out of reach just now. Please try again in a moment."):
        if says:
            lena.page.locator(".viewer-name").evaluate(
                "(name, says) => (name.textContent = says)", says
            )
        for part in (".viewer [data-close]", ".viewer [data-download]", ".viewer-stage img"):
            box = lena.page.locator(part).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE["width"]
        stage = lena.page.locator(".viewer-stage img").bounding_box()
        assert stage is not None
        assert stage["x"] * 2 + stage["width"] == pytest.approx(PHONE["width"], abs=2)
    assert lena.overflows() == []
    lena.page.locator(".viewer [data-close]").click()
    expect(lena.page.locator(".viewer")).to_have_count(0)


def test_a_damaged_picture_says_so_before_it_is_sent_and_holds_nothing_back(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    broken = {
        "name": "broken.png",
        "mimeType": "image/png",
        "buffer": b"\x89PNG\r\n\x1a\n" + bytes(99),
    }
    put_in(lena, "paste", broken, words())
    torn = uploads(lena).filter(has_text="broken.png")
    expect(torn).to_have_attribute("data-state", "refused")
    expect(torn.get_by_role("status")).to_contain_text("damaged")
    lena.say("Both")
    row = waiting(lena)
    expect(row).to_have_attribute("data-status", "failed")
    expect(row.locator(".parcel-said")).to_contain_text("broken.png")
    expect(row.locator(".upload", has_text="broken.png")).to_contain_text("damaged")
    assert lena.axe() == []
    lena.page.reload()
    lena.open_widget()
    expect(row.locator(".upload", has_text="broken.png")).to_contain_text("damaged")
    expect(row.get_by_role("button", name="Try again")).to_be_hidden()
    row.get_by_role("button", name="Send without it").click()
    ana.sees("Both")
    expect(ana.message("Both").locator(".file")).to_have_text(re.compile("notes.txt"))
    # Whoever is quicker than that is told the same.
    put_in(lena, "paste", broken)
    lena.say("At once")
    expect(row.locator(".upload")).to_contain_text("damaged")
    row.get_by_role("button", name="Send without it").click()
    ana.sees("At once")
    expect(ana.message("At once").locator(".file")).to_have_count(0)
    assert ana.complaints == []


def test_what_the_desk_has_no_more_is_told_by_name(visit: Visit, desk: Desk) -> None:
    lena, ana = in_conversation(visit)
    choose(lena, words(), picture(60, 40))
    expect(lena.page.locator(".upload[data-state=here]")).to_have_count(2)
    with desk.app.app_context():
        lost = database.row(select(files.table.c.id).where(files.table.c.name == "notes.txt"))
        sent_files.give_up(desk.people.lena, lost.id)
    lena.say("Both")
    row = waiting(lena)
    expect(row.locator(".parcel-said")).to_contain_text("notes.txt")
    row.get_by_role("button", name="Try again").click()
    ana.sees("Both")
    expect(ana.message("Both").locator(".file")).to_have_count(2)


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


WIDTH = "image => image.getBoundingClientRect().width"
WIDER = "least => document.querySelector('.viewer img').getBoundingClientRect().width > least"
SCROLLED = "stage => [stage.scrollLeft, stage.scrollTop]"


@pytest.mark.parametrize("locale", ["en-GB", "ar"])
def test_a_picture_is_enlarged_in_steps_and_moved_about(
    visit: Visit, desk: Desk, locale: str
) -> None:
    with desk.app.app_context():
        sent = [
            messages.send(desk.people.lena, None, Draft("", f"a{number}", files=(file,)))
            for number, file in enumerate(
                ready(desk.people.lena, small_picture(*size), f"{size[0]}.png")
                for size in ((300, 300), (2000, 600))
            )
        ]
    ana = visit("agent", f"/admin/messages/{sent[0].chat_id}", locale=locale)
    ana.is_online()
    is_drawn(ana.page.locator(".message .file-picture img").first)
    is_drawn(ana.page.locator(".message .file-picture img").last)
    ana.page.locator("a.file-picture").first.click()
    image, stage = ana.page.locator(".viewer img"), ana.page.locator(".viewer-stage")
    said, button = ana.page.locator(".viewer-scale"), ana.page.locator(".viewer [data-zoom]")

    def is_wide(width: float, scale: str) -> None:
        """In percent, which Arabic writes in its own way."""
        expect(said).to_have_text(
            scale if locale != "ar" else re.compile(r"%|٪" if scale else "^$")
        )
        assert image.evaluate(WIDTH) == pytest.approx(width, abs=1)

    # As large as it is already as it opens: a small screenshot.
    is_wide(300, "")
    button.click()
    is_wide(600, "200%")
    image.click()
    is_wide(1200, "400%")
    is_drawn(image)
    expect(ana.page.locator(".viewer [data-download]")).to_have_attribute("href", re.compile("."))
    assert ana.axe() == []
    left, top = stage.evaluate(SCROLLED)
    assert top > 0  # its middle is seen
    ana.page.keyboard.press("ArrowDown")
    assert stage.evaluate(SCROLLED) == [left, top + 80]
    ana.page.mouse.move(640, 400)
    ana.page.mouse.down()
    ana.page.mouse.move(640, 430, steps=3)
    ana.page.mouse.up()
    assert stage.evaluate(SCROLLED) == [left, top + 50]
    is_wide(1200, "400%")  # it was no click
    ana.page.keyboard.press("-")
    is_wide(600, "200%")
    ana.page.keyboard.press("+")
    button.click()
    is_wide(300, "")
    # The other one is wider than the window.
    ana.page.keyboard.press("ArrowRight" if locale != "ar" else "ArrowLeft")
    expect(ana.page.locator(".viewer-name")).to_have_text("2000.png")
    until(ana.page, WIDER, arg=1200)  # it shows the small one first
    whole = image.evaluate(WIDTH)
    assert 1200 < whole <= 1280
    ana.page.keyboard.press("+")
    is_wide(2000, "100%")
    left, _top = stage.evaluate(SCROLLED)
    assert left == pytest.approx((2000 - 1280) / 2, abs=10)
    ana.page.keyboard.press("ArrowLeft")
    assert stage.evaluate(SCROLLED)[0] == left - 80
    ana.page.keyboard.press("+")
    is_wide(4000, "200%")
    ana.page.keyboard.press("0")
    is_wide(whole, "")
    ana.page.keyboard.press("Escape")
    expect(ana.page.locator(".viewer")).to_have_count(0)
