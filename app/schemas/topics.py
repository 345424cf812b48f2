"""Topics on the wire: what a chat may be about."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field

from app.models.topics import TopicState
from app.schemas.wire import Id, Wire

Name = Annotated[str, Field(max_length=1000)]
LEADS = Field(default=None, description="the team to which it leads; null: to none")
OF_SITE = Field(default=None, description="where alone it may be chosen; null: everywhere")


class TopicOut(Wire):
    id: int
    name: str
    team_id: int | None
    site_id: int | None


class TopicsOut(Wire):
    """In the order in which they are offered."""

    topics: list[TopicOut]


class NewTopic(Wire):
    name: Name
    team_id: Id | None = LEADS
    site_id: Id | None = OF_SITE


class ChangedTopic(Wire):
    """What is not named stays."""

    name: Name | None = None
    team_id: Id | None = LEADS
    site_id: Id | None = OF_SITE
    place: Annotated[int, Field(ge=0, le=1000)] | None = Field(
        default=None, description="among all; 0 is the first"
    )


class ChatTopic(Wire):
    topic_id: Id | None = Field(description="null: none")


class SetTopic(ChatTopic):
    """`set_topic`."""

    chat_id: Id


def topic_out(topic: TopicState) -> dict[str, Any]:
    return {
        "id": topic.id,
        "name": topic.name,
        "teamId": topic.team_id,
        "siteId": topic.site_id,
    }


def topics_out(found: Iterable[TopicState]) -> dict[str, Any]:
    return {"topics": [topic_out(each) for each in found]}
