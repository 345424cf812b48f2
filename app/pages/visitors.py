"""Who is on the sites now, and where a chat's customer is."""

import zlib
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, render_template, request, url_for
from flask_babel import format_time
from werkzeug.wrappers import Response

from app.auth.session import staff_required, the_actor
from app.errors import NotFound
from app.operations import access
from app.operations import visits as visiting
from app.pages.blueprint import bp, see_other
from app.pages.sites import site_names
from app.queries import inbox, visits


@bp.get("/admin/visitors")
@staff_required
def visitors() -> str:
    only_where_they_are_seen()
    return render_template("visitors.html", counts=inbox.counts(the_actor()), **here())


@bp.get("/admin/visitors/list")
@staff_required
def visitors_list() -> Response | str:
    """Who is there now; nothing for a page that shows that already."""
    only_where_they_are_seen()
    values = here()
    if request.args.get("mark") == values["mark"]:
        return Response(status=204)
    return render_template("_visitors.html", **values)


@bp.post("/admin/visitors/<token_hash>/chat")
@staff_required
def write_to_visitor(token_hash: str) -> Response:
    only_where_they_are_seen()
    started, _ = visiting.begin_chat(the_actor(), token_hash)
    return see_other(url_for("pages.chat", chat_id=started.id))


@bp.get("/admin/messages/<id:chat_id>/visit")
@staff_required
def visit(chat_id: int) -> Response | str:
    """Where the customer of a chat is; nothing for a page that shows that already."""
    chat = access.chat_for(the_actor(), chat_id)
    values = visit_of(chat.customer_id)
    if request.args.get("mark") == values["mark"]:
        return Response(status=204)
    return render_template("_visit.html", chat=chat, **values)


@bp.get("/privacy")
def privacy() -> str:
    """What is kept of whoever writes, for them to read."""
    days = current_app.config["VISITOR_DAYS"]
    return render_template("privacy.html", sees_visits=current_app.config["VISITS"], days=days)


def here() -> dict[str, Any]:
    found = visits.going_on()
    return {
        "visits": found,
        "site_names": site_names(),
        "mark": mark_of([visit._replace(seen_at=0) for visit in found]),
    }


def visit_of(customer_id: int) -> dict[str, Any]:
    """For `_visit.html`. Its time is told where they are."""
    found = visits.of_customer(customer_id) if current_app.config["VISITS"] else None
    zone = found and found.time_zone
    there = datetime.now(ZoneInfo(zone)) if zone else None
    local = format_time(there.replace(tzinfo=None), "short", rebase=False) if there else ""
    shown = found and (found._replace(seen_at=0), found.is_here)
    return {"visit": found, "local_time": local, "mark": mark_of((shown, local))}


def mark_of(shown: object) -> str:
    """Changes with what is shown."""
    return format(zlib.crc32(repr(shown).encode()), "08x")


def only_where_they_are_seen() -> None:
    if not current_app.config["VISITS"]:
        raise NotFound
