"""Protocol 001: conversations of users and "the admin", by REST and by Socket.IO."""

from app.protocols.p001 import events, rest, told  # noqa: F401  (they hang themselves on it)
