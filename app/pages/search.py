"""What was said and is looked for: in all chats, beside the list of the inbox, or in one."""

from typing import Any

from flask import render_template, request

from app import criteria
from app.auth.session import login_required, staff_required, the_actor
from app.criteria import LONGEST_SEARCH
from app.errors import Invalid, Malformed
from app.models.sites import ZONE_LENGTH
from app.operations import access
from app.pages.blueprint import bp, searched
from app.pages.chats import wanted_site
from app.pages.filters import path_for
from app.pages.forms import id_of
from app.pages.sites import site_names
from app.queries import search, traits
from app.queries.messages import END
from app.queries.search import Found
from app.queries.traits import By

ABOVE = 3  # notes, and chats by each of what is known of them: so many stand above what was said


@bp.get("/admin/messages/found")
@staff_required
def found() -> str:
    """Of a site, where one is chosen beside the search."""
    words, names = searched(LONGEST_SEARCH), site_names()
    site_id = wanted_site(names)
    values: dict[str, Any] = {"search": words, "wanted_site": site_id, "names": names}
    try:
        page = search.found(the_actor(), criteria.read(words, zone()), before(), site_id=site_id)
    except Invalid as error:
        return render_template("_found.html", refusal=error, **values)
    more = page.next and path_for(
        "pages.found", q=words, site=site_id or "", zone=zone(), before=page.next
    )
    if not is_more():
        values["notes"], values["more_notes"] = notes_of(words, site_id, END)
        by_each = traits.first_by_each(the_actor(), criteria.read(words), ABOVE, site_id)
        values["known"] = [
            (by, first, more_chats(by, words, site_id, first)) for by, first in by_each.items()
        ]
    return render_template("_found.html", found=page, more=more, is_more=is_more(), **values)


@bp.get("/admin/messages/found/notes")
@staff_required
def found_notes() -> str:
    """More of them than stand above what was said."""
    words, names = searched(LONGEST_SEARCH), site_names()
    page, more = notes_of(words, wanted_site(names), before())
    return render_template("_found_notes.html", found=page, more=more, names=names)


@bp.get("/admin/messages/found/chats")
@staff_required
def found_chats() -> str:
    """More of those that are found by what is known of them."""
    words, names = searched(LONGEST_SEARCH), site_names()
    try:
        by = By(request.args.get("by", ""))
    except ValueError:
        raise Malformed from None
    site_id, limit = wanted_site(names), search.PAGE if is_more() else ABOVE
    page = traits.found(the_actor(), by, criteria.read(words), before(), limit, site_id)
    more = more_chats(by, words, site_id, page)
    return render_template("_found_chats.html", found=page, more=more, names=names, by=by)


def notes_of(words: str, site_id: int | None, before: int) -> tuple[Found, str | None]:
    """A page of notes, the first of them short, and the way to the next one."""
    limit = ABOVE if before == END else search.PAGE
    page = search.notes_found(the_actor(), criteria.read(words, zone()), before, limit, site_id)
    at = {"q": words, "site": site_id or "", "zone": zone(), "before": page.next}
    return page, path_for("pages.found_notes", **at) if page.next else None


def more_chats(by: By, words: str, site_id: int | None, page: Found) -> str | None:
    """The way to the next page of chats that are found by this."""
    at = {"q": words, "site": site_id or "", "by": by.value, "before": page.next}
    return path_for("pages.found_chats", **at) if page.next else None


@bp.get("/chats/<id:chat_id>/found")
@login_required
def found_in_chat(chat_id: int) -> str:
    chat = access.chat_for(the_actor(), chat_id)
    words = searched(LONGEST_SEARCH)
    with_held = access.sees_held(the_actor(), chat)
    page = search.found_in(chat, criteria.words_alone(words), before(), with_held=with_held)
    more = page.next and path_for("pages.found_in_chat", chat_id=chat.id, q=words, before=page.next)
    return render_template(
        "_found_in_chat.html",
        found=page,
        more=more,
        is_more=is_more(),
        is_staff=the_actor().is_staff,
    )


def zone() -> str:
    """That of the reader's browser, as far as it says."""
    return request.args.get("zone", "")[:ZONE_LENGTH]


def before() -> int:
    return id_of(request.args.get("before", "")) if is_more() else END


def is_more() -> bool:
    """Whether it is the rest of what was looked for already."""
    return bool(request.args.get("before"))
