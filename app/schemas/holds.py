"""Held messages on the wire: for staff."""

from typing import Any

from pydantic import Field

from app.queries.holds import HeldPage
from app.schemas.messages import HeldMessageOut, message_out
from app.schemas.wire import Id, Limit, Wire


class HeldQuery(Wire):
    after: Id | None = Field(
        default=None, description="messages with a higher id: `next` of before"
    )
    limit: Limit = 50


class HeldOut(Wire):
    """The oldest first; `next` where there are more."""

    messages: list[HeldMessageOut]
    next: int | None


class ReleaseMessage(Wire):
    """`release_message`."""

    message_id: Id


class RejectMessage(Wire):
    """`reject_message`."""

    message_id: Id


def held_out(page: HeldPage) -> dict[str, Any]:
    found = [message_out(each.message, for_staff=True) for each in page.held]
    return {"messages": found, "next": page.next}
