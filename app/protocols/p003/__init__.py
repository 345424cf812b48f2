"""Protocol 003: chats of a user and "the admin", REST for what is read, Socket.IO for the rest."""

from app.protocols.p003 import events, rest, told  # noqa: F401  (they hang themselves on it)
