"""All that is kept of somebody, fetched by a manager and read from the disk, without a network."""

import zipfile
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.test_files import choose, picture
from tests.browser.visitors import PHONE


def test_an_export_is_read_from_the_disk_and_asks_nobody(
    visit: Visit, browser: Browser, tmp_path: Path
) -> None:
    lena, ana = in_conversation(visit)
    lena.say("Tom & <i>Jerry</i> https://elsewhere.example/x.png")
    choose(lena, picture())
    expect(lena.page.locator(".upload[data-state=here]")).to_have_count(1)
    lena.say("As it is")
    expect(ana.message("As it is").get_by_role("img")).to_be_visible()
    link = ana.page.get_by_role("link", name="Everything about this customer")
    maya = visit("manager", link.get_attribute("href"))
    maya.page.locator("#export-ask").click()
    with maya.page.expect_download() as got:
        maya.page.locator("#export-file").click()
    with zipfile.ZipFile(got.value.path()) as archive:
        archive.extractall(tmp_path)
    context = browser.new_context(viewport=PHONE, java_script_enabled=True)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    messages = page.locator("#messages")
    expect(messages).to_contain_text("Tom & <i>Jerry</i>")
    expect(messages.locator("i")).to_have_count(0)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    messages.get_by_role("link", name="screen.png").click()
    expect(page.locator("img")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="What staff alone sees").click()
    expect(page.locator("#staff-notes")).to_be_visible()
    page.get_by_role("link", name="What is kept of the person").click()
    expect(messages.get_by_text("As it is", exact=True)).to_be_visible()
    assert all(url.startswith(tmp_path.as_uri()) for url in asked), asked
    context.close()
