"""What the payloads of the older protocols share."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from app.schemas.messages import ClientId
from app.schemas.wire import Limit, Wire, digits

# Ids are `app.schemas.wire.Id`, which takes a number and its digits as a string alike.
LAST_PAGE = 1_000_000  # no list is as long; what a database counts has an end
Page = Annotated[
    int, BeforeValidator(digits), Field(ge=1, le=LAST_PAGE, description="1 is the newest")
]


class Paged(Wire):
    """Which page of a list."""

    page: Page = 1
    limit: Limit = 50


class Hello(Wire):
    """What a socket says first: who it is, by token. What else it says of itself is compared."""

    token: str | None = None


class Nothing(Wire):
    """No field is needed. What a body says of its sender is compared all the same."""


class Sending(Wire):
    """What every way of sending shares: with `clientId` a repeat is known as one."""

    client_id: ClientId | None = None
