"""What a message said before it was edited."""

from flask import render_template

from app.auth.session import staff_required, the_actor
from app.models.audits import Action
from app.operations import access, supervision
from app.pages.blueprint import bp
from app.queries import edits


@bp.get("/admin/earlier-texts/<id:message_id>")
@staff_required
def earlier_texts(message_id: int) -> str:
    message = access.message_for(the_actor(), message_id)
    texts = edits.earlier_texts(message.id)
    if texts:
        supervision.read_beneath(the_actor(), message.id, Action.EARLIER_READ)
    return render_template("_earlier_texts.html", texts=texts)
