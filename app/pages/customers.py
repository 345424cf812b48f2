"""The customer beside a chat, and the choice of customers to start one with."""

from typing import Any

from flask import render_template

from app.auth.session import staff_required, the_actor
from app.operations import access
from app.pages.blueprint import bp, searched
from app.pages.sites import site_names
from app.pages.visitors import visit_of
from app.queries import inbox, users, visitors


@bp.get("/admin/messages/<id:chat_id>/customer")
@staff_required
def customer(chat_id: int) -> str:
    chat = access.chat_for(the_actor(), chat_id)
    person = users.person(chat.customer_id)
    values: dict[str, Any] = {"others": inbox.others_of(chat.customer_id, chat.id)}
    values["site_names"] = site_names()
    values |= visit_of(chat.customer_id)
    values["said"] = visitors.said(chat.customer_id)
    return render_template("_customer.html", chat=chat, customer=person, **values)


@bp.get("/admin/customers")
@staff_required
def customer_choices() -> str:
    search = searched()
    found = users.choices(search)
    return render_template("_customer_choices.html", customers=found, search=search)
