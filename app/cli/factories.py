"""People and chats made up, with a past: for demo data, tests and measurements alike.

`ChatPast` tells a chat's story with times of its own choosing and keeps the same books as the
operations do (versions, pointers, counts); `flask counts check` proves that it does.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import func, insert, select

from app import clock
from app.models import chats, database, messages, notes, users, words
from app.models.chats import PREVIEW_LENGTH, ChatState, Status
from app.models.messages import Line, MessageType
from app.models.users import Actor, Role
from app.operations import passwords
from app.operations.transaction import transaction
from app.operations.words import rows_of
from config import DEMO_PASSWORD

PASSWORD = DEMO_PASSWORD


def person(
    name: str, role: str = Role.CUSTOMER, email: str | None = None, password: str = PASSWORD
) -> Actor:
    """One new person who can log in."""
    return people([(name, role, email)], password)[0]


def people(
    who: Sequence[tuple[str, str, str | None]],
    password: str = PASSWORD,
    *,
    since: int | None = None,
) -> list[Actor]:
    """New people, as (name, role, e-mail address or None). They share one password hash."""
    kept = hash_of(password)
    first = next_id(users.table)
    made = []
    for user_id, (name, role, email) in enumerate(who, first):
        address = email or f"person{user_id}@example.com"
        made.append(Actor(user_id, name, address, str(role), 1, since or clock.now()))
    rows = [actor._asdict() | {"password_hash": kept, "is_active": True} for actor in made]
    for row in rows:
        del row["login"]
    add_rows(users.table, rows)
    add_rows(words.table, [row for a in made for row in rows_of(a.id, a.name, a.email)])
    return made


@cache
def hash_of(password: str) -> str:
    """One for all who are made up with it: it costs more than all else about them."""
    return passwords.hashed(password)


class ChatPast:
    """A chat's story, told in order; `save` writes several at once."""

    def __init__(
        self,
        customer: Actor,
        at: int,
        *,
        provider: Actor | None = None,
        order_id: int | None = None,
    ) -> None:
        self.customer = customer
        self.rows: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self.chat: dict[str, Any] = dict.fromkeys(chats.table.c.keys(), 0)
        self.chat |= {
            "customer_id": customer.id,
            "provider_id": provider and provider.id,
            "order_id": order_id,
            "site_id": None,
            "agent_id": None,
            "status": (Status.OPEN if provider else Status.WAITING).value,
            "version": 1,
            "last_text": "",
            "last_gist": None,
            "last_sender_id": None,
            "active_at": at if provider else 0,
            "needs_reply": False,
            "created_at": at,
            "updated_at": at,
            "waiting_since": None,
            "asked_at": None,
            "first_reply_at": None,
            "closed_at": None,
            "team_id": None,
            "topic_id": None,
            "priority": None,
            "held_seq": None,
            "snoozed_until": None,
            "unread_mark": None,
            "merged_into_id": None,
        }

    def say(self, who: Actor, text: str, at: int, client_id: str | None = None) -> "ChatPast":
        """A message; a customer's first makes the chat wait."""
        chat, by_customer = self.chat, who.id == self.customer.id
        if by_customer and chat["status"] == Status.WAITING and not chat["waiting_since"]:
            self.change(at, waiting_since=at)
        self.add(at, sender_id=who.id, text=text, client_id=client_id)
        chat |= {
            "last_text": text[:PREVIEW_LENGTH],
            "last_sender_id": who.id,
            "last_seq": chat["version"],
            "active_at": at,
            "updated_at": at,
            "needs_reply": by_customer,
        }
        chat["staff_unread" if by_customer else "customer_unread"] += 1
        if by_customer:
            chat["asked_at"] = chat["asked_at"] or at
        elif chat["asked_at"]:
            chat["first_reply_at"] = chat["first_reply_at"] or at
        return self

    def note(self, author: Actor, text: str, at: int) -> "ChatPast":
        """Staff writes a note beside it."""
        row: dict[str, Any] = dict.fromkeys(notes.table.c.keys())
        row |= {"author_id": author.id, "text": text, "created_at": at, "changed_at": at}
        place = {"after_seq": self.chat["version"], "version": len(self.notes) + 1}
        self.notes.append(row | place)
        return self

    def take(self, agent: Actor, at: int) -> "ChatPast":
        """An agent takes the chat."""
        self.change(
            at,
            status=Status.OPEN.value,
            agent_id=agent.id,
            waiting_since=None,
            closed_at=None,
            active_at=self.chat["active_at"] or at,
        )
        return self.line(Line.JOINED, agent.name, at)

    def close(self, who: Actor, at: int) -> "ChatPast":
        """Somebody closes it."""
        ended = {"closed_at": at, "needs_reply": False, "waiting_since": None}
        self.change(at, status=Status.CLOSED.value, **ended)
        return self.line(Line.CLOSED, who.name, at)

    def put(self, status: Status, at: int) -> "ChatPast":
        """Archived or blocked."""
        closed_at = self.chat["closed_at"] or (at if status == Status.ARCHIVED else None)
        ended = {"closed_at": closed_at, "needs_reply": False, "waiting_since": None}
        self.change(at, status=status.value, **ended)
        return self

    def read(self, who: Actor, at: int) -> "ChatPast":
        """One side has read everything there is."""
        by_customer = who.id == self.customer.id
        side = "customer" if by_customer else "staff"
        others = [
            row
            for row in self.rows
            if row["sender_id"] is not None
            and (row["sender_id"] != self.customer.id) == by_customer
            and row["seq"] > self.chat[f"{side}_read"]
        ]
        for start in range(0, len(others), 100):
            self.chat["version"] += 1
            for row in others[start : start + 100]:
                row["version"] = self.chat["version"]
                row["delivered_at"] = row["delivered_at"] or at
                row["read_at"] = at
        if others:
            last = others[-1]["seq"]
            self.chat |= {f"{side}_read": last, f"{side}_delivered": last, f"{side}_unread": 0}
        return self

    def line(self, line: Line, name: str, at: int) -> "ChatPast":
        self.add(at, text=name, line=line.value, message_type=MessageType.SYSTEM.value)
        return self

    def change(self, at: int, **values: Any) -> None:
        self.chat |= values | {"version": self.chat["version"] + 1, "updated_at": at}

    def add(self, at: int, **values: Any) -> None:
        self.chat["version"] += 1
        row: dict[str, Any] = dict.fromkeys(messages.table.c.keys())
        row |= {"seq": self.chat["version"], "version": self.chat["version"], "created_at": at}
        self.rows.append(row | {"message_type": MessageType.TEXT.value} | values)


def save(stories: Iterable[ChatPast]) -> list[int]:
    """Writes the stories; the ids of their chats."""
    stories = list(stories)
    first_chat, message_id = next_id(chats.table), next_id(messages.table)
    note_id = next_id(notes.table)
    rows, beside = [], []
    for chat_id, story in enumerate(stories, first_chat):
        story.chat["id"] = chat_id
        for row in story.rows:
            rows.append(row | {"id": message_id, "chat_id": chat_id})
            message_id += 1
        for row in story.notes:
            beside.append(row | {"id": note_id, "chat_id": chat_id})
            note_id += 1
    add_rows(chats.table, [story.chat for story in stories])
    add_rows(messages.table, rows)
    add_rows(notes.table, beside)
    return [story.chat["id"] for story in stories]


def state(chat_id: int) -> ChatState:
    """A chat as it stands in the database."""
    found = database.row(chats.SELECT_CHATS.where(chats.table.c.id == chat_id))
    if found is None:
        raise LookupError(chat_id)
    return ChatState._make(found)


def next_id(table: Any) -> int:
    return int(database.scalar(select(func.coalesce(func.max(table.c.id), 0)))) + 1


def add_rows(table: Any, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    with transaction() as tx:
        for start in range(0, len(rows), 5000):
            tx.connection.execute(insert(table), rows[start : start + 5000])
        if tx.connection.dialect.name == "postgresql" and "id" in table.c:
            # Rows that bring their id leave the sequence behind.
            newest = select(
                func.setval(func.pg_get_serial_sequence(table.name, "id"), func.max(table.c.id))
            )
            tx.connection.execute(newest)
