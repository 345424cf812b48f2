"""What protocol 000 is called, and where it is spoken."""

from flask_babel import lazy_gettext as _l

from app.errors import ChatError, NotFound
from app.protocols.protocol import Protocol


def user_not_found() -> ChatError:
    """Whom somebody says to be and is not: there or not, one answer."""
    return NotFound(_l("User not found"), code="user_not_found")


protocol = Protocol(
    "000",
    namespace="/",
    error_event="message:error",
    roles=("CUSTOMER", "ADMIN"),
    claim_errors={"userId": user_not_found},
    codes={"chat_not_found": "conversation_not_found"},
    fields={"chatId": "conversationId"},
)
