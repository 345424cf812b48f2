"""What staff does to several chats at once, and undoes, on the wire."""

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from app.models.chats import Priority
from app.operations.actions import MOST, Action, Outcome, Refused, What
from app.schemas.wire import Id, Text, Wire, ms_of

UNDO = Field(
    description="takes it back, for a minute, where nobody has changed it since; null where nothing"
    " was changed"
)


class Act(Wire):
    """`act_on_chats`: `assign` takes `agentId` or `teamId`, `snooze` takes `until`, `tag` a `name`,
    `untag` a `tagId`, `set_priority` a `priority`, `set_topic` a `topicId` (null: about none)."""

    chat_ids: Annotated[list[Id], Field(min_length=1, max_length=MOST)]
    action: What
    agent_id: Id | None = None
    team_id: Id | None = None
    until: AwareDatetime | None = Field(
        default=None, description="a time to come, within a year, with its zone"
    )
    name: Text = ""
    tag_id: Id | None = None
    priority: Priority | None = None
    topic_id: Id | None = None

    @property
    def wanted(self) -> Action:
        until = None if self.until is None else ms_of(self.until)
        about = (self.name, self.tag_id, self.priority, self.topic_id)
        return Action(self.action, self.agent_id, self.team_id, until, *about)


class Undo(Wire):
    """`undo_action`."""

    undo: Annotated[str, Field(max_length=100_000)]


class WhyOut(Wire):
    code: str
    message: str


class RefusedOut(Wire):
    """A chat to which it could not be done, and why."""

    chat_id: int
    name: str = Field(description="its customer's; empty where there is no such chat")
    error: WhyOut


class OutcomeOut(Wire):
    done: list[int] = Field(description="the chats to which it was done")
    refused: list[RefusedOut]
    undo: str | None = UNDO


def outcome_out(outcome: Outcome) -> dict[str, Any]:
    return {
        "done": [chat.id for chat in outcome.done],
        "refused": [refused_out(each) for each in outcome.refused],
        "undo": outcome.undo,
    }


def refused_out(refused: Refused) -> dict[str, Any]:
    why = {"code": refused.error.code, "message": str(refused.error.message)}
    return {"chatId": refused.chat_id, "name": refused.name, "error": why}
