"""Finds a Chromium for the browser tests, or installs one; run as a module it does so and says.

There are two of them. The whole browser opens a window for every visitor, with an address bar and
what belongs to it, and that is more work than our pages are. The headless shell has the same engine
and no windows; whoever looks only at pages takes it, where it is. Windows know who is in front of
them, sounds and tabs that sleep: whoever asks for that takes the whole one.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

from tests import debian

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SHELL = "chromium-headless-shell"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic"]
# A microphone that beeps once a second; whether a page may hear it is asked all the same.
FLAGS += ["--use-fake-device-for-media-stream"]
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find() -> str | None:
    """The path of a Chromium or Chrome, Playwright's own too; not within `sync_playwright()`."""
    return installed() or playwrights_own()


def installed() -> str | None:
    """`CHROMIUM` names one."""
    named = [os.environ.get("CHROMIUM", ""), *filter(None, map(shutil.which, NAMES)), str(MAC)]
    return next((path for path in named if path and Path(path).exists()), None)


def find_shell() -> str | None:
    """Debian's headless shell, unless `CHROMIUM` names what is to be taken."""
    return None if os.environ.get("CHROMIUM") else shutil.which(SHELL)


@contextmanager
def running(*more: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield launch(playwright, *more)


def launch(playwright: Playwright, *more: str, is_whole: bool = False) -> Browser:
    """One in which pages are opened, with more flags; each visitor has a context of their own."""
    path = (not is_whole and find_shell()) or installed() or playwright.chromium.executable_path
    assert Path(path).exists(), "no Chromium: `make browser` finds or installs one, or says how"
    return playwright.chromium.launch(executable_path=path, args=[*FLAGS, *more])


def playwrights_own() -> str | None:
    """The one that `playwright install` downloads."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """By apt where we are root on Debian, else by Playwright."""
    if debian.has_apt():
        debian.install("chromium", SHELL)  # elsewhere than on Debian there is no second
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> None:
    if find() is None or (
        debian.has_apt() and find_shell() is None and not os.environ.get("CHROMIUM")
    ):
        print("Installing a Chromium.", flush=True)
        install()
    found = find()
    if found is None:
        sys.exit(
            "The browser tests need Chromium, and none could be installed here. Install the package"
            " `chromium` (or Chrome), or name one: CHROMIUM=/path/to/chromium make test"
        )
    print(f"Browser: {found}")


if __name__ == "__main__":
    main()
