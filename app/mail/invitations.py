"""The link by which somebody who is invited makes their account, to the address that it is for."""

from flask import current_app

from app.auth.signatures import invitation_page
from app.mail import letters, smtp
from app.mail.letters import Letter
from app.models.invitations import InvitationState
from app.queries import invitations


def send(invitation_id: int, language: str, part: str = "") -> None:
    """Mails the link whose key begins so while it holds, once: a repeat is known by its name as the
    same. Nothing to an address whose owner wants no mail from here."""
    invitation = invitations.by_id(invitation_id)
    if invitation is None or not invitation.key.startswith(part):
        return
    if not invitations.is_mailed(invitation):
        return
    language = language or current_app.config["LANGUAGES"][0]
    site, way = current_app.config["SITE_NAME"], link_of(invitation)
    letter = Letter(
        to=invitation.email,
        subject=letters.said(language, "invitation", site=site),
        message_id=letters.message_id("invitation", invitation.id, invitation.created_at),
        headers={"Reply-To": letters.sender()},
        **letters.rendered("invitation", language, site=site, link=way, role=invitation.role),
    )
    try:
        smtp.send(letter)
    except smtp.RefusedForGood as error:
        smtp.note_refusal("invitation", error)


def link_of(invitation: InvitationState) -> str:
    return letters.link(invitation_page(invitation.key))
