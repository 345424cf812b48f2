"""Marking a chat as unread: staff is to come back to it. What was read stays read."""

from app.events import UnreadMarkChanged
from app.models.chats import ChatState
from app.models.users import Actor
from app.operations import access, assignments, versions
from app.operations.transaction import Transaction, transaction


def mark(staff: Actor, chat_id: int) -> ChatState:
    """Unread for all staff, until one of them opens it, writes in it, or reads what comes. Again
    is fine.

    No party sees anything of it: what its customer was told as read stays so. Raises
    `ChatNotFound`, `Unauthorized`, `Forbidden`, `ChatBlocked`, `NotSupportChat`, `NewerChat`.
    """
    access.require_staff(staff)
    with transaction() as tx:
        return marked(tx, access.chat_for(staff, chat_id, tx))


def marked(tx: Transaction, chat: ChatState) -> ChatState:
    assignments.check_support(chat)
    assignments.check_not_merged(chat)
    # A later mark counts from there on: a receipt for what was said before is no reading of it.
    return chat if chat.unread_mark == chat.version else put(tx, chat, chat.version)


def clear(staff: Actor, chat_id: int) -> ChatState:
    """Somebody has come back to it. Again is fine."""
    access.require_staff(staff)
    with transaction() as tx:
        return cleared(tx, access.chat_for(staff, chat_id, tx))


def cleared(tx: Transaction, chat: ChatState) -> ChatState:
    return put(tx, chat, None) if chat.is_marked_unread else chat


def put(tx: Transaction, chat: ChatState, mark: int | None) -> ChatState:
    """No version of it, of which a customer would hear."""
    after = versions.store(tx, chat, chat._replace(unread_mark=mark))
    tx.say(UnreadMarkChanged(after))
    return after
