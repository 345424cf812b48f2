"""Sending a message, by REST and by event alike: into which conversation it goes."""

from flask_babel import lazy_gettext as _l

from app.errors import Invalid
from app.models.messages import MessageState
from app.models.users import Actor
from app.operations import access, messages
from app.protocols.p001.mapping import Send001
from app.protocols.protocol import NotYou


def send(actor: Actor, wanted: Send001) -> MessageState:
    """The message, new or known already by its `clientId`."""
    check_user(actor, wanted)
    if wanted.conversation_id is None and actor.is_staff and wanted.user_id is not None:
        return messages.send_to(actor, wanted.user_id, wanted.draft())[0]
    return messages.send(actor, wanted.conversation_id, wanted.draft())


def check_user(actor: Actor, wanted: Send001) -> None:
    """`userId` names whom staff writes to; anybody else may name themselves alone.

    Raises `Forbidden`, and `Invalid` where the conversation is another user's.
    """
    if wanted.user_id in (None, actor.id):
        return
    if not actor.is_staff:
        raise NotYou
    if wanted.conversation_id is not None:
        chat = access.chat_for(actor, wanted.conversation_id)
        if chat.customer_id != wanted.user_id:
            raise Invalid(fields={"userId": _l("That conversation is somebody else's.")})
