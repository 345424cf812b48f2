"""Webhooks: the page of all, and of one its form, its secrets and what it was told; for admins."""

from collections.abc import Callable
from typing import Any

from flask import render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app import clock
from app.auth.session import admin_required, the_actor
from app.errors import Conflict, Invalid, Malformed
from app.models.webhooks import FILTERS, TEST, Became, Told, WebhookState
from app.operations import deliveries
from app.operations import webhooks as operations
from app.pages.blueprint import bp, see_other
from app.pages.forms import id_of
from app.queries import inbox, rules, webhooks

EVENTS: dict[str, Any] = {
    Told.CHAT_BEGUN: _l("A chat begins, or begins again"),
    Told.NEW_MESSAGE: _l("A message is sent"),
    Told.MESSAGE_CHANGED: _l("A message is edited, deleted or reacted to"),
    Told.CHAT_ASSIGNED: _l("A chat is given to somebody or to a team"),
    Told.CHAT_CHANGED: _l("A chat has another state"),
    Told.CHAT_CLOSED: _l("A chat is closed"),
    Told.CHAT_RATED: _l("A chat is rated"),
    Told.TAGS_CHANGED: _l("A chat has other tags"),
    Told.PRIORITY_CHANGED: _l("A chat is more urgent, or less"),
    Told.NOTE_CHANGED: _l("A note is written, edited or removed"),
    Told.CUSTOMER_IDENTIFIED: _l("A site says who a visitor is"),
    Told.PERSON_CHANGED: _l("A customer has another name or address"),
    Told.CHAT_ERASED: _l("A chat is erased"),
    TEST: _l("A test"),
}
BECAME: dict[str, Any] = {
    Became.WAITS: _l("is about to be told"),
    Became.DONE: _l("was taken"),
    Became.GIVEN_UP: _l("given up"),
    Became.GONE: _l("not told: it is there no more, or held"),
    Became.OFF: _l("not told: the webhook was switched off"),
}
ERRORS: dict[str, Any] = {
    "no_answer": _l("nobody answered"),
    "private": _l("its address is of a private network"),
}


@bp.get("/admin/webhooks")
@admin_required
def all_webhooks() -> str:
    found = webhooks.every()
    given_up = webhooks.given_up([each.id for each in found])
    return page("webhooks.html", webhooks=found, given_up=given_up)


@bp.route("/admin/webhooks/new", methods=["GET", "POST"])
@admin_required
def new_webhook() -> Response | str | tuple[str, int]:
    """Shows its secret this once."""
    if request.method == "GET":
        return page_of(None)
    try:
        made = operations.make(the_actor(), **wanted_of_form())
    except Invalid as error:
        return page_of(None, refusal=error), error.status
    return page_of(made, secret=made.secret)


@bp.route("/admin/webhooks/<id:webhook_id>", methods=["GET", "POST"])
@admin_required
def webhook(webhook_id: int) -> Response | str | tuple[str, int]:
    """A post does what its `do` says."""
    found = webhooks.there(webhook_id)
    if request.method == "GET":
        return page_of(found)
    done = DOES.get(request.form.get("do", ""))
    if done is None:
        raise Malformed
    return done(found)


@bp.post("/admin/webhooks/<id:webhook_id>/removal")
@admin_required
def remove_webhook(webhook_id: int) -> Response:
    operations.remove(the_actor(), webhook_id)
    return see_other(url_for("pages.all_webhooks"))


@bp.post("/admin/webhooks/<id:webhook_id>/deliveries/<id:delivery_id>/attempt")
@admin_required
def send_delivery_again(webhook_id: int, delivery_id: int) -> Response:
    deliveries.send_again(the_actor(), webhook_id, delivery_id)
    return told(webhook_id)


def save(found: WebhookState) -> Response | tuple[str, int]:
    try:
        operations.change(the_actor(), found.id, **wanted_of_form())
    except Invalid as error:
        return page_of(found, refusal=error), error.status
    return see_other(url_for("pages.webhook", webhook_id=found.id, saved=1))


def make_secret(found: WebhookState) -> str | tuple[str, int]:
    try:
        secret = operations.make_secret(the_actor(), found.id)
    except Conflict as error:  # by another page
        return page_of(webhooks.there(found.id), refusal=error), error.status
    return page_of(webhooks.there(found.id), secret=secret)


def end_old_secret(found: WebhookState) -> Response:
    operations.end_old_secret(the_actor(), found.id)
    return see_other(url_for("pages.webhook", webhook_id=found.id, saved=1))


def send_test(found: WebhookState) -> Response:
    deliveries.test(the_actor(), found.id)
    return told(found.id)


DOES: dict[str, Callable[[WebhookState], Response | str | tuple[str, int]]] = {
    "save": save,
    "secret": make_secret,
    "end_secret": end_old_secret,
    "test": send_test,
}


def told(webhook_id: int) -> Response:
    return see_other(
        url_for("pages.webhook", webhook_id=webhook_id, told=1, _anchor="deliveries-title")
    )


def wanted_of_form() -> dict[str, Any]:
    form = request.form
    return {
        "name": form.get("name", ""),
        "url": form.get("url", ""),
        "events": form.getlist("events"),
        "only": {name: [id_of(each) for each in form.getlist(name)] for name in FILTERS},
        "is_on": "is_on" in form,
    }


def as_written(found: WebhookState | None) -> dict[str, Any]:
    if found is None:
        only: dict[str, list[int]] = {name: [] for name in FILTERS}
        return {"name": "", "url": "", "events": [], "only": only, "is_on": True}
    about = {"name": found.name, "url": found.url, "is_on": found.is_on}
    return about | {"events": found.listens_to, "only": found.only}


def page_of(
    found: WebhookState | None,
    *,
    refusal: Invalid | Conflict | None = None,
    secret: str | None = None,
) -> str:
    """With what was refused as it was written."""
    is_refused = isinstance(refusal, Invalid)
    written = wanted_of_form() if is_refused else as_written(found)
    before = id_of(request.args["before"]) if request.args.get("before") else None
    log = webhooks.page(found.id, before) if found else None
    values = {"webhook": found, "written": written, "refusal": refusal, "secret": secret}
    return page("webhook.html", choices=rules.choices(), log=log, **values)


def page(template: str, **values: Any) -> str:
    words = {"events": EVENTS, "became_words": BECAME, "error_words": ERRORS}
    counts = inbox.counts(the_actor())
    return render_template(template, counts=counts, now=clock.now(), **words, **values)
