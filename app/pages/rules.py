"""Rules: the page of all, the form of one, and what it would do, where it is switched on."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.auth.session import manager_required, the_actor
from app.conditions import MOST_PARTS
from app.errors import ChatError, Malformed, NotFound
from app.models.rules import TIMED, RuleState
from app.operations import rules as operations
from app.operations.rules import Wanted
from app.pages.blueprint import bp, see_other
from app.pages.forms import id_of, number_of
from app.queries import inbox, rules

Form = MultiDict[str, str]
PART = re.compile(r"(conditions|actions)-([0-9]{1,2})-kind")
EVENTS = {
    "chat_begins": _l("A chat begins"),
    "message": _l("A customer's message arrives"),
    "outside_hours": _l("A chat begins outside the hours of its site"),
    "unanswered": _l("Nobody has answered for so many minutes"),
    "closed_for": _l("A chat has been closed for so many days"),
}
CONDITION_WORDS = {
    "words": _l("Words of the message"),
    "site": _l("Site"),
    "topic": _l("Topic"),
    "tag": _l("Tag of the chat"),
    "priority": _l("Priority of the chat"),
    "language": _l("Language of the customer"),
    "attribute": _l("Attribute of the visitor"),
}
ACTION_WORDS = {
    "answer": _l("Answer"),
    "tag": _l("Put a tag on it"),
    "assign": _l("Give it to somebody"),
    "notify": _l("Tell somebody"),
    "priority": _l("Say how urgent it is"),
    "close": _l("Close it"),
    "webhook": _l("Call another program"),
}
ASKED_WORDS = {
    "equals": _l("is"),
    "contains": _l("contains"),
    "is_set": _l("is there"),
    "is_more": _l("is more than"),
    "is_less": _l("is less than"),
}
PRIORITY_WORDS = {
    "normal": _l("Normal priority"),
    "high": _l("High priority"),
    "urgent": _l("Urgent"),
}
BECAME_WORDS = {
    "done": _l("done"),
    "so_already": _l("was so already"),
    "gone": _l("not done: what it names is gone"),
    "over": _l("not done: the chat is closed"),
    "not_there": _l("not done: that colleague is not there"),
    "waits": _l("is about to be called"),
    "failed": _l("did not answer, is tried again"),
    "refused": _l("not done: its address is of a private network"),
    "off": _l("not done: the rule was switched off"),
}
NEW: dict[str, Any] = {
    "name": "",
    "event": "chat_begins",
    "amount": None,
    "any_of": False,
    "conditions": [],
    "actions": [],
    "version": 0,
}


@bp.get("/admin/rules")
@manager_required
def all_rules() -> str:
    return page("rules.html", rules=rules.every())


@bp.route("/admin/rules/new", methods=["GET", "POST"])
@manager_required
def new_rule() -> Response | tuple[str, int]:
    return page_of(None)


@bp.route("/admin/rules/<id:rule_id>", methods=["GET", "POST"])
@manager_required
def rule(rule_id: int) -> Response | tuple[str, int]:
    return page_of(rules.there(rule_id))


@bp.post("/admin/rules/<id:rule_id>/place")
@manager_required
def place_rule(rule_id: int) -> Response:
    """`up` or `down` one."""
    ids = [each.id for each in rules.every()]
    if rule_id not in ids:
        raise NotFound
    at = ids.index(rule_id)
    ids.pop(at)
    ids.insert(max(at - 1, 0) if "up" in request.form else at + 1, rule_id)
    operations.order(the_actor(), ids)
    return see_other(url_for("pages.all_rules", _anchor=f"rule-{rule_id}"))


@bp.post("/admin/rules/<id:rule_id>/removal")
@manager_required
def remove_rule(rule_id: int) -> Response:
    operations.remove(the_actor(), rule_id)
    return see_other(url_for("pages.all_rules"))


@bp.post("/admin/rules/<id:rule_id>/secret")
@manager_required
def make_rule_secret(rule_id: int) -> str:
    """Shows it this once."""
    secret = operations.make_secret(the_actor(), rule_id)
    return page_of_trial(rules.there(rule_id), secret=secret)


@bp.get("/admin/rules/<id:rule_id>/trial")
@manager_required
def rule_trial(rule_id: int) -> str:
    return page_of_trial(rules.there(rule_id))


@bp.post("/admin/rules/<id:rule_id>/switch")
@manager_required
def switch_rule(rule_id: int) -> Response | tuple[str, int]:
    """`on` or `off`; `version` is the one whose trial was looked at."""
    is_on = "on" in request.form
    version = id_of(request.form.get("version", ""))
    try:
        operations.switch(the_actor(), rule_id, is_on=is_on, version=version)
    except ChatError as error:
        if error.status not in (409, 422):
            raise
        return page_of_trial(rules.there(rule_id), error), error.status
    return see_other(url_for("pages.all_rules", _anchor=f"rule-{rule_id}"))


def runs_beside(chat_id: int) -> dict[str, Any]:
    """Why something has happened in a chat, where that was a rule."""
    words = {"action_words": ACTION_WORDS, "became_words": BECAME_WORDS}
    return words | {"rule_runs": rules.of_chat(chat_id)}


def page(template: str, **values: Any) -> str:
    words = {
        "events": EVENTS,
        "condition_words": CONDITION_WORDS,
        "action_words": ACTION_WORDS,
        "asked_words": ASKED_WORDS,
        "priority_words": PRIORITY_WORDS,
        "became_words": BECAME_WORDS,
    }
    return render_template(template, counts=inbox.counts(the_actor()), **words, **values)


def page_of_trial(
    found: RuleState, refusal: ChatError | None = None, secret: str | None = None
) -> str:
    values = {"rule": found, "refusal": refusal, "secret": secret}
    shown = page("rule_trial.html", trial=rules.tried(found), **values)
    operations.tried(the_actor(), found)  # whoever has it before them may switch it on
    return shown


def page_of(found: RuleState | None) -> Response | tuple[str, int]:
    """The form: as it is stored, or as it was written with a part more or less, or refused."""
    refusal: ChatError | None = None
    written, status = as_written(found), 200
    if request.method == "POST":
        form = request.form
        written = read(form)
        moves = "add" in form or "drop" in form
        if moves:
            move_parts(written, form)
        try:
            amount = amount_of(written)
            if not moves:
                kept = save(found, written | {"amount": amount})
                return see_other(url_for("pages.rule_trial", rule_id=kept.id))
        except ChatError as error:
            if not error.fields and error.status != 409:
                raise
            refusal, status = error, error.status
    runs = rules.of_rule(found.id, page_before()) if found else None
    values = {"rule": found, "written": written, "refusal": refusal, "runs": runs}
    return page("rule.html", choices=rules.choices(), **values), status


def page_before() -> int | None:
    return id_of(request.args["before"]) if request.args.get("before") else None


def save(found: RuleState | None, written: Mapping[str, Any]) -> RuleState:
    conditions, actions = operations.parsed(written["conditions"], written["actions"])
    named = {key: written[key] for key in ("name", "event", "amount", "any_of")}
    wanted = Wanted(**named, conditions=conditions, actions=actions)
    if found is None:
        return operations.make(the_actor(), wanted)
    return operations.change(the_actor(), found.id, wanted, written["version"])


def as_written(found: RuleState | None) -> dict[str, Any]:
    if found is None:
        return NEW | {"conditions": [], "actions": []}
    return {
        "name": found.name,
        "event": found.event,
        "amount": found.amount,
        "any_of": found.any_of,
        "conditions": found.asks,
        "actions": found.does,
        "version": found.version,
    }


def read(form: Form) -> dict[str, Any]:
    """What was posted, as the wire has it, but `amount` as it was written; what is missing in it
    is refused when it is saved."""
    written: dict[str, Any] = {
        "name": form.get("name", ""),
        "event": form.get("event", ""),
        "amount": form.get("amount", "").strip(),
        "any_of": form.get("any_of") == "1",
        "version": id_of(form.get("version", "0")),
        "conditions": [],
        "actions": [],
    }
    places = [(found[1], int(found[2])) for key in form if (found := PART.fullmatch(key))]
    for field, number in sorted(places)[: 4 * MOST_PARTS]:
        prefix = f"{field}-{number}-"
        kind = form[f"{prefix}kind"]
        reader = READERS[field].get(kind)
        if reader is None:
            raise Malformed
        values = reader(form, prefix)
        written[field].append({"kind": kind} | values)
    return written


def amount_of(written: Mapping[str, Any]) -> int | None:
    """As a number, where the event counts it. Raises `Invalid`."""
    is_counted = written["amount"] and written["event"] in TIMED
    return number_of("amount", written["amount"]) if is_counted else None


def move_parts(written: dict[str, Any], form: Form) -> None:
    """`add` is a list's name, whose `new` says what; `drop` a list's name and a place in it."""
    if "drop" in form:
        field, _, number = form["drop"].partition("-")
        is_place = re.fullmatch("[0-9]{1,2}", number) is not None
        if field in READERS and is_place and int(number) < len(written[field]):
            del written[field][int(number)]
        return
    field = form["add"]
    kind = form.get(f"new-{field}", "")
    if kind in READERS.get(field, {}) and len(written[field]) < MOST_PARTS:
        written[field].append({"kind": kind})


def ids(form: Form, name: str) -> list[int]:
    return [id_of(each) for each in form.getlist(name)]


def id_or_none(form: Form, name: str) -> int | None:
    return id_of(form[name]) if form.get(name) else None


def lines(form: Form, name: str, between: str = r"\n") -> list[str]:
    return [each.strip() for each in re.split(between, form.get(name, "")) if each.strip()]


def read_attribute(form: Form, prefix: str) -> dict[str, Any]:
    return {key: form.get(prefix + key, "") for key in ("name", "asked", "value")}


def read_notify(form: Form, prefix: str) -> dict[str, Any]:
    return {
        "userIds": ids(form, f"{prefix}userIds"),
        "teamIds": ids(form, f"{prefix}teamIds"),
        "managers": f"{prefix}managers" in form,
        "text": form.get(f"{prefix}text", ""),
    }


def read_assign(form: Form, prefix: str) -> dict[str, Any]:
    what, _, named = form.get(f"{prefix}to", "").partition("-")
    key = {"agent": "agentId", "team": "teamId"}.get(what)
    return {key: id_of(named)} if key else {}


def read_tag(form: Form, prefix: str) -> dict[str, Any]:
    return {"tagId": id_or_none(form, f"{prefix}tagId")}


Reader = Callable[[Form, str], dict[str, Any]]
READERS: dict[str, dict[str, Reader]] = {
    "conditions": {
        "words": lambda form, prefix: {"words": lines(form, f"{prefix}words")},
        "site": lambda form, prefix: {"siteIds": ids(form, f"{prefix}siteIds")},
        "topic": lambda form, prefix: {"topicIds": ids(form, f"{prefix}topicIds")},
        "tag": read_tag,
        "priority": lambda form, prefix: {"priorities": form.getlist(f"{prefix}priorities")},
        "language": lambda form, prefix: {
            "languages": lines(form, f"{prefix}languages", r"[\s,;]+")
        },
        "attribute": read_attribute,
    },
    "actions": {
        "answer": lambda form, prefix: {"text": form.get(f"{prefix}text", "")},
        "tag": read_tag,
        "assign": read_assign,
        "notify": read_notify,
        "priority": lambda form, prefix: {"priority": form.get(f"{prefix}priority", "")},
        "webhook": lambda form, prefix: {"url": form.get(f"{prefix}url", "")},
        "close": lambda _form, _prefix: {},
    },
}
