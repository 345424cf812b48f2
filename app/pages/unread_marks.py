"""Marking a chat as unread, which one then leaves, and coming back to it."""

from flask import request

from app.auth.session import staff_required, the_actor
from app.operations import actions, unread_marks
from app.operations.actions import Action, What
from app.pages.actions import done_of
from app.pages.blueprint import bp
from app.pages.chats import header_of, inbox_page


@bp.post("/admin/messages/<id:chat_id>/unread-mark")
@staff_required
def mark_unread(chat_id: int) -> str:
    """To who has it open the place for a chat, with none in it: who stayed would have to leave and
    come back."""
    outcome = actions.act_on(the_actor(), chat_id, Action(What.MARK_UNREAD))
    is_left = request.headers.get("HX-Target") == "conversation"
    return (inbox_page(None) if is_left else "") + done_of(outcome, What.MARK_UNREAD)


@bp.delete("/admin/messages/<id:chat_id>/unread-mark")
@staff_required
def unmark_unread(chat_id: int) -> str:
    return header_of(unread_marks.clear(the_actor(), chat_id))
