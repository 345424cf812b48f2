"""Topics: what a chat is about, and the team to which that leads."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatNotFound, NewerChat, NotFound, NotSupportChat, TooFast
from app.models.users import Actor
from app.operations import topics as operations
from app.queries import topics
from app.rest import STAFF
from app.schemas.chats import ChatOut, chat_out
from app.schemas.topics import (
    ChangedTopic,
    ChatTopic,
    NewTopic,
    TopicOut,
    TopicsOut,
    topic_out,
    topics_out,
)

ONE = "/topics/<id:topic_id>"
REFUSALS = (ChatNotFound, NewerChat, NotSupportChat, TooFast)


@endpoint("GET", "/topics", answer=TopicsOut)
def list_topics(actor: Actor) -> dict[str, Any]:
    """All topics, for staff; for a customer those of which they choose one with the first message
    of a chat (`topicId`), and none where nobody asks."""
    return topics_out(topics.every() if actor.is_staff else topics.offered_to(actor))


@endpoint(
    "POST", "/topics", body=NewTopic, answer=TopicOut, status=201, only=STAFF, raises=(TooFast,)
)
def make_topic(actor: Actor, body: NewTopic) -> dict[str, Any]:
    """Managers make one, below all others."""
    return topic_out(operations.make(actor, body.name, body.team_id, body.site_id))


@endpoint("PATCH", ONE, body=ChangedTopic, answer=TopicOut, only=STAFF, raises=(NotFound, TooFast))
def change_topic(actor: Actor, topic_id: int, body: ChangedTopic) -> dict[str, Any]:
    """Managers call one otherwise, have it lead elsewhere, or put it to another place."""
    changes = body.model_dump(include=body.model_fields_set)
    return topic_out(operations.change(actor, topic_id, **changes))


@endpoint("DELETE", ONE, status=204, only=STAFF, raises=(NotFound, TooFast))
def remove_topic(actor: Actor, topic_id: int) -> None:
    """Managers remove one; its chats have none, and stay where they are."""
    operations.remove(actor, topic_id)


@endpoint(
    "PUT", "/chats/<id:chat_id>/topic", body=ChatTopic, answer=ChatOut, only=STAFF, raises=REFUSALS
)
def set_topic(actor: Actor, chat_id: int, body: ChatTopic) -> dict[str, Any]:
    """Say what a chat is about. One of no team goes to the topic's. Again is fine."""
    return chat_out(operations.put_on(actor, chat_id, body.topic_id))
