"""Where answers are mailed: asked for in the chat, confirmed and ended by links in mail.

A link is proof enough, and whoever opens it is asked for a click: programs that look into mail
click nothing. Mail programs that end a subscription by themselves post to the same address.
"""

from typing import Any

from flask import render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from app.auth.session import customer_required, the_actor
from app.auth.signatures import ADDRESS, UNSUBSCRIBING, name_in_time, name_of
from app.errors import Conflict, Invalid, TooFast
from app.extensions import csrf
from app.operations import access, limits
from app.operations import mail_addresses as operations
from app.pages.blueprint import bp, see_other, wants_part
from app.pages.widget import mailing_of, widget_page
from app.queries import mail
from app.queries.holds import told_of_own

REFUSALS = (Conflict, Invalid, TooFast)
# What each link is signed as, who reads that, and what it does. Mail is ended by old letters, too.
LINKS = {
    "confirm": (ADDRESS, name_in_time, operations.verify),
    "stop": (UNSUBSCRIBING, name_of, operations.unsubscribe),
}
Answer = Response | str | tuple[str, int]


@bp.get("/widget/address")
@customer_required
def address() -> str:
    return address_part()


@bp.post("/widget/address")
@customer_required
def give_address() -> Answer:
    email, network = request.form.get("email", ""), request.remote_addr or ""
    try:
        operations.give(the_actor(), email, language=str(get_locale()), address=network)
    except REFUSALS as error:
        refused = {"email": email, "refusal": error, "is_answer": True}
        page = address_part(**refused) if wants_part() else widget_page(mail_refused=refused)
        return page, error.status
    return address_part(is_answer=True) if wants_part() else see_other(url_for("pages.widget"))


@bp.delete("/widget/address")
@customer_required
def withdraw_address() -> str:
    operations.withdraw(the_actor())
    return address_part(is_answer=True)


@bp.get("/mail/<token>/confirm")
def confirmation(token: str) -> str:
    return letter_page("confirm", token, is_done=False)


@bp.post("/mail/<token>/confirm")
@csrf.exempt
def confirm_address(token: str) -> str:
    return letter_page("confirm", token, is_done=True)


@bp.get("/mail/<token>/stop")
def unsubscribing(token: str) -> str:
    return letter_page("stop", token, is_done=False)


@bp.post("/mail/<token>/stop")
@csrf.exempt
def unsubscribe(token: str) -> str:
    return letter_page("stop", token, is_done=True)


def letter_page(what: str, token: str, *, is_done: bool) -> str:
    """What a mailed link is for, and a button that does it; or that it is done."""
    kind, named, done = LINKS[what]
    with limits.link_attempt(request.remote_addr or ""):
        name_of(token, kind)  # what we have signed is no guess, though it may have ended
    key = named(token, kind)
    found = done(key) if is_done else mail.named(key)
    return render_template("mail_page.html", what=what, is_done=is_done, address=found)


def address_part(**more: Any) -> str:
    actor = the_actor()
    mailing = mailing_of(actor, told_of_own(actor, access.own_chat(actor)))
    return render_template("_widget_mail.html", mailing=mailing and mailing | more)
