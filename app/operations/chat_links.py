"""Links that lead back into a chat, each for one person and one chat, for some weeks."""

import secrets
from typing import Any

from sqlalchemy import bindparam, insert, update

from app import clock
from app.models import links
from app.models.chats import ChatState
from app.models.links import LinkState
from app.operations.transaction import Transaction

DAY_MS = 24 * 3600 * 1000
LINK_DAYS = 30
INSERT = insert(links.table)
OF_PERSON = links.table.c.user_id == bindparam("who")
REVOKE = (
    update(links.table)
    .where(OF_PERSON, links.table.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
)


def made(tx: Transaction, chat: ChatState) -> LinkState:
    """A new link for the customer of the chat."""
    now = clock.now()
    values: dict[str, Any] = {
        "key": secrets.token_hex(links.KEY_LENGTH // 2),
        "user_id": chat.customer_id,
        "chat_id": chat.id,
        "created_at": now,
        "expires_at": now + LINK_DAYS * DAY_MS,
    }
    return LinkState(tx.add(INSERT, values), **values, revoked_at=None, code_expires_at=None)


def by_id(tx: Transaction, link_id: int) -> LinkState | None:
    """A link while it holds."""
    found = tx.run(links.BY_ID, {"link_id": link_id, "now": clock.now()}).first()
    return found and LinkState._make(found)
