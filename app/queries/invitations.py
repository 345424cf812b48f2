"""Invitations: those that are open, and the one that a link names."""

from app import clock
from app.errors import NotFound
from app.models import database, invitations, mail
from app.models.invitations import InvitationState


def every_open() -> list[InvitationState]:
    """Neither accepted nor revoked, also those whose week is over; the oldest first."""
    return [InvitationState._make(row) for row in database.rows(invitations.EVERY_OPEN)]


def named(key: str) -> InvitationState:
    """The invitation, while it holds. Raises `NotFound`, whatever became of it."""
    found = database.row(invitations.BY_KEY, key=key, now=clock.now())
    if found is None:
        raise NotFound
    return InvitationState._make(found)


def is_mailed(invitation: InvitationState) -> bool:
    """Whether its link is on its way by mail; to who wants none from here nothing goes."""
    return mail.is_on() and not database.scalar(mail.IS_UNWANTED, email=invitation.email)


def by_id(invitation_id: int) -> InvitationState | None:
    """An invitation while it holds."""
    found = database.row(invitations.BY_ID, invitation_id=invitation_id, now=clock.now())
    return found and InvitationState._make(found)
