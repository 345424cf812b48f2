"""Tags of chats on the wire: for staff."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field

from app.models.tags import TagState
from app.schemas.wire import Id, Wire

Name = Annotated[str, Field(max_length=1000)]


class TagOut(Wire):
    id: int
    name: str


class TagsOut(Wire):
    tags: list[TagOut]


class NewTag(Wire):
    name: Name = Field(description="of a tag that there is, however it is spelled, or of a new one")


class TagChat(NewTag):
    """`tag_chat`."""

    chat_id: Id


class UntagChat(Wire):
    """`untag_chat`."""

    chat_id: Id
    tag_id: Id


def tag_out(tag: TagState) -> dict[str, Any]:
    return {"id": tag.id, "name": tag.name}


def tags_out(tags: Iterable[TagState]) -> dict[str, Any]:
    return {"tags": [tag_out(each) for each in tags]}
