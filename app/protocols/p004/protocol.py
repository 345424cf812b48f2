"""What protocol 004 is called, where it is spoken, and how many sockets one person may have."""

from flask import current_app
from flask_babel import gettext as _

from app.errors import TooFast
from app.protocols.deliver import tell_socket
from app.protocols.protocol import Protocol
from app.protocols.speakers import Speaker
from app.sockets.admission import end
from app.sockets.connections import connections


class ProviderCustomerChat(Protocol):
    """004 alone bounds the sockets of one person that speak it."""

    def welcome(self, speaker: Speaker) -> None:
        """One more socket of this person: their oldest are told why, and give way."""
        others = [
            each
            for each in connections.of(speaker.actor.id)
            if isinstance(each, Speaker) and self in each.speaks and each is not speaker
        ]
        too_many = len(others) + 1 - current_app.config["CHAT_MAX_CONNECTIONS_PER_USER"]
        for oldest in others[: max(0, too_many)]:
            error = TooFast(
                _("A newer connection of yours has taken its place."), code="too_many_connections"
            )
            tell_socket(oldest.sid, self.namespace, self.error_event, error.as_dict())
            end(oldest)


protocol = ProviderCustomerChat(
    "004",
    namespace="/",
    error_event="chat-error",
    roles=("customer", "provider"),
    prefix="/api/provider-customer-chat",
    codes={"chat_not_found": "conversation_not_found"},
    fields={"chatId": "conversationId", "message": "content", "replyTo": "replyToId"},
)
