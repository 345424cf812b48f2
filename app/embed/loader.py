"""The loader, which any page may run, and what goes with it."""

import re
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, current_app

from app.packing import pack

FILES = {"js": "text/javascript", "mjs": "text/javascript", "d.ts": "text/plain"}
HOUR = 3600
INDENT = re.compile(r"^[ \t]+", re.M)
COMMENTS = re.compile(r"^/\*\*.*\*/\n|^// .*\n", re.M)
bp = Blueprint("loader", __name__)


@bp.get("/widget.js", defaults={"kind": "js"})
@bp.get("/widget.mjs", defaults={"kind": "mjs"})
@bp.get("/widget.d.ts", defaults={"kind": "d.ts"})
def widget(kind: str) -> Response:
    """For an hour a browser does not ask again; then it asks whether there is another one."""
    path = Path(current_app.static_folder or "") / "embed" / f"widget.{kind}"
    text = path.read_text() if kind == "d.ts" else squeezed(path, path.stat().st_mtime_ns)
    answer = Response(content_type=f"{FILES[kind]}; charset=utf-8")
    answer.cache_control.public = True
    answer.cache_control.max_age = HOUR
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return pack(answer, text)


@lru_cache
def squeezed(path: Path, _changed: int) -> str:
    """A script without what its readers alone need: indentation, comments on lines of their own."""
    return COMMENTS.sub("", INDENT.sub("", path.read_text()))
