"""Held messages: all of them, and the dialogs of one: to decide on it, and what it said."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.session import staff_required, the_actor
from app.errors import ChatError, Conflict, Malformed
from app.models.audits import Action
from app.operations import access, supervision
from app.operations import holds as operations
from app.pages.blueprint import bp, see_other
from app.pages.forms import id_of
from app.queries import holds, inbox, word_lists


@bp.get("/admin/held")
@staff_required
def held() -> str:
    return page_of_held()


@bp.post("/admin/held/<id:message_id>")
@staff_required
def decide(message_id: int) -> Response | tuple[str, int]:
    """`release` lets it through, `reject` removes it."""
    try:
        if "release" in request.form:
            operations.release(the_actor(), message_id)
        elif "reject" in request.form:
            operations.reject(the_actor(), message_id)
        else:
            raise Malformed
    except Conflict as error:
        return page_of_held(error), error.status
    return see_other(url_for("pages.held"))


@bp.get("/admin/held/<id:message_id>")
@staff_required
def held_dialog(message_id: int) -> str:
    return render_template("_held.html", message=access.message_for(the_actor(), message_id))


@bp.get("/admin/originals/<id:message_id>")
@staff_required
def original_dialog(message_id: int) -> str:
    """For managers; others of staff are told that it is theirs to read."""
    message = access.message_for(the_actor(), message_id)
    said = word_lists.original(message.id) if the_actor().is_manager else None
    if said is not None:
        supervision.read_beneath(the_actor(), message.id, Action.ORIGINAL_READ)
    return render_template("_original.html", said=said)


def page_of_held(refusal: ChatError | None = None) -> str:
    after = request.args.get("after", "")
    return render_template(
        "held.html",
        counts=inbox.counts(the_actor()),
        page=holds.page(id_of(after) if after else 0),
        refusal=refusal,
    )
