"""The blueprint that all pages share, what every template knows, and how a part is answered."""

from typing import Any

from flask import Blueprint, current_app, has_request_context, redirect, request
from werkzeug.wrappers import Response

from app.auth.proof import is_by_token
from app.auth.session import current_actor
from app.criteria import LONGEST_SEARCH
from app.errors import ChatError
from app.operations import edits
from app.queries.users import SEARCH_LENGTH

bp = Blueprint("pages", __name__)
SEE_OTHER = 303


def page_values() -> dict[str, Any]:
    """For every template: who looks, and the site's name."""
    try:
        viewer = current_actor() if has_request_context() else None
    except ChatError:  # a bad token, no database: the page that says so has no viewer
        viewer = None
    by_token = has_request_context() and is_by_token()
    return {
        "viewer": viewer,
        "is_by_token": by_token,
        # A page of the demo says so itself; its parts come anew by its token.
        "is_framed": by_token,
        "site_name": current_app.config["SITE_NAME"],
        "is_demo": current_app.config["DEMO"],
        "message_length": current_app.config["MESSAGE_LENGTH"],
        "file_bytes": current_app.config["FILE_BYTES"],
        "file_types": current_app.config["FILE_TYPES"],
        "files_a_message": current_app.config["FILES_A_MESSAGE"],
        "edit_seconds": edits.seconds_of(viewer),
        "search_length": SEARCH_LENGTH,
        "longest_search": LONGEST_SEARCH,
        "sees_visits": current_app.config["VISITS"],
    }


def wants_part() -> bool:
    """Whether HTMX asks for a part; a history miss wants the whole page back."""
    headers = request.headers
    return "HX-Request" in headers and "HX-History-Restore-Request" not in headers


def searched(length: int = SEARCH_LENGTH) -> str:
    """What is looked for, as it is compared: no longer than a name, single spaces."""
    return " ".join(request.args.get("q", "").split())[:length]


def see_other(url: str) -> Response:
    """On to another page after a post: by redirect, or told to HTMX, which follows none."""
    if wants_part():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, SEE_OTHER)
