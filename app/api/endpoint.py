"""The door `/api/v1`. Only a bearer token or an API key counts here, a login cookie does not."""

from app.api import scopes
from app.auth.keys import actor_of_key, brought
from app.auth.session import admitted
from app.auth.tokens import bearer
from app.errors import TooFast
from app.models.users import Actor
from app.rest import Door, Endpoint


class KeyedDoor(Door):
    """A key opens it for what its scopes say."""

    def check_caller(self, each: Endpoint, actor: Actor) -> None:
        if actor.scopes is not None:
            scopes.check(each, actor.scopes)

    def scope_of(self, each: Endpoint) -> str | None:
        return scopes.scope_of(each)


def who() -> Actor:
    key = brought()
    return admitted(bearer()) if key is None else actor_of_key(key)


door = KeyedDoor("api", "/api/v1", who, raises=(TooFast,), raises_to_known=(scopes.ScopeMissing,))
endpoint = door.endpoint
