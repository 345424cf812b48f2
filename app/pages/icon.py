"""The icon, where browsers ask for it that have not read a page of ours."""

from flask import redirect
from werkzeug.wrappers import Response

from app.pages.blueprint import bp
from app.pages.filters import asset


@bp.get("/favicon.ico")
def favicon() -> Response:
    return redirect(asset("icon.svg"))
