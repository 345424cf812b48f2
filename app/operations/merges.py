"""Two customers who turn out to be one: what the visitor said becomes the known person's."""

from typing import Any

from sqlalchemy import bindparam, select, update

from app import clock
from app.events import AccessEnded, ChatChanged
from app.models import chats, files, messages, users
from app.models.chats import LIVING, ChatState, Status
from app.models.users import Actor
from app.operations import chats as opening
from app.operations import reactions, versions
from app.operations import users as people
from app.operations.transaction import Transaction

m = messages.table.c
CHATS_OF = (
    chats.SELECT_CHATS.where(chats.table.c.customer_id == bindparam("customer_id"))
    .order_by(chats.table.c.id)
    .with_for_update(of=chats.table)
)
SAID_IN = (
    select(m.id, m.sender_id, m.client_id, m.read_at, m.reactions)
    .where(m.chat_id == bindparam("chat_id"))
    .order_by(m.seq)
)
# What senders have called their messages there that is a name here, too.
there: Any = messages.table.alias("there")
NAMED_TWICE = (
    select(there.c.sender_id, there.c.client_id)
    .join(messages.table, m.client_id == there.c.client_id)
    .where(there.c.chat_id == bindparam("into_id"), m.chat_id == bindparam("chat_id"))
)
POUR = (
    update(messages.table)
    .where(m.id == bindparam("message_id"))
    .values(
        chat_id=bindparam("into_id"),
        seq=bindparam("place"),
        version=bindparam("place"),
        sender_id=bindparam("by"),
        client_id=bindparam("name"),
        reactions=bindparam("reacted"),
    )
)
HAND_OVER = (
    update(messages.table)
    .where(m.chat_id == bindparam("of_chat"), m.sender_id == bindparam("from_id"))
    .values(sender_id=bindparam("to_id"))
)
# What is on its way, and goes along with what they say next.
HAND_OVER_FILES = (
    update(files.table)
    .where(files.table.c.owner_id == bindparam("from_id"))
    .values(owner_id=bindparam("to_id"))
)
REACTED_IN = select(m.id, m.reactions).where(
    m.chat_id == bindparam("chat_id"), m.reactions.is_not(None)
)
REACTED = (
    update(messages.table)
    .where(m.id == bindparam("message_id"))
    .values(reactions=bindparam("reacted"))
)
END = update(users.table).where(users.table.c.id == bindparam("who")).values(is_active=False)


def merge(tx: Transaction, visitor: Actor, person: Actor) -> None:
    """The visitor's chats are the person's; the visitor is gone, with all that was issued to them.

    Both rows are locked. Who has no chat yet receives them whole. Otherwise what was said in them
    follows in the newest one, since a customer has one chat that goes on: it stays with whoever
    answers it, or with whoever answered the visitor if it was over. With a provider there is one
    chat an order.
    """
    found = [ChatState._make(row) for row in tx.run(CHATS_OF, {"customer_id": visitor.id})]
    newest = opening.newest_of(tx, person.id)
    for chat in found:
        into = newest if chat.is_support else opening.between(tx, chat, person)
        if into is None:
            hand_over(tx, chat, person)
        elif chat.is_support:
            newest = pour(tx, chat, into)
        else:
            pour(tx, chat, into)
    tx.run(HAND_OVER_FILES, {"from_id": visitor.id, "to_id": person.id})
    version = tx.run(people.BUMP, {"who": visitor.id, "now": clock.now()}).scalar_one()
    tx.run(END, {"who": visitor.id})
    tx.say(AccessEnded(visitor.id, version))


def hand_over(tx: Transaction, chat: ChatState, person: Actor) -> None:
    """The chat as it is, one version on, with another customer."""
    ids = {"of_chat": chat.id, "from_id": chat.customer_id, "to_id": person.id}
    tx.run(HAND_OVER, ids)
    as_person = {chat.customer_id: person.id}
    for row in tx.run(REACTED_IN, {"chat_id": chat.id}).all():
        reacted = reactions.moved(row.reactions, as_person)
        tx.run(REACTED, {"message_id": row.id, "reacted": reacted})
    after = chat._replace(
        version=chat.version + 1,
        updated_at=clock.now(),
        customer_id=person.id,
        customer_name=person.name,
        customer_email=person.email,
        last_sender_id=person.id if chat.awaits_answer else chat.last_sender_id,
    )
    # New to whom it belongs now, whose pages have not joined it.
    tx.say(ChatChanged(versions.store(tx, chat, after), before=None))


def pour(tx: Transaction, chat: ChatState, into: ChatState) -> ChatState:
    """All that was said in the chat follows in the other one; the chat stays behind, empty."""
    ids = {"into_id": into.id, "chat_id": chat.id}
    taken = {tuple(row) for row in tx.run(NAMED_TWICE, ids)}
    moved, last = [], 0
    to: dict[str, list[tuple[int, int | None]]] = {"customer": [], "staff": []}
    for place, row in enumerate(tx.run(SAID_IN, ids), into.version + 1):
        by_customer = row.sender_id == chat.customer_id
        by = into.customer_id if by_customer else row.sender_id
        # Two messages that one sender calls the same are two here; the later loses its name.
        name = None if (by, row.client_id) in taken else row.client_id
        reacted = reactions.moved(row.reactions, {chat.customer_id: into.customer_id})
        named = {"place": place, "by": by, "name": name, "reacted": reacted}
        moved.append(named | {"message_id": row.id, "into_id": into.id})
        if by is not None:
            to["staff" if by_customer else "customer"].append((place, row.read_at))
            last = place
    leave(tx, chat, into)
    if not moved:
        return into
    tx.connection.execute(POUR, moved)
    # The change of the chat itself has a version of its own: whoever is in step with the chat sees
    # the gap, and asks for what was said.
    end = into.version + len(moved)
    after = into._replace(
        version=end + 1,
        updated_at=clock.now(),
        active_at=max(into.active_at, chat.active_at),
        **going_on(chat, into),
    )
    for side, said in to.items():
        after = after._replace(**read(side, into, said, end))
    if last:
        by = into.customer_id if chat.awaits_answer else chat.last_sender_id
        after = after._replace(last_seq=last, last_sender_id=by, last_text=chat.last_text)
    after = after._replace(needs_reply=after.status in LIVING and after.awaits_answer)
    tx.say(ChatChanged(versions.store(tx, into, after), before=Status(into.status)))
    return after


def going_on(chat: ChatState, into: ChatState) -> dict[str, Any]:
    """The state of what both have become. Blocked stays blocked; who answers goes on answering."""
    if into.is_blocked or (into.is_open and not chat.is_blocked):
        return {}
    if into.is_waiting and not (chat.is_open or chat.is_blocked):
        return {"asked_at": into.asked_at or chat.asked_at}
    if chat.is_over:
        return {}
    kept = ("status", "agent_id", "agent_name", "waiting_since", "closed_at")
    return {name: getattr(chat, name) for name in (*kept, "asked_at", "first_reply_at")}


def read(
    side: str, into: ChatState, said: list[tuple[int, int | None]], end: int
) -> dict[str, Any]:
    """How far a side has read what was said to it, now that more of it follows."""
    pointer: int = getattr(into, f"{side}_read")
    delivered: int = getattr(into, f"{side}_delivered")
    unread: int = getattr(into, f"{side}_unread")
    if unread == 0:
        pointer = next((place - 1 for place, read_at in said if read_at is None), end)
    return {
        f"{side}_read": pointer,
        f"{side}_delivered": max(delivered, pointer),
        f"{side}_unread": unread + sum(place > pointer for place, _read_at in said),
    }


def leave(tx: Transaction, chat: ChatState, into: ChatState) -> None:
    """The chat is put away, and says where to go on."""
    versions.changed(
        tx,
        chat,
        status=Status.ARCHIVED.value,
        merged_into_id=into.id,
        needs_reply=False,
        waiting_since=None,
        closed_at=chat.closed_at or clock.now(),
        customer_unread=0,
        staff_unread=0,
        last_seq=0,
        last_text="",
    )
