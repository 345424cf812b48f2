"""Closing a chat and reopening it."""

from app.auth.session import staff_required, the_actor
from app.operations import closures
from app.pages.blueprint import bp
from app.pages.chats import header_of


@bp.post("/admin/messages/<id:chat_id>/closure")
@staff_required
def close(chat_id: int) -> str:
    return header_of(closures.close(the_actor(), chat_id))


@bp.delete("/admin/messages/<id:chat_id>/closure")
@staff_required
def reopen(chat_id: int) -> str:
    return header_of(closures.reopen(the_actor(), chat_id))
