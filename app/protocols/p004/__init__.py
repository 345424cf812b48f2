"""Protocol 004: conversations of a customer and a provider, with receipts, typing, presence."""

from app.protocols.p004 import events, rest, told  # noqa: F401  (they hang themselves on it)
