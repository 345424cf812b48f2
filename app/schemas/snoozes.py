"""Chats that are put aside, on the wire: for staff."""

from typing import Any

from pydantic import AwareDatetime, Field

from app.clock import iso
from app.models.chats import ChatState
from app.schemas.chats import ChatRef
from app.schemas.wire import Wire, ms_of


class Snooze(Wire):
    until: AwareDatetime = Field(description="a time to come, within a year, with its zone")

    @property
    def until_ms(self) -> int:
        return ms_of(self.until)


class SnoozeChat(Snooze, ChatRef):
    """`snooze_chat`."""


class SnoozeOut(Wire):
    chat_id: int
    snoozed_until: str | None


def snooze_out(chat: ChatState) -> dict[str, Any]:
    return {"chatId": chat.id, "snoozedUntil": iso(chat.snoozed_until)}
