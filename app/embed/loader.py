"""The loader, which any page may run, and what goes with it."""

from flask import Blueprint, Response, current_app, send_from_directory

FILES = {"js": "text/javascript", "mjs": "text/javascript", "d.ts": "text/plain"}
bp = Blueprint("loader", __name__)


@bp.get("/widget.js", defaults={"kind": "js"})
@bp.get("/widget.mjs", defaults={"kind": "mjs"})
@bp.get("/widget.d.ts", defaults={"kind": "d.ts"})
def widget(kind: str) -> Response:
    """For an hour a browser does not ask again; then it asks whether there is another one."""
    folder = f"{current_app.static_folder}/embed"
    answer = send_from_directory(folder, f"widget.{kind}", mimetype=FILES[kind], max_age=3600)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
