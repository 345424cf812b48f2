"""The Messages tab: the list with its filters, and one chat with its header and customer."""

from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.session import staff_required, the_actor
from app.errors import Malformed
from app.models.chats import ChatState
from app.models.users import Actor
from app.operations import access
from app.operations import chats as opening
from app.pages.blueprint import bp, searched, see_other, wants_part
from app.pages.forms import id_of
from app.pages.sites import site_names
from app.pages.visitors import visit_of
from app.queries import inbox as lists
from app.queries import messages, users, visitors
from app.queries.chats import Cursor
from app.queries.inbox import Filter


@bp.get("/admin/messages")
@staff_required
def inbox() -> str:
    return inbox_page(None)


@bp.get("/admin/messages/<id:chat_id>")
@staff_required
def chat(chat_id: int) -> str | Response:
    """A chat; where what was said in it has moved to another one, that one."""
    shown = access.chat_for(the_actor(), chat_id)
    if shown.merged_into_id is not None:
        return see_other(url_for("pages.chat", chat_id=shown.merged_into_id))
    return inbox_page(shown)


@bp.get("/admin/messages/rows")
@staff_required
def chat_rows() -> str:
    before = request.args.get("before", "")
    template = "_chat_rows_more.html" if before else "_chat_rows.html"
    return render_template(template, **rows_of(the_actor(), before))


@bp.get("/admin/messages/filters")
@staff_required
def chat_filters() -> str:
    site_id = wanted_site(site_names())
    values = {"counts": lists.counts(the_actor(), site_id), "wanted": wanted_filter()}
    return render_template("_chat_filters.html", is_part=True, wanted_site=site_id, **values)


@bp.get("/admin/messages/<id:chat_id>/header")
@staff_required
def chat_header(chat_id: int) -> str:
    return header_of(access.chat_for(the_actor(), chat_id))


@bp.get("/admin/messages/<id:chat_id>/colleagues")
@staff_required
def colleagues(chat_id: int) -> str:
    chat = access.chat_for(the_actor(), chat_id)
    return render_template("_colleagues.html", chat=chat, colleagues=users.staff(searched()))


@bp.post("/admin/messages")
@staff_required
def start_chat() -> Response:
    started, _ = opening.open_with(the_actor(), id_of(request.form.get("customer_id", "")))
    return see_other(url_for("pages.chat", chat_id=started.id))


def inbox_page(shown: ChatState | None, **refused: Any) -> str:
    """The whole inbox; for HTMX the conversation and, out of band, its customer.

    `refused` is a message that was not taken, for the composer (`written`, `refusal`).
    """
    if wants_part():
        values = conversation_of(shown) | {"site_names": site_names()}
        return render_template("_conversation.html", is_part=True, **values)
    values = conversation_of(shown) | rows_of(the_actor(), "") | refused
    counts = lists.counts(the_actor(), values["wanted_site"])
    return render_template("inbox.html", counts=counts, **values)


def conversation_of(shown: ChatState | None) -> dict[str, Any]:
    if shown is None:
        return {"chat": None}
    return {
        "chat": shown,
        "customer": users.person(shown.customer_id),
        "colleagues": users.staff(),
        "history": messages.shown(shown.id),
        "others": lists.others_of(shown.customer_id, shown.id),
        **visit_of(shown.customer_id),
        "said": visitors.said(shown.customer_id),
    }


def header_of(shown: ChatState) -> str:
    """`_chat_header.html`, which also answers every change of a chat's state."""
    return render_template(
        "_chat_header.html",
        chat=shown,
        customer=users.person(shown.customer_id),
        colleagues=users.staff(),
    )


def rows_of(actor: Actor, before: str) -> dict[str, Any]:
    wanted, search = wanted_filter(), searched()
    cursor = Cursor.parse(before)
    if before and cursor is None:
        raise Malformed
    names = site_names()
    site_id = wanted_site(names)
    return {
        "page": lists.page(actor, wanted, search, cursor, site_id),
        "wanted": wanted,
        "wanted_site": site_id,
        "site_names": names,
        "search": search,
    }


def wanted_filter() -> Filter:
    asked = request.args.get("filter", "")
    return Filter(asked) if asked in list(Filter) else Filter.ALL


def wanted_site(names: dict[int, str]) -> int | None:
    """The site whose chats alone are asked for; of one that is not there, those of all."""
    asked = request.args.get("site", "")
    return next((site_id for site_id in names if str(site_id) == asked), None)
