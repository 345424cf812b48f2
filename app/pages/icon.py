"""The icon, where browsers ask for it that have not read a page of ours."""

from flask import redirect
from werkzeug.wrappers import Response

from app.pages.assets import asset
from app.pages.blueprint import bp


@bp.get("/favicon.ico")
def favicon() -> Response:
    return redirect(asset("icon.svg"))
