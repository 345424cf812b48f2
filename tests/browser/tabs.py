"""A browser whose tabs hide each other, can be frozen and lie in the back-forward cache.

Playwright shows every page as if it were in front, and keeps none. Here the browser is spoken to
by its DevTools protocol, as plainly as these tests need it.
"""

from __future__ import annotations

import itertools
import json
import subprocess
from pathlib import Path
from typing import Any

import websocket

from tests import chromium
from tests.people import PASSWORD
from tests.servers import wait_until

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)


class Tabs:
    """A browser of its own; `open` gives a tab in front of the others."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        self.numbers = itertools.count(1)
        path = chromium.find()
        assert path is not None, "no Chromium"
        command = [path, *FLAGS, f"--user-data-dir={folder}", "about:blank"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        address = next(line for line in self.process.stderr if "DevTools listening on" in line)
        self.line = websocket.create_connection(address.split()[-1], suppress_origin=True)
        self.line.settimeout(30)

    def send(self, method: str, session: str | None = None, **params: Any) -> Any:
        number = next(self.numbers)
        said = {"id": number, "method": method, "params": params}
        self.line.send(json.dumps(said | ({"sessionId": session} if session else {})))
        while (heard := json.loads(self.line.recv())).get("id") != number:
            pass
        assert "error" not in heard, (method, heard)
        return heard["result"]

    def open(self, path: str) -> Tab:
        target = self.send("Target.createTarget", url=self.url + path)["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = Tab(self, target, session)
        tab.until(f"location.origin === {self.url!r} && document.readyState === 'complete'")
        return tab

    def close(self) -> None:
        self.line.close()
        self.process.kill()
        self.process.communicate()


class Tab:
    """One of its tabs."""

    def __init__(self, tabs: Tabs, target: str, session: str) -> None:
        self.tabs, self.target, self.session = tabs, target, session

    def send(self, method: str, **params: Any) -> Any:
        return self.tabs.send(method, self.session, **params)

    def run(self, script: str) -> Any:
        """The value of an expression, awaited; None while the tab is between two pages."""
        try:
            given = self.send(
                "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
            )
        except AssertionError:
            return None
        return given["result"].get("value")

    def until(self, script: str) -> None:
        wait_until(lambda: self.run(script), 30, lambda: f"never: {script}\n{self.text()}")

    def text(self) -> str:
        return str(self.run("document.body?.innerText ?? ''"))

    def goto(self, path: str) -> None:
        self.send("Page.navigate", url=self.tabs.url + path)
        self.until(f"location.pathname === {path!r} && document.readyState === 'complete'")

    def log_in(self, person: str) -> None:
        """Whoever was logged in logs out first."""
        if self.run("document.querySelector('[data-log-out]') !== null"):
            self.run("document.querySelector('[data-log-out]').requestSubmit()")
        self.until("document.querySelector('#password') && document.readyState === 'complete'")
        fields = {"email": f"{person}@example.com", "password": PASSWORD}
        for field, value in fields.items():
            self.run(f"document.querySelector('#{field}').value = {value!r}")
        self.run("document.querySelector('#password').form.requestSubmit()")
        self.until("document.readyState === 'complete' && !!document.body.dataset.userId")

    def is_online(self) -> None:
        self.until("import('deskbell').then(({ socket: { live } }) => live.isOnline)")

    def freeze(self) -> None:
        """As a phone does, or what saves memory, with a tab that nobody looks at."""
        self.until("document.visibilityState === 'hidden'")
        self.send("Page.setWebLifecycleState", state="frozen")

    def resume(self) -> None:
        """Its owner comes back to it."""
        self.send("Page.setWebLifecycleState", state="active")
        self.tabs.send("Target.activateTarget", targetId=self.target)

    def back(self) -> None:
        found = self.send("Page.getNavigationHistory")
        entry = found["entries"][found["currentIndex"] - 1]
        self.send("Page.navigateToHistoryEntry", entryId=entry["id"])
