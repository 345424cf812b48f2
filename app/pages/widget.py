"""The customer's chat window: its content, who answers in it, and sending without JavaScript."""

from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app import clock, hours
from app.auth.session import customer_required, the_actor
from app.models.chats import ChatState
from app.models.mail import is_on
from app.models.sites import SiteState
from app.models.users import Actor
from app.operations import access
from app.operations import messages as sending
from app.pages.blueprint import bp, see_other, wants_part
from app.pages.filters import locale
from app.pages.messages import REFUSALS, draft_of
from app.queries import (
    articles,
    bots,
    inbox,
    mail,
    messages,
    overview,
    presence,
    ratings,
    sites,
    topics,
)
from app.queries.holds import told_of_own

SPANS = 30


@bp.get("/widget")
@customer_required
def widget() -> str:
    return widget_page()


@bp.get("/widget/status")
@customer_required
def widget_status() -> str:
    customer = the_actor()
    named, status = named_for(customer), status_of(told_of_own(customer, access.own_chat(customer)))
    return render_template("_widget_status.html", **named, **status)


@bp.post("/widget/messages")
@customer_required
def send_from_widget() -> Response | tuple[str, int]:
    draft = draft_of(request.form)
    try:
        sending.send(the_actor(), None, draft)
    except REFUSALS as error:
        return widget_page(written=draft.text, refusal=error), error.status
    return see_other(url_for("pages.widget"))


def widget_page(**refused: Any) -> str:
    """The chat, as a page of its own or for HTMX; `refused` as in `inbox_page`."""
    customer = the_actor()
    chat = told_of_own(customer, access.own_chat(customer))
    is_part = wants_part()
    template = "_widget_chat.html" if is_part else "widget.html"
    mailing = mailing_of(customer, chat)
    values = named_for(customer) | status_of(chat)
    values["rating"] = ratings.asked_of(customer, chat)
    values |= {"help": help_for(chat), "offered": bots.offered_in(chat)}
    values["topics"] = topics.asked_of(customer, chat)
    values["bot_is_on"] = bots.is_on(chat.site_id if chat else None)
    values |= {"mailing": mailing and mailing | refused.pop("mail_refused", {})}
    values |= {} if is_part else {"away": away_for(customer)}
    return render_template(template, history=history_of(chat), **values, **refused)


def away_for(customer: Actor) -> dict[str, Any] | None:
    """For `_away.html` on pages of the desk's own, which go by the hours of a site, if of any."""
    site = sites.hours_for(customer.id)
    return site and away_of(site)


def away_of(site: SiteState) -> dict[str, Any] | None:
    """When somebody is there from now on, as far as a page may be left open, and what is said
    while nobody is; None where no hours are said."""
    found, now = hours.of_site(site), clock.now()
    if found is None:
        return None
    ahead = hours.ahead(found, now, SPANS)
    opens, _closes = ahead[0] if ahead else (None, None)
    shut = {"is_shut": opens is None or opens > now, "opens": opens, "zone": site.time_zone}
    return {"ahead": ahead, "now": now, "text": site.away_text, **shut}


def history_of(chat: ChatState | None) -> messages.MessagePage:
    return messages.shown(chat.id, with_held=True) if chat else messages.MessagePage([], False)


def help_for(chat: ChatState | None) -> list[articles.Folder]:
    """What may answer before one asks, while no chat goes on."""
    is_asking = chat is not None and not chat.is_over
    return [] if is_asking else articles.by_folder(articles.shown_in(str(locale())))


def mailing_of(customer: Actor, chat: ChatState | None) -> dict[str, Any] | None:
    """Where answers are mailed, and whether to ask: when nobody has answered and nobody is here.

    None where nothing is mailed, or nothing was said yet that could be answered.
    """
    if not is_on() or chat is None or not chat.last_seq:
        return None
    address = mail.address_of(customer.id)
    asks = address is None and chat.awaits_answer and not presence.staff_online()
    proposed = "" if address else mail.proposed_for(customer.id)
    return {"address": address, "asks": asks, "email": proposed}


def named_for(customer: Actor) -> dict[str, str]:
    """Who they are talking with: the site by which they came."""
    return {"site_name": sites.name_for(customer.id)}


def status_of(chat: ChatState | None) -> dict[str, Any]:
    """Who answers, and what may be expected of them."""
    there = {user_id for user_id, _name, _role in presence.staff_online()}
    answering = chat.answering_id if chat and chat.is_open else None
    return {
        "chat": chat,
        "place": inbox.queue_place(chat) if chat else None,
        "is_staffed": bool(there),
        "is_agent_online": answering in there,
        "usual_reply": overview.median_reply(),
    }
