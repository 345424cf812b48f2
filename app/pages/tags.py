"""Tags: those of a chat, in its side panel, and the page of all."""

from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.session import staff_required, the_actor
from app.errors import ChatError
from app.operations import access, actions
from app.operations import tags as operations
from app.operations.actions import Action, What
from app.pages.actions import done_of
from app.pages.blueprint import bp, see_other, wants_part
from app.pages.chats import tags_of
from app.pages.forms import id_of
from app.queries import inbox, tags


@bp.get("/admin/messages/<id:chat_id>/tags")
@staff_required
def chat_tags(chat_id: int) -> str:
    return part_of(access.chat_for(the_actor(), chat_id).id)


@bp.post("/admin/messages/<id:chat_id>/tags")
@staff_required
def tag_chat(chat_id: int) -> str | Response | tuple[str, int]:
    """`name` puts one on, `off` takes one off, by its id."""
    off = request.form.get("off", "")
    if off:
        action = Action(What.UNTAG, tag_id=id_of(off))
    else:
        action = Action(What.TAG, name=request.form.get("name", ""))
    try:
        outcome = actions.act_on(the_actor(), chat_id, action)
    except ChatError as error:
        if not wants_part() or not error.fields:
            raise
        return part_of(access.chat_for(the_actor(), chat_id).id, refusal=error, is_changed=True)
    if wants_part():
        return part_of(chat_id, is_changed=True) + done_of(outcome, action.what)
    return see_other(url_for("pages.chat", chat_id=chat_id))


def part_of(chat_id: int, **changed: Any) -> str:
    """Whoever has changed them goes on in the field."""
    return render_template("_chat_tags.html", chat_id=chat_id, **tags_of(chat_id), **changed)


@bp.get("/admin/tags")
@staff_required
def all_tags() -> str:
    return page_of_tags()


@bp.post("/admin/tags/<id:tag_id>")
@staff_required
def change_tag(tag_id: int) -> Response | tuple[str, int]:
    """`name` renames it; without one it is removed."""
    try:
        if "name" in request.form:
            operations.rename(the_actor(), tag_id, request.form["name"])
        else:
            operations.remove(the_actor(), tag_id)
    except ChatError as error:
        if not error.fields:
            raise
        return page_of_tags(error), error.status
    return see_other(url_for("pages.all_tags"))


def page_of_tags(refusal: ChatError | None = None) -> str:
    values = {"counts": inbox.counts(the_actor()), "tags": tags.counted(), "refusal": refusal}
    return render_template("tags.html", **values)
