"""Tags, by which staff finds chats again."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatNotFound, NotFound, TooFast
from app.models.users import Actor
from app.operations import access
from app.operations import tags as operations
from app.queries import tags
from app.rest import STAFF
from app.schemas.tags import NewTag, TagOut, TagsOut, tag_out, tags_out

OF_CHAT = "/chats/<id:chat_id>/tags"
ONE = "/tags/<id:tag_id>"


@endpoint("GET", "/tags", answer=TagsOut, only=STAFF)
def list_tags(actor: Actor) -> dict[str, Any]:
    """All tags there are, by name."""
    return tags_out(tags.every())


@endpoint("PATCH", ONE, body=NewTag, answer=TagOut, only=STAFF, raises=(NotFound, TooFast))
def rename_tag(actor: Actor, tag_id: int, body: NewTag) -> dict[str, Any]:
    """Managers call one otherwise; where there is one of that name, both become that one."""
    return tag_out(operations.rename(actor, tag_id, body.name))


@endpoint("DELETE", ONE, status=204, only=STAFF, raises=(NotFound, TooFast))
def remove_tag(actor: Actor, tag_id: int) -> None:
    """Managers remove one, from all chats."""
    operations.remove(actor, tag_id)


@endpoint("GET", OF_CHAT, answer=TagsOut, only=STAFF, raises=(ChatNotFound,))
def tags_of_chat(actor: Actor, chat_id: int) -> dict[str, Any]:
    """What tags a chat has."""
    return tags_out(tags.of_chat(access.chat_for(actor, chat_id).id))


@endpoint("POST", OF_CHAT, body=NewTag, answer=TagsOut, only=STAFF, raises=(ChatNotFound, TooFast))
def tag_chat(actor: Actor, chat_id: int, body: NewTag) -> dict[str, Any]:
    """Put a tag on a chat, which makes it where there is none of that name. Again is fine."""
    return tags_out(operations.put_on(actor, chat_id, body.name))


@endpoint(
    "DELETE",
    f"{OF_CHAT}/<id:tag_id>",
    answer=TagsOut,
    only=STAFF,
    raises=(ChatNotFound, TooFast),
)
def untag_chat(actor: Actor, chat_id: int, tag_id: int) -> dict[str, Any]:
    """Take a tag off a chat. Again is fine."""
    return tags_out(operations.take_off(actor, chat_id, tag_id))
