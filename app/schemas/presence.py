"""Who is there, on the wire."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from app.clock import iso
from app.queries.users import Person
from app.schemas.wire import Id, Wire

MOST_USERS = 100


def split(value: object) -> object:
    """`1,2,3` of a query string as a list; what stands between the commas is judged later."""
    return value.split(",") if isinstance(value, str) else value


class PresenceQuery(Wire):
    user_ids: Annotated[
        list[Id], BeforeValidator(split), Field(min_length=1, max_length=MOST_USERS)
    ] = Field(description="whom to ask about: ids with commas between them")


class PresenceOut(Wire):
    """`lastSeen` is null for who is online or never was."""

    user_id: int
    is_online: bool
    last_seen: str | None


class PresenceList(Wire):
    """Those asked about whom the caller may know of; the others are left out."""

    presence: list[PresenceOut]


def presence_out(person: Person) -> dict[str, Any]:
    return {
        "userId": person.id,
        "isOnline": bool(person.is_online),
        "lastSeen": None if person.is_online else iso(person.last_seen_at),
    }
