"""What protocol 000 is called, and where it is spoken."""

from flask_babel import lazy_gettext as _l

from app.errors import NotFound
from app.protocols.protocol import Protocol


class UserNotFound(NotFound):
    """Whom somebody says to be and is not: there or not, one answer."""

    code = "user_not_found"
    message = _l("User not found")


protocol = Protocol(
    "000",
    namespace="/",
    error_event="message:error",
    roles=("CUSTOMER", "ADMIN"),
    claim_errors={"userId": UserNotFound},
    codes={"chat_not_found": "conversation_not_found"},
    fields={"chatId": "conversationId"},
)
