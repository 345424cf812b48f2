"""Every page and state in which somebody is named: who goes where, and what they do there."""

import re
from collections.abc import Iterator
from contextlib import nullcontext

from tests.browser.visitors import Visitor, until

IS_SETTLED = "() => !document.querySelector('.htmx-request, [aria-busy=true]:not([hidden] *)')"
NARROW = {"width": 360, "height": 800}  # where everything has a button that opens it

# What scripts write of people, as it would come from the server.
NEWS = """async () => {
  const desk = await import("deskbell");
  const { toast } = desk.toast;
  const { showTyping } = desk.typing;
  const { viewersChanged } = desk.viewers;
  const { words } = desk.words;
  const name = document.body.dataset.userName;
  showTyping(document.querySelector(".typing"), [name, name]);
  viewersChanged({ chatId: 1, viewers: [{ id: 0, name }, { id: -1, name }] });
  const title = words("message-from", { name });
  toast({ title, text: name + name, href: "/", stays: true });
}"""
# Somebody else has it: the page that says so names them.
CLAIM = """async () => {
  const form = document.querySelector(".composer");
  form.action = "/admin/messages/1/assignment";
  setTimeout(() => HTMLFormElement.prototype.submit.call(form));
}"""
# Another login holds meanwhile.
SWITCH = """async () => {
  const form = document.querySelector("[data-log-out]");
  form.querySelector("[name=page]").value = "0.0";
  setTimeout(() => HTMLFormElement.prototype.submit.call(form));
}"""
REFUSED = re.compile("/assignment$|/logout$")
SECRETS = ".identity [type=submit], [data-opens=another-secret]"
# A step is something to click on, or several things, or a script.
PLACES = [
    (None, "/login", ()),
    (None, "/register", ("main [type=submit]",)),
    (None, "/password", ()),
    (None, "/no-such-page", ()),
    (None, "/demo", ()),
    (None, "/demo/customer", (NEWS,)),
    (None, "/demo/agent", ()),
    ("provider", "/dashboard", (".account-button",)),
    ("customer", "/dashboard", (".account-button", "#widget-button", NEWS)),
    ("customer", "/widget", ()),
    ("customer", "/admin", ()),
    ("customer", "/dashboard", (SWITCH,)),
    ("customer", "/account", (".account-button",)),
    ("agent", "/account/password", ("main [type=submit]",)),
    ("admin", "/admin/people", ()),
    ("admin", "/admin/people/1", (".account-button",)),
    ("admin", "/admin/people/3", ("#role-opens",)),
    ("admin", "/admin/jobs", ()),
    ("admin", "/admin/audit", ()),
    ("admin", "/admin/webhooks", ()),
    ("admin", "/admin/keys", ()),
    ("admin", "/admin/invitations", ()),
    (None, "/invitation/none", ()),
    ("admin", "/admin/webhooks/new", ()),
    ("admin", "/admin/incoming-webhooks", ()),
    ("admin", "/admin/incoming-webhooks/new", ()),
    ("admin", "/admin/checkup", ()),
    ("agent", "/admin/visitors", ()),
    ("agent", "/admin/hours", ()),
    ("manager", "/admin/canned-answers", (".canned-files summary",)),
    ("manager", "/admin/words", ()),
    ("agent", "/admin/held", ()),
    ("manager", "/admin/canned-answers/new", ()),
    ("manager", "/admin/topics", ()),
    ("manager", "/admin/articles", ()),
    ("manager", "/admin/insight", ()),
    ("manager", "/admin/insight?figure=first_answers&by=hour", ()),
    ("manager", "/admin/insight?figure=customer_messages&by=agent", ()),
    ("manager", "/admin/insight/rows?figure=customer_messages", ()),
    ("manager", "/admin/board", ()),
    ("customer", "/articles", ()),
    ("manager", "/admin/articles/new", ()),
    ("manager", "/admin/rules", ()),
    ("manager", "/admin/rules/new", ()),
    ("agent", "/admin/mentions", ()),
    ("agent", "/admin/customers/1", ()),
    ("manager", "/admin/customers/1/merge?q={words}", ()),
    ("manager", "/admin/customers/1/merge?other=2", ("[data-opens=merge-both]",)),
    ("customer", "/privacy", ()),
    ("manager", "/admin/settings/sites", ()),
    ("manager", "/admin/settings/sites/1", (".snippet summary", "[data-opens=rotate-key]")),
    ("manager", "/admin/settings/sites/1", (SECRETS,)),
    ("manager", "/admin/settings/sites/new", ("main [type=submit]",)),
    ("agent", "/admin", (".account-button",)),
    ("agent", "/admin/messages", ("[data-opens=new-chat]",)),
    ("agent", "/admin/messages?filter=closed&q={words}", ()),
    ("agent", "/admin/messages/1", ("#assign-menu", "#customer-toggle", NEWS)),
    ("agent", "/admin/messages/1", ("#more-menu, [data-handles$=block]",)),
    ("agent", "/admin/messages/2", ()),
    ("agent", "/admin/messages/3", ()),
    ("agent", "/admin/messages/1", (CLAIM,)),
]


def steps(who: Visitor, path: str, more: tuple[str, ...]) -> Iterator[str]:
    """Goes there and takes one step after the other, each told once it is done."""
    who.page.set_viewport_size(NARROW)
    who.goto(path)
    for step in ("", *more):
        who.page.set_viewport_size(NARROW)
        take(who, step)
        until(who.page, IS_SETTLED)
        yield f"{path} {step[:40]}"


def take(who: Visitor, step: str) -> None:
    if "submit.call" in step:
        with who.page.expect_navigation(url=REFUSED):  # not what the page notes in its own history
            who.page.evaluate(step)
    elif step.startswith("async"):
        who.page.evaluate(step)
    elif step:
        for place in step.split(", "):
            # What is sent brings another page, before whose body there is nothing to look at.
            leads_on = "[type=submit]" in place
            with who.page.expect_navigation() if leads_on else nullcontext():
                who.page.locator(place).first.click()
