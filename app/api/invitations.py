"""Invitations, for admins; no key asks here."""

from typing import Any

from flask import current_app

from app.api.endpoint import endpoint
from app.auth.signatures import invitation_page
from app.errors import NotFound, TooFast
from app.models.users import Actor
from app.operations import invitations as operations
from app.queries import invitations
from app.rest import ADMINS
from app.schemas.invitations import (
    InvitationsOut,
    MadeInvitation,
    NewInvitation,
    invitations_out,
    made_invitation_out,
)


@endpoint("GET", "/invitations", answer=InvitationsOut, only=ADMINS)
def list_invitations(actor: Actor) -> dict[str, Any]:
    """All that are open: neither accepted nor revoked, also those whose week is over."""
    return invitations_out(invitations.every_open())


@endpoint(
    "POST",
    "/invitations",
    body=NewInvitation,
    answer=MadeInvitation,
    status=201,
    only=ADMINS,
    raises=(TooFast,),
)
def invite(actor: Actor, body: NewInvitation) -> dict[str, Any]:
    """Invite somebody to an account of this role. The link is told this once, and mailed where
    mail goes out. Whoever has it makes the account, within a week; a customer's with this address
    becomes theirs."""
    made = operations.make(actor, body.email, body.role)
    link = current_app.config["PUBLIC_URL"] + invitation_page(made.key)
    return made_invitation_out(made, link, invitations.is_mailed(made))


@endpoint("DELETE", "/invitations/<id:invitation_id>", status=204, only=ADMINS, raises=(NotFound,))
def revoke_invitation(actor: Actor, invitation_id: int) -> None:
    """Revoke one: its link opens nothing from now on."""
    operations.revoke(actor, invitation_id)
