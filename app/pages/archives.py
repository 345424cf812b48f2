"""Putting a chat away and taking it back."""

from app.auth.session import staff_required
from app.operations.actions import Action, What
from app.pages.actions import acted
from app.pages.blueprint import bp


@bp.post("/admin/messages/<id:chat_id>/archive")
@staff_required
def archive(chat_id: int) -> str:
    return acted(chat_id, Action(What.ARCHIVE))


@bp.delete("/admin/messages/<id:chat_id>/archive")
@staff_required
def unarchive(chat_id: int) -> str:
    return acted(chat_id, Action(What.UNARCHIVE))
