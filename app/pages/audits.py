"""The audit log, for admins: who has done what, newest first."""

from typing import Any

from flask import render_template, request
from flask_babel import lazy_gettext as _l

from app.auth.session import admin_required, the_actor
from app.errors import Malformed
from app.models.audits import Action
from app.pages.blueprint import bp
from app.pages.forms import id_of
from app.queries import audits, inbox, users

WORDS: dict[Action, Any] = {
    Action.CHAT_BLOCKED: _l("Chat blocked"),
    Action.CHAT_UNBLOCKED: _l("Chat unblocked"),
    Action.MESSAGE_REDACTED: _l("Words of a message hidden"),
    Action.FILE_REDACTED: _l("File of a message removed"),
    Action.MESSAGE_RELEASED: _l("Held message released"),
    Action.MESSAGE_REJECTED: _l("Held message rejected"),
    Action.NOTE_REMOVED: _l("Somebody else’s note removed"),
    Action.CUSTOMER_ERASED: _l("Customer erased"),
    Action.CUSTOMER_EXPORTED: _l("Customer exported"),
    Action.CUSTOMERS_MERGED: _l("Two customers became one"),
    Action.CHATS_MERGED: _l("Two chats became one"),
    Action.PERSON_MADE: _l("Account made"),
    Action.PERSON_CHANGED: _l("Name or address changed"),
    Action.PASSWORD_SET: _l("Password set"),
    Action.ROLE_SET: _l("Role changed"),
    Action.PERSON_DEACTIVATED: _l("Account deactivated"),
    Action.PERSON_REACTIVATED: _l("Account reactivated"),
    Action.HOURS_SET: _l("Working hours set"),
    Action.SITE_MADE: _l("Site made"),
    Action.SITE_CHANGED: _l("Site changed"),
    Action.SITE_SECRET_MADE: _l("Secret of a site made"),
    Action.TEAM_MADE: _l("Team made"),
    Action.TEAM_CHANGED: _l("Team changed"),
    Action.TEAM_REMOVED: _l("Team removed"),
    Action.TEAM_JOINED: _l("Put into a team"),
    Action.TEAM_LEFT: _l("Taken out of a team"),
    Action.TOPIC_MADE: _l("Topic made"),
    Action.TOPIC_CHANGED: _l("Topic changed"),
    Action.TOPIC_REMOVED: _l("Topic removed"),
    Action.WORD_LIST_MADE: _l("Word list made"),
    Action.WORD_LIST_CHANGED: _l("Word list changed"),
    Action.WORD_LIST_REMOVED: _l("Word list removed"),
    Action.CUSTOMER_REPORTED: _l("Customer reported"),
    Action.CHAT_WATCHED: _l("Chat watched"),
    Action.CHAT_TAKEN_OVER: _l("Chat taken over"),
    Action.CHAT_TRANSFERRED: _l("Chat given to somebody"),
    Action.CHAT_WHISPERED: _l("Whispered in a colleague’s chat"),
    Action.ORIGINAL_READ: _l("Read what was masked"),
    Action.EARLIER_READ: _l("Read what was edited"),
    Action.RETENTION_RAN: _l("What was old removed"),
    Action.RULE_MADE: _l("Rule made"),
    Action.RULE_CHANGED: _l("Rule changed"),
    Action.RULE_SWITCHED: _l("Rule switched"),
    Action.RULE_REMOVED: _l("Rule removed"),
    Action.WEBHOOK_MADE: _l("Webhook made"),
    Action.WEBHOOK_CHANGED: _l("Webhook changed"),
    Action.WEBHOOK_REMOVED: _l("Webhook removed"),
    Action.KEY_MADE: _l("API key made"),
    Action.KEY_REVOKED: _l("API key revoked"),
    Action.ARTICLE_MADE: _l("Article made"),
    Action.ARTICLE_CHANGED: _l("Article changed"),
    Action.ARTICLE_REMOVED: _l("Article removed"),
    Action.ANSWER_MADE: _l("Shared canned answer made"),
    Action.ANSWER_CHANGED: _l("Shared canned answer changed"),
    Action.ANSWER_REMOVED: _l("Shared canned answer removed"),
    Action.ANSWERS_IMPORTED: _l("Shared canned answers imported"),
    Action.TAG_RENAMED: _l("Tag renamed"),
    Action.TAG_REMOVED: _l("Tag removed"),
    Action.CAPACITY_SET: _l("Most chats at a time set"),
    Action.SIGNED_IN: _l("Logged in"),
    Action.SIGN_IN_FAILED: _l("Wrong password"),
    Action.INVITATION_MADE: _l("Somebody invited"),
    Action.INVITATION_REVOKED: _l("Invitation revoked"),
    Action.INVITATION_ACCEPTED: _l("Invitation accepted"),
    Action.INCOMING_MADE: _l("Incoming webhook made"),
    Action.INCOMING_CHANGED: _l("Incoming webhook changed"),
    Action.INCOMING_KEY_MADE: _l("Incoming webhook has another address"),
    Action.INCOMING_REMOVED: _l("Incoming webhook removed"),
}

DETAILS = {
    "effect": _l("Effect"),
    "words": _l("Words"),
    "until": _l("Until"),
    "changed": _l("Changed"),
    "role": _l("Role"),
    "routing": _l("Routing"),
    "person": _l("Person"),
    "visitor": _l("Visitor"),
    "file": _l("File"),
    "note": _l("Note"),
    "days": _l("Days"),
    "chats": _l("Chats"),
    "messages": _l("Messages"),
    "chat": _l("Chat"),
    "agent": _l("Colleague"),
    "had_it": _l("From"),
    "notes": _l("Notes"),
    "visitors": _l("Visitors"),
    "is_on": _l("On"),
    "team": _l("Team"),
    "site": _l("Site"),
    "time_zone": _l("Time zone"),
    "hours": _l("Working hours"),
    "version": _l("Version"),
    "scopes": _l("Scopes"),
    "is_published": _l("Published"),
    "into": _l("Into"),
    "capacity": _l("Chats at a time"),
    "answers": _l("Answers"),
    "by": _l("By"),
    "invitation": _l("Invitation"),
    "topic": _l("Topic"),
}


@bp.get("/admin/audit")
@admin_required
def audit() -> str:
    asked = request.args
    person_id = id_of(asked["person"]) if asked.get("person") else None
    action = action_of(asked["action"]) if asked.get("action") else None
    before = id_of(asked["before"]) if asked.get("before") else None
    log = audits.page(person_id, action, before)
    staff = {each.id: each.name for each in users.staff()}
    if person_id is not None and person_id not in staff:
        found = users.person(person_id)
        staff[person_id] = found.name if found else ""
    return render_template(
        "audit.html",
        counts=inbox.counts(the_actor()),
        log=log,
        names=audits.names(log.rows),
        words=WORDS,
        details=DETAILS,
        staff=staff,
        person_id=person_id,
        action=action,
    )


def action_of(text: str) -> Action:
    try:
        return Action(text)
    except ValueError:
        raise Malformed from None
