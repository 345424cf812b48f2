"""What can be hidden in a message for good."""

from flask import abort, render_template

from app.auth.session import staff_required, the_actor
from app.cards import cards_in
from app.models.audits import Action
from app.models.places import place_in
from app.operations import access, supervision
from app.pages.blueprint import bp
from app.queries import edits


@bp.get("/admin/redactions/<id:message_id>")
@staff_required
def redaction(message_id: int) -> str:
    if not the_actor().is_admin:
        abort(403)
    message = access.message_for(the_actor(), message_id)
    earlier = [each.text for each in edits.earlier_texts(message.id)]
    if earlier:
        supervision.read_beneath(the_actor(), message.id, Action.EARLIER_READ)
    texts = [message.text, *reversed(earlier)]
    texts += [place.said for place in map(place_in, message.attached) if place]
    found = dict.fromkeys(card for text in texts for card in cards_in(text))
    return render_template("_redaction.html", message=message, texts=texts, cards=list(found))
