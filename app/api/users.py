"""People, for staff."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import NotFound
from app.models.users import Actor
from app.queries import users
from app.rest import STAFF
from app.schemas.users import UserOut, UserPage, UserQuery, user_out


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
    if person is None:
        raise NotFound
    return user_out(person)
