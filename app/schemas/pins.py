"""Chats that one has pinned, on the wire: for staff."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from app.schemas.wire import Wire


class PinsOut(Wire):
    pins: list[int] = Field(description="the chats that one has pinned, 20 at most")


def pins_out(pins: Sequence[int]) -> dict[str, Any]:
    return {"pins": list(pins)}
