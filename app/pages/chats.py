"""The Messages tab: the list with its filters, and one chat with its header and customer."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, session, url_for
from werkzeug.wrappers import Response

from app import criteria
from app.auth.session import staff_required, the_actor
from app.criteria import LONGEST_SEARCH, Criteria
from app.errors import Malformed
from app.models.chats import ChatState
from app.models.users import Actor
from app.operations import access, supervision
from app.operations import chats as opening
from app.operations.availability import idle_at
from app.pages.beside import beside
from app.pages.blueprint import bp, searched, see_other, wants_part
from app.pages.filters import found_of
from app.pages.forms import id_of
from app.pages.rules import runs_beside
from app.pages.sites import site_names
from app.pages.visitors import visit_of
from app.queries import (
    availability,
    blocks,
    messages,
    pins,
    ratings,
    saved_views,
    tags,
    teams,
    topics,
    users,
    visitors,
)
from app.queries import inbox as lists
from app.queries.chats import Cursor
from app.queries.inbox import Filter

MOST_ANEW = 100


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
    """The list, or a page of it; or `chats` that stand in it already, as they are now."""
    there = request.args.get("chats", "")
    if there:
        return rows_anew(there)
    before = request.args.get("before", "")
    template = "_chat_rows_more.html" if before else "_chat_rows.html"
    values = rows_of(the_actor(), before, pins.of(the_actor().id))
    return render_template(template, is_part=True, **values)


@bp.get("/admin/messages/filters")
@staff_required
def chat_filters() -> str:
    names = site_names()
    site_id = wanted_site(names)
    values = {"wanted": wanted_filter(), "wanted_site": site_id, "search": searched(LONGEST_SEARCH)}
    values |= beside_list(the_actor(), site_id) | {"site_names": names}
    return render_template("_chat_filters.html", is_part=True, **values)


@bp.get("/admin/messages/<id:chat_id>/header")
@staff_required
def chat_header(chat_id: int) -> str:
    return header_of(access.chat_for(the_actor(), chat_id))


@bp.get("/admin/messages/<id:chat_id>/colleagues")
@staff_required
def colleagues(chat_id: int) -> str:
    chat = access.chat_for(the_actor(), chat_id)
    return render_template("_colleagues.html", chat=chat, **colleagues_of(searched()))


@bp.post("/admin/messages")
@staff_required
def start_chat() -> Response:
    started, _ = opening.open_with(the_actor(), id_of(request.form.get("customer_id", "")))
    return see_other(url_for("pages.chat", chat_id=started.id))


def inbox_page(shown: ChatState | None, **refused: Any) -> str:
    """The whole inbox; for HTMX the conversation and, out of band, its customer.

    `refused` is a message that was not taken, for the composer (`written`, `refusal`).
    """
    pinned = pins.of(the_actor().id)
    if wants_part():
        values = conversation_of(the_actor(), shown) | {"site_names": site_names()}
        values |= {"pinned": pinned}
        return render_template("_conversation.html", is_part=True, **values)
    values = conversation_of(the_actor(), shown) | rows_of(the_actor(), "", pinned) | refused
    values |= beside_list(the_actor(), values["wanted_site"])
    return render_template("inbox.html", looks_on=bool(session.get("watches")), **values)


def beside_list(staff: Actor, site_id: int | None = None) -> dict[str, Any]:
    """The numbers of the filters, and the views with theirs."""
    return {
        "counts": lists.counts(staff, site_id),
        "views": saved_views.counted(staff),
        "kept_ms": saved_views.KEPT_MS,
    }


def conversation_of(staff: Actor, shown: ChatState | None) -> dict[str, Any]:
    if shown is None:
        return {"chat": None}
    is_watched = watches(staff, shown)
    if is_watched:
        supervision.watch(staff, shown.id)
    history = messages.shown(shown.id, with_held=True)
    return {
        "chat": shown,
        "customer": users.person(shown.customer_id),
        **colleagues_of(),
        "history": history,
        "beside": beside(shown.id, history),
        "others": lists.others_of(shown.customer_id, shown.id),
        **visit_of(shown.customer_id),
        "said": visitors.said(shown.customer_id),
        **tags_of(shown.id),
        "team_names": teams.names(),
        **topic_of(shown),
        "watches": is_watched,
        "takes": not is_watched and teams.is_taken_by_looking(staff, shown),
        "rating": ratings.of_chat(shown),
        **runs_beside(shown.id),
        "block": blocks.of_chat(shown),
        "is_come_back_to": shown.is_marked_unread and not is_watched and not is_refreshed(),
    }


def watches(staff: Actor, shown: ChatState) -> bool:
    """Whether a manager only looks on: by this address, or as this browser was told to."""
    is_wanted = "watch" in request.args or bool(session.get("watches"))
    return is_wanted and staff.is_manager and shown.agent_id != staff.id


def is_refreshed() -> bool:
    """Whether the open chat itself asks, and nobody has just come to it."""
    return request.headers.get("HX-Trigger") == "conversation"


def colleagues_of(search: str = "") -> dict[str, Any]:
    """For `_colleagues.html`."""
    states = availability.standings(idle_at())
    return {"colleagues": users.staff(search), "states": states}


def tags_of(chat_id: int) -> dict[str, Any]:
    """For `_chat_tags.html`."""
    has, others = tags.around(chat_id)
    return {"chat_tags": has, "other_tags": others}


def topic_of(chat: ChatState) -> dict[str, Any]:
    """For the chat's header, and for `_chat_topic.html`."""
    topic, choices = topics.around(chat)
    return {"topic": topic, "topic_choices": choices}


def header_of(shown: ChatState) -> str:
    """`_chat_header.html`, which also answers every change of a chat's state."""
    return render_template(
        "_chat_header.html",
        chat=shown,
        customer=users.person(shown.customer_id),
        pinned=pins.of(the_actor().id),
        topic=topics.name_of(shown.topic_id),
        **colleagues_of(),
    )


def rows_of(actor: Actor, before: str, pinned: Sequence[int]) -> dict[str, Any]:
    """The list, of whom a search finds. What narrows a search is looked for in messages alone."""
    wanted, search = wanted_filter(), searched(LONGEST_SEARCH)
    cursor = Cursor.parse(before)
    if before and cursor is None:
        raise Malformed
    names = site_names()
    site_id = wanted_site(names)
    asked = criteria.of_chats(search)
    return {
        "page": found_by(asked, actor, wanted, cursor, site_id, [] if search else pinned),
        "pinned": pinned,
        "is_narrowed": asked is None,
        "is_found_anew": request.args.get("found", "") != found_of(search, site_id),
        "wanted": wanted,
        "wanted_site": site_id,
        "site_names": names,
        "search": search,
    }


def rows_anew(there: str) -> str:
    which = [id_of(each) for each in there.split(",", MOST_ANEW)[:MOST_ANEW]]
    values = {"page": lists.these(which), "pinned": pins.of(the_actor().id), "chat": None}
    return render_template("_chat_rows_more.html", site_names=site_names(), **values)


def found_by(
    asked: Criteria | None,
    actor: Actor,
    wanted: Filter,
    cursor: Cursor | None,
    site_id: int | None,
    pinned: Sequence[int],
) -> lists.ChatPage:
    if asked is None:
        return lists.ChatPage([], None)
    tagged = lists.narrowing(asked)
    return lists.page(actor, wanted, " ".join(asked.words), cursor, site_id, tagged, pinned)


def wanted_filter() -> Filter:
    asked = request.args.get("filter", "")
    return Filter(asked) if asked in list(Filter) else Filter.ALL


def wanted_site(names: dict[int, str]) -> int | None:
    """The site whose chats alone are asked for; of one that is not there, those of all."""
    asked = request.args.get("site", "")
    return next((site_id for site_id in names if str(site_id) == asked), None)
