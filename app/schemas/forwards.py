"""Forwards on the wire."""

from app.schemas.messages import ClientId
from app.schemas.wire import Id, Wire


class Forward(Wire):
    """To which chat; a repeat with the same `clientId` gives the first message again."""

    chat_id: Id
    client_id: ClientId


class ForwardMessage(Forward):
    """`forward_message`."""

    message_id: Id
