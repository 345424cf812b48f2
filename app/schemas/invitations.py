"""Invitations on the wire: for admins."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field

from app.clock import iso
from app.models.invitations import InvitationState
from app.models.users import Role
from app.schemas.wire import Text, Wire

Invited = Literal[Role.AGENT, Role.MANAGER, Role.ADMIN, Role.PROVIDER]


class NewInvitation(Wire):
    email: Annotated[Text, Field(max_length=1000)]
    role: Invited


class InvitationOut(Wire):
    """An open invitation. `madeById` is null where the shell made it."""

    id: int
    email: str
    role: Invited
    made_by_id: int | None
    created_at: str
    expires_at: str


class MadeInvitation(InvitationOut):
    is_mailed: bool = Field(description="whether it is on its way; if not, hand it over")
    link: str = Field(description="told this once; behind `PUBLIC_URL`, where that is set")


class InvitationsOut(Wire):
    invitations: list[InvitationOut]


def invitation_out(invitation: InvitationState) -> dict[str, Any]:
    return {
        "id": invitation.id,
        "email": invitation.email,
        "role": invitation.role,
        "madeById": invitation.made_by_id,
        "createdAt": iso(invitation.created_at),
        "expiresAt": iso(invitation.expires_at),
    }


def made_invitation_out(invitation: InvitationState, link: str, is_mailed: bool) -> dict[str, Any]:
    return invitation_out(invitation) | {"isMailed": is_mailed, "link": link}


def invitations_out(invitations: Iterable[InvitationState]) -> dict[str, Any]:
    return {"invitations": [invitation_out(each) for each in invitations]}
