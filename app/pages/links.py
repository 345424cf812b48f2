"""The chat behind a mailed link: shown to whoever has it, written in by whoever has the code.

No login takes part. Who has entered a code has a cookie for the links into this chat, and nothing
else of the person is theirs.
"""

from typing import Any

from flask import current_app, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.signatures import BROWSER, CHAT, name_of, signed
from app.errors import ChatError, Forbidden, NotFound
from app.extensions import csrf
from app.models.links import LinkState
from app.operations import access, chat_links, limits, receipts
from app.operations import messages as sending
from app.pages.blueprint import bp, see_other
from app.pages.messages import REFUSALS, draft_of, seq_of
from app.queries import links, messages, sites

COOKIE = "deskbell_chat"
COOKIE_SECONDS = chat_links.LINK_MS // 1000
SHOWN = 200  # messages, the newest


@bp.get("/c/<token>")
def linked_chat(token: str) -> str:
    return chat_page(token, link_of(token))


@bp.get("/c/<token>/messages")
def linked_messages(token: str) -> Response | str:
    """The messages for a page that shows those of `after`; nothing while there is nothing new,
    which most pages that wait are told, and which the version alone tells."""
    try:
        version = links.version_behind(name_in(token))
    except NotFound:  # it has ended: the page is loaded anew, says so, and asks no more
        return Response(status=404, headers={"HX-Refresh": "true"})
    if seq_of(request.args.get("after", "")) == version:
        return Response(status=204)
    return render_template("_link_log.html", **shown(token, link_of(token)))


@bp.post("/c/<token>/code")
@csrf.exempt
def ask_code(token: str) -> Response | tuple[str, int]:
    link = link_of(token)
    try:
        chat_links.ask_code(link, request.remote_addr or "")
    except REFUSALS as error:
        return chat_page(token, link, refusal=error), error.status
    return see_other(url_for("pages.linked_chat", token=token, asked=1))


@bp.post("/c/<token>/entry")
@csrf.exempt
def enter(token: str) -> Response | tuple[str, int]:
    link = link_of(token)
    try:
        chat_links.enter(link, request.form.get("code", ""))
    except REFUSALS as error:
        return chat_page(token, link, code_refusal=error, is_asked=True), error.status
    answer = see_other(url_for("pages.linked_chat", token=token))
    keep(answer, signed(link.key, BROWSER), COOKIE_SECONDS)
    return answer


@bp.post("/c/<token>/messages")
@csrf.exempt
def write(token: str) -> Response | tuple[str, int]:
    link, draft = link_of(token), draft_of(request.form)
    if not may_write(link):
        raise Forbidden
    customer = links.holder(link)
    try:
        sending.send(customer, link.chat_id, draft)
        receipts.mark_read(customer, link.chat_id)  # what stood there when they wrote
    except REFUSALS as error:
        return chat_page(token, link, written=draft.text, refusal=error), error.status
    return see_other(url_for("pages.linked_chat", token=token))


@bp.post("/c/<token>/exit")
@csrf.exempt
def leave(token: str) -> Response:
    """This browser can no longer write."""
    link_of(token)
    answer = make_response(see_other(url_for("pages.linked_chat", token=token)))
    keep(answer, "", 0)
    return answer


def link_of(token: str) -> LinkState:
    """The link that somebody shows. Raises `NotFound`, `TooFast` for who guesses."""
    return links.named(name_in(token))


def name_in(token: str) -> str:
    """What we have signed is no guess, though it may have ended."""
    with limits.link_attempt(request.remote_addr or ""):
        return name_of(token, CHAT)


def may_write(link: LinkState) -> bool:
    """Whether the code was entered in this browser, by a link into the same chat that holds."""
    try:
        entered = links.named(name_of(request.cookies.get(COOKIE, ""), BROWSER))
    except NotFound:
        return False
    return (entered.user_id, entered.chat_id) == (link.user_id, link.chat_id)


def keep(answer: Response, value: str, seconds: int) -> None:
    is_production: bool = current_app.config["IS_PRODUCTION"]
    path = url_for("pages.linked_chat", token="x").removesuffix("/x")  # noqa: S106
    kept: dict[str, Any] = {"path": path, "httponly": True, "samesite": "Lax"}
    answer.set_cookie(COOKIE, value, max_age=seconds, secure=is_production, **kept)


def chat_page(token: str, link: LinkState, **more: Any) -> str:
    is_asked = {"is_asked": "asked" in request.args}
    return render_template("link.html", **is_asked | shown(token, link) | more)


def shown(token: str, link: LinkState) -> dict[str, Any]:
    """The chat as its customer sees it, and whether one can write."""
    customer = links.holder(link)
    try:
        chat = access.chat_for(customer, link.chat_id)
    except ChatError as error:  # it is somebody else's by now
        raise NotFound from error
    # Whoever is logged in here, this page is not theirs.
    values = {"token": token, "chat": chat, "may_write": may_write(link), "viewer": None}
    history = messages.shown(chat.id, limit=SHOWN, with_held=True)
    return values | {"history": history, "called": sites.name_for(link.user_id)}
