"""How much slower a full database makes the pages: `python -m bench.pages`.

Two servers, one with 1,000 chats and one with a hundred times as many, answer the same requests
by turns; of each page the table shows both and the ratio of their p95. Staff asks, logged in as
people log in, for chats and places at random; a page has the same number of rows on either side.
Searches and filters of what is going on are another matter, since there is more to be found: they
have limits in milliseconds. It ends with 1, and says why, where something is over its limit.
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
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine, text

from app.cli.factories import PASSWORD
from app.cli.past import NOTE_EVERY, ORDERS, STAFF_ADDRESS, WAITING
from bench.run import CORES, ROOT, free_port, running, settings
from tests import postgres

# What docs/performance.md promises. By how a page is called at first: milliseconds at p95 on the
# larger side, however much there is to find (one waits for a search while one types) ...
LIMITS = {
    "said": 100,
    "noted": 100,
    "known": 100,
    "search": 100,
    "filter": 100,
    "views": 100,
    "customer": 100,
}
# ... and of all others, which show as much on either side, the larger side's p95 by the smaller's.
AIM = 1.5
FULL_PAGE = 60  # so many rows, and a few more, lie behind every cursor
WARM_UP = 20
DRESS = (
    "INSERT INTO tags (id, name, folded, created_at) VALUES (1, 'Refund', 'refund', 1)",
    "INSERT INTO chat_tags (chat_id, tag_id, at) SELECT id, 1, created_at FROM chats",
    "INSERT INTO saved_views (name, folded, filter, search, created_at) VALUES"
    " ('Refunds', 'refunds', 'all', 'tag:refund', 1), ('Open', 'open', 'open', '', 1),"
    " ('Grace', 'grace', 'open', 'grace', 1), ('Fern', 'fern', 'all', 'fern sof', 1)",
    "UPDATE chats SET snoozed_until = active_at + 1 WHERE status = 'open' AND id % 100 > 50",
    "INSERT INTO visitor_tokens (token_hash, user_id, site_id, login, expires_at)"
    " SELECT 'bench-' || c.customer_id, c.customer_id, (SELECT min(id) FROM sites), '',"
    " 4000000000000 FROM chats c",
    "INSERT INTO visits (token_hash, site_id, began_at, seen_at, language, time_zone, browser,"
    " system, pages, attributes) SELECT t.token_hash, t.site_id, {now}, {now}, 'en', '', '', '',"
    """ '[{"url": "https://example.com/", "title": "", "referrer": "", "at": {now}}]',"""
    """ '{"plan": "gold", "company": "Firm ' || t.user_id || '"}' FROM visitor_tokens t""",
)
KNOWN_BY_ATTRIBUTES = ("known, one attribute", "known, an attribute of all")
HIT = b"<mark>"
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
        for each in sites:
            check_attributes(each)
        taken = measure(sites, options.requests)
    over = report(taken, [str(each) for each in sites], options.requests)
    if over:
        sys.exit("\n".join(over))  # with 1


def check_attributes(site: Site) -> None:
    """What has no hits, since the visits are gone, is quick, and says nothing."""
    for page in KNOWN_BY_ATTRIBUTES:
        path = PAGES[page](site)
        site.get(path)
        if HIT not in site.shown:
            sys.exit(f"{path} has no hits")


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
        self.shown = b""  # by the last page

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
        self.shown = answer.read()
        taken = (time.perf_counter() - started) * 1000
        if answer.status != 200:
            sys.exit(f"{path} answered {answer.status}")
        return taken

    def chat(self) -> int:
        return self.rng.randint(1, self.chats)

    def customer(self) -> int:
        return self.row("SELECT customer_id FROM chats WHERE id = :id", id=self.chat())[0]

    def noted(self) -> int:
        """A chat that has a note beside it."""
        return self.rng.randrange(0, self.chats, NOTE_EVERY) + 1

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
    "said, an order": lambda site: found(f"{ORDERS + site.chat() - 1}"),
    "said, a common word": lambda site: found("order"),
    "said, a beginning": lambda site: found("or"),
    "said, several words": lambda site: found("order thank you"),
    "said, a phrase": lambda site: found('"thank you"'),
    "said, common and rare": lambda site: found(f"order {ORDERS + site.chat() - 1}"),
    "said, by somebody": lambda site: found(f"order from:person{site.chat()}@example.com"),
    "said, in open chats": lambda site: found("thank is:open"),
    "said, long ago": lambda site: found(f"order before:{long_ago()}"),
    "said, by nobody": lambda site: found("nobody says this"),
    "said, unread": lambda site: found("order is:unread"),
    "said, with a tag": lambda site: found("order tag:refund"),
    "said, on a site": lambda site: found("order site:chat"),
    "said, in snoozed chats": lambda site: found("thank is:snoozed"),
    "known, a tag of all": lambda site: found("refund"),
    "known, a tag, more": lambda site: chats_found("refund", "tags", site.chat()),
    "known, one attribute": lambda site: chats_found(f"firm {site.chat()}", "attributes"),
    "known, an attribute of all": lambda site: chats_found("gold", "attributes"),
    "noted, an order": lambda site: found(f"refund {ORDERS + site.noted() - 1}"),
    "noted, a common word": lambda site: found("refund"),
    "said, in a chat": lambda site: f"/chats/{site.chat()}/found?q=order",
    "search, a rare name": lambda site: rows_of("zoe oquint"),
    "search, many of a name": lambda site: rows_of("grace"),
    "search, several words": lambda site: rows_of("fern sof"),
    "search, an address": lambda site: rows_of(f"person{site.chat()}@example.com"),
    "search, nobody": lambda site: rows_of("nobody is called so"),
    "search, a letter": lambda site: rows_of("e"),
    "search, whom to write": lambda site: "/admin/customers?q=grace+h",
    "search, a tag": lambda site: rows_of("tag:refund"),
    "search, API": lambda site: "/api/v1/users?q=grace+h",
    "filter, open": lambda site: "/admin/messages/rows?filter=open",
    "filter, mine": lambda site: "/admin/messages/rows?filter=mine",
    "filter, unassigned": lambda site: "/admin/messages/rows?filter=unassigned",
    "filter, needs reply": lambda site: "/admin/messages/rows?filter=needs_reply",
    "filter, unread": lambda site: "/admin/messages/rows?filter=unread",
    "filter, snoozed": lambda site: "/admin/messages/rows?filter=snoozed",
    # Views that look for words are counted once in ten seconds, which is more than one in twenty.
    "views, beside filters": lambda site: "/admin/messages/filters",
    "views, with numbers": lambda site: "/api/v1/views",
    "customer": lambda site: f"/admin/customers/{site.customer()}",
    "filter, own chats, API": lambda site: "/api/v1/chats?mine=true",
    "overview": lambda site: "/admin",
    "history": lambda site: "/chats/{}/messages?before={}".format(*site.place()),
    "history, API": lambda site: "/api/v1/chats/{}/messages?before={}".format(*site.place()),
    "history, on, API": lambda site: "/api/v1/chats/{}/messages?after={}".format(*site.place()),
    "unread, API": lambda site: "/api/v1/unread-count",
}


def found(search: str) -> str:
    return f"/admin/messages/found?{urllib.parse.urlencode({'q': search})}"


def chats_found(search: str, by: str, before: int = 0) -> str:
    asked = {"q": search, "by": by} | ({"before": max(before, FULL_PAGE)} if before else {})
    return f"/admin/messages/found/chats?{urllib.parse.urlencode(asked)}"


def long_ago() -> str:
    """A month in which a small desk has no chats, and a large one many."""
    return (datetime.now(UTC) - timedelta(days=400)).strftime("%Y-%m")


def rows_of(search: str) -> str:
    return f"/admin/messages/rows?{urllib.parse.urlencode({'q': search})}"


@contextlib.contextmanager
def site(chats: int, url: str) -> Iterator[Site]:
    port = free_port()
    environment = settings(Path("unused"), port, DATABASE_URL=url)
    # Nothing is lost if the power fails while the past is made up.
    hasty = environment | {"SQLITE_SYNCHRONOUS": "NORMAL", "ASYNC_MODE": "threading"}

    def flask(*command: str) -> None:
        whole = [sys.executable, "-m", "flask", "--app", "wsgi", *command]
        subprocess.run(whole, cwd=ROOT, env=hasty, check=True)

    flask("db", "upgrade")
    flask("seed", "load", "--chats", str(chats))
    dress(url)
    flask("search", "rebuild")
    with running([sys.executable, "wsgi.py"], port, environment):
        yield Site(port, url)


def dress(url: str) -> None:
    """What the past has not: a tag on each chat, attributes of each customer, snoozed chats."""
    engine, now = create_engine(url), str(int(time.time() * 1000))
    with engine.begin() as connection:
        for statement in DRESS:
            connection.execute(text(statement.replace("{now}", now)))
    engine.dispose()


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


def report(taken: dict[str, list[list[float]]], names: list[str], requests: int) -> list[str]:
    """Prints the table; a sentence for each page that is over its limit."""
    print(f"{requests} requests of each page, by turns; milliseconds\n")
    print(f"{'':28}{names[0]:>18}{names[1]:>18}{'p95 ratio':>12}{'limit':>10}")
    print(f"{'':28}{'p50':>9}{'p95':>9}{'p50':>9}{'p95':>9}")
    over = []
    for page, (few, many) in taken.items():
        figures = [percentile(times, p) for times in (few, many) for p in (50, 95)]
        ratio = figures[3] / figures[1]
        limit = LIMITS.get(page.partition(",")[0])
        told = f"{limit} ms" if limit else f"{AIM:.1f}"
        shown = "".join(f"{figure:9.1f}" for figure in figures)
        print(f"{page:28}{shown}{ratio:12.2f}{told:>10}")
        if limit and figures[3] > limit:
            over.append(f"{page}: {figures[3]:.0f} ms at p95, and {limit} are promised.")
        elif not limit and ratio > AIM:
            over.append(f"{page}: {ratio:.2f} times as slow when full, and {AIM} are promised.")
    return over


def percentile(times: list[float], p: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * p // 100)]


if __name__ == "__main__":
    main()
