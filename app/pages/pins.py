"""Keeping a chat on top of one's lists."""

from app.auth.session import staff_required, the_actor
from app.operations import access, pins
from app.pages.blueprint import bp
from app.pages.chats import header_of


@bp.post("/admin/messages/<id:chat_id>/pin")
@staff_required
def pin(chat_id: int) -> str:
    pins.pin(the_actor(), chat_id)
    return header_of(access.chat_for(the_actor(), chat_id))


@bp.delete("/admin/messages/<id:chat_id>/pin")
@staff_required
def unpin(chat_id: int) -> str:
    pins.unpin(the_actor(), chat_id)
    return header_of(access.chat_for(the_actor(), chat_id))
