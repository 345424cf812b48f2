"""Invitations: the page of those that are open, for admins, and the one that a link opens.

A link is shown once, to whoever has made it, and mailed where mail goes out. No login takes part in
opening it: whoever has it says what they are called, chooses a password and is logged in.
"""

from typing import Any

from flask import current_app, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app import clock
from app.auth.session import admin_required, current_actor, log_in, the_actor
from app.auth.signatures import INVITATION, invitation_page, name_of
from app.errors import ChatError, Invalid, NotFound, TooFast
from app.extensions import csrf
from app.models.invitations import InvitationState
from app.operations import invitations as operations
from app.operations import limits
from app.pages.blueprint import bp, see_other
from app.pages.forms import InvitationForm, show_errors
from app.pages.login import home_of
from app.pages.people import ROLES
from app.queries import inbox, invitations, users

REFUSALS = (Invalid, NotFound, TooFast)


@bp.get("/admin/invitations")
@admin_required
def all_invitations() -> str:
    return page_of_invitations()


@bp.post("/admin/invitations")
@admin_required
def invite() -> str | tuple[str, int]:
    """`email` and `role`; the link is shown this once."""
    given = request.form
    try:
        made = operations.make(
            the_actor(), given.get("email", ""), given.get("role", ""), str(get_locale())
        )
    except REFUSALS as error:
        return page_of_invitations(refusal=error), error.status
    return page_of_invitations(made=made)


@bp.post("/admin/invitations/<id:invitation_id>/renewal")
@admin_required
def invite_again(invitation_id: int) -> str | tuple[str, int]:
    """Another link, which is shown this once; the one before ends."""
    try:
        made = operations.renew(the_actor(), invitation_id, str(get_locale()))
    except REFUSALS as error:
        return page_of_invitations(refusal=error), error.status
    return page_of_invitations(made=made)


@bp.post("/admin/invitations/<id:invitation_id>/revocation")
@admin_required
def revoke_invitation(invitation_id: int) -> Response | tuple[str, int]:
    try:
        operations.revoke(the_actor(), invitation_id)
    except REFUSALS as error:
        return page_of_invitations(refusal=error), error.status
    return see_other(url_for("pages.all_invitations"))


# The form asks for its token itself, and not where it comes from as well: no page behind a link
# says that (`no-referrer`), and over HTTPS every form would be refused for it.
@bp.route("/invitation/<token>", methods=["GET", "POST"])
@csrf.exempt
def invitation(token: str) -> Response | str | tuple[str, int]:
    try:
        return opened(key_in(token))
    except NotFound as error:  # or somebody else has accepted it meanwhile
        return render_template("invitation.html", invitation=None), error.status


def opened(key: str) -> Response | tuple[str, int]:
    """The form, or what became of it. Raises `NotFound` where the invitation holds no more."""
    found = invitations.named(key)
    form = InvitationForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            return welcomed(key, form)
        except NotFound:
            raise
        except ChatError as error:
            show_errors(form, error.fields, error.message)
            status = error.status
    elif "csrf_token" in form.errors:
        show_errors(form, None, _("This form has grown old. Please try again."))
    return page_of_invitation(found, form), status


def welcomed(key: str, form: InvitationForm) -> Response:
    actor = operations.accept(key, form.name.data or "", form.password.data or "")
    log_in(actor)
    return see_other(home_of(actor))


def page_of_invitation(found: InvitationState, form: InvitationForm) -> str:
    # Whoever is logged in here, the page is not theirs.
    about = {"invitation": found, "may": ROLES[found.role], "here": current_actor()}
    return render_template("invitation.html", form=form, viewer=None, **about)


def key_in(token: str) -> str:
    """What we have signed is no guess, though it may have ended."""
    with limits.link_attempt(request.remote_addr or ""):
        return name_of(token, INVITATION)


def page_of_invitations(
    *, refusal: ChatError | None = None, made: InvitationState | None = None
) -> str:
    every = invitations.every_open()
    written = request.form if refusal else {}
    values: dict[str, Any] = {
        "invitations": every,
        "people": users.by_ids(each.made_by_id for each in every),
        "roles": {role: may for role, may in ROLES.items() if role != "customer"},
        "now": clock.now(),
        "refusal": refusal,
        "written": {"email": written.get("email", ""), "role": written.get("role", "agent")},
        "made": made,
        "link": made and link_of(made),
        "is_mailed": made and invitations.is_mailed(made),
    }
    return render_template("invitations.html", counts=inbox.counts(the_actor()), **values)


def link_of(made: InvitationState) -> str:
    """As people reach this desk; where nothing says how, as who looks at the page has."""
    desk = current_app.config["PUBLIC_URL"] or request.url_root.rstrip("/")
    return f"{desk}{invitation_page(made.key)}"
