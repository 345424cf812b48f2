"""How urgent a chat is, from its menu."""

from flask import request

from app.auth.session import staff_required
from app.operations.actions import Action, What
from app.pages.actions import acted, priority_of
from app.pages.blueprint import bp


@bp.post("/admin/messages/<id:chat_id>/priority")
@staff_required
def set_priority(chat_id: int) -> str:
    """`priority`: normal, high or urgent."""
    wanted = priority_of(request.form.get("priority", ""))
    return acted(chat_id, Action(What.SET_PRIORITY, priority=wanted))
