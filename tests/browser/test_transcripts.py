"""Taking a chat along: from the widget's menu and from the inbox, as a file."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_conversation import in_conversation
from tests.paper import words_of


def test_both_sides_download_it(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    lena.page.get_by_label("Take the chat along").click()
    assert lena.axe() == []
    with lena.page.expect_download() as got:
        lena.page.get_by_role("button", name="Download the chat").click()
    assert got.value.suggested_filename.endswith(".html")
    html = Path(got.value.path()).read_text()
    assert "Lena Ortiz" in html
    ana.page.get_by_label("More", exact=True).click()
    with ana.page.expect_download() as got:
        ana.page.get_by_role("button", name="Download it as text").click()
    assert "Lena Ortiz" in Path(got.value.path()).read_text()
    expect(ana.page.get_by_role("button", name="Mail")).to_have_count(0)


def test_both_sides_download_it_as_a_pdf(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    for who, menu in ((lena, "Take the chat along"), (ana, "More")):
        who.page.get_by_label(menu, exact=True).click()
        with who.page.expect_download() as got:
            who.page.get_by_role("button", name="Download it as a PDF").click()
        assert got.value.suggested_filename.endswith(".pdf")
        assert "Lena Ortiz" in words_of(Path(got.value.path()).read_bytes())
        expect(who.page.get_by_text("The PDF is being made…")).to_have_count(0)


def test_a_pdf_that_is_not_made_says_why(visit: Visit) -> None:
    lena, _ana = in_conversation(visit)
    lena.expects(r"413|Failed to load resource")
    said = '<div><strong class="toast-title">Too long. Take the page.</strong></div>'
    lena.page.route("**/transcripts/*", lambda route: route.fulfill(status=413, body=said))
    lena.page.get_by_label("Take the chat along").click()
    lena.page.get_by_role("button", name="Download it as a PDF").click()
    toast = lena.page.locator("#toasts .toast")
    expect(toast).to_have_count(1)
    expect(toast).to_contain_text("Too long. Take the page.")
    expect(toast).to_have_attribute("data-kind", "error")
