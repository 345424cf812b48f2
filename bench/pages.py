"""How much slower a full database makes the pages: `python -m bench.pages`.

Two servers, one with 1,000 chats and one with a hundred times as many, answer the same requests
by turns; of each page the table shows both and the ratio of their p95. Staff asks, logged in as
people log in, for chats and places at random; a page has the same number of rows on either side.
Searches and filters of what is going on are another matter, since there is more to be found: they
have an aim in milliseconds.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import http.cookiejar
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import create_engine, text

from app.cli.factories import PASSWORD
from app.cli.past import STAFF_ADDRESS, WAITING
from bench.run import CORES, ROOT, free_port, running, settings
from tests import postgres

AIM = 1.5
SEARCH_AIM = 100  # milliseconds; one waits for it while one types
FULL_PAGE = 60  # so many rows, and a few more, lie behind every cursor
WARM_UP = 20
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, nargs=2, default=[1_000, 100_000])
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    parser.add_argument("--requests", type=int, default=200, help="of each page, each server")
    options = parser.parse_args()

    os.sched_setaffinity(0, CORES[-1:])
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as stack:
        server = stack.enter_context(postgres.started()) if options.postgresql else None
        sites = [
            stack.enter_context(
                site(chats, server.database() if server else f"sqlite:///{directory}/{chats}.db")
            )
            for chats in options.chats
        ]
        taken = measure(sites, options.requests)
    report(taken, [str(each) for each in sites], options.requests)


def measure(sites: list[Site], requests: int) -> dict[str, list[list[float]]]:
    """By page, of each site: the milliseconds of every request, taken by turns."""
    taken: dict[str, list[list[float]]] = {page: [[] for _ in sites] for page in PAGES}
    for number in range(-WARM_UP, requests):
        for page, path in PAGES.items():
            for each, times in zip(sites, taken[page], strict=True):
                milliseconds = each.get(path(each))
                if number >= 0:
                    times.append(milliseconds)
    return taken


class Site:
    """A running Deskbell, one of its staff logged in, and a look into its database."""

    def __init__(self, port: int, url: str) -> None:
        self.rng = random.Random(port)
        self.database = create_engine(url, isolation_level="AUTOCOMMIT").connect()
        self.chats, self.messages = (
            self.row(f"SELECT max(id) FROM {table}")[0] for table in ("chats", "messages")
        )
        self.headers = log_in(f"http://127.0.0.1:{port}")
        self.connection = http.client.HTTPConnection("127.0.0.1", port)

    def __str__(self) -> str:
        return f"{self.chats:,} chats"

    def row(self, question: str, **values: int) -> tuple:
        return self.database.execute(text(question), values).one()

    def get(self, path: str) -> float:
        """The milliseconds until the page was here, whole."""
        # A bearer token would say who asks on pages, too, and they are measured by session.
        kind = "Authorization" if path.startswith("/api/") else "Cookie"
        started = time.perf_counter()
        self.connection.request("GET", path, headers={kind: self.headers[kind]})
        answer = self.connection.getresponse()
        answer.read()
        taken = (time.perf_counter() - started) * 1000
        if answer.status != 200:
            sys.exit(f"{path} answered {answer.status}")
        return taken

    def chat(self) -> int:
        return self.rng.randint(1, self.chats)

    def cursor(self) -> str:
        """A place in the list with a full page of closed chats behind it."""
        chat_id = self.rng.randint(FULL_PAGE, self.chats - WAITING)
        (active_at,) = self.row("SELECT active_at FROM chats WHERE id = :id", id=chat_id)
        return f"{active_at}-{chat_id}"

    def place(self) -> tuple[int, int]:
        """A chat and the `seq` of one of its messages: a chat is as likely as it is long."""
        message_id = self.rng.randint(1, self.messages)
        return self.row("SELECT chat_id, seq FROM messages WHERE id = :id", id=message_id)


PAGES: dict[str, Callable[[Site], str]] = {
    "inbox": lambda site: "/admin/messages",
    "inbox, a chat open": lambda site: f"/admin/messages/{site.chat()}",
    "its rows, all": lambda site: f"/admin/messages/rows?before={site.cursor()}",
    "its rows, closed": lambda site: f"/admin/messages/rows?filter=closed&before={site.cursor()}",
    "its rows, waiting": lambda site: "/admin/messages/rows?filter=waiting",
    "its filters": lambda site: "/admin/messages/filters",
    "search, a rare name": lambda site: rows_of("zoe oquint"),
    "search, many of a name": lambda site: rows_of("grace"),
    "search, several words": lambda site: rows_of("fern sof"),
    "search, an address": lambda site: rows_of(f"person{site.chat()}@example.com"),
    "search, nobody": lambda site: rows_of("nobody is called so"),
    "search, a letter": lambda site: rows_of("e"),
    "search, whom to write": lambda site: "/admin/customers?q=grace+h",
    "search, API": lambda site: "/api/v1/users?q=grace+h",
    "filter, open": lambda site: "/admin/messages/rows?filter=open",
    "filter, mine": lambda site: "/admin/messages/rows?filter=mine",
    "filter, unassigned": lambda site: "/admin/messages/rows?filter=unassigned",
    "filter, needs reply": lambda site: "/admin/messages/rows?filter=needs_reply",
    "filter, own chats, API": lambda site: "/api/v1/chats?mine=true",
    "overview": lambda site: "/admin",
    "history": lambda site: "/chats/{}/messages?before={}".format(*site.place()),
    "history, API": lambda site: "/api/v1/chats/{}/messages?before={}".format(*site.place()),
    "history, on, API": lambda site: "/api/v1/chats/{}/messages?after={}".format(*site.place()),
    "unread, API": lambda site: "/api/v1/unread-count",
}


def rows_of(search: str) -> str:
    return f"/admin/messages/rows?{urllib.parse.urlencode({'q': search})}"


@contextlib.contextmanager
def site(chats: int, url: str) -> Iterator[Site]:
    port = free_port()
    environment = settings(Path("unused"), port, DATABASE_URL=url)
    for command in (
        [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
        [sys.executable, "-m", "flask", "--app", "wsgi", "seed", "load", "--chats", str(chats)],
    ):
        # Nothing is lost if the power fails while the past is made up.
        hasty = environment | {"SQLITE_SYNCHRONOUS": "NORMAL", "ASYNC_MODE": "threading"}
        subprocess.run(command, cwd=ROOT, env=hasty, check=True)
    with running([sys.executable, "wsgi.py"], port, environment):
        yield Site(port, url)


def log_in(base: str) -> dict[str, str]:
    """The headers of a member of staff: by the form for pages, by a token for the API."""
    account = {"email": STAFF_ADDRESS, "password": PASSWORD}
    cookies = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    token = CSRF.search(browser.open(f"{base}/login").read().decode())
    form = account | {"csrf_token": token[1] if token else ""}
    browser.open(f"{base}/login", urllib.parse.urlencode(form).encode()).close()

    asked = urllib.request.Request(
        f"{base}/api/v1/auth/login",
        json.dumps(account).encode(),
        {"Content-Type": "application/json"},
    )
    access = json.load(urllib.request.urlopen(asked))["accessToken"]
    return {
        "Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies),
        "Authorization": f"Bearer {access}",
    }


def report(taken: dict[str, list[list[float]]], names: list[str], requests: int) -> None:
    print(f"{requests} requests of each page, by turns; milliseconds\n")
    print(f"{'':24}{names[0]:>18}{names[1]:>18}{'p95 ratio':>12}")
    print(f"{'':24}{'p50':>9}{'p95':>9}{'p50':>9}{'p95':>9}")
    ratios, searches = [], []
    for page, (few, many) in taken.items():
        figures = [percentile(times, p) for times in (few, many) for p in (50, 95)]
        ratio = figures[3] / figures[1]
        print(f"{page:24}{''.join(f'{figure:9.1f}' for figure in figures)}{ratio:12.2f}")
        if page.startswith(("search", "filter")):
            searches.append(figures[3])
        else:
            ratios.append(ratio)
    print(f"\nthe largest ratio is {max(ratios):.2f}; the aim is at most {AIM:.2f}")
    print(f"the slowest search or filter: {max(searches):.0f} ms at p95; the aim: {SEARCH_AIM} ms")


def percentile(times: list[float], p: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * p // 100)]


if __name__ == "__main__":
    main()
