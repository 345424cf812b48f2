"""What protocol 003 is called, and where it is spoken."""

from app.protocols.protocol import Protocol

protocol = Protocol(
    "003",
    namespace="/",
    error_event="error",
    roles=("user", "admin"),
    prefix="/api/chat",
    by_handshake=True,
    limits_calls=True,
)
