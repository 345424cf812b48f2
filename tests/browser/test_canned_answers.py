"""Canned answers: written on a page, found by `/` in a chat, filled in, never sent by accident."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import PHONE, Visitor, wait_for

TEXT = "Hello {customer}, your order {order} leaves today.\nBest wishes, {agent}"


def write_one(who: Visitor, name: str, text: str, folder: str = "") -> None:
    who.goto("/admin/canned-answers/new")
    who.page.get_by_label("Name").fill(name)
    who.page.get_by_label("Folder").fill(folder)
    who.page.get_by_label("Text").fill(text)
    who.page.get_by_role("button", name="Save").click()
    expect(who.page.get_by_role("heading", name="Canned answers")).to_be_visible()


def test_one_is_written_found_filled_in_and_sent(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    write_one(ana, "Leaves today", TEXT, "Orders")
    write_one(ana, "Thanks", "You are welcome, {customer}.")
    assert ana.axe() == []
    ana.goto("/admin/messages").open_chat("Lena Ortiz").is_online()
    ana.composer.press_sequentially("/lea")
    options = ana.page.get_by_role("listbox").get_by_role("option")
    expect(options).to_have_count(1)
    expect(options).to_contain_text("Leaves today")
    assert ana.axe() == []
    ana.composer.press("Enter")
    filled = "Hello Lena, your order {order} leaves today.\nBest wishes, Ana"
    expect(ana.composer).to_have_value(filled)
    expect(ana.page.locator("#toasts")).to_contain_text("{order} is not known here")
    selected = "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    assert ana.composer.evaluate(selected) == "{order}"
    ana.page.keyboard.type("48213")
    ana.composer.press("Enter")
    lena.sees("Hello Lena, your order 48213 leaves today. Best wishes, Ana")


def test_where_there_are_none_one_is_led_to_where_they_are_made(visit: Visit) -> None:
    _lena, ana = in_conversation(visit)
    ana.composer.press_sequentially("/")
    option = ana.page.get_by_role("option")
    expect(option).to_contain_text("No answers yet")
    assert ana.axe() == []
    option.click()
    expect(ana.page.get_by_role("heading", name="Canned answers")).to_be_visible()


def test_what_a_desk_does_not_fill_in_is_said_as_it_is_saved(visit: Visit) -> None:
    ana = visit("agent", "/admin")
    write_one(ana, "Right", "Hello {customer}, see {site}")
    expect(ana.page.locator(".door-note")).to_have_count(0)
    write_one(ana, "Wrong", "Hello {{customer}}, your {plan} is {order}")
    told = ana.page.locator(".door-note")
    expect(told).to_have_count(2)
    expect(told.nth(0)).to_contain_text("{{customer}}")
    expect(told.nth(1)).to_contain_text("{plan}")
    expect(told.nth(1)).not_to_contain_text("{order}")
    assert ana.axe() == []


def test_what_is_not_known_is_sent_by_who_presses_enter_again(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    write_one(ana, "Order", "Order {order}?")
    ana.goto("/admin/messages").open_chat("Lena Ortiz").is_online()
    ana.composer.press_sequentially("/")
    expect(ana.page.get_by_role("option")).to_have_count(1)
    ana.composer.press("Tab")
    expect(ana.composer).to_have_value("Order {order}?")
    ana.composer.press("Enter")
    expect(ana.composer).to_have_value("Order {order}?")
    ana.composer.press("Enter")
    lena.sees("Order {order}?")


def test_a_search_that_is_still_on_its_way_is_not_sent(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    write_one(ana, "Refund", "We pay it back.")
    ana.goto("/admin/messages").open_chat("Lena Ortiz").is_online()
    held: list[Any] = []
    ana.page.route("**/canned.js*", lambda route: held.append(route))
    ana.composer.press_sequentially("/refund")
    ana.composer.press("Enter")
    wait_for(ana, lambda: held)
    expect(ana.composer).to_have_value("/refund")
    for route in held:
        route.continue_()
    expect(ana.page.get_by_role("option")).to_have_count(1)
    ana.composer.press("Escape")
    expect(ana.page.get_by_role("option")).to_have_count(0)
    expect(ana.composer).to_have_value("/refund")
    assert lena.texts() == ["Is somebody there?"]
    ana.composer.press_sequentially("x/y")
    ana.composer.press("Enter")  # what is no search is a message like any other
    lena.sees("/refundx/y")


def test_enter_twice_sends_nothing_that_was_only_looked_for(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    write_one(ana, "Refund", "We pay it back.")
    ana.goto("/admin/messages").open_chat("Lena Ortiz").is_online()
    ana.composer.press_sequentially("/refund")
    expect(ana.page.get_by_role("option")).to_have_count(1)
    ana.page.evaluate(
        """() => {
          const field = document.querySelector(".composer-text");
          const enter = { key: "Enter", bubbles: true, cancelable: true };
          for (const _ of [1, 2]) field.dispatchEvent(new KeyboardEvent("keydown", enter));
        }"""
    )
    expect(ana.composer).to_have_value("We pay it back.")
    ana.composer.press("Enter")
    lena.sees("We pay it back.")
    assert lena.texts() == ["Is somebody there?", "We pay it back."]


def test_what_was_chosen_is_not_looked_for_again(visit: Visit) -> None:
    """The second Enter of somebody in a hurry looks for what has given way to the answer by then:
    a list over that would take the Enter by which it is sent."""
    lena, ana = in_conversation(visit)
    write_one(ana, "Refund", "We pay it back.")
    ana.goto("/admin/messages").open_chat("Lena Ortiz").is_online()
    ana.composer.press_sequentially("/refund")
    expect(ana.page.get_by_role("option")).to_have_count(1)
    ana.page.evaluate(
        """() => {
          const { setTimeout } = window;
          window.looks = [];
          window.setTimeout = (look, ms, ...more) =>
            ms === 120 ? looks.push(look) : setTimeout(look, ms, ...more);
          const field = document.querySelector(".composer-text");
          const enter = { key: "Enter", bubbles: true, cancelable: true };
          for (const _ of [1, 2]) field.dispatchEvent(new KeyboardEvent("keydown", enter));
        }"""
    )
    expect(ana.composer).to_have_value("We pay it back.")
    wait_for(ana, lambda: ana.page.evaluate("looks.length"))
    ana.page.evaluate(
        """async () => {
          looks.forEach((look) => look());
          const { live } = (await import("deskbell")).socket;
          await live.request("find_canned_answers", { query: "" });  // behind what they ask for
          await new Promise(requestAnimationFrame);
        }"""
    )
    expect(ana.page.get_by_role("option")).to_have_count(0)
    ana.composer.press("Enter")
    lena.sees("We pay it back.")
    assert lena.texts() == ["Is somebody there?", "We pay it back."]


def test_what_is_typed_while_an_answer_is_on_its_way_stays(visit: Visit) -> None:
    _, ana = in_conversation(visit)
    write_one(ana, "Refund", "We pay it back.")
    ana.goto("/admin/messages").open_chat("Lena Ortiz").is_online()
    ana.page.evaluate(
        """async () => {
          const { live } = (await import("deskbell")).socket;
          const ask = live.request.bind(live);
          const held = new Promise((resolve) => (window.letGo = resolve));
          live.request = async (event, payload) => {
            const answer = await ask(event, payload);
            if (event === "use_canned_answer") await held;
            return answer;
          };
        }"""
    )
    ana.composer.press_sequentially("/refund")
    expect(ana.page.get_by_role("option")).to_have_count(1)
    ana.composer.press("Enter")
    ana.composer.press_sequentially(" Soon.")
    ana.page.evaluate("letGo()")
    expect(ana.composer).to_have_value("We pay it back. Soon.")


def test_a_search_that_was_kept_is_no_message_after_a_reload(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    write_one(ana, "Refund", "We pay it back.")
    ana.goto("/admin/messages").open_chat("Lena Ortiz").is_online()
    ana.composer.press_sequentially("/refund")
    expect(ana.page.get_by_role("option")).to_have_count(1)
    ana.page.reload()
    ana.is_online()
    expect(ana.composer).to_have_value("/refund")
    ana.composer.press("Enter")
    expect(ana.page.get_by_role("option")).to_have_count(1)
    ana.composer.press("Enter")
    expect(ana.composer).to_have_value("We pay it back.")
    assert lena.texts() == ["Is somebody there?"]


def test_nobody_else_looks_for_any(visit: Visit) -> None:
    lena = visit("customer").open_widget()
    lena.is_online()
    lena.say("/refund")
    lena.sees("/refund")


def test_a_manager_brings_a_file_in_and_everybody_has_it_at_hand(visit: Visit) -> None:
    maya = visit("manager", "/admin/canned-answers", viewport=PHONE)
    maya.page.get_by_text("Bring in and take out").click()
    rows = b"name,folder,text\nHi,Orders,Hello!"
    given = {"name": "a.csv", "mimeType": "text/csv", "buffer": rows}
    maya.page.get_by_label("CSV file").set_input_files(given)  # type: ignore[arg-type]
    maya.page.get_by_role("button", name="Bring in").click()
    expect(maya.page.get_by_role("status").filter(has_text="Brought in: 1")).to_be_visible()
    assert maya.overflows() == []
    assert maya.axe() == []
    ana = visit("agent", "/admin/canned-answers")
    ana.page.get_by_role("link", name="Hi").click()
    expect(ana.page.get_by_text("Everybody's answers are written by managers.")).to_be_visible()
    expect(ana.page.locator(".canned-text")).to_have_text("Hello!")
    maya.page.get_by_role("link", name="Hi").click()
    maya.page.get_by_role("button", name="Remove").click()
    maya.page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    expect(maya.page.get_by_text("No answers yet")).to_be_visible()
