"""The customer beside a chat, and the choice of customers to start one with."""

from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.session import staff_required, the_actor
from app.errors import Invalid, Malformed, NotFound
from app.models.users import Role
from app.operations import access, exports
from app.pages.blueprint import bp, searched, see_other
from app.pages.chats import tags_of, topic_of
from app.pages.forms import id_of
from app.pages.rules import runs_beside
from app.pages.sites import site_names
from app.pages.visitors import visit_of
from app.queries import chats, files, inbox, messages, notes, ratings, teams, users, visitors
from app.queries import merges as merging
from app.queries.chats import Cursor

PAGE = 20


@bp.get("/admin/messages/<id:chat_id>/customer")
@staff_required
def customer(chat_id: int) -> str:
    chat = access.chat_for(the_actor(), chat_id)
    person = users.person(chat.customer_id)
    values: dict[str, Any] = {"others": inbox.others_of(chat.customer_id, chat.id)}
    values["site_names"] = site_names()
    values |= visit_of(chat.customer_id)
    values["said"] = visitors.said(chat.customer_id)
    values |= tags_of(chat.id) | {"team_names": teams.names()} | topic_of(chat)
    values["rating"] = ratings.of_chat(chat)
    values |= runs_beside(chat.id)
    return render_template("_customer.html", chat=chat, customer=person, **values)


@bp.get("/admin/customers/<id:user_id>")
@staff_required
def customer_page(user_id: int) -> Response | str:
    """Of who turned out to be another one, that one's."""
    stayed = merging.become(user_id)
    if stayed is not None:
        return see_other(url_for("pages.customer_page", user_id=stayed))
    return page_of(user_id)


def page_of(user_id: int, refusal: Invalid | None = None, unmerged: Invalid | None = None) -> str:
    """All that is known of a customer, each list by pages of its own; `refusal` is of erasing them,
    `unmerged` of merging two of their chats.

    Raises `NotFound`, also of who is erased.
    """
    person = users.person(user_id)
    if person is None or person.role != Role.CUSTOMER or person.is_erased:
        raise NotFound
    listed = chats.of_customer(user_id, chats_before(request.args.get("chats", "")), PAGE)
    noted = notes.of_customer(user_id, before("notes"), PAGE)
    sent = files.of_owner(user_id, before("files"), PAGE)
    following = {
        "chats": listed.next,
        "notes": noted.has_more and noted.last_id,
        "files": sent.next,
    }
    return render_template(
        "customer.html",
        customer=person,
        counts=inbox.counts(the_actor()),
        said=visitors.said(user_id),
        chats=listed.chats,
        notes=noted,
        files=sent.files,
        following=following,
        refusal=refusal,
        unmerged=unmerged,
        export=exports.begun(user_id),
        merged=merging.of_person(user_id),
        **visit_of(user_id),
    )


def before(name: str) -> int:
    asked = request.args.get(name, "")
    return id_of(asked) if asked else messages.END


def chats_before(asked: str) -> Cursor | None:
    cursor = Cursor.parse(asked)
    if asked and cursor is None:
        raise Malformed
    return cursor


@bp.get("/admin/customers")
@staff_required
def customer_choices() -> str:
    search = searched()
    found = users.choices(search)
    return render_template("_customer_choices.html", customers=found, search=search)
