"""The dialog by which the managers are told of a customer."""

from flask import render_template

from app.auth.session import staff_required, the_actor
from app.operations import access
from app.pages.blueprint import bp


@bp.get("/admin/messages/<id:chat_id>/report")
@staff_required
def report_dialog(chat_id: int) -> str:
    return render_template("_report.html", chat=access.chat_for(the_actor(), chat_id))
