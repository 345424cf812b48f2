"""Reactions on the wire."""

from typing import Annotated

from pydantic import Field

from app.schemas.wire import Id, Wire

Emoji = Annotated[str, Field(min_length=1, max_length=40, description="one emoji")]


class React(Wire):
    """`react` and `unreact`."""

    message_id: Id
    emoji: Emoji
