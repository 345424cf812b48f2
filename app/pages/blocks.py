"""Blocking a chat and unblocking it."""

from app.auth.session import staff_required, the_actor
from app.operations import blocks
from app.pages.blueprint import bp
from app.pages.chats import header_of


@bp.post("/admin/messages/<id:chat_id>/block")
@staff_required
def block(chat_id: int) -> str:
    return header_of(blocks.block(the_actor(), chat_id))


@bp.delete("/admin/messages/<id:chat_id>/block")
@staff_required
def unblock(chat_id: int) -> str:
    return header_of(blocks.unblock(the_actor(), chat_id))
