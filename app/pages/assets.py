"""What pages are made of beside HTML: where it stands, and how it is sent.

Everything has an address that changes when it does (`?v=`), and may be kept for a year at that: a
browser never mixes what it kept with what came with an upgrade, and never asks for what it has.
"""

import os
import re
import zlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, current_app, request
from markupsafe import Markup
from werkzeug.security import safe_join

from app.packing import pack
from app.pages.blueprint import bp
from app.pages.filters import path_for
from app.pages.joining import joined, joined_later

ENTRIES = (
    "menus",
    "leaving",
    "customer",
    "inbox",
    "embed",
    "answers",
    "preview",
    "copying",
    "charting",
    "board",
    "checkup",
    "demo",
)
# Modules that a page with a chat asks for when they are needed.
LATER: tuple[str, ...] = (
    "styled",
    "acting",
    "canned",
    "due",
    "handling",
    "idling",
    "letters",
    "emoji",
    "finding",
    "missing",
    "notes",
    "placing",
    "transcripts",
    "uploads",
    "viewing",
    "voice",
    "recording",
    "selecting",
    "settings",
)
SHEETS = ("tokens", "base", "pages", "inbox", "chat", "widget", "api", "insight", "board", "later")
TEXTS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
TEXTS |= {".json": "application/json"}
UNREAD = re.compile(r"(?:\n[ \t]*|/\*(?:(?!\*/)[\s\S])*\*/\s*)+")  # of a sheet: indents, comments
HOUR, YEAR = 3600, 31_536_000


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(asset=asset, later=later, script=script, style=style)
    app.jinja_env.globals.update(inline=inline, sprite=sprite)
    app.view_functions["static"] = static


def asset(name: str) -> str:
    """A static file's path, with what changes when the file does."""
    path = within(name)
    # A file that is not there (yet) is a 404 of its own, not a page that fails.
    return path_for("static", filename=name, v=mark_of(path) if path.is_file() else "0")


def script(entries: str) -> str:
    """The path of the one script that runs these entries, whose names stand apart by spaces."""
    names = "-".join(entries.split())
    return path_for("pages.scripts", names=names, v=mark(run_together(names, last_change("js"))))


def later(entries: str) -> dict[str, str]:
    """What a page whose first script runs these entries imports later: its path by its name."""
    names = "-".join(entries.split())
    changed = last_change("js")
    made = {name: run_later(name, names, changed) for name in LATER}
    ours = {
        f"deskbell/{name}.js": path_for("pages.later_scripts", names=names, name=name, v=mark(text))
        for name, text in made.items()
    }
    return ours | {"tus-js-client": asset("vendor/tus/tus.min.js")}


def style(sheets: str) -> str:
    """The path of these sheets as one."""
    names = "-".join(sheets.split())
    return path_for("pages.styles", names=names, v=mark(laid_over(names, last_change("css"))))


def inline(name: str) -> Markup:
    """A classic script for within the page, which would have to wait for it otherwise."""
    path = within(f"js/{name}.js")
    return Markup(text_of(path, path.stat().st_mtime_ns))  # noqa: S704  (our own file)


@lru_cache
def sprite(names: str = "") -> Markup:
    """What a page's icons refer to: all there are, or those named, apart by spaces."""
    lines = Path(str(current_app.template_folder), "_icons.svg").read_text().splitlines()
    first, *drawn, last = lines
    wanted = {f'<symbol id="icon-{name}"' for name in names.split()}
    kept = [each for each in drawn if not names or each.split(" viewBox")[0] in wanted]
    return Markup("".join([first, *kept, last]))  # noqa: S704  (our own file)


@bp.get("/static/scripts/<names>.js")
def scripts(names: str) -> Response:
    """Entries and all that they import, as one script."""
    check_entries(names)
    return kept(run_together(names, last_change("js")), ".js")


@bp.get("/static/scripts/<names>/<name>.js")
def later_scripts(names: str, name: str) -> Response:
    """What a page of these entries imports later, without what it has."""
    check_entries(names)
    if name not in LATER:
        abort(404)
    return kept(run_later(name, names, last_change("js")), ".js")


def check_entries(names: str) -> None:
    wanted = names.split("-")
    if wanted != [name for name in ENTRIES if name in wanted]:
        abort(404)


@bp.get("/static/styles/<names>.css")
def styles(names: str) -> Response:
    wanted = names.split("-")
    if not set(wanted) <= set(SHEETS) or len(wanted) > len(set(wanted)):
        abort(404)
    return kept(laid_over(names, last_change("css")), ".css")


def static(filename: str) -> Response:
    """A file of `static/`; text comes packed."""
    path = Path(safe_join(str(current_app.static_folder), filename) or "")
    if path.suffix in TEXTS and os.path.isfile(path):  # not for a name that is too long
        return kept(text_of(path, path.stat().st_mtime_ns), path.suffix)
    answer = current_app.send_static_file(filename)
    return for_long(answer, mark_of(path)) if answer.status_code == 200 else answer


def kept(text: str, suffix: str) -> Response:
    answer = Response(content_type=f"{TEXTS[suffix]}; charset=utf-8")
    return for_long(pack(answer, text), mark(text))


def for_long(answer: Response, mark: str) -> Response:
    """For good by whoever asks at the address of just this; else for an hour."""
    is_same = request.args.get("v") == mark
    answer.cache_control.public = True
    answer.cache_control.no_cache = None
    answer.cache_control.max_age = YEAR if is_same else HOUR
    answer.cache_control.immutable = is_same
    return answer


def within(name: str) -> Path:
    return Path(str(current_app.static_folder), name)


def mark_of(path: Path) -> str:
    return mark_then(path, path.stat().st_mtime_ns)


@lru_cache
def mark_then(path: Path, _changed: int) -> str:
    return format(zlib.crc32(path.read_bytes()), "08x")


@lru_cache
def text_of(path: Path, _changed: int) -> str:
    return path.read_text()


@lru_cache
def mark(text: str) -> str:
    return format(zlib.crc32(text.encode()), "08x")


@lru_cache
def run_together(names: str, _changed: int) -> str:
    return joined(names.split("-"), module)


@lru_cache
def run_later(name: str, names: str, _changed: int) -> str:
    return joined_later(name, names.split("-"), module)


def module(name: str) -> str:
    return within(f"js/{name}.js").read_text()


@lru_cache
def laid_over(names: str, _changed: int) -> str:
    whole = "".join(within(f"css/{name}.css").read_text() for name in names.split("-"))
    return UNREAD.sub("\n", whole)


def last_change(folder: str) -> int:
    """Of any file in it, in nanoseconds."""
    with os.scandir(within(folder)) as found:
        return max(each.stat().st_mtime_ns for each in found)
