"""Loading through the actor: what may not be seen is not found, and a right is checked each time.

One statement answers three questions: does the chat exist, may the actor see it, and does what
the actor's credential proved still hold.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, select, true

from app import clock
from app.errors import ChatNotFound, Forbidden, MessageNotFound, Unauthorized
from app.models import chats, database, messages, users, visitors
from app.models.chats import SELECT_CHATS, ChatState
from app.models.logins import ACTOR_BY_LOGIN
from app.models.messages import MessageState
from app.models.statements import Prepared
from app.models.users import ACTOR_BY_ID, Actor, Role
from app.operations.transaction import Transaction

acting: Any = users.table.alias("acting")
SCOPES: dict[str, Any] = {
    Role.CUSTOMER: chats.table.c.customer_id == bindparam("actor_id"),
    Role.PROVIDER: chats.table.c.provider_id == bindparam("actor_id"),
}


def scope_of(role: str) -> Any:
    """The condition under which somebody of this role sees a chat."""
    return SCOPES.get(role, true()) if role in (*SCOPES, *users.STAFF) else ~true()


def through_actor(role: str) -> Select[Any]:
    still_holds = and_(
        acting.c.id == bindparam("actor_id"),
        acting.c.is_active,
        acting.c.auth_version == bindparam("auth_version"),
    )
    # Of who is erased only what removes them finds chats: what anybody still did to one would
    # outlast it.
    is_kept = chats.customers.c.erased_at.is_(None)
    return SELECT_CHATS.join(acting, still_holds).where(scope_of(role), is_kept)


OF_ROLE = {
    role: through_actor(role).where(chats.table.c.id == bindparam("chat_id")) for role in Role
}
BY_ID: dict[str, Prepared] = {role: Prepared(OF_ROLE[role]) for role in Role}
LOCKED = {role: OF_ROLE[role].with_for_update(of=chats.table) for role in Role}
BY_ID_LOCKED: dict[str, Prepared] = {role: Prepared(LOCKED[role]) for role in Role}
newer: Any = chats.table.alias("newer")
HAS_NEWER = exists().where(
    newer.c.customer_id == chats.table.c.customer_id,
    newer.c.provider_id.is_(None),
    newer.c.id > chats.table.c.id,
)
NEWER_NOW = (
    select(newer.c.id)
    .where(
        newer.c.customer_id == bindparam("customer_id"),
        newer.c.provider_id.is_(None),
        newer.c.id > bindparam("chat_id"),
    )
    .limit(1)
)
OF_CUSTOMER = Prepared(LOCKED[Role.CUSTOMER].add_columns(HAS_NEWER))
OWN_CHAT = (
    SELECT_CHATS.where(
        chats.table.c.customer_id == bindparam("customer_id"), chats.table.c.provider_id.is_(None)
    )
    .order_by(chats.table.c.id.desc())
    .limit(1)
)
MESSAGE = messages.SELECT_MESSAGES.where(messages.table.c.id == bindparam("message_id"))
NAME_OF = select(users.table.c.name).where(users.table.c.id == bindparam("user_id"))
LOCK_PERSON = (
    select(*users.ACTOR_COLUMNS)
    .where(users.table.c.id == bindparam("user_id"), users.table.c.is_active)
    # NO KEY UPDATE: others may go on to write rows that name the person.
    .with_for_update(key_share=True)
)


def chat_for(actor: Actor, chat_id: int, tx: Transaction | None = None) -> ChatState:
    """The chat as the actor may see it, its row locked when `tx` is given.

    Raises `ChatNotFound` when it is not there or not theirs, `Unauthorized` when what the actor
    was known by no longer holds.
    """
    if tx is None:
        found = database.row(BY_ID[actor.role], **key_of(actor, chat_id))
    else:
        found = tx.run(BY_ID_LOCKED[actor.role], key_of(actor, chat_id)).first()
    if found is None:
        check_still_holds(actor, tx)
        raise ChatNotFound
    return ChatState._make(found) if tx is None else locked(found, tx)


def chat_of_customer(customer: Actor, chat_id: int, tx: Transaction) -> tuple[ChatState, bool]:
    """As `chat_for`, and whether it is a support chat of which the customer has a newer one."""
    found = tx.run(OF_CUSTOMER, key_of(customer, chat_id)).first()
    if found is None:
        check_still_holds(customer, tx)
        raise ChatNotFound
    chat, has_newer = locked(found[:-1], tx), bool(found[-1])
    if not chat.is_support:
        return chat, False
    return chat, has_newer or has_newer_now(chat, tx)


def locked(found: Sequence[Any], tx: Transaction) -> ChatState:
    """The chat of a row that was locked.

    PostgreSQL joins before it waits for a lock, so an agent who took the chat meanwhile is in it
    without a name.
    """
    chat = ChatState._make(found)
    if chat.agent_id is None or chat.agent_name is not None:
        return chat
    return chat._replace(agent_name=tx.run(NAME_OF, {"user_id": chat.agent_id}).first()[0])


def has_newer_now(chat: ChatState, tx: Transaction) -> bool:
    """Whether another support chat of the customer has begun after this one, whose row is locked.

    Who opens another locks the newest one first, which is over then. So what was asked together
    with the lock may be from before it was waited for, and what is asked now is so until the end.
    """
    if chat.merged_into_id is not None:
        return True
    if not chat.is_over:
        return False
    return (
        tx.run(NEWER_NOW, {"customer_id": chat.customer_id, "chat_id": chat.id}).first() is not None
    )


def message_for(actor: Actor, message_id: int, tx: Transaction | None = None) -> MessageState:
    """A message of a chat that the actor may see. Raises `MessageNotFound`, `Unauthorized`."""
    return message_and_chat(actor, message_id, tx)[0]


def locked_message(
    actor: Actor, message_id: int, tx: Transaction
) -> tuple[MessageState, ChatState]:
    """A message and its chat as they are under the chat's lock. Raises as `message_for` does."""
    before, chat = message_and_chat(actor, message_id, tx)
    message = MessageState._make(tx.run(MESSAGE, {"message_id": before.id}).first())
    if message.chat_id != chat.id:  # it has moved into another one meanwhile
        return locked_message(actor, message_id, tx)
    return message, chat


def message_and_chat(
    actor: Actor, message_id: int, tx: Transaction | None
) -> tuple[MessageState, ChatState]:
    values = {"message_id": message_id}
    found = tx.run(MESSAGE, values).first() if tx else database.row(MESSAGE, **values)
    try:
        chat = chat_for(actor, found.chat_id if found else 0, tx)
    except ChatNotFound:
        raise MessageNotFound from None
    message = MessageState._make(found)
    if message.held_at is not None and not sees_held(actor, chat):
        raise MessageNotFound
    return message, chat


def sees_held(actor: Actor, chat: ChatState) -> bool:
    """Whether messages of this chat that are held are there for the actor: who wrote them, to whom
    they are as any other, and staff, who decides."""
    return actor.is_staff or actor.id == chat.customer_id


def check_still_holds(actor: Actor, tx: Transaction | None = None) -> None:
    """Raises `Unauthorized` when the actor was deactivated, or changed role or password."""
    values = {"user_id": actor.id, "auth_version": actor.auth_version}
    found = tx.run(ACTOR_BY_ID, values).first() if tx else database.row(ACTOR_BY_ID, **values)
    if found is None:
        raise Unauthorized


def check_login_holds(actor: Actor) -> None:
    """As `check_still_holds`, and when the login that the actor came by was ended."""
    values = {"user_id": actor.id, "auth_version": actor.auth_version, "login": actor.login}
    if database.row(ACTOR_BY_LOGIN, **values) is None:
        raise Unauthorized


def check_identified(actor: Actor) -> Actor:
    """The actor, for as long as the site that has named them says who they are.

    It may have said so again by now, which is asked for when the time that is known is over, and
    not before. Raises `Unauthorized`.
    """
    if actor.identified_until is None or clock.now() < actor.identified_until:
        return actor
    actor = newly_identified(actor)
    if actor.identified_until is None or actor.identified_until <= clock.now():
        raise Unauthorized
    return actor


def newly_identified(actor: Actor) -> Actor:
    """The actor, for as long as the site says by now; without an end who is no known person."""
    values = {"user_id": actor.id, "login": actor.login}
    return actor._replace(identified_until=database.scalar(visitors.IDENTIFIED_UNTIL, **values))


def has_account(actor: Actor) -> bool:
    """Whether a customer acts by an account of the desk. Visitors of a site have none; who has one
    and was known to a site as well acts by the one or the other."""
    if not (actor.is_customer and actor.email) or actor.identified_until is not None:
        return False
    values = {"user_id": actor.id, "login": actor.login}
    return actor.login is None or database.row(visitors.IDENTIFIED_UNTIL, **values) is None


def has_password(actor: Actor) -> bool:
    """Whether the actor came by an account with a password of their own: all but visitors."""
    return not actor.is_customer or has_account(actor)


def require_staff(actor: Actor) -> None:
    if not actor.is_staff:
        raise Forbidden


def require_manager(actor: Actor) -> None:
    """Of those who set up the desk. Raises `Forbidden`."""
    if not actor.is_manager:
        raise Forbidden


def require_admin(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden


def own_chat(customer: Actor) -> ChatState | None:
    """A customer's support chat: the newest, in any state."""
    found = database.row(OWN_CHAT, customer_id=customer.id)
    return found and ChatState._make(found)


def key_of(actor: Actor, chat_id: int) -> dict[str, Any]:
    return {"actor_id": actor.id, "auth_version": actor.auth_version, "chat_id": chat_id}


def locked_person(tx: Transaction, user_id: int) -> Actor | None:
    """An active person; their row stays locked, so that what hangs on them happens once."""
    found = tx.run(LOCK_PERSON, {"user_id": user_id}).first()
    return found and Actor.of(found)
