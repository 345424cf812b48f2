"""Blocking a chat, for a while or for good, and unblocking it."""

from flask import render_template, request

from app import clock
from app.auth.session import staff_required, the_actor
from app.models.blocks import REASON_LENGTH
from app.operations import access, blocks
from app.pages.blueprint import bp
from app.pages.chats import header_of
from app.pages.forms import id_of

HOUR_MS = 3600 * 1000


@bp.get("/admin/messages/<id:chat_id>/block")
@staff_required
def block_choices(chat_id: int) -> str:
    chat = access.chat_for(the_actor(), chat_id)
    return render_template("_block_dialog.html", chat=chat, reason_length=REASON_LENGTH)


@bp.post("/admin/messages/<id:chat_id>/block")
@staff_required
def block(chat_id: int) -> str:
    """`reason` for staff, and for how many `hours`; without them for good."""
    asked = request.form
    hours = id_of(asked["hours"]) if asked.get("hours") else None
    until = None if hours is None else clock.now() + hours * HOUR_MS
    return header_of(blocks.block(the_actor(), chat_id, asked.get("reason", ""), until))


@bp.delete("/admin/messages/<id:chat_id>/block")
@staff_required
def unblock(chat_id: int) -> str:
    return header_of(blocks.unblock(the_actor(), chat_id))
