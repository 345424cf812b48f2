"""How urgent a chat is: staff's to know, and nobody else's."""

from app.events import PriorityChanged
from app.models.chats import ChatState, Priority
from app.models.users import Actor
from app.operations import access, assignments, limits, versions
from app.operations.transaction import Transaction, transaction


def prioritise(staff: Actor, chat_id: int, priority: Priority) -> ChatState:
    """The chat is as urgent as that; again is fine. No party sees anything of it.

    Raises `ChatNotFound`, `Unauthorized`, `Forbidden`, `ChatBlocked`, `NewerChat`,
    `NotSupportChat`, `TooFast`.
    """
    access.require_staff(staff)
    limits.sends(staff)
    with transaction() as tx:
        return put(tx, access.chat_for(staff, chat_id, tx), priority)


def put(tx: Transaction, chat: ChatState, priority: Priority) -> ChatState:
    """No version of it, of which a customer would hear."""
    assignments.check_support(chat)
    assignments.check_not_merged(chat)
    wanted = None if priority == Priority.NORMAL else priority.value
    if chat.priority == wanted:
        return chat
    after = versions.store(tx, chat, chat._replace(priority=wanted))
    tx.say(PriorityChanged(after))
    return after
