"""Topics: the page of all, what a customer is asked, and what staff says of a chat."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.session import customer_required, staff_required, the_actor
from app.errors import ChatError, Malformed
from app.models.chats import ChatState
from app.operations import access, actions
from app.operations import topics as operations
from app.operations.actions import Action, What
from app.pages.actions import done_of
from app.pages.blueprint import bp, see_other, wants_part
from app.pages.chats import topic_of
from app.pages.forms import id_of
from app.pages.sites import site_names
from app.queries import inbox, teams, topics
from app.queries.holds import told_of_own

PLACES = ("team_id", "site_id")


@bp.get("/admin/topics")
@staff_required
def all_topics() -> str:
    return page_of_topics()


@bp.post("/admin/topics")
@staff_required
def make_topic() -> Response | tuple[str, int]:
    """`name` makes one, with `team_id` and `site_id` where they are said."""
    try:
        operations.make(the_actor(), request.form.get("name", ""), *map(said, PLACES))
    except ChatError as error:
        if not error.fields:
            raise
        return page_of_topics(error), error.status
    return see_other(url_for("pages.all_topics"))


@bp.post("/admin/topics/<id:topic_id>")
@staff_required
def change_topic(topic_id: int) -> Response | tuple[str, int]:
    """`name`, `team_id` and `site_id` change it, `place` puts it elsewhere, `remove` removes it."""
    form = request.form
    try:
        if "name" in form:
            places = {key: said(key) for key in PLACES if key in form}
            operations.change(the_actor(), topic_id, name=form["name"], **places)
        elif "place" in form:
            operations.change(the_actor(), topic_id, place=id_of(form["place"]))
        elif "remove" in form:
            operations.remove(the_actor(), topic_id)
        else:
            raise Malformed
    except ChatError as error:
        if not error.fields:
            raise
        return page_of_topics(error), error.status
    return see_other(url_for("pages.all_topics"))


@bp.get("/widget/topics")
@customer_required
def widget_topics() -> str:
    customer = the_actor()
    asked = topics.asked_of(customer, told_of_own(customer, access.own_chat(customer)))
    return render_template("_widget_topics.html", topics=asked)


@bp.get("/admin/messages/<id:chat_id>/topic")
@staff_required
def chat_topic(chat_id: int) -> str:
    return part_of(access.chat_for(the_actor(), chat_id))


@bp.post("/admin/messages/<id:chat_id>/topic")
@staff_required
def set_topic(chat_id: int) -> str | Response:
    """`topic_id` is what the chat is about, and empty is nothing."""
    wanted = Action(What.SET_TOPIC, topic_id=said("topic_id"))
    outcome = actions.act_on(the_actor(), chat_id, wanted)
    if not wants_part():
        return see_other(url_for("pages.chat", chat_id=chat_id))
    return part_of(outcome.done[0]) + done_of(outcome, wanted.what)


def said(name: str) -> int | None:
    """An id of the form. Raises `Malformed`."""
    text = request.form.get(name, "")
    return id_of(text) if text else None


def part_of(chat: ChatState) -> str:
    return render_template("_chat_topic.html", chat=chat, **topic_of(chat))


def page_of_topics(refusal: ChatError | None = None) -> str:
    return render_template(
        "topics.html",
        counts=inbox.counts(the_actor()),
        topics=topics.every(),
        teams=teams.names(),
        site_names=site_names(),
        refusal=refusal,
    )
