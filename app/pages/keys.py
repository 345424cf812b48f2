"""API keys: the page of all, where one is made, shown once, and revoked; for admins."""

from typing import Any

from flask import render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app import clock
from app.auth.session import admin_required, the_actor
from app.errors import Invalid
from app.models.keys import Scope
from app.operations import keys as operations
from app.pages.blueprint import bp, see_other
from app.pages.forms import id_of
from app.queries import inbox, keys, rules

SCOPES: dict[str, Any] = {
    Scope.CHATS_READ: _l("Read chats, messages and notes"),
    Scope.CHATS_WRITE: _l("Write in chats and handle them"),
    Scope.PEOPLE_READ: _l("Read who customers and colleagues are"),
    Scope.PEOPLE_WRITE: _l("Change, merge, export and erase customers"),
    Scope.SETTINGS_READ: _l("Read settings"),
    Scope.SETTINGS_WRITE: _l("Change settings"),
    Scope.REPORTS_READ: _l("Read reports and the audit log"),
}
DAYS = (30, 90, 365)


@bp.get("/admin/keys")
@admin_required
def all_keys() -> str:
    return page_of_keys()


@bp.post("/admin/keys")
@admin_required
def make_key() -> str | tuple[str, int]:
    """`name`, `scopes`, `user_id` and `days` make one, which is shown this once."""
    try:
        _, key = operations.make(the_actor(), **wanted_of_form())
    except Invalid as error:
        return page_of_keys(refusal=error), error.status
    return page_of_keys(key=key)


@bp.post("/admin/keys/<id:key_id>/revocation")
@admin_required
def revoke_key(key_id: int) -> Response:
    operations.revoke(the_actor(), key_id)
    return see_other(url_for("pages.all_keys"))


def wanted_of_form() -> dict[str, Any]:
    form = request.form
    return {
        "name": form.get("name", ""),
        "scopes": form.getlist("scopes"),
        "user_id": id_of(form["user_id"]) if form.get("user_id") else None,
        "days": id_of(form["days"]) if form.get("days") else None,
    }


def page_of_keys(*, refusal: Invalid | None = None, key: str | None = None) -> str:
    written = wanted_of_form() if refusal else {"name": "", "scopes": [], "days": 90}
    about = {"scope_words": SCOPES, "days": DAYS, "people": rules.choices().people}
    return render_template(
        "keys.html",
        counts=inbox.counts(the_actor()),
        keys=keys.every(),
        now=clock.now(),
        refusal=refusal,
        written=written,
        new_key=key,
        **about,
    )
