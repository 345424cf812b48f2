"""Protocol 000: Socket.IO alone, with conversations of a customer and "the admin"."""

from app.protocols.p000 import events, told  # noqa: F401  (they hang themselves on it)
