"""The bot's one answer in a chat, and what its customer makes of it.

It holds nobody up: the chat waits for a person from the first message on, as any other.
"""

import json
from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, update
from sqlalchemy.dialects.postgresql import insert  # SQLite renders its ON CONFLICT as well

from app import clock
from app.errors import Conflict, Forbidden
from app.models import bots, chats
from app.models.articles import ArticleState
from app.models.bots import OF_CHAT
from app.models.chats import SELECT_CHATS, ChatState
from app.models.messages import Line
from app.models.users import Actor
from app.operations import access, closures, limits, versions
from app.operations.transaction import transaction

ONE = SELECT_CHATS.where(chats.table.c.id == bindparam("of_chat")).with_for_update(of=chats.table)
ANSWERED = insert(bots.table).on_conflict_do_nothing(index_elements=["chat_id"])
END = update(bots.table).where(
    bots.table.c.chat_id == bindparam("of_chat"), bots.table.c.ended_at.is_(None)
)


def may_answer(chat: ChatState) -> bool:
    """Whether nobody has had to do with it but its customer, who asks."""
    return chat.is_support and chat.is_waiting and chat.first_reply_at is None


def answer(chat_id: int, articles: Sequence[ArticleState], text: str = "") -> bool:
    """Names these articles in the chat, and what a model made of them, in a line that says that it
    comes by itself.

    Whether it did: not where a person was faster, nor a second time.
    """
    with transaction() as tx:
        found = tx.run(ONE, {"of_chat": chat_id}).first()
        chat = found and access.locked(found, tx)
        if chat is None or not may_answer(chat):
            return False
        ids = json.dumps([each.id for each in articles])
        said = {"chat_id": chat_id, "seq": chat.version + 1, "articles": ids}
        if not tx.run(ANSWERED, said | {"answered_at": clock.now()}).rowcount:
            return False
        named = [{"id": each.id, "title": each.title} for each in articles]
        titles = ", ".join(each.title for each in articles)
        told = f"{text} ({titles})" if text else titles
        versions.line(tx, chat, Line.ANSWERED, told, {"articles": named, "text": text})
        return True


def settle(customer: Actor, chat_id: int, *, has_helped: bool) -> ChatState:
    """The customer says whether that helped: then the chat is closed; or asks for a person, who is
    told so. Once; again is fine, and what a person has begun goes on.

    Raises `ChatNotFound`, `Unauthorized`, `Forbidden` for who is not its customer, `Conflict`
    where nothing was answered, `TooFast`.
    """
    limits.sends(customer)
    with transaction() as tx:
        chat = access.chat_for(customer, chat_id, tx)
        if chat.customer_id != customer.id:
            raise Forbidden
        if tx.run(OF_CHAT, {"chat_id": chat_id}).first() is None:
            raise Conflict(_l("Nothing was answered there by itself."))
        ended = {"ended_at": clock.now(), "has_helped": has_helped}
        is_first = tx.run(END.values(**ended), {"of_chat": chat_id}).rowcount
        if not is_first or not may_answer(chat):
            return chat
        if has_helped:
            return closures.closed(tx, chat, customer)
        return versions.line(tx, chat, Line.ASKED, customer.name)
