"""Incoming webhooks: the page of all, and of one its form and its address; for admins."""

from typing import Any

from flask import current_app, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.session import admin_required, the_actor
from app.errors import Invalid, Malformed
from app.models.incoming import IncomingState
from app.operations import incoming as operations
from app.pages.blueprint import bp, see_other
from app.pages.forms import id_of
from app.queries import inbox, incoming, sites, topics

NEW: dict[str, Any] = {"name": "", "site_id": None, "topic_id": None, "is_signed": False}


@bp.get("/admin/incoming-webhooks")
@admin_required
def all_incoming() -> str:
    return page("incoming_webhooks.html", webhooks=incoming.every())


@bp.route("/admin/incoming-webhooks/new", methods=["GET", "POST"])
@admin_required
def new_incoming() -> str | tuple[str, int]:
    """Shows its address and its secret this once."""
    if request.method == "GET":
        return page_of(None)
    try:
        return page_of(*operations.make(the_actor(), **wanted_of_form()))
    except Invalid as error:
        return page_of(None, refusal=error), error.status


@bp.route("/admin/incoming-webhooks/<id:incoming_id>", methods=["GET", "POST"])
@admin_required
def one_incoming(incoming_id: int) -> Response | str | tuple[str, int]:
    """A post does what its `do` says."""
    found, do = incoming.there(incoming_id), request.form.get("do", "")
    if request.method == "POST" and do not in ("save", "key"):
        raise Malformed
    if do == "key":
        return page_of(*operations.make_key(the_actor(), incoming_id))
    return save(found) if do else page_of(found)


@bp.post("/admin/incoming-webhooks/<id:incoming_id>/removal")
@admin_required
def remove_incoming(incoming_id: int) -> Response:
    operations.remove(the_actor(), incoming_id)
    return see_other(url_for("pages.all_incoming"))


def save(found: IncomingState) -> Response | tuple[str, int]:
    try:
        operations.change(the_actor(), found.id, **wanted_of_form())
    except Invalid as error:
        return page_of(found, refusal=error), error.status
    return see_other(url_for("pages.one_incoming", incoming_id=found.id, saved=1))


def wanted_of_form() -> dict[str, Any]:
    form = request.form
    places = {name: form.get(name) for name in ("site_id", "topic_id")}
    about = {name: id_of(each) if each else None for name, each in places.items()}
    return {"name": form.get("name", ""), "is_signed": "is_signed" in form, **about}


def page_of(
    found: IncomingState | None, key: str | None = None, *, refusal: Invalid | None = None
) -> str:
    """With what was refused as it was written."""
    written = NEW if found is None else found._asdict()
    values = {"webhook": found, "written": wanted_of_form() if refusal else written}
    address = key and f"{desk()}{url_for('incoming.take', address=key)}"
    return page("incoming_webhook.html", refusal=refusal, address=address, **values)


def desk() -> str:
    """Where others reach it."""
    return str(current_app.config["PUBLIC_URL"] or request.host_url).rstrip("/")


def page(template: str, **values: Any) -> str:
    counts, topic_names = inbox.counts(the_actor()), {e.id: e.name for e in topics.every()}
    names = {"site_names": sites.names(), "topic_names": topic_names}
    return render_template(template, counts=counts, **names, **values)
