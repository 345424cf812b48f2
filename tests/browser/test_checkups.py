"""Does it work here? A browser finds out what is wrong with a real proxy, and names its fix."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests import nginx
from tests.browser.conftest import Desk, Visit
from tests.browser.visitors import PHONE, PROOF, Visitor
from tests.nginx import Nginx
from tests.people import PASSWORD
from tests.servers import Server

TRIES = (
    "scheme", "host", "proxies", "websocket", "polling", "sticky", "pieces", "live", "clock"
)  # fmt: skip
UPGRADE = "        proxy_set_header Upgrade $http_upgrade;\n"
# What somebody has left out or written otherwise, what fails by it, and its fix.
WRONG = {
    "no upgrade": ({UPGRADE: ""}, "websocket", "Upgrade and Connection"),
    # By itself this nginx passes on what it has; what packs answers keeps what it was given.
    "buffers": (
        {
            "proxy_buffering off;": "proxy_buffering on; gzip on; gzip_types text/plain;"
            " gzip_min_length 0; gzip_proxied any;"
        },
        "pieces",
        "proxy_buffering off",
    ),
    "no scheme": (
        {"        proxy_set_header X-Forwarded-Proto $scheme;\n": ""},
        "scheme",
        "X-Forwarded-Proto",
    ),
    "another host": (
        {"X-Forwarded-Host $http_host": "X-Forwarded-Host inside.example.com"},
        "host",
        "X-Forwarded-Host",
    ),
}


@pytest.fixture
def desk(migrated: Path, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(migrated, tmp_path, TRUSTED_PROXIES="1")
    yield desk
    desk.server.kill()
    desk.close()


@contextmanager
def admin_behind(browser: Browser, desk: Desk, proxy: Nginx) -> Iterator[Visitor]:
    """Who has logged in past the proxy, by which it may be impossible."""
    past = f"http://127.0.0.1:{desk.server.port}"
    ada = Visitor(browser, f"https://127.0.0.1:{proxy.port}", ignore_https_errors=True)
    try:
        form = ada.context.request.get(f"{past}/login").text()
        proof = PROOF.search(form)
        assert proof is not None
        fields = {"email": "admin@example.com", "password": PASSWORD, "csrf_token": proof[1]}
        answer = ada.context.request.post(f"{past}/login", form=fields, max_redirects=0)
        assert answer.status == 303
        ada.expects("WebSocket|Failed to load resource|400|500|404|htmx")
        ada.goto("/admin/checkup")
        expect(ada.page.locator("#checkup-done")).not_to_be_empty(timeout=40_000)
        yield ada
    finally:
        ada.close()


def verdicts(who: Visitor) -> dict[str, str | None]:
    marks = {key: who.page.locator(f"#try-{key} .checkup-mark") for key in TRIES}
    return {key: mark.get_attribute("data-verdict") for key, mark in marks.items()}


def test_behind_the_proxy_of_the_documents_all_is_well(
    browser: Browser, desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "nginx").mkdir()
    with (
        nginx.running(tmp_path / "nginx", desk.server.port) as proxy,
        admin_behind(browser, desk, proxy) as ada,
    ):
        assert verdicts(ada) == dict.fromkeys(TRIES, "ok")
        expect(ada.page.locator("#try-websocket .checkup-fix")).to_be_hidden()


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_proxy_is_named_with_its_fix(
    browser: Browser, desk: Desk, tmp_path: Path, name: str
) -> None:
    wrong, key, fix = WRONG[name]
    (tmp_path / "nginx").mkdir()
    with (
        nginx.running(tmp_path / "nginx", desk.server.port, wrong=wrong) as proxy,
        admin_behind(browser, desk, proxy) as ada,
    ):
        failed = [each for each, verdict in verdicts(ada).items() if verdict == "failed"]
        assert key in failed, verdicts(ada)
        said = ada.page.locator(f"#try-{key} .checkup-fix")
        expect(said).to_be_visible()
        expect(said).to_contain_text(fix)
        assert failed == [key]  # one thing is wrong, and one is told


def test_one_proxy_more_than_is_known_is_told(browser: Browser, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "nginx").mkdir()
    wrong = {"X-Forwarded-For $remote_addr": 'X-Forwarded-For "203.0.113.7, 198.51.100.9"'}
    with (
        nginx.running(tmp_path / "nginx", desk.server.port, wrong=wrong) as proxy,
        admin_behind(browser, desk, proxy) as ada,
    ):
        assert {key for key, each in verdicts(ada).items() if each != "ok"} == {"proxies"}
        expect(ada.page.locator("#try-proxies")).to_contain_text("TRUSTED_PROXIES")
        expect(ada.page.locator("#try-proxies .checkup-said")).to_have_text("198.51.100.9")


def test_where_the_first_question_is_not_answered_the_others_are_told(visit: Visit) -> None:
    ada = visit("admin", "")
    ada.page.route("**/admin/checkup/echo", lambda route: route.fulfill(body="<html>Log in"))
    ada.goto("/admin/checkup")
    expect(ada.page.locator("#checkup-done")).not_to_be_empty(timeout=40_000)
    found = verdicts(ada)
    assert found["scheme"] == found["host"] == "failed"
    assert found["websocket"] == found["pieces"] == "ok"
    assert None not in found.values()


def test_two_machines_between_which_a_client_is_thrown_about(
    browser: Browser, desk: Desk, tmp_path: Path
) -> None:
    other = Server(desk.server.settings, tmp_path / "other.log").start()
    (tmp_path / "nginx").mkdir()
    wrong = {"    ip_hash;\n": ""}
    try:
        with (
            nginx.running(tmp_path / "nginx", desk.server.port, other.port, wrong=wrong) as proxy,
            admin_behind(browser, desk, proxy) as ada,
        ):
            assert verdicts(ada)["sticky"] == "failed"
            expect(ada.page.locator("#try-sticky .checkup-fix")).to_contain_text("ip_hash")
    finally:
        other.stop()


def test_the_page_is_read_by_everybody_and_mails(visit: Visit) -> None:
    ada = visit("admin", "/admin/checkup")
    page = ada.page
    expect(page.locator("#checkup-done")).not_to_be_empty(timeout=40_000)
    # Its server is set to stand behind a proxy, and stands behind none.
    assert verdicts(ada) == dict.fromkeys(TRIES, "ok") | {"proxies": "warning"}
    page.get_by_role("button", name="Send to").click()
    expect(page.locator("#checkup-mail")).to_contain_text("Mail is off.")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for size in ({"width": 1280, "height": 800}, PHONE):
            page.set_viewport_size(size)
            assert ada.axe() == []
            assert ada.overflows() == []
