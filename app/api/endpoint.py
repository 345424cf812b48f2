"""The door `/api/v1`. Only a bearer token counts here, a login cookie does not."""

from app.auth.session import admitted
from app.auth.tokens import bearer
from app.errors import TooFast
from app.models.users import Actor
from app.rest import Door


def who() -> Actor:
    return admitted(bearer())


door = Door("api", "/api/v1", who, raises=(TooFast,))
endpoint = door.endpoint
