"""Putting a chat aside, and taking it up before its time."""

from flask import render_template, request

from app.auth.session import staff_required, the_actor
from app.operations import access
from app.operations.actions import Action, What
from app.pages.actions import acted
from app.pages.blueprint import bp
from app.pages.forms import id_of


@bp.get("/admin/messages/<id:chat_id>/snooze")
@staff_required
def snooze_choices(chat_id: int) -> str:
    chat = access.chat_for(the_actor(), chat_id)
    return render_template("_snooze.html", chat=chat)


@bp.post("/admin/messages/<id:chat_id>/snooze")
@staff_required
def snooze(chat_id: int) -> str:
    """`until`: ms, which the page makes of the time that is where it is read."""
    until = id_of(request.form.get("until", ""))
    return acted(chat_id, Action(What.SNOOZE, until=until))


@bp.delete("/admin/messages/<id:chat_id>/snooze")
@staff_required
def wake(chat_id: int) -> str:
    return acted(chat_id, Action(What.WAKE))
