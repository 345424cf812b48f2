"""A chat: one customer, who answers, where it stands, and its version."""

from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Boolean, ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, aliased, mapped_column

from app import clock
from app.extensions import Id, Model
from app.models.gists import GIST_LENGTH, Gist
from app.models.messages import MessageState
from app.models.users import Actor, User, email_of


class Status(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"
    BLOCKED = "blocked"


class Priority(StrEnum):
    """How urgent a chat is to staff. What is stored of the usual one is nothing."""

    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


LIVING = (Status.WAITING.value, Status.OPEN.value)  # the chat goes on
# As an index has it; who asks by that index says it in the same words.
IS_ASKED = text("provider_id IS NULL AND asked_at > COALESCE(first_reply_at, 0)")
IS_OVER = text("status <> 'waiting' AND status <> 'open'")


class Side(StrEnum):
    """A chat has two sides: its customer, and everybody who answers."""

    CUSTOMER = "customer"
    STAFF = "staff"


PREVIEW_LENGTH = 160


class Chat(Model):
    __tablename__ = "chats"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # Set in a chat between a customer and a provider; empty in a support chat.
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    order_id: Mapped[int | None] = mapped_column(Id)
    # Where its customer wrote from, if that was a page that embeds the chat.
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    status: Mapped[str] = mapped_column(String(16))
    # One is added by every change that a party can see, under the row's lock.
    version: Mapped[int] = mapped_column(Id, default=0)

    # The newest message that a person wrote, kept here so that the inbox is one query.
    last_text: Mapped[str] = mapped_column(Text, default="")
    last_sender_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    last_seq: Mapped[int] = mapped_column(Id, default=0)
    # What that one is, where it has no words, as `Gist.stored` has it.
    last_gist: Mapped[str | None] = mapped_column(String(GIST_LENGTH))
    active_at: Mapped[int] = mapped_column(Id, default=clock.now)
    needs_reply: Mapped[bool] = mapped_column(Boolean, default=False)

    # How far each side has received and read (a `seq`), and what it has not read (a count).
    customer_delivered: Mapped[int] = mapped_column(Id, default=0)
    customer_read: Mapped[int] = mapped_column(Id, default=0)
    customer_unread: Mapped[int] = mapped_column(default=0)
    staff_delivered: Mapped[int] = mapped_column(Id, default=0)
    staff_read: Mapped[int] = mapped_column(Id, default=0)
    staff_unread: Mapped[int] = mapped_column(default=0)

    created_at: Mapped[int] = mapped_column(Id, default=clock.now)
    updated_at: Mapped[int] = mapped_column(Id, default=clock.now)
    waiting_since: Mapped[int | None] = mapped_column(Id)
    # The customer's question, by which a chat begins or begins again, and the first answer to it.
    asked_at: Mapped[int | None] = mapped_column(Id)
    first_reply_at: Mapped[int | None] = mapped_column(Id)
    closed_at: Mapped[int | None] = mapped_column(Id)
    # Put aside until then by staff, for whom alone it stands in another list: its status is what
    # it was, and no party sees a change.
    snoozed_until: Mapped[int | None] = mapped_column(Id)
    # Staff is to come back to it: the version at which one of them said so. No party sees it.
    unread_mark: Mapped[int | None] = mapped_column(Id)
    # What was said in it has moved to that chat, when two customers turned out to be one.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("chats.id"))
    # Whose it is before anybody has it, and stays while somebody has; a team that is there.
    team_id: Mapped[int | None] = mapped_column(Id)
    # What it is about; a topic that is there.
    topic_id: Mapped[int | None] = mapped_column(Id)
    # A `Priority`, where it is not the usual one. No party sees it.
    priority: Mapped[str | None] = mapped_column(String(8))
    # The newest of its messages that are held (a `seq`), where one is. No party is told.
    held_seq: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (
        # The one that orders chats by activity, and so is written with each message.
        Index("ix_chats_status_reply_active", "status", "needs_reply", "active_at", "id"),
        # Of one person are few, or few that go on: they are put in order when they are asked for.
        Index("ix_chats_customer", "customer_id"),
        Index("ix_chats_agent_status", "agent_id", "status"),
        Index(
            "ix_chats_agent_over",
            "agent_id",
            "status",
            "active_at",
            "id",
            sqlite_where=IS_OVER,
            postgresql_where=IS_OVER,
        ),
        Index("ix_chats_waiting", "waiting_since"),
        Index("ix_chats_first_reply", "first_reply_at"),
        # Partial: a message in a chat that nobody has put aside has no part in it.
        Index(
            "ix_chats_snoozed",
            "snoozed_until",
            sqlite_where=text("snoozed_until IS NOT NULL"),
            postgresql_where=text("snoozed_until IS NOT NULL"),
        ),
        # Likewise: the list of these, by activity.
        Index(
            "ix_chats_snoozed_active",
            "active_at",
            "id",
            sqlite_where=text("snoozed_until IS NOT NULL"),
            postgresql_where=text("snoozed_until IS NOT NULL"),
        ),
        # Partial: a message in a chat that goes on has no part in it.
        Index(
            "ix_chats_closed_at",
            "closed_at",
            sqlite_where=text("closed_at IS NOT NULL"),
            postgresql_where=text("closed_at IS NOT NULL"),
        ),
        # Partial, too: by activity, as they are listed.
        Index(
            "ix_chats_marked",
            "active_at",
            "id",
            sqlite_where=text("unread_mark IS NOT NULL"),
            postgresql_where=text("unread_mark IS NOT NULL"),
        ),
        # Partial: what was read has no part in it. It is the list and the sum of what was not.
        Index(
            "ix_chats_unread",
            "provider_id",
            "active_at",
            "id",
            "staff_unread",
            sqlite_where=text("staff_unread > 0"),
            postgresql_where=text("staff_unread > 0"),
        ),
        # Partial: a message in a support chat, of which there are most, has no part in it.
        Index(
            "ix_chats_provider_active",
            "provider_id",
            "active_at",
            "id",
            sqlite_where=text("provider_id IS NOT NULL"),
            postgresql_where=text("provider_id IS NOT NULL"),
        ),
        # Partial, too: what was answered has no part in it, nor what nobody of staff is asked.
        Index(
            "ix_chats_asked",
            "status",
            "asked_at",
            sqlite_where=IS_ASKED,
            postgresql_where=IS_ASKED,
        ),
        # Partial, too: a message of somebody with an account has no part in it.
        Index(
            "ix_chats_site_status_reply_active",
            "site_id",
            "status",
            "needs_reply",
            "active_at",
            "id",
            sqlite_where=text("site_id IS NOT NULL"),
            postgresql_where=text("site_id IS NOT NULL"),
        ),
        Index(
            "ix_chats_team_waiting",
            "team_id",
            "waiting_since",
            "id",
            sqlite_where=text("team_id IS NOT NULL"),
            postgresql_where=text("team_id IS NOT NULL"),
        ),
        # Partial, too: it is looked up by staff, and written once.
        Index(
            "ix_chats_topic",
            "topic_id",
            "id",
            sqlite_where=text("topic_id IS NOT NULL"),
            postgresql_where=text("topic_id IS NOT NULL"),
        ),
        # Partial, as few have one.
        Index(
            "ix_chats_priority",
            "priority",
            "id",
            sqlite_where=text("priority IS NOT NULL"),
            postgresql_where=text("priority IS NOT NULL"),
        ),
        # Partial, as few have been.
        Index(
            "ix_chats_merged_into_id",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
        Index("uq_chats_parties", "provider_id", "customer_id", "order_id", unique=True),
    )


class ChatState(NamedTuple):
    """A chat as it stood at `version`, with the names of its parties."""

    id: int
    customer_id: int
    provider_id: int | None
    order_id: int | None
    site_id: int | None
    agent_id: int | None
    status: str
    version: int
    last_text: str
    last_sender_id: int | None
    last_seq: int
    last_gist: str | None
    active_at: int
    needs_reply: bool
    customer_delivered: int
    customer_read: int
    customer_unread: int
    staff_delivered: int
    staff_read: int
    staff_unread: int
    created_at: int
    updated_at: int
    waiting_since: int | None
    asked_at: int | None
    first_reply_at: int | None
    closed_at: int | None
    snoozed_until: int | None
    unread_mark: int | None
    merged_into_id: int | None
    team_id: int | None
    topic_id: int | None
    priority: str | None
    held_seq: int | None
    customer_name: str
    customer_email: str
    customer_takes_mail: bool
    agent_name: str | None
    provider_name: str | None

    @property
    def gist(self) -> Gist | None:
        """What was said last, where that was said without words."""
        return Gist.kept(self.last_gist, self.last_text) if self.last_gist else None

    @property
    def is_support(self) -> bool:
        return self.provider_id is None

    @property
    def is_waiting(self) -> bool:
        return self.status == Status.WAITING

    @property
    def is_open(self) -> bool:
        return self.status == Status.OPEN

    @property
    def is_over(self) -> bool:
        return self.status in (Status.CLOSED, Status.ARCHIVED)

    @property
    def is_blocked(self) -> bool:
        return self.status == Status.BLOCKED

    @property
    def is_snoozed(self) -> bool:
        return self.snoozed_until is not None

    @property
    def is_marked_unread(self) -> bool:
        return self.unread_mark is not None

    @property
    def awaits_answer(self) -> bool:
        """The customer had the last word. `needs_reply` says so while the chat goes on."""
        return self.last_sender_id == self.customer_id

    @property
    def awaits_first_answer(self) -> bool:
        """The customer has asked, and nobody has answered since."""
        return self.asked_at is not None and (self.first_reply_at or 0) < self.asked_at

    @property
    def answering_id(self) -> int | None:
        """Who answers: the provider of a provider's chat, else the assigned agent."""
        return self.provider_id or self.agent_id

    @property
    def answering_name(self) -> str | None:
        return self.provider_name or self.agent_name

    def side_of(self, actor: Actor) -> Side:
        return Side.CUSTOMER if actor.id == self.customer_id else Side.STAFF

    def is_party(self, actor: Actor) -> bool:
        """Whether the actor answers for a side. Staff who look into a provider's chat do not."""
        return self.is_support or actor.id in (self.customer_id, self.provider_id)

    def delivered_to(self, side: Side) -> int:
        return self.customer_delivered if side == Side.CUSTOMER else self.staff_delivered

    def read_by(self, side: Side) -> int:
        return self.customer_read if side == Side.CUSTOMER else self.staff_read

    def unread_by(self, side: Side) -> int:
        return self.customer_unread if side == Side.CUSTOMER else self.staff_unread


def said_last(message: MessageState) -> dict[str, Any]:
    """What a chat keeps of what its newest message says."""
    gist = message.gist
    return {"last_text": message.said[:PREVIEW_LENGTH], "last_gist": gist and gist.stored}


table: Any = Chat.__table__
customers: Any = aliased(User.__table__, name="customers")  # type: ignore[arg-type]
agents: Any = aliased(User.__table__, name="agents")  # type: ignore[arg-type]
providers: Any = aliased(User.__table__, name="providers")  # type: ignore[arg-type]
NAMES = {
    "customer_name": customers.c.name,
    "customer_email": email_of(customers),
    "customer_takes_mail": customers.c.takes_mail,
    "agent_name": agents.c.name,
    "provider_name": providers.c.name,
}
CHAT_COLUMNS = [
    NAMES[name].label(name) if name in NAMES else table.c[name] for name in ChatState._fields
]
SELECT_CHATS = (
    select(*CHAT_COLUMNS)
    .join_from(table, customers, customers.c.id == table.c.customer_id)
    .outerjoin(agents, agents.c.id == table.c.agent_id)
    .outerjoin(providers, providers.c.id == table.c.provider_id)
)
