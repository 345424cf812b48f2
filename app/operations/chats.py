"""Opening a chat: a customer's own, staff with a customer, a customer with a provider."""

from typing import Any

from sqlalchemy import bindparam, insert

from app import clock
from app.errors import Forbidden, NotFound
from app.events import ChatChanged
from app.models import chats, database, visitors
from app.models.chats import ChatState, Status
from app.models.users import Actor, Role
from app.operations import access, assignments, limits, mails, teams
from app.operations.transaction import Transaction, transaction

INSERT = insert(chats.table)
COUNTS = ("_delivered", "_read", "_unread")
NEWEST_LOCKED = access.OWN_CHAT.with_for_update(of=chats.table)
OWN_LOCKED = (
    access.through_actor(Role.CUSTOMER)
    .where(chats.table.c.provider_id.is_(None))
    .order_by(chats.table.c.id.desc())
    .limit(1)
    .with_for_update(of=chats.table)
)
BETWEEN_PARTIES = chats.SELECT_CHATS.where(
    chats.table.c.customer_id == bindparam("customer_id"),
    chats.table.c.provider_id == bindparam("provider_id"),
    chats.table.c.order_id.is_not_distinct_from(bindparam("order_id")),
)

BETWEEN_LOCKED = BETWEEN_PARTIES.with_for_update(of=chats.table)


def open_own(customer: Actor) -> tuple[ChatState, bool]:
    """The customer's support chat, and whether it is new: an empty one is made if there is none."""
    if not customer.is_customer:
        raise Forbidden
    with transaction() as tx:
        return own(tx, customer)


def open_with(staff: Actor, customer_id: int) -> tuple[ChatState, bool]:
    """Staff starts a chat with a customer, or comes back to the one that is going on.

    The chat, and whether it is new. One that waits is taken, one that somebody holds stays with
    them, a finished one is left as it is and a new one opened.
    """
    access.require_staff(staff)
    with transaction() as tx:
        return with_customer(tx, staff, customer_id)


def open_between(
    actor: Actor, provider_id: int, customer_id: int, order_id: int | None = None
) -> tuple[ChatState, bool]:
    """The chat of a provider and a customer about one order, and whether it is new.

    Only a party to it or staff may open one; a party that makes too many is `TooFast`.
    """
    if not actor.is_staff and actor.id not in (provider_id, customer_id):
        raise Forbidden
    parties = {"customer_id": customer_id, "provider_id": provider_id, "order_id": order_id}
    # A party names any order, so without a limit it makes any number of chats. It is asked before
    # the transaction, in which nothing waits for Redis.
    if not actor.is_staff and database.row(BETWEEN_PARTIES, **parties) is None:
        limits.openings(actor)
    with transaction() as tx:
        access.check_still_holds(actor, tx)
        # In one order: two that lock the same people would wait for each other.
        people = {who: access.locked_person(tx, who) for who in sorted((customer_id, provider_id))}
        customer, provider = people[customer_id], people[provider_id]
        if customer is None or customer.role != Role.CUSTOMER:
            raise NotFound
        if provider is None or provider.role != Role.PROVIDER:
            raise NotFound
        found = tx.run(BETWEEN_PARTIES, parties).first()
        if found is not None:
            return ChatState._make(found), False
        chat = opened(tx, customer, status=Status.OPEN, provider=provider, order_id=order_id)
        return chat, True


def with_customer(tx: Transaction, staff: Actor, customer_id: int) -> tuple[ChatState, bool]:
    """The chat in which staff talks to the customer, and whether it is new; their row is locked."""
    access.check_still_holds(staff, tx)
    customer = access.locked_person(tx, customer_id)
    if customer is None or customer.role != Role.CUSTOMER:
        raise NotFound
    going_on = newest_of(tx, customer_id)
    if going_on is None or going_on.is_over:
        return opened(tx, customer, status=Status.OPEN, agent=staff), True
    if going_on.is_waiting:
        return assignments.take(tx, going_on, staff), False
    return going_on, False


def own(tx: Transaction, customer: Actor) -> tuple[ChatState, bool]:
    """The customer's support chat, its row locked, and whether it is new.

    Of two who ask at once, one makes it.
    """
    values = {"actor_id": customer.id, "auth_version": customer.auth_version}
    found = tx.run(OWN_LOCKED, values).first()
    chat = found and access.locked(found, tx)
    if chat is not None and not access.has_newer_now(chat, tx):
        return chat, False
    if chat is None:
        access.check_still_holds(customer, tx)
        access.locked_person(tx, customer.id)
    made_meanwhile = newest_of(tx, customer.id)
    if made_meanwhile is not None:
        return made_meanwhile, False
    return opened(tx, customer, status=Status.WAITING), True


def between(tx: Transaction, chat: ChatState, customer: Actor) -> ChatState | None:
    """The chat of this one's provider and order with another customer, its row locked."""
    parties = {"provider_id": chat.provider_id, "order_id": chat.order_id}
    found = tx.run(BETWEEN_LOCKED, parties | {"customer_id": customer.id}).first()
    return found and access.locked(found, tx)


def newest_of(tx: Transaction, customer_id: int) -> ChatState | None:
    found = tx.run(NEWEST_LOCKED, {"customer_id": customer_id}).first()
    return found and access.locked(found, tx)


def opened(
    tx: Transaction,
    customer: Actor,
    *,
    status: Status,
    agent: Actor | None = None,
    provider: Actor | None = None,
    order_id: int | None = None,
) -> ChatState:
    """A new chat. One that waits stands in no queue until its customer has written."""
    now = clock.now()
    site_id, team_id = (None, None) if provider else came_by(tx, customer, leads=agent is None)
    values: dict[str, Any] = dict.fromkeys(ChatState._fields)
    values |= dict.fromkeys((name for name in values if name.endswith(COUNTS)), 0)
    values |= {
        "customer_id": customer.id,
        "provider_id": provider and provider.id,
        "order_id": order_id,
        "site_id": site_id,
        "team_id": team_id,
        "agent_id": agent and agent.id,
        "status": status.value,
        "version": 1,
        "last_text": "",
        "last_gist": None,
        "last_seq": 0,
        "active_at": now if agent or provider else 0,
        "needs_reply": False,
        "created_at": now,
        "updated_at": now,
    }
    columns = {name: value for name, value in values.items() if name not in chats.NAMES}
    del columns["id"]
    values["id"] = tx.add(INSERT, columns)
    values |= {
        "customer_name": customer.name,
        "customer_email": customer.email,
        "customer_takes_mail": mails.takes_mail(tx, customer.id),
        "agent_name": agent and agent.name,
        "provider_name": provider and provider.name,
    }
    chat = ChatState(**values)
    tx.say(ChatChanged(chat, before=None))
    return chat


def came_by(
    tx: Transaction, customer: Actor, *, leads: bool = True
) -> tuple[int | None, int | None]:
    """The site that a visitor came by, and its team if it `leads` to one, which is not removed
    before the end; neither of somebody who writes on a page of the desk's own."""
    found = tx.run(visitors.SITE_OF, {"user_id": customer.id}).first()
    if found is None:
        return None, None
    has_team = leads and found.team_id is not None
    return found.site_id, teams.if_there(tx, found.team_id) if has_team else None
