"""Voice messages: recorded, listened to, sent, heard on the other side."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import Visitor

NEEDS_WINDOWS = True  # the headless shell has no microphone
ALLOWED = {"permissions": ["microphone"]}
# How far the one that is heard has come, as its drawing says.
IS_HEARD = "root => root.querySelector('.voice-heard').getAttribute('d')?.length > 0"


def mic(who: Visitor) -> Locator:
    return who.composer_bar.locator("[data-record]")


def recorder(who: Visitor) -> Locator:
    return who.composer_bar.locator("xpath=..").locator(".recorder")


def kept(who: Visitor) -> Locator:
    """What is recorded and not sent."""
    return who.composer_bar.locator("xpath=..").locator(".upload-voice")


def in_log(who: Visitor) -> Locator:
    return who.log.locator(".file.voice")


def record(who: Visitor, seconds: str = "0:01") -> None:
    mic(who).click()
    expect(recorder(who).get_by_role("timer")).to_have_text(seconds)
    mic(who).click()
    expect(kept(who)).to_have_count(1)
    expect(recorder(who)).to_have_count(0)


def is_heard(player: Locator) -> None:
    expect(player.get_by_role("button", name="Pause")).to_be_visible()
    expect(player.locator(".voice-heard")).to_have_attribute("d", re.compile("M.+M"))


def test_it_is_recorded_listened_to_sent_and_heard(visit: Visit) -> None:
    lena, ana = in_conversation(visit, **ALLOWED)
    record(lena)
    expect(lena.page.locator("[data-recorder-says]")).to_contain_text("Listen to it, then send it")
    assert lena.axe() == []
    kept(lena).get_by_role("button", name="Play").click()
    is_heard(kept(lena))
    lena.page.locator("button.send").click()
    expect(kept(lena)).to_have_count(0)
    for who in (lena, ana):
        expect(in_log(who)).to_have_count(1)
        assert who.axe() == []
    in_log(ana).get_by_role("button", name="Play").click()
    is_heard(in_log(ana))
    expect(in_log(ana).get_by_role("button", name="Play")).to_be_visible()  # it has ended
