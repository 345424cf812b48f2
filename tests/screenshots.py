"""Takes the README's pictures: `make screenshots` starts a seeded server and looks at it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests import chromium
from tests.browser.visitors import DESKTOP, PHONE, Visitor
from tests.conftest import settings_for
from tests.servers import ROOT, Server

PICTURES = ROOT / "docs" / "pictures"


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium.running() as browser:
        server = seeded(Path(folder))
        for scheme in ("light", "dark"):
            inbox(browser, server, scheme)
        dashboard(browser, server)
        phone(browser, server)
        server.stop()
    print(*sorted(path.name for path in PICTURES.iterdir()))


def seeded(folder: Path) -> Server:
    settings = settings_for(folder / "pictures.db", ASYNC_MODE="eventlet", DEMO="on")
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "setup"]
    subprocess.run(command, cwd=ROOT, env=os.environ | settings, check=True)
    return Server(settings, folder / "server.log").start()


def inbox(browser: Browser, server: Server, scheme: str) -> None:
    """Ana's inbox, with Lena online and typing."""
    lena = Visitor(browser, server.url)
    lena.log_in("customer")
    lena.open_widget()
    ana = Visitor(browser, server.url, viewport=DESKTOP, color_scheme=scheme)
    ana.log_in("agent")
    ana.goto("/admin/messages").open_chat("Lena Ortiz")
    lena.composer.press_sequentially("And one more", delay=20)
    expect(ana.log.locator(".typing")).to_be_visible()
    take(ana.page, f"inbox-{scheme}")
    ana.close()
    lena.close()


def dashboard(browser: Browser, server: Server) -> None:
    """Lena's page with the widget open, Ana there."""
    ana = Visitor(browser, server.url)
    ana.log_in("agent")
    ana.goto("/admin/messages").open_chat("Lena Ortiz")
    lena = Visitor(browser, server.url, viewport=DESKTOP)
    lena.log_in("customer")
    lena.open_widget()
    expect(lena.page.locator("#widget-status .person")).to_have_attribute("data-online", "true")
    take(lena.page, "widget-light")
    ana.close()
    lena.close()


def phone(browser: Browser, server: Server) -> None:
    lena = Visitor(browser, server.url, viewport=PHONE, color_scheme="dark", has_touch=True)
    lena.log_in("customer")
    lena.open_widget()
    expect(lena.message("That would be wonderful 🙏")).to_be_visible()
    take(lena.page, "widget-phone-dark")
    lena.close()


def take(page: Page, name: str) -> None:
    page.wait_for_function("() => document.getAnimations().every(a => a.playState !== 'running'"
                           " || a.effect.getTiming().iterations === Infinity)")  # fmt: skip
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
