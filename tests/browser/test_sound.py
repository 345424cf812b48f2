"""One person with several tabs hears: one of them rings and tells, none when the chat is read."""

from collections.abc import Sequence
from contextlib import suppress

import pytest
from playwright.sync_api import Error, expect

from tests.browser.conftest import Desk, Visit
from tests.browser.visitors import PHONE, Visitor, in_front, tab_of, until

# Counts the sounds instead of making them; time between two of them passes as a test says.
NEEDS_WINDOWS = True
COUNTING = """
window.rung = 0;
window.later = 0;
HTMLMediaElement.prototype.play = async () => { window.rung += 1 };
performance.now = () => window.later;
"""
FOCUSED = "Document.prototype.hasFocus = () => true"
# A tab that has not the focus lies behind the one that has.
BEHIND = """Object.defineProperty(Document.prototype, "hidden", {
  get: () => !document.hasFocus(), configurable: true,
})"""
HIDDEN = "Object.defineProperty(Document.prototype, 'hidden', { get: () => true })"
NO_LOCKS = "delete Navigator.prototype.locks"
# Comes back when this tab has told, or has left to another, all that it has heard of before.
ALL_TOLD = """async () => {
  const { bell: { bell } } = await import("deskbell");
  await bell().once({ key: crypto.randomUUID(), isLookedAt: () => false, tell: () => {} });
}"""
# Has its turn, and does nothing with it for ever.
HOLD_THE_BELL = """async id => {
  const { bell: { bell } } = await import("deskbell");
  bell().once = async () => {};
  void navigator.locks.request(`deskbell:bell:${id}`, () => new Promise(() => {}));
}"""
WAITS_FOR_THE_BELL = """async id => {
  const { pending } = await navigator.locks.query();
  return pending.some(({ name }) => name === `deskbell:bell:${id}`);
}"""


def listeners(
    visit: Visit, desk: Desk, role: str, number: int, *scripts: str
) -> tuple[list[Visitor], Visitor]:
    """Tabs of one person who looks at no chat, the last one in front; and who writes to them."""
    desk.has_a_past()
    path = {"agent": "/admin", "customer": "/dashboard"}[role]
    first = visit(role, "")
    for script in (COUNTING, BEHIND, *scripts):
        first.context.add_init_script(script)
    first.goto(path)
    tabs = [first]
    while len(tabs) < number:
        tabs.append(tab_of(first, path))
    for tab in tabs:
        in_front(tab).page.locator("h1").click()  # a page that was never touched is silent
        if role == "agent":
            until(tab.page, "async () => (await import('deskbell')).socket.live.isOnline")
        else:
            expect(tab.page.locator("#connection[data-state=online]")).to_have_count(1)
    if role == "customer":
        return tabs, visit("agent", "/admin/messages").open_chat("Lena Ortiz")
    return tabs, visit("customer").open_widget()


def rings(tabs: Sequence[Visitor]) -> list[int]:
    """How often each has rung, when all have told what they had to."""
    for tab in tabs:
        tab.page.evaluate(ALL_TOLD)
    return [tab.page.evaluate("window.rung") for tab in tabs]


def say(writer: Visitor, tabs: Sequence[Visitor], text: str, after: int = 5_000) -> None:
    """A message, which all tabs have heard of; by default a good while after the last sound."""
    for tab in tabs:
        tab.page.evaluate(
            """after => {
          window.later += after;
          window.heard = import("deskbell").then(({ socket: { live } }) => new Promise(resolve => {
            live.on("new_message", resolve);
            live.on("new_chat_message", resolve);
          }));
        }""",
            after,
        )
    writer.say(text)
    for tab in tabs:
        tab.page.evaluate("async () => void await window.heard")


def crash(tab: Visitor) -> None:
    """Its process ends, without a word to anybody."""
    with tab.page.expect_event("crash"), suppress(Error):
        tab.page.goto("chrome://crash")


def test_of_all_tabs_the_one_in_front_rings_and_not_twice_in_a_breath(
    visit: Visit, desk: Desk
) -> None:
    tabs, writer = listeners(visit, desk, "agent", 3)
    say(writer, tabs, "One")
    assert rings(tabs) == [0, 0, 1]
    in_front(tabs[0])
    say(writer, tabs, "Two", after=1_499)
    assert rings(tabs) == [0, 0, 1]
    say(writer, tabs, "Three", after=1)
    assert rings(tabs) == [1, 0, 1]


@pytest.mark.parametrize("lacks", [(), (NO_LOCKS,)], ids=["locks", "no locks"])
def test_of_tabs_that_all_think_they_are_in_front_one_rings_and_shows_a_toast(
    visit: Visit, desk: Desk, lacks: tuple[str, ...]
) -> None:
    tabs, writer = listeners(visit, desk, "agent", 3, FOCUSED, *lacks)
    for count, text in enumerate(("One", "Two"), 1):
        say(writer, tabs, text)
        assert sum(rings(tabs)) == count
        toasts = [tab.page.locator("#toasts .toast", has_text=text).count() for tab in tabs]
        assert sorted(toasts) == [0, 0, 1]


@pytest.mark.parametrize("role", ["agent", "customer"])
def test_nothing_rings_while_the_chat_is_looked_at_in_any_tab(
    visit: Visit, desk: Desk, role: str
) -> None:
    tabs, writer = listeners(visit, desk, role, 2)
    if role == "agent":
        in_front(tabs[1].goto("/admin/messages")).open_chat("Lena Ortiz").composer.click()
    else:
        tabs[1].open_widget()
    tabs[1].is_online()
    say(writer, tabs, "Looked at")
    assert rings(tabs) == [0, 0]
    in_front(tabs[0])
    say(writer, tabs, "Looked away")
    assert rings(tabs) == [1, 0]


def test_hidden_tabs_ring_once_and_one_that_may_not_leaves_it_to_another(
    visit: Visit, desk: Desk
) -> None:
    tabs, writer = listeners(visit, desk, "agent", 3, HIDDEN)
    say(writer, tabs, "One")
    assert sum(rings(tabs)) == 1
    untouched = next(tab for tab in tabs if tab.page.evaluate("window.rung"))
    untouched.page.evaluate(
        "Object.defineProperty(UserActivation.prototype, 'hasBeenActive', { get: () => false })"
    )
    say(writer, tabs, "Two")
    assert untouched.page.evaluate("window.rung") == 1
    assert sum(rings(tabs)) == 2


@pytest.mark.parametrize("end", ["closed", "crashed"])
def test_a_tab_that_dies_while_it_holds_the_bell_hands_it_over(
    visit: Visit, desk: Desk, end: str
) -> None:
    tabs, writer = listeners(visit, desk, "agent", 2)
    other, holder = tabs
    holder.page.evaluate(HOLD_THE_BELL, desk.people.ana.id)
    say(writer, tabs, "One")
    until(other.page, WAITS_FOR_THE_BELL, desk.people.ana.id)
    assert [tab.page.evaluate("window.rung") for tab in tabs] == [0, 0]
    if end == "closed":
        holder.page.close()
    else:
        crash(holder)
    assert rings([other]) == [1]


def test_muting_in_one_tab_mutes_all_of_that_person_alone(visit: Visit, desk: Desk) -> None:
    tabs, writer = listeners(visit, desk, "customer", 2)
    for tab in tabs:
        in_front(tab).open_widget()
    mutes = [tab.page.locator("#mute") for tab in tabs]
    mutes[1].focus()
    tabs[1].page.keyboard.press("Enter")
    for mute in mutes:
        expect(mute).to_have_attribute("aria-pressed", "true")
        expect(mute).to_have_attribute("title", "Sound off")
    for tab in tabs:
        in_front(tab).page.locator("[data-widget-close]").click()
    say(writer, tabs, "Muted")
    assert rings(tabs) == [0, 0]
    # Whoever logs in here next is another person.
    muted = tabs[0].page.evaluate(
        "Object.entries(localStorage).filter(([key]) => /mute/.test(key))"
    )
    assert muted == [[f"deskbell:muted:{desk.people.lena.id}", "yes"]]
    in_front(tabs[1]).open_widget()
    mutes[1].click()
    for tab, mute in zip(tabs, mutes, strict=True):
        expect(mute).to_have_attribute("aria-pressed", "false")
        tab.page.evaluate("window.rung = 0")  # who lets it sound again hears what it is like
    tabs[1].page.locator("[data-widget-close]").click()
    say(writer, tabs, "Heard")
    assert rings(tabs) == [0, 1]


def test_two_people_in_one_browser_do_not_disturb_each_other(visit: Visit, desk: Desk) -> None:
    """The frames of the demo: each is somebody else's page."""
    desk.has_a_past()
    demo = visit(None, "")
    demo.context.add_init_script(COUNTING)
    demo.goto("/demo")
    lena, ana = (demo.page.frame_locator(f"#demo-{who}") for who in ("customer", "agent"))
    for side in (lena, ana):
        expect(side.locator("#connection[data-state=online]")).to_have_count(1)
    lena.locator("#mute").click()
    expect(lena.locator("#mute")).to_have_attribute("aria-pressed", "true")
    expect(ana.locator("#mute")).to_have_attribute("aria-pressed", "false")
    frames = {frame.url.rpartition("/")[2]: frame for frame in demo.page.frames}
    for writer, reader, text in ((lena, ana, "From Lena"), (ana, lena, "From Ana")):
        writer.locator(".composer-text").fill(text)
        writer.locator(".composer-text").press("Enter")
        expect(reader.locator(".bubble", has_text=text)).to_have_count(1)
        for name in ("customer", "agent"):
            frames[name].evaluate(ALL_TOLD)
    assert [frames[name].evaluate("window.rung") for name in ("customer", "agent")] == [0, 1]


def test_own_messages_and_system_lines_do_not_ring_for_a_customer(visit: Visit, desk: Desk) -> None:
    tabs, writer = listeners(visit, desk, "customer", 2)
    tabs[1].open_widget().say("From myself")
    writer.sees("From myself")
    tabs[1].page.locator("[data-widget-close]").click()
    writer.page.locator("#chat-closure").click()
    for tab in tabs:
        expect(tab.page.locator(".system-line[data-line=closed]")).to_have_count(1)
    assert rings(tabs) == [0, 0]
    say(writer, tabs, "From Ana")
    assert rings(tabs) == [0, 1]


@pytest.mark.parametrize("path", ["/dashboard", "/widget"])
def test_the_sound_is_switched_in_the_head_of_the_chat_on_a_phone_too(
    visit: Visit, desk: Desk, path: str
) -> None:
    desk.has_a_past()
    lena = visit("customer", path, viewport=PHONE, has_touch=True)
    if path == "/dashboard":
        lena.open_widget()
    mute = lena.page.locator(".widget-head #mute")
    box = mute.bounding_box()
    assert box
    assert round(min(box["width"], box["height"]), 2) >= 40
    mute.tap()
    expect(mute).to_have_attribute("aria-pressed", "true")
    # The part comes anew, and the focus stays.
    lena.page.evaluate(
        "document.querySelector('#mute').isOld = true; document.querySelector('#mute').focus()"
    )
    lena.page.evaluate("htmx.trigger('#widget-chat', 'refresh')")
    until(
        lena.page, "() => document.querySelector('#mute') && !document.querySelector('#mute').isOld"
    )
    expect(mute).to_have_attribute("aria-pressed", "true")
    expect(mute).to_have_attribute("title", "Sound off")
    expect(mute).to_be_focused()
    assert lena.axe() == []
    assert lena.overflows() == []
