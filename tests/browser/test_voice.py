"""Voice messages: recorded, listened to, sent, heard on the other side."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.test_embed import Shop, shop  # noqa: F401  (a fixture)
from tests.browser.visitors import PHONE, Visitor, until

NEEDS_WINDOWS = True  # the headless shell has no microphone
ALLOWED = {"permissions": ["microphone"]}
# Whatever was opened has been let go of.
SPY = """() => {
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.opened = [];
  navigator.mediaDevices.getUserMedia = async (what) => {
    const stream = await ask(what);
    window.opened.push(...stream.getTracks());
    return stream;
  };
}"""
IS_LET_GO = "() => opened.length > 0 && opened.every((track) => track.readyState === 'ended')"
IS_OPEN = "() => opened.some((track) => track.readyState === 'live')"
FAILS = """(name) => {
  navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", name); };
}"""


def mic(who: Visitor) -> Locator:
    return who.form.locator("[data-record]")


def recorder(who: Visitor) -> Locator:
    return who.form.locator(".recorder")


def kept(who: Visitor) -> Locator:
    """What is recorded and not sent."""
    return who.form.locator(".upload-voice")


def in_log(who: Visitor) -> Locator:
    return who.log.locator(".file.voice")


def says(who: Visitor, words: str) -> None:
    expect(who.form.locator("[data-recorder-says]")).to_contain_text(words)


def lasts(who: Visitor, seconds: str) -> None:
    expect(recorder(who).get_by_role("timer")).to_have_text(seconds)


def record(who: Visitor, seconds: str = "0:02") -> None:
    mic(who).click()
    lasts(who, seconds)
    mic(who).click()
    expect(kept(who)).to_have_count(1)
    expect(recorder(who)).to_have_count(0)


def play(player: Locator) -> None:
    player.get_by_role("button", name="Play").click()
    is_heard(player)


def is_heard(player: Locator) -> None:
    expect(player.get_by_role("button", name="Pause")).to_be_visible()
    expect(player.locator(".when-playing")).to_be_visible()
    expect(player.locator(".when-still")).to_be_hidden()
    expect(player.locator(".voice-heard")).to_have_attribute("d", re.compile("M.+M"))


def has_ended(player: Locator) -> None:
    expect(player.get_by_role("button", name="Play")).to_be_visible()


def test_it_is_recorded_listened_to_sent_and_heard(visit: Visit) -> None:
    lena, ana = in_conversation(visit, **ALLOWED)
    announced: list[str] = []
    lena.page.on("request", lambda request: announced.append(request.url))
    lena.page.evaluate(SPY)
    record(lena)
    says(lena, "Listen to it, then send it")
    until(lena.page, IS_LET_GO)
    assert lena.axe() == []
    play(kept(lena))
    has_ended(kept(lena))
    assert not [url for url in announced if "/files/" in url]  # it has not left the browser
    lena.page.locator("button.send").click()
    expect(kept(lena)).to_have_count(0)
    for who in (lena, ana):
        expect(in_log(who)).to_have_count(1)
        expect(in_log(who)).to_have_attribute("aria-label", re.compile("Voice message, 0:0[23]"))
        assert who.axe() == []
    # The bars that were seen while it was recorded are those that are heard.
    assert in_log(ana).locator("path").first.get_attribute("d").count("M") == 48  # type: ignore[union-attr]
    play(in_log(ana))
    assert ana.axe() == []
    has_ended(in_log(ana))


def test_staff_answers_by_voice_too(visit: Visit) -> None:
    lena, ana = in_conversation(visit, **ALLOWED)
    record(ana)
    ana.say("And in words")
    lena.sees("And in words")
    play(lena.message("And in words").locator(".file.voice"))


def test_it_is_sought_sped_up_and_one_is_heard_at_a_time(visit: Visit) -> None:
    lena, ana = in_conversation(visit, **ALLOWED)
    for number in (1, 2):
        record(lena, "0:03")
        lena.page.locator("button.send").click()
        expect(in_log(ana)).to_have_count(number)
    first, second = in_log(ana).nth(0), in_log(ana).nth(1)
    position = second.get_by_role("slider", name="Position")
    position.focus()
    position.press("PageUp")
    position.press("PageUp")
    expect(position).to_have_attribute("aria-valuetext", re.compile("0:00.* of "))
    position.press("End")
    expect(position).to_have_attribute("aria-valuetext", re.compile("0:03.* of "))
    position.press("Home")
    play(first)
    play(second)
    expect(first.get_by_role("button", name="Play")).to_be_visible()
    speed = second.get_by_role("button", name="Speed")
    speed.click()
    speed.click()
    expect(speed).to_have_text("2×")
    # In the middle of it, while it is heard.
    position.fill("1.5")
    expect(second.locator(".voice-time")).to_have_text(re.compile("0:0[123]"))
    has_ended(second)
    ana.page.reload()
    ana.open_chat("Lena Ortiz") if not ana.composer.is_visible() else None
    play(in_log(ana).nth(0))
    expect(in_log(ana).nth(0).get_by_role("button", name="Speed")).to_have_text("2×")


def test_it_lasts_as_long_as_the_button_is_held(visit: Visit) -> None:
    lena, _ana = in_conversation(visit, **ALLOWED)
    mic(lena).hover()
    lena.page.mouse.down()
    lasts(lena, "0:01")
    lena.page.mouse.move(0, 0)  # let go of elsewhere
    lena.page.mouse.up()
    expect(kept(lena)).to_have_count(1)
    expect(recorder(lena)).to_have_count(0)


def test_a_finger_holds_it_and_slides_away_from_what_is_not_wanted(visit: Visit) -> None:
    lena, _ana = in_conversation(visit, viewport=PHONE, has_touch=True, **ALLOWED)
    lena.page.evaluate(SPY)
    expect(mic(lena)).to_be_visible()
    box = mic(lena).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = lena.context.new_cdp_session(lena.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": left, "y": top} for left, top in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", (x, y))
    lasts(lena, "0:01")
    for step in (10, 40, 90, 160):
        touch("touchMove", (x, y - step))
    expect(recorder(lena)).to_have_count(1)  # it is not let go of yet
    touch("touchEnd")
    says(lena, "thrown away")
    expect(recorder(lena)).to_have_count(0)
    until(lena.page, IS_LET_GO)
    expect(kept(lena)).to_have_count(0)

    touch("touchStart", (x, y))
    lasts(lena, "0:01")
    touch("touchMove", (x + 8, y - 8))
    touch("touchEnd")
    expect(kept(lena)).to_have_count(1)
    expect(recorder(lena)).to_have_count(0)
    assert lena.overflows() == []

    # No click came of the finger that stayed so long; a key is a press of its own.
    mic(lena).press("Enter")
    expect(recorder(lena)).to_have_count(1)


def test_by_keyboard_alone(visit: Visit) -> None:
    lena, ana = in_conversation(visit, **ALLOWED)
    keys = lena.page.keyboard
    mic(lena).focus()
    keys.press("Enter")
    lasts(lena, "0:02")
    expect(mic(lena)).to_have_accessible_name("End the recording")
    assert lena.axe() == []
    keys.press("Space")
    expect(kept(lena).get_by_role("button", name="Play")).to_be_focused()
    keys.press("Enter")
    is_heard(kept(lena))
    lena.composer.press("Enter")
    expect(in_log(ana)).to_have_count(1)


def test_it_is_thrown_away(visit: Visit) -> None:
    lena, ana = in_conversation(visit, **ALLOWED)
    lena.page.evaluate(SPY)
    mic(lena).click()
    lasts(lena, "0:01")
    lena.page.keyboard.press("Escape")
    expect(recorder(lena)).to_have_count(0)
    says(lena, "thrown away")
    expect(lena.composer).to_be_visible()  # the window stays open
    expect(mic(lena)).to_be_focused()
    until(lena.page, IS_LET_GO)
    mic(lena).click()
    lasts(lena, "0:01")
    recorder(lena).get_by_role("button", name="Throw the recording away").click()
    expect(recorder(lena)).to_have_count(0)
    until(lena.page, IS_LET_GO)
    record(lena)
    kept(lena).get_by_role("button", name="Delete the recording").click()
    expect(kept(lena)).to_have_count(0)
    lena.say("Rather in words")
    expect(ana.message("Rather in words").locator(".file")).to_have_count(0)


def test_what_is_too_short_is_no_message(visit: Visit) -> None:
    lena, _ana = in_conversation(visit, **ALLOWED)
    # However slow the machine is, both clicks come in one moment.
    lena.page.evaluate("() => { const at = performance.now(); performance.now = () => at; }")
    mic(lena).click()
    expect(recorder(lena)).to_be_visible()
    mic(lena).click()
    expect(lena.page.locator(".toast")).to_contain_text("too short")
    expect(kept(lena)).to_have_count(0)


def test_it_ends_by_itself_and_says_so_before(visit: Visit) -> None:
    lena, _ana = in_conversation(visit, **ALLOWED)
    mic(lena).evaluate("button => (button.dataset.seconds = '11')")
    mic(lena).click()
    says(lena, "10 seconds left")
    expect(recorder(lena)).to_have_class(re.compile("is-near-end"))
    expect(kept(lena)).to_have_count(1)
    expect(kept(lena).locator(".voice")).to_have_attribute("data-seconds", "11")


def test_who_denies_the_microphone_is_told_and_writes_on(visit: Visit) -> None:
    lena, ana = in_conversation(visit, permissions=[])
    told = {
        "NotAllowedError": "not allowed here",
        "NotFoundError": "No microphone was found",
        "NotReadableError": "does not answer",
    }
    for name, words in told.items():
        lena.page.evaluate(FAILS, name)
        mic(lena).click()
        expect(lena.page.locator("#toasts")).to_contain_text(words)
        expect(recorder(lena)).to_have_count(0)
    lena.say("In words, then")
    ana.sees("In words, then")


def test_where_the_browser_lacks_it_there_is_no_button(visit: Visit) -> None:
    lacking = (
        "delete window.MediaRecorder",
        "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })",
        "MediaRecorder.isTypeSupported = () => false",
    )
    for script in lacking:
        lena = visit(None, "/login")
        lena.context.add_init_script(script)
        lena.log_in("customer", "/dashboard")
        lena.open_widget()
        expect(lena.page.get_by_role("button", name="Attach files")).to_be_visible()
        expect(mic(lena)).to_be_hidden()


def test_a_reload_keeps_what_was_not_sent(visit: Visit) -> None:
    lena, ana = in_conversation(visit, **ALLOWED)
    record(lena)
    lena.page.reload()
    lena.open_widget()
    play(kept(lena))
    lena.page.locator("button.send").click()
    expect(in_log(ana)).to_have_count(1)


def test_who_opens_another_chat_keeps_what_they_recorded(visit: Visit) -> None:
    lena, ana = in_conversation(visit, **ALLOWED)
    marcus = visit("customer2").open_widget()
    marcus.say("And I?")
    expect(ana.row("Marcus")).to_have_count(1)
    ana.page.evaluate(SPY)
    mic(ana).click()
    lasts(ana, "0:01")
    ana.open_chat("Marcus Bell")
    until(ana.page, IS_LET_GO)
    expect(kept(ana)).to_have_count(0)
    ana.open_chat("Lena Ortiz")
    expect(kept(ana)).to_have_count(1)
    ana.page.locator("button.send").click()
    expect(in_log(lena)).to_have_count(1)


def test_who_comes_back_before_it_was_kept_finds_it(visit: Visit) -> None:
    """Where keeping it takes its time, the composer is there first."""
    _lena, ana = in_conversation(visit, **ALLOWED)
    marcus = visit("customer2").open_widget()
    marcus.say("And I?")
    expect(ana.row("Marcus")).to_have_count(1)
    ana.page.evaluate(
        """() => {
          const keeping = new Promise((keep) => { window.keep = keep; });
          const { stop } = MediaRecorder.prototype;
          MediaRecorder.prototype.stop = function () { keeping.then(() => stop.call(this)); };
        }"""
    )
    mic(ana).click()
    lasts(ana, "0:01")
    ana.open_chat("Marcus Bell")
    ana.open_chat("Lena Ortiz")
    expect(kept(ana)).to_have_count(0)
    ana.page.evaluate("window.keep()")
    expect(kept(ana)).to_have_count(1)


def test_without_a_line_it_goes_when_that_is_back(visit: Visit) -> None:
    lena, ana = in_conversation(visit, **ALLOWED)
    lena.loses_its_line()
    record(lena)
    lena.context.set_offline(True)
    lena.page.locator("button.send").click()
    expect(kept(lena)).to_have_count(0)
    waiting = lena.log.locator(".message .upload-voice")
    expect(waiting).to_have_attribute("data-state", "failed")
    play(waiting)
    lena.context.set_offline(False)
    expect(in_log(ana)).to_have_count(1, timeout=40_000)
    expect(in_log(lena)).to_have_count(1)


def test_on_another_site_a_stranger_speaks_first(
    visit: Visit,
    shop: Shop,  # noqa: F811
) -> None:
    ana = visit("agent", "/admin/messages")
    stranger = shop(**ALLOWED)
    stranger.open_chat_window()
    record(stranger)
    assert stranger.axe() == []
    stranger.form.locator("button.send").click()
    expect(in_log(stranger)).to_have_count(1)
    ana.page.locator(".chat-row a").first.click()
    play(in_log(ana))
    play(in_log(stranger))


def test_a_phone_shows_it_all_within_its_width_in_every_direction(visit: Visit) -> None:
    for there, language in enumerate(("en-GB", "ar"), 1):
        lena = visit("customer", viewport=PHONE, locale=language, **ALLOWED).open_widget()
        mic(lena).click()
        lasts(lena, "0:02")
        assert lena.overflows() == []
        mic(lena).click()
        expect(kept(lena)).to_have_count(1)
        assert lena.overflows() == []
        lena.page.locator("button.send").click()
        expect(in_log(lena)).to_have_count(there)
        in_log(lena).last.locator("[data-play]").click()
        expect(in_log(lena).last.locator("[data-speed]")).to_be_visible()
        assert lena.overflows() == []
        assert lena.axe() == []
        lena.close()
