"""Finds a Chromium for the browser tests, or installs one; run as a module it does so and says.

There are two of them. The whole browser opens a window for every visitor, with an address bar and
what belongs to it, and that is more work than our pages are. The headless shell has the same engine
and no windows; whoever looks only at pages takes it, where it is.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SHELL = "chromium-headless-shell"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic"]
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find() -> str | None:
    """The path of a Chromium or Chrome; `CHROMIUM` names one, Playwright's own counts too."""
    named = [os.environ.get("CHROMIUM", ""), *filter(None, map(shutil.which, NAMES)), str(MAC)]
    found = next((path for path in named if path and Path(path).exists()), None)
    return found or playwrights_own()


def find_shell() -> str | None:
    """Debian's headless shell, unless `CHROMIUM` names what is to be taken."""
    return None if os.environ.get("CHROMIUM") else shutil.which(SHELL)


@contextmanager
def running() -> Iterator[Browser]:
    """One in which pages are opened; each visitor has a context of their own."""
    path = find_shell() or find()
    assert path is not None, "no Chromium: `make browser` finds or installs one, or says how"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def playwrights_own() -> str | None:
    """The one that `playwright install` downloads. Not to be asked within `sync_playwright()`."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """By apt where we are root on Debian, else by Playwright."""
    if has_apt():
        subprocess.run(["apt-get", "update", "-q"], check=False)
        for package in ("chromium", SHELL):  # elsewhere than on Debian there is no second
            command = ["apt-get", "install", "-qy", "--no-install-recommends", package]
            quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(command, check=False, env=quiet)
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def has_apt() -> bool:
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def main() -> None:
    if find() is None or (has_apt() and find_shell() is None and not os.environ.get("CHROMIUM")):
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
