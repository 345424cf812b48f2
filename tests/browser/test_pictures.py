"""How pictures and films of a message stand in the log, and the composer's line of buttons."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from app.models.users import Actor
from app.operations import messages
from app.operations.messages import Draft
from tests.browser.conftest import Desk, Visit
from tests.browser.visitors import PHONE
from tests.files import RECORDINGS, arrived, now, picture, recorded
from tests.servers import wait_until

SHAPES = [(60, 40), (40, 90), (120, 30), (50, 50), (64, 64)]
SAID = """hint => {
  const is = hint.getBoundingClientRect();
  const there = [...hint.children].filter(part => part.getBoundingClientRect().top < is.bottom);
  const cut = there.filter(part => {
    const has = part.getBoundingClientRect();
    return has.left < is.left - 1 || has.right > is.right + 1 || has.bottom > is.bottom + 1;
  });
  return [there.length, cut.length];
}"""


def ready(who: Actor, content: bytes, name: str) -> int:
    """A file that the server has looked at."""
    file = arrived(who, content, name)
    wait_until(lambda: now(file).is_ready, 20)
    return file.id


def has_pictures(desk: Desk, number: int, before: str = "") -> int:
    """Lena has sent so many at once; the chat."""
    with desk.app.app_context():
        lena = desk.people.lena
        if before:
            messages.send(lena, None, Draft(before, "before"))
        shown = [ready(lena, picture(*size), f"{size[0]}.png") for size in SHAPES[:number]]
        return messages.send(lena, None, Draft("", "pictures", files=tuple(shown))).chat_id


def boxes(pictures: Locator) -> list[Any]:
    """Where they stand, all at one moment."""
    expect(pictures.first).to_be_visible()
    return pictures.evaluate_all("all => all.map(each => each.getBoundingClientRect().toJSON())")


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE, "locale": "ar"}], ids=["wide", "ar"])
@pytest.mark.parametrize("number", [1, 2, 3, 5])
def test_several_pictures_stand_side_by_side(
    visit: Visit, desk: Desk, number: int, options: dict[str, Any]
) -> None:
    chat_id = has_pictures(desk, number)
    ana = visit("agent", f"/admin/messages/{chat_id}", **options)
    found = boxes(ana.page.locator(".message .file-picture img"))
    assert len(found) == number
    if number == 1:
        assert found[0]["width"] / found[0]["height"] == pytest.approx(1.5, abs=0.02)
        return
    small, first = found[number % 2 :], found[0]
    for left, right in zip(small[::2], small[1::2], strict=True):
        assert left["y"] == right["y"]
        assert (left["x"] > right["x"]) == (options.get("locale") == "ar")
        assert left["width"] == right["width"] == pytest.approx(left["height"], abs=1)
    if number % 2:
        assert first["width"] == pytest.approx(2 * first["height"], abs=1)
    assert ana.overflows() == []
    assert ana.axe() == []
    ana.page.locator(".file-picture").nth(number - 1).click()
    shown = f"{SHAPES[number - 1][0]}.png"
    expect(ana.page.get_by_role("dialog", name=shown)).to_be_visible()
    ana.page.keyboard.press("ArrowRight" if options.get("locale") == "ar" else "ArrowLeft")
    expect(ana.page.get_by_role("dialog", name=f"{SHAPES[number - 2][0]}.png")).to_be_visible()


def test_nothing_jumps_as_they_come(visit: Visit, desk: Desk) -> None:
    chat_id = has_pictures(desk, 3, "Above them")
    ana = visit("agent", "/admin/messages")
    held: list[Any] = []
    ana.page.route("**/files/**", lambda route: held.append(route))
    ana.page.goto(f"/admin/messages/{chat_id}")
    ana.sees("Above them")
    above = ana.message("Above them")
    pictures = ana.page.locator(".message .file-picture img")
    expect(pictures.first).to_have_attribute("src", re.compile("^/files/"))
    before = (above.bounding_box(), boxes(pictures))
    for route in held:
        route.continue_()
    for each in pictures.all():
        expect(each).to_have_js_property("complete", value=True)
    assert (above.bounding_box(), boxes(pictures)) == before


def test_each_is_heard_by_its_name_its_type_and_its_size(visit: Visit, desk: Desk) -> None:
    lena = desk.people.lena
    with desk.app.app_context():
        shown = arrived(lena, picture(), "screen.png", alt="A broken chair")
        said = recorded(lena, "sound.webm")
        film = arrived(lena, (RECORDINGS / "picture.mp4").read_bytes(), "film.mp4")
        card = arrived(lena, b"%PDF-1.4", "invoice.pdf")
        wait_until(lambda: all(now(file).is_ready for file in (shown, said, film, card)), 20)
        chat_id = 0
        for number, file in enumerate((shown, said, film, card)):
            sent = messages.send(lena, None, Draft("", f"file-{number}", files=(file.id,)))
            chat_id = sent.chat_id
        held = {"id": 999, "name": "broken.png", "size": 200, "status": "refused"}
        held |= {"refusal": "unreadable", "alt": "", "contentType": None}
        messages.send(lena, None, Draft("Damaged", "held", "file", None, (held,)))
    log = visit("agent", f"/admin/messages/{chat_id}").log

    def heard(name: str, kind: str) -> re.Pattern[str]:
        return re.compile(rf"{name}\W+{kind}\W+\d+ kB\W*$")

    named = heard("A broken chair .*screen.png", "PNG")
    expect(log.locator("a.file-picture")).to_have_accessible_name(named)
    expect(log.get_by_role("img", name="A broken chair", exact=True)).to_be_visible()
    voice = log.locator(".file.voice")
    expect(voice).to_have_accessible_name(heard("Voice message, 0:02", "WEBM"))
    named = re.compile("Download.*sound.webm")
    expect(voice.locator("a.voice-file")).to_have_accessible_name(named)
    expect(log.locator("video")).to_have_accessible_name(heard("film.mp4", "MP4"))
    expect(log.locator("a.file-card")).to_have_accessible_name(heard("invoice.pdf", "PDF"))
    expect(log.locator(".is-held-back")).to_contain_text(
        re.compile(r"broken.png\W+PNG\W+1 kB\W+Not shown: this picture is damaged")
    )


def test_a_film_shows_how_it_begins(visit: Visit, desk: Desk) -> None:
    with desk.app.app_context():
        film = (RECORDINGS / "picture.mp4").read_bytes()
        file = ready(desk.people.lena, film, "film.mp4")
        sent = messages.send(desk.people.lena, None, Draft("", "film", files=(file,)))
    ana = visit("agent", f"/admin/messages/{sent.chat_id}")
    video = ana.page.locator(".message video")
    expect(video).to_have_js_property("currentTime", 0.1)
    expect(video).to_have_js_property("paused", value=True)
    box = video.bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(16 / 9, abs=0.02)
    expect(ana.row("Lena Ortiz").locator(".row-text")).to_have_text("Video")


def test_a_film_is_not_asked_for_before_it_is_seen(visit: Visit, desk: Desk) -> None:
    lena = desk.people.lena
    desk.app.config["RATE_LIMITS"] = False
    with desk.app.app_context():
        file = ready(lena, (RECORDINGS / "picture.mp4").read_bytes(), "film.mp4")
        chat_id = messages.send(lena, None, Draft("", "film", files=(file,))).chat_id
        for number in range(30):
            messages.send(lena, chat_id, Draft(f"number {number}"))
    ana = visit("agent", f"/admin/messages/{chat_id}")
    ana.sees("number 29")
    video = ana.page.locator(".message video")
    expect(video).to_have_attribute("src", re.compile("^/files/"))
    expect(video).to_have_attribute("preload", "none")
    expect(video).to_have_js_property("readyState", 0)
    video.scroll_into_view_if_needed()
    expect(video).to_have_js_property("currentTime", 0.1)


def test_a_film_that_this_browser_cannot_play_is_a_file_like_others(
    visit: Visit, desk: Desk
) -> None:
    film = (RECORDINGS / "picture.mp4").read_bytes()
    film = film.replace(b"vp09", b"zp09").replace(b"Opus", b"Zpus")
    with desk.app.app_context():
        file = ready(desk.people.lena, film, "film.mp4")
        chat_id = messages.send(desk.people.lena, None, Draft("", "film", files=(file,))).chat_id
    ana = visit("agent", f"/admin/messages/{chat_id}")
    card = ana.page.locator(".message a.file-card")
    expect(card).to_contain_text("film.mp4")
    expect(card).to_contain_text("This browser cannot play it.")
    expect(ana.page.locator(".message :is(video, .file-missing)")).to_have_count(0)
    assert ana.axe() == []
    with ana.page.expect_download() as download:
        card.click()
    assert Path(download.value.path()).read_bytes() == film
    assert download.value.suggested_filename == "film.mp4"
    expect(ana.composer).to_be_visible()


@pytest.mark.parametrize("locale", ["en-GB", "de", "ar"])
def test_what_enter_does_is_told_whole_or_not_at_all(visit: Visit, desk: Desk, locale: str) -> None:
    chat_id = has_pictures(desk, 1)
    ana = visit("agent", f"/admin/messages/{chat_id}", locale=locale)
    lena = visit("customer", locale=locale).open_widget()
    for who in (ana, lena):
        hint = who.page.locator(".composer-hint")
        for width in (320, 390, 1280):
            who.page.set_viewport_size({"width": width, "height": 700})
            assert hint.evaluate(SAID)[1] == 0, width
            for button in who.page.locator(".composer-bar button:visible").all():
                box = button.bounding_box()
                assert box is not None
                assert 0 <= box["x"] <= width - box["width"]
    assert ana.page.locator(".composer-hint").evaluate(SAID)[0] > 0
