"""Merging: which chat of a customer with another one, and who is the same person as whom."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.session import manager_required, staff_required, the_actor
from app.errors import ChatError, Invalid, NotFound
from app.models.users import Role
from app.operations import access, merges
from app.pages import customers
from app.pages.blueprint import bp, searched, see_other
from app.pages.forms import id_of
from app.queries import inbox, users
from app.queries import merges as queries


@bp.get("/admin/messages/<id:chat_id>/merge")
@staff_required
def merge_choices(chat_id: int) -> str:
    chat = access.chat_for(the_actor(), chat_id)
    return render_template("_merge.html", chat=chat, choices=queries.choices(chat))


@bp.post("/admin/chat-merges")
@staff_required
def merge_chats() -> Response | tuple[str, int]:
    """`chat_id` and `other_id`; the page of the chat that both have become."""
    chat_id, other_id = (id_of(request.form.get(name, "")) for name in ("chat_id", "other_id"))
    try:
        merged = merges.merge_chats(the_actor(), chat_id, other_id)
    except Invalid as error:
        customer_id = access.chat_for(the_actor(), chat_id).customer_id
        return customers.page_of(customer_id, unmerged=error), error.status
    return see_other(url_for("pages.chat", chat_id=merged.id))


@bp.get("/admin/customers/<id:user_id>/merge")
@manager_required
def customer_merge(user_id: int) -> Response | str:
    """Who is searched for by `q`; with `other` both side by side. Where both are one by now, as for
    who goes back after merging them, the page of that one."""
    stayed = queries.become(user_id)
    asked = request.args.get("other", "")
    if stayed is None and asked and queries.become(id_of(asked)) == user_id:
        stayed = user_id
    if stayed is not None:
        return see_other(url_for("pages.customer_page", user_id=stayed))
    return page_of(user_id)


@bp.post("/admin/customers/<id:user_id>/merge")
@manager_required
def merge_customers(user_id: int) -> Response | tuple[str, int]:
    """The customer stays, and gets all that `other` has."""
    try:
        merges.merge_customers(the_actor(), user_id, id_of(request.values.get("other", "")))
    except ChatError as error:
        return page_of(user_id, refusal=error), error.status
    return see_other(url_for("pages.customer_page", user_id=user_id))


def page_of(user_id: int, refusal: ChatError | None = None) -> str:
    side = queries.side(user_id)
    if side is None or side.person.role != Role.CUSTOMER:
        raise NotFound
    asked = request.values.get("other", "")
    other = queries.side(id_of(asked)) if asked else None
    if other is not None and other.person.role != Role.CUSTOMER:
        other = None
    search = searched()
    found = [each for each in users.choices(search) if each.id != user_id] if search else []
    return render_template(
        "customer_merge.html",
        counts=inbox.counts(the_actor()),
        customer=side.person,
        side=side,
        other=other,
        is_gone=bool(asked) and other is None,
        search=search,
        found=found,
        refusal=refusal,
    )
