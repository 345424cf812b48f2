"""A chat to take along, as a page, text or a PDF: for who has its address, made for them."""

from collections.abc import Callable, Iterator

from flask import Response, request, send_file, stream_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app import hours
from app.auth.session import login_required, the_actor
from app.concurrency import in_pieces
from app.errors import Malformed
from app.files import links
from app.operations import access, limits, supervision, transcripts
from app.pages.blueprint import bp, see_other
from app.pages.files import guarded
from app.paper.printing import printed
from app.queries import sites
from app.queries.transcripts import of

FORMATS = {
    links.HTML: ("transcript.html", "text/html", "html"),
    links.TEXT: ("transcript.txt", "text/plain", "txt"),
    links.PDF: ("transcript.html", "application/pdf", "pdf"),
}


@bp.get("/chats/<id:chat_id>/transcript")
@login_required
def transcript(chat_id: int) -> BaseResponse:
    """To its address for whoever is logged in, for a page without scripts."""
    chosen = request.args.get("format", links.HTML)
    if chosen not in FORMATS:
        raise Malformed
    chat = access.chat_for(the_actor(), chat_id)
    supervision.read(the_actor(), chat)
    return see_other(links.transcript(the_actor(), chat.id, chosen))


@bp.post("/chats/<id:chat_id>/transcript")
@login_required
def mail_transcript(chat_id: int) -> BaseResponse:
    reader = transcripts.Reader(str(get_locale()), request.form.get("zone", ""))
    transcripts.ask_by_mail(the_actor(), chat_id, reader if request.form.get("to_me") else None)
    if the_actor().is_staff:
        return see_other(url_for("pages.chat", chat_id=chat_id))
    return see_other(url_for("pages.widget"))


@bp.get("/transcripts/<token>")
def transcript_content(token: str) -> Response:
    link = links.read(token, *FORMATS)
    limits.transcripts(link.actor)
    chat = access.chat_for(link.actor, link.file_id)
    template, mimetype, suffix = FORMATS[link.what]
    zone = request.args.get("zone", "")

    def said() -> Iterator[str]:  # nothing is read before somebody wants it
        return stream_template(
            template,
            chat=chat,
            transcript=of(chat.id, with_held=link.actor.id == chat.customer_id),
            site=sites.name_for(chat.customer_id),
            zone=zone if zone in hours.zones() else "",
        )

    if request.method == "HEAD":
        answer = guarded(Response(iter(()), mimetype=mimetype))
    elif link.what == links.PDF:
        made = printed(later(said), on_paper(), link.actor.id)
        answer = guarded(send_file(made, mimetype=mimetype))
    else:
        answer = guarded(Response(in_pieces(said()), mimetype=mimetype))
    if request.method != "HEAD":
        supervision.read(link.actor, chat)  # a colleague may have it by now
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Disposition"] = f"attachment; filename=chat-{chat.id}.{suffix}"
    return answer


def later(said: Callable[[], Iterator[str]]) -> Iterator[str]:
    yield from in_pieces(said())


def on_paper() -> dict[str, str]:
    """What stands on paper that is not of the chat."""
    return {
        "numbered": _("Page %(number)s of %(count)s", number="{number}", count="{count}"),
        "missing": _("□ stands for what could not be drawn here. The page and the text have it."),
    }
