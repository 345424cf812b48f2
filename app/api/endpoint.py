"""The door `/api/v1`. Only a bearer token counts here, a login cookie does not."""

from app.auth.tokens import bearer
from app.errors import TooFast
from app.models.users import Actor
from app.operations import limits
from app.rest import Door


def who() -> Actor:
    actor = bearer()
    limits.asks(actor.id)
    return actor


door = Door("api", "/api/v1", who, raises=(TooFast,))
endpoint = door.endpoint
