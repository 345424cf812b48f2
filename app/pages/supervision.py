"""Looking on at chats, and taking one over: for managers."""

from flask import request, session, url_for
from werkzeug.wrappers import Response

from app.auth.session import manager_required, the_actor
from app.operations import supervision
from app.pages.blueprint import bp, see_other


@bp.post("/admin/watching")
@manager_required
def look_on() -> Response:
    """With `on` this browser opens chats only to look on, until it is said otherwise."""
    if request.form.get("on"):
        session["watches"] = True
    else:
        session.pop("watches", None)
    return see_other(url_for("pages.inbox"))


@bp.post("/admin/messages/<id:chat_id>/takeover")
@manager_required
def take_over(chat_id: int) -> Response:
    supervision.take_over(the_actor(), chat_id)
    return see_other(url_for("pages.chat", chat_id=chat_id))
