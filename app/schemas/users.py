"""People on the wire, and how staff look for them."""

from typing import Annotated, Any

from pydantic import Field

from app.clock import iso
from app.models.users import Actor, Role
from app.queries.users import CURSOR, SEARCH_LENGTH, Person
from app.schemas.wire import Limit, Text, Wire

Search = Annotated[Text, Field(max_length=SEARCH_LENGTH)]


class AccountOut(Wire):
    """Somebody as they are to themselves."""

    id: int
    email: str
    name: str
    role: Role


class UserOut(AccountOut):
    """Somebody as staff see them. `lastSeen` is null for who is online or never was."""

    is_active: bool = Field(description="whether they can log in")
    created_at: str
    is_online: bool
    last_seen: str | None


class UserPatch(Wire):
    """What is to be another one; what is not named stays."""

    name: Annotated[Text, Field(max_length=1000)] | None = None
    email: Annotated[Text, Field(max_length=1000)] | None = None


class PersonPatch(UserPatch):
    role: Role | None = Field(default=None, description="ends what was issued to them before")
    is_active: bool | None = Field(
        default=None, description="whether they can log in; what ends stays ended"
    )


class OwnPatch(UserPatch):
    password: Annotated[str, Field(max_length=1024)] | None = Field(
        default=None, description="one's own; needed for another address"
    )


class UserPage(Wire):
    """People by id; `next` goes into `cursor` for the next page, null ends the list.

    Of a search those come first who are spelled as it is.
    """

    users: list[UserOut]
    next: str | None


class UserQuery(Wire):
    role: Role | None = None
    q: Search = Field(
        default="", description="words that begin words of a name or an address, in any order"
    )
    cursor: Annotated[str, Field(pattern=f"^{CURSOR.pattern}$")] | None = Field(
        default=None, description="`next` of the page before"
    )
    limit: Limit = 50


def account_out(actor: Actor) -> dict[str, Any]:
    return {"id": actor.id, "email": actor.email, "name": actor.name, "role": actor.role}


def user_out(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "isActive": bool(person.is_active),
        "createdAt": iso(person.created_at),
        "isOnline": bool(person.is_online),
        "lastSeen": None if person.is_online else iso(person.last_seen_at),
    }
