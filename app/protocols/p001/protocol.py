"""What protocol 001 is called, and where it is spoken."""

from app.protocols.protocol import Protocol

protocol = Protocol(
    "001",
    namespace="/chat",
    error_event="error",
    roles=("USER", "ADMIN"),
    prefix="/chat",
    fields={"chatId": "conversationId", "message": "content"},
)
