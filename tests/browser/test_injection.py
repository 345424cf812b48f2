"""What somebody writes, calls themselves or names their files is shown, and never runs."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, expect

from app.auth.tokens import access_token
from app.cli import factories
from app.formatting import shown
from app.models.messages import clean
from app.models.users import Actor
from app.operations import assignments, chats, messages
from app.operations.messages import Draft
from app.queries import messages as history
from tests.browser.conftest import Desk, Visit
from tests.browser.injections import CORPUS, MARKUP
from tests.browser.test_pictures import ready
from tests.browser.visitors import Visitor, until
from tests.files import picture
from tests.live.clients import Client

# Notes whatever runs, and what the policy had to stop.
WATCH = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt", "print", "open"])
  window[name] = (...said) => { ran.push(`${name} ${said}`); };
addEventListener("securitypolicyviolation", event =>
  ran.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
# Whatever stands in a message but text, links to the web, what formats it, and the plain elements
# of names.
FOREIGN = """() => [...document.querySelectorAll(
    ".bubble *, .row-text *, .toast-text *, .toast-title *, .widget-name *, bdi *")]
  .filter(element => !element.matches(".toast-title > bdi") || element.attributes.length > 0)
  .filter(element => !(element.matches(".bubble a") && /^(https?|mailto):$/.test(element.protocol)
    && [...element.attributes].every(({ name }) => ["href", "target", "rel"].includes(name))))
  .filter(element => !(element.matches(
      ".is-formatted :is(p, blockquote, ul, ol, li, pre, code, strong, em, s, bdi)")
    && [...element.attributes].every(({ name, value }) =>
      /^(dir=auto|value=[0-9]+|class=link-host)$/.test(`${name}=${value}`))))
  .map(element => element.outerHTML)"""
# Whatever stands in what a file is called but names.
IN_FILES = """() => [...document.querySelectorAll(
    ".file-name *, .file-about *, .viewer-name *, .file-picture *, .handling-files li *")]
  .filter(element => !element.matches("bdi, .file-picture > :is(img, .visually-hidden)")
    && !element.matches("li > :is(img, span)") && !element.closest("svg.icon"))
  .map(element => element.outerHTML)"""
COUNT = "least => document.querySelectorAll('.log a.file-picture').length >= least"
PAGE = 40  # of the 50 rows that a page shows, some are lines of the system


@pytest.fixture
def desk(migrated: Path, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(migrated, tmp_path, RATE_LIMITS="off")
    yield desk
    desk.server.kill()
    desk.close()


def watched(visitor: Visitor, path: str) -> Visitor:
    visitor.context.add_init_script(WATCH)
    visitor.goto(path)
    return visitor


def unharmed(visitor: Visitor) -> None:
    assert visitor.page.evaluate("ran") == []
    assert visitor.page.evaluate(FOREIGN) == []


def rude(text: str) -> Draft:
    """A message whose file is called the same and lies at a place to match."""
    files = ({"name": text, "url": text}, {"url": text})
    return Draft(text, None, "file", None, files, {"x": text})


def as_shown(texts: list[str]) -> list[str]:
    """What can be read of them."""
    blocks = re.compile(r"</(?:p|li|pre)>")
    html = [blocks.sub("\n", str(shown(clean(text)).html)) for text in texts]
    return plain([unescape(re.sub(r"<[^>]*>", "", each)) for each in html])


def plain(texts: list[str]) -> list[str]:
    """As a browser gives text back: white space is one space."""
    return [" ".join(text.split()) for text in texts]


def said_by(desk: Desk, who: Actor, text: str) -> None:
    headers = {"Authorization": f"Bearer {access_token(who)}"}
    requests.post(
        f"{desk.server.url}/api/v1/messages", json={"message": text}, headers=headers, timeout=15
    ).raise_for_status()


def test_the_corpus_would_run_where_nobody_minds(browser: Browser) -> None:
    assert len(CORPUS) >= 100
    page = browser.new_page()
    page.add_init_script(WATCH)
    page.goto("about:blank")
    ran = 0
    for text in MARKUP:
        page.set_content(text, wait_until="domcontentloaded")
        page.wait_for_timeout(20)
        ran += bool(page.evaluate("window.ran?.length"))
    page.close()
    assert ran > 5


def test_what_is_stored_is_shown_as_text_on_both_sides(desk: Desk, visit: Visit) -> None:
    lena = desk.people.lena
    ana = watched(visit("agent"), "/admin/messages")
    widget = watched(visit("customer"), "/dashboard")
    for start in range(0, len(CORPUS), PAGE):
        some = CORPUS[start : start + PAGE]
        stored = [messages.send(lena, None, rude(text)) for text in some]
        ana.goto(f"/admin/messages/{stored[0].chat_id}")
        widget.goto("/dashboard").open_widget()
        for visitor in (ana, widget):
            count = "() => document.querySelectorAll('.log .bubble').length"
            until(visitor.page, f"least => ({count})() >= least", len(some))
            texts = plain(visitor.texts()[-len(some) :])
            assert texts == as_shown(some)
            unharmed(visitor)
            hover_links(visitor)
            unharmed(visitor)


def test_what_files_are_called_and_show_is_text(desk: Desk, visit: Visit) -> None:
    """In the log, in the viewer, and where they are forwarded."""
    lena = desk.people.lena
    with desk.app.app_context():
        shown, card = ready(lena, picture(), "a.png"), ready(lena, b"%PDF-1.4", "a.pdf")
        sent = messages.send(lena, None, Draft("Hello", files=(shown, card)))
        some = [text for text in CORPUS[::4] if text.strip()]
        for text in some:
            called = {"name": text, "alt": text, "size": 100, "status": "ready"}
            image = {"contentType": "image/png", "width": 60, "height": 40}
            files = (
                called | image | {"id": shown},
                called | {"id": card, "contentType": "application/pdf"},
            )
            messages.send(lena, None, Draft("Look", None, "file", None, files))
    ana = watched(visit("agent"), f"/admin/messages/{sent.chat_id}")
    widget = watched(visit("customer"), "/dashboard").open_widget()
    for visitor in (ana, widget):
        pictures = visitor.log.locator("a.file-picture")
        until(visitor.page, COUNT, len(some) + 1)
        alts = visitor.log.locator("a.file-picture img").evaluate_all("all => all.map(e => e.alt)")
        assert alts[1:] == some
        expect(visitor.log.locator("a.file-card .file-name")).to_have_count(len(some) + 1)
        pictures.nth(1).click()
        for text in some:
            expect(visitor.page.locator(".viewer-name")).to_have_js_property("title", text)
            unharmed(visitor)
            assert visitor.page.evaluate(IN_FILES) == []
            visitor.page.keyboard.press("ArrowRight")
        visitor.page.keyboard.press("Escape")
    for number in range(1, len(some), 5):
        ana.log.locator("article.message").nth(number).hover()
        ana.log.locator("article.message").nth(number).get_by_role("button", name="Forward").click()
        dialog = ana.page.get_by_role("dialog", name="Forward to another chat")
        expect(dialog.locator(".handling-files li")).to_have_count(2)
        unharmed(ana)
        assert ana.page.evaluate(IN_FILES) == []
        ana.page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)


def hover_links(visitor: Visitor) -> None:
    """As a mouse that goes over everything."""
    visitor.page.evaluate(
        """() => { for (const element of document.querySelectorAll(".bubble, .bubble *, .attached"))
          for (const kind of ["mouseover", "mouseenter", "focus", "click"])
            if (kind !== "click" || !element.closest("a"))
              element.dispatchEvent(new Event(kind, { bubbles: true })); }"""
    )


def test_what_comes_in_live_is_text_in_log_list_and_toast(desk: Desk, visit: Visit) -> None:
    lena, marcus = desk.people.lena, desk.people.marcus
    first = messages.send(lena, None, Draft("Hello"))
    messages.send(desk.people.ana, first.chat_id, Draft("Hi"))
    open_chat = watched(visit("agent"), f"/admin/messages/{first.chat_id}")
    elsewhere = watched(visit("agent2"), "/admin/messages")
    widget = watched(visit("customer"), "/dashboard").open_widget()
    for visitor in (open_chat, widget):
        visitor.is_online()
    hers, his = CORPUS[::3], CORPUS[1::3]
    for text in hers:
        said_by(desk, lena, text)
    for text in his:
        said_by(desk, marcus, text)
    wanted = as_shown(hers)
    until(elsewhere.page, "() => document.querySelectorAll('.chat-row').length === 2")
    for visitor in (open_chat, widget):
        until(
            visitor.page,
            "least => document.querySelectorAll('.log .bubble').length >= least",
            len(wanted) + 2,
        )
        assert plain(visitor.texts())[-len(wanted) :] == wanted
    for visitor in (open_chat, elsewhere, widget):
        unharmed(visitor)


@pytest.mark.parametrize("role", ["customer", "provider", "agent"])
def test_a_name_is_text_wherever_it_stands(desk: Desk, visit: Visit, role: str) -> None:
    names = [clean(text)[:78] for text in CORPUS if text[:78].isprintable()]
    people = factories.people([(name, role, None) for name in names])
    lena, petra = desk.people.lena, desk.people.petra
    paths = ["/admin/messages", "/admin", "/dashboard"]
    for who in people[:45]:
        if role == "customer":
            paths.append(f"/admin/messages/{messages.send(who, None, Draft('Hi')).chat_id}")
            chats.open_between(petra, petra.id, who.id, None)
        elif role == "provider":
            chat, _ = chats.open_between(who, who.id, lena.id, None)
            messages.send(who, chat.id, Draft("Hi"))
            paths.append(f"/admin/messages/{chat.id}")
        else:
            chat_id = messages.send(lena, None, Draft("Hi")).chat_id
            messages.send(who, chat_id, Draft("Hello"))
            assert history.before(chat_id).messages
            paths.append(f"/admin/messages/{chat_id}")
    for person in ("agent", "customer", "provider"):
        visitor = watched(visit(person), "/dashboard")
        for path in paths[:3] + paths[3::9] if person == "agent" else ["/dashboard"]:
            visitor.goto(path)
            visitor.page.locator("main, body").first.wait_for()
            unharmed(visitor)


def test_what_is_quoted_is_text_too_however_it_is_shown(desk: Desk, visit: Visit) -> None:
    """In the page, in what comes live, above the composer, and once it says something else."""
    lena = desk.people.lena
    first = messages.send(lena, None, Draft("Hello"))
    ana = watched(visit("agent"), f"/admin/messages/{first.chat_id}")
    widget = watched(visit("customer"), "/dashboard").open_widget()
    for visitor in (ana, widget):
        visitor.is_online()
    some = CORPUS[::5]
    line = Client()
    line.connect(desk.server.url, {"token": access_token(lena)})
    for number, text in enumerate(some):
        said = line.send(text, f"a{number}", chatId=first.chat_id)["id"]
        line.send("Again", f"b{number}", chatId=first.chat_id, replyTo=said)
        line.ask("edit_message", {"messageId": said, "message": f"{text} {text}"[:5000]})
    line.close()
    shown = "() => document.querySelectorAll('.log .quote').length"
    for visitor in (ana, widget):
        until(visitor.page, f"least => ({shown})() >= least", len(some))
        unharmed(visitor)
        visitor.log.locator("[data-reply]").nth(-2).click()
        expect(visitor.page.locator(".replying .quote")).to_have_count(1)
        visitor.page.reload()
    widget.open_widget()
    for visitor in (ana, widget):
        expect(visitor.page.locator(".replying .quote")).to_have_count(1)
        assert visitor.page.evaluate(shown) > 10
        unharmed(visitor)


def test_a_name_is_text_in_what_comes_live(desk: Desk, visit: Visit) -> None:
    """In a toast, in the widget's head, where somebody types, and where they look."""
    names = [text for text in MARKUP if len(text) <= 78 and text.isprintable()][:5]
    assert len(names) == 5
    lena = desk.people.lena
    first = messages.send(lena, None, Draft("Hello"))
    messages.send(desk.people.ana, first.chat_id, Draft("Hi"))
    ana = watched(visit("agent"), f"/admin/messages/{first.chat_id}")
    widget = watched(visit("customer"), "/dashboard").open_widget()
    for visitor in (ana, widget):
        visitor.is_online()
    for name in names:
        said_by(desk, factories.person(name), "Hi")
        expect(ana.page.locator(".toast-title").filter(has_text=name)).to_have_count(1)
        ana.page.locator(".toast").filter(has_text=name).locator("[data-dismiss]").click()
        colleague = factories.person(name, "agent")
        line = Client()
        line.connect(desk.server.url, {"token": access_token(colleague), "page": True})
        line.join(first.chat_id)
        expect(ana.page.locator("#conversation")).to_contain_text(f"{name} is viewing")
        line.ask("typing", {"chatId": first.chat_id, "isTyping": True})
        for visitor in (ana, widget):
            expect(visitor.log.locator(".typing")).to_contain_text(name)
        assignments.assign(colleague, first.chat_id, colleague.id)
        line.send("Hello from me", name, chatId=first.chat_id)
        widget.page.reload()
        widget.open_widget()
        expect(widget.page.locator("#widget-status .widget-name")).to_have_text(name)
        line.close()
        for visitor in (ana, widget):
            unharmed(visitor)


def test_the_policy_has_no_hole(desk: Desk, visit: Visit) -> None:
    visitor: Any = visit("agent", "/admin/messages")
    policy = visitor.page.request.get("/admin/messages").headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "default-src 'none'" in policy
    assert "base-uri 'none'" in policy
