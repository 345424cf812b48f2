"""Finds a Chromium for the browser tests, or installs one; run as a module it does so and says."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find() -> str | None:
    """The path of a Chromium or Chrome; `CHROMIUM` names one, Playwright's own counts too."""
    named = [os.environ.get("CHROMIUM", ""), *filter(None, map(shutil.which, NAMES)), str(MAC)]
    found = next((path for path in named if path and Path(path).exists()), None)
    return found or playwrights_own()


def playwrights_own() -> str | None:
    """The one that `playwright install` downloads. Not to be asked within `sync_playwright()`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """By apt where we are root on Debian, else by Playwright."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-q"], check=False)
        command = ["apt-get", "install", "-qy", "--no-install-recommends", "chromium"]
        subprocess.run(command, check=False, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> None:
    if find() is None:
        print("No Chromium found; installing one.", flush=True)
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
