"""Ratings: a customer is asked once, when a chat is closed for the first time."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert  # SQLite renders its ON CONFLICT as well

from app import clock
from app.errors import Conflict, Forbidden, Invalid
from app.events import ChatRated
from app.extensions import this_app
from app.models import ratings, sites
from app.models.chats import ChatState
from app.models.messages import clean
from app.models.ratings import OF_CHAT, VALUES, WORDS_LENGTH, Asks, RatingState
from app.models.users import Actor
from app.operations import access, assignments, limits
from app.operations.transaction import Transaction, transaction

r = ratings.table.c
KIND = select(sites.table.c.rating).where(sites.table.c.id == bindparam("of_site"))
ASK = insert(ratings.table)
# Asked before, and somebody has written since: nobody is asked a second time. Where the chat was
# merely reopened and closed again, the question stands as it did.
ASK = ASK.on_conflict_do_update(
    index_elements=["chat_id"],
    set_={"ended_at": ASK.excluded.asked_at},
    where=r.ended_at.is_(None) & (r.asked_at < bindparam("said_at")),
)
STORE = update(ratings.table).where(
    r.chat_id == bindparam("of_chat"), r.ended_at.is_(None), r.rated_at.is_(None)
)


WITHDRAW = delete(ratings.table).where(
    r.chat_id == bindparam("of_chat"),
    r.asked_at >= bindparam("since"),
    r.ended_at.is_(None),
    r.rated_at.is_(None),
)


def ask(tx: Transaction, chat: ChatState) -> None:
    """The chat has just been closed, by whomever: its customer is asked, unless they were before.

    Not of a chat in which nobody has answered, nor of a provider's.
    """
    if not chat.is_support or chat.first_reply_at is None:
        return
    kind = kind_for(tx, chat)
    if kind == Asks.OFF:
        return
    asked = {"chat_id": chat.id, "kind": kind, "asked_at": clock.now(), "words": ""}
    tx.run(ASK, asked | {"said_at": chat.active_at})


def withdraw(tx: Transaction, chat: ChatState, since: int) -> None:
    """It was closed by mistake: its customer, if they were asked since then and have not said,
    is asked when it is closed in earnest."""
    tx.run(WITHDRAW, {"of_chat": chat.id, "since": since})


def kind_for(tx: Transaction, chat: ChatState) -> str:
    if chat.site_id is None:
        return str(this_app().config["RATING"])
    return str(tx.run(KIND, {"of_site": chat.site_id}).scalar())


def rate(customer: Actor, chat_id: int, value: int, words: str = "") -> RatingState:
    """The customer says what the chat was like, once; the same again is fine.

    `value` is 0 or 1 for thumbs, 1 to 5 for stars. Raises `ChatNotFound`, `Unauthorized`,
    `Forbidden` for who is not its customer, `ChatBlocked`, `Conflict` where it is not
    asked, or was answered otherwise, `Invalid`, `TooFast`.
    """
    limits.sends(customer)
    words = clean(words).strip()
    if len(words) > WORDS_LENGTH:
        wrong = _l("It has at most %(limit)s characters.", limit=WORDS_LENGTH)
        raise Invalid(fields={"words": wrong})
    with transaction() as tx:
        before = locked(tx, customer, chat_id)
        if before.value == value and before.words == words:
            return before
        if not before.is_open:
            raise not_asked()
        if value not in VALUES[Asks(before.kind)]:
            raise Invalid(fields={"value": _l("It is none of those to choose from.")})
        after = before._replace(value=value, words=words, rated_at=clock.now())
        said = {"value": value, "words": words, "rated_at": after.rated_at}
        tx.run(STORE.values(**said), {"of_chat": chat_id})
        tx.say(ChatRated(chat_id, after))
        return after


def dismiss(customer: Actor, chat_id: int) -> None:
    """The customer does not say; they are not asked again. Raises as `rate`; again is fine."""
    limits.sends(customer)
    with transaction() as tx:
        locked(tx, customer, chat_id)
        tx.run(STORE.values(ended_at=clock.now()), {"of_chat": chat_id})


def locked(tx: Transaction, customer: Actor, chat_id: int) -> RatingState:
    chat = access.chat_for(customer, chat_id, tx)
    if chat.customer_id != customer.id:
        raise Forbidden
    assignments.check_not_blocked(chat)
    found = tx.run(OF_CHAT, {"chat_id": chat_id}).first()
    if found is None:
        raise not_asked()
    return RatingState._make(found)


def not_asked() -> Conflict:
    return Conflict(_l("That is not asked, or was answered already."))
