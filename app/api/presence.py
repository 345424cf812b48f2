"""Who is there."""

from typing import Any

from app.api.endpoint import endpoint
from app.models.users import Actor
from app.queries import users
from app.schemas.presence import PresenceList, PresenceQuery, presence_out


@endpoint("GET", "/presence", query=PresenceQuery, answer=PresenceList)
def index(actor: Actor, query: PresenceQuery) -> dict[str, Any]:
    """Ask who is online.

    Staff may ask about anybody, others about those with whom they share a chat that goes on;
    whom one may not know of is left out.
    """
    known = users.known_to(actor, query.user_ids)
    return {"presence": [presence_out(person) for person in known]}
