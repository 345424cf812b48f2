"""An admin makes an API key, reads it once, asks by it, and revokes it."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from playwright.sync_api import expect

from tests.browser.conftest import Desk, Visit
from tests.browser.visitors import PHONE


def asked(desk: Desk, key: str, path: str) -> int:
    request = Request(desk.server.url + path, headers={"Authorization": f"Bearer {key}"})
    try:
        with urlopen(request) as answer:
            json.load(answer)
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_a_key_is_made_used_and_revoked(visit: Visit, desk: Desk) -> None:
    ada = visit("admin", "/admin/webhooks")
    ada.expects("422")
    page = ada.page
    page.get_by_role("link", name="API keys").click()
    expect(page.get_by_text("No keys yet")).to_be_visible()
    assert ada.axe() == []
    page.get_by_role("textbox", name="Name").fill("CRM")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("alert")).to_have_text("It takes a scope at least.")
    expect(page.get_by_role("textbox", name="Name")).to_have_value("CRM")
    page.get_by_label("Read chats, messages and notes").check()
    page.get_by_role("button", name="Make it").click()
    shown = page.locator("#new-key")
    expect(shown).to_contain_text("dbk_")
    assert ada.axe() == []
    key = shown.inner_text()
    assert asked(desk, key, "/api/v1/chats") == 200
    assert asked(desk, key, "/api/v1/tags") == 403
    page.goto(f"{desk.server.url}/admin/keys")
    expect(shown).to_have_count(0)
    expect(page.locator(".webhooks > li")).to_contain_text([f"…{key[-4:]}"])
    expect(page.get_by_text("Last used:")).to_be_visible()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("No keys yet")).to_be_visible()
    assert asked(desk, key, "/api/v1/chats") == 401


def test_keys_are_read_whole_on_a_phone(visit: Visit) -> None:
    ada = visit("admin", "/admin/keys", viewport=PHONE)
    assert ada.axe() == []
    assert ada.overflows() == []
