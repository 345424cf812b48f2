"""Who answers a chat: claimed by its viewer, handed to a colleague, given back to the queue."""

from flask import request

from app.auth.session import staff_required, the_actor
from app.operations import assignments
from app.operations.actions import Action, What
from app.pages.actions import acted
from app.pages.blueprint import bp
from app.pages.chats import header_of
from app.pages.forms import id_of


@bp.post("/admin/messages/<id:chat_id>/assignment")
@staff_required
def assign(chat_id: int) -> str:
    agent_id = request.form.get("agent_id", "")
    if not agent_id:
        return header_of(assignments.claim(the_actor(), chat_id))
    return acted(chat_id, Action(What.ASSIGN, agent_id=id_of(agent_id)))


@bp.delete("/admin/messages/<id:chat_id>/assignment")
@staff_required
def release(chat_id: int) -> str:
    return acted(chat_id, Action(What.RELEASE))
