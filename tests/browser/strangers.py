"""A page of somebody else's with the loader on it, and a desk that speaks as docs/embed.md says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.embed.loader import squeezed

STATIC = Path(__file__).resolve().parents[2] / "static" / "embed"
SITE = "5f2a"
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".ts": "text/plain"}
SETTINGS: dict[str, Any] = {
    "name": "Northwind Chairs",
    "colour": "#0f6b5c",
    "edge": "end",
    "distance": 24,
    "greeting": "",
    "locale": "en",
    "direction": "ltr",
    "words": {
        "open": "Chat with us",
        "close": "Close the chat",
        "dismiss": "Dismiss",
        "unread": "{count} unread",
        "frame": "Chat with Northwind Chairs",
    },
    "unread": 0,
    "isKnown": False,
}
# It keeps what it hears in `heard`, and says with `say` what a test wants said.
FRAME = """<!doctype html><html lang="en"><title>Chat</title>
<style>
  :root { color-scheme: light dark }
  html { block-size: 100%; background: light-dark(#fff, #1c1c1a); font: 14px system-ui }
  body { margin: 0; block-size: 100%; display: flex; flex-direction: column }
  header { flex: 0 0 41px; padding: 16px; background: #0f6b5c; color: #fff }
  main { flex: 1 }
  textarea { margin: 12px; block-size: 60px; border-radius: 10px; font: inherit }
</style>
<header>Northwind Chairs</header><main></main><textarea aria-label="Message"></textarea>
<script>
  const heard = [], composer = document.querySelector("textarea");
  let port, host, ticks = 0;
  const say = (message) => port.postMessage(message);
  addEventListener("message", (event) => {
    if (event.source !== parent || event.data.deskbell !== "host" || host) return;
    host = event.data;
    port = event.ports[0];
    port.onmessage = ({ data }) => {
      // Asked for from the press on, the frame may be there before the click: both are one opening.
      const wasNever = !host.isOpen && heard.every(({ type }) => type !== "close");
      const isFirst = data.type === "open" && wasNever;
      if (isFirst) Object.assign(host, { isOpen: true, takesFocus: data.takesFocus });
      else heard.push(data);
      if (data.type === "say") composer.value = data.text;
      if (data.type === "open" && data.takesFocus) composer.focus();
    };
    if (host.takesFocus) composer.focus();
    say({ type: "ready" });
  });
  addEventListener("keydown", (event) => event.key === "Escape" && say({ type: "close" }));
  setInterval(() => (ticks += 1), 20);
  parent.postMessage({ deskbell: "frame" }, "*");
</script></html>"""
SNIPPET = '<script async src="{desk}/widget.js" data-site="{site}"></script>'
PAGE = """<!doctype html><html lang="en"><head><title>Chairs</title>{head}</head>
<body><h1>Chairs</h1><p><button id="buy">Buy</button> <input id="name" aria-label="Name"></p>
{body}</body></html>"""


class Serving:
    """A server of a name and a port of its own, for as long as the block lasts."""

    def __init__(self, name: str, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                answer(self)

            do_POST = do_OPTIONS = do_GET

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://{name}:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class StubDesk(Serving):
    """What the loader meets: its own file, the door, the frame; `asked` is every request."""

    def __init__(self) -> None:
        self.settings = json.loads(json.dumps(SETTINGS))
        self.refusal: tuple[int, str, str] | None = None
        self.frame = FRAME
        self.asked: list[str] = []
        self.posts: list[dict[str, Any]] = []
        super().__init__("127.0.0.1", self.answer)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(request.path)
        self.asked.append(f"{request.command} {parts.path}")
        file = STATIC / parts.path.lstrip("/")
        if request.command == "POST":
            length = int(request.headers["Content-Length"])
            body = json.loads(request.rfile.read(length))
            language = parse_qs(parts.query).get("locale")
            self.posts.append({"body": body, "locale": language, "headers": request.headers})
            self.tell(request, body)
        elif parts.path == f"/embed/{SITE}/frame":
            send(request, 200, self.frame, "text/html; charset=utf-8")
        elif parts.path.count("/") == 1 and file.suffix in TYPES and file.is_file():
            send(request, 200, squeezed(file, file.stat().st_mtime_ns), TYPES[file.suffix])
        else:
            send(request, 404, "", "text/plain")

    def tell(self, request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        origin = {"Access-Control-Allow-Origin": request.headers.get("Origin", "")}
        status, told = 200, self.settings
        if self.refusal:
            status, code, message = self.refusal
            told = {"error": {"code": code, "message": message}}
        elif not body["token"]:
            told = told | {"unread": 0}
        send(request, status, json.dumps(told), "application/json", origin)

    @property
    def frames(self) -> int:
        """How often the frame was asked for."""
        return self.asked.count(f"GET /embed/{SITE}/frame")


class Stranger(Serving):
    """Somebody's site, with one page at every path; until `rest` is set, with its head alone."""

    def __init__(self, desk: StubDesk) -> None:
        self.desk = desk
        self.snippet = SNIPPET.format(desk=desk.url, site=SITE)
        self.page = ""
        self.pages: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        self.rest = threading.Event()
        self.rest.set()
        self.has()
        super().__init__("localhost", self.answer)

    def has(
        self, head: str = "", body: str = "", snippet: str | None = None, **headers: str
    ) -> None:
        """What stands in its page besides the snippet, which is the last of its head."""
        head += self.snippet if snippet is None else snippet
        self.page = PAGE.format(head=head, body=body)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        if request.path == "/favicon.ico":
            return send(request, 204, "", "image/x-icon")
        page = self.pages.get(request.path, self.page)
        head, end, rest = page.partition("</head>")
        send(request, 200, page, "text/html; charset=utf-8", self.headers, first=head)
        self.rest.wait(20)
        request.wfile.write((end + rest).encode())


def send(
    request: BaseHTTPRequestHandler,
    status: int,
    text: str,
    kind: str,
    headers: dict[str, str] | None = None,
    first: str | None = None,
) -> None:
    """An answer, or the first of it."""
    body = text.encode()
    request.send_response(status)
    for name, value in (
        {"Content-Type": kind, "Content-Length": str(len(body))} | (headers or {})
    ).items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body if first is None else first.encode())
