"""Putting a chat away and taking it back."""

from app.auth.session import staff_required, the_actor
from app.operations import archives
from app.pages.blueprint import bp
from app.pages.chats import header_of


@bp.post("/admin/messages/<id:chat_id>/archive")
@staff_required
def archive(chat_id: int) -> str:
    return header_of(archives.archive(the_actor(), chat_id))


@bp.delete("/admin/messages/<id:chat_id>/archive")
@staff_required
def unarchive(chat_id: int) -> str:
    return header_of(archives.unarchive(the_actor(), chat_id))
