"""Protocol 002: rooms of customers and support agents, by REST, by Socket.IO and by page."""

from app.protocols.p002 import events, rest, told  # noqa: F401  (they hang themselves on it)
