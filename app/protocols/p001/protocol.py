"""What protocol 001 is called, and where it is spoken."""

from typing import Any

from app.protocols.protocol import Protocol


class Conversations(Protocol):
    """It shares its namespace and some names of events with another protocol."""

    def recognises(self, payload: Any) -> bool:
        return isinstance(payload, dict) and not payload.keys().isdisjoint(OWN_FIELDS)


OWN_FIELDS = ("conversationId", "content")
protocol = Conversations(
    "001",
    namespace="/chat",
    error_event="error",
    roles=("USER", "ADMIN"),
    prefix="/chat",
    fields={"chatId": "conversationId", "message": "content"},
)
