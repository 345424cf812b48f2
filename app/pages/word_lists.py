"""Word lists, for managers."""

from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.session import manager_required, the_actor
from app.errors import Invalid
from app.operations import word_lists as operations
from app.pages.blueprint import bp, see_other
from app.queries import inbox, word_lists


@bp.get("/admin/words")
@manager_required
def all_word_lists() -> str:
    return page_of_lists()


@bp.post("/admin/words")
@manager_required
def make_word_list() -> Response | tuple[str, int]:
    """`name`, `effect` and `words`, one a line, make one."""
    wanted = wanted_of_form()
    try:
        operations.make(the_actor(), wanted["name"], wanted["effect"], wanted["words"])
    except Invalid as error:
        return page_of_lists(error, None), error.status
    return see_other(url_for("pages.all_word_lists"))


@bp.post("/admin/words/<id:list_id>")
@manager_required
def change_word_list(list_id: int) -> Response | tuple[str, int]:
    """The same of one that is there; `remove` removes it."""
    if "remove" in request.form:
        operations.remove(the_actor(), list_id)
        return see_other(url_for("pages.all_word_lists"))
    try:
        operations.change(the_actor(), list_id, **wanted_of_form())
    except Invalid as error:
        return page_of_lists(error, list_id), error.status
    return see_other(url_for("pages.all_word_lists", _anchor=f"list-{list_id}"))


def wanted_of_form() -> dict[str, Any]:
    form = request.form
    return {
        "name": form.get("name", ""),
        "effect": form.get("effect", ""),
        "words": form.get("words", "").splitlines(),
    }


def page_of_lists(refusal: Invalid | None = None, refused_id: int | None = None) -> str:
    """With what was refused as it was written, in its own form."""
    return render_template(
        "words.html",
        counts=inbox.counts(the_actor()),
        lists=word_lists.every(),
        refusal=refusal,
        refused_id=refused_id,
        written=request.form if refusal else {},
    )
