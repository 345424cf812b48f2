"""People, for staff."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import Conflict, EmailTaken, NotFound
from app.models.users import Actor
from app.operations import users as operations
from app.queries import users
from app.rest import ADMINS, STAFF
from app.schemas.users import PersonPatch, UserOut, UserPage, UserQuery, user_out


@endpoint("GET", "/users", query=UserQuery, answer=UserPage, only=STAFF)
def index(actor: Actor, query: UserQuery) -> dict[str, Any]:
    """List people who can log in, by id; of a search first who is spelled as it is.

    Case, accents, apostrophes and hyphens make no difference to a search.
    """
    after = users.Cursor.parse(query.cursor) if query.cursor else None
    found, next_cursor = users.page(query.role, query.q, after, query.limit)
    return {"users": [user_out(person) for person in found], "next": next_cursor}


@endpoint("GET", "/users/<id:user_id>", answer=UserOut, only=STAFF)
def show(actor: Actor, user_id: int) -> dict[str, Any]:
    """Show somebody, also somebody who can no longer log in."""
    person = users.person(user_id)
    if person is None or person.is_erased:
        raise NotFound
    return user_out(person)


@endpoint(
    "PATCH",
    "/users/<id:user_id>",
    body=PersonPatch,
    answer=UserOut,
    only=ADMINS,
    raises=(NotFound, Conflict, EmailTaken),
)
def edit(actor: Actor, user_id: int, body: PersonPatch) -> dict[str, Any]:
    """Give somebody another name, address or role, or take or give back their access.

    What they said keeps standing. By another role, or without access, what was issued to them
    ends. Nobody does that to themselves, and no API key does it. A customer gets another role by an
    invitation alone.
    """
    operations.edit(actor, user_id, **body.model_dump(by_alias=False))
    return show(actor, user_id)
