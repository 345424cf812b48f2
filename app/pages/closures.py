"""Closing a chat and reopening it."""

from app.auth.session import staff_required
from app.operations.actions import Action, What
from app.pages.actions import acted
from app.pages.blueprint import bp


@bp.post("/admin/messages/<id:chat_id>/closure")
@staff_required
def close(chat_id: int) -> str:
    return acted(chat_id, Action(What.CLOSE))


@bp.delete("/admin/messages/<id:chat_id>/closure")
@staff_required
def reopen(chat_id: int) -> str:
    return acted(chat_id, Action(What.REOPEN))
