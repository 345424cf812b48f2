"""A note beside a chat, without JavaScript, and where one is named in notes."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.session import staff_required, the_actor
from app.operations import access
from app.operations import notes as operations
from app.pages.blueprint import bp, see_other
from app.pages.chats import inbox_page
from app.pages.forms import id_of
from app.pages.messages import REFUSALS, draft_of
from app.queries import inbox, messages
from app.queries import notes as queries


@bp.post("/admin/messages/<id:chat_id>/notes")
@staff_required
def write_note(chat_id: int) -> Response | tuple[str, int]:
    staff, draft = the_actor(), draft_of(request.form)
    try:
        note = operations.write(staff, chat_id, draft.text, draft.client_id)
    except REFUSALS as error:
        chat = access.chat_for(staff, chat_id)
        return inbox_page(chat, written=draft.text, refusal=error), error.status
    return see_other(url_for("pages.chat", chat_id=note.chat_id, watch=request.args.get("watch")))


@bp.get("/admin/mentions")
@staff_required
def mentions() -> str:
    before = request.args.get("before", "")
    page = queries.mentions_of(the_actor().id, id_of(before) if before else messages.END)
    return render_template("mentions.html", page=page, counts=inbox.counts(the_actor()))


@bp.get("/admin/mentions/count")
@staff_required
def mention_count() -> str:
    return render_template("_mention_count.html", unseen=queries.unseen(the_actor().id))


@bp.post("/admin/mentions/seen")
@staff_required
def see_mentions() -> Response:
    chat_id = request.form.get("chat_id", "")
    operations.see(the_actor(), id_of(chat_id) if chat_id else None)
    return see_other(url_for("pages.mentions"))
