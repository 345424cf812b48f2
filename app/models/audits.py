"""The audit log: who has done what of that which is to be answered for.

It names by id, and holds what was set: never a name, an address, or a word of anybody. The
database refuses to change or remove a row of it (migration 0032).
"""

import json
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model

ACTION_LENGTH = 32


class Action(StrEnum):
    """Everything that is written down, in the order in which one may look for it."""

    CHAT_BLOCKED = "chat_blocked"
    CHAT_UNBLOCKED = "chat_unblocked"
    MESSAGE_REDACTED = "message_redacted"
    FILE_REDACTED = "file_redacted"
    MESSAGE_RELEASED = "message_released"
    MESSAGE_REJECTED = "message_rejected"
    NOTE_REMOVED = "note_removed"
    CUSTOMER_ERASED = "customer_erased"
    CUSTOMER_EXPORTED = "customer_exported"
    CUSTOMERS_MERGED = "customers_merged"
    CHATS_MERGED = "chats_merged"
    PERSON_MADE = "person_made"
    PERSON_CHANGED = "person_changed"
    PASSWORD_SET = "password_set"  # noqa: S105 (it is none)
    ROLE_SET = "role_set"
    PERSON_DEACTIVATED = "person_deactivated"
    PERSON_REACTIVATED = "person_reactivated"
    HOURS_SET = "hours_set"
    SITE_MADE = "site_made"
    SITE_CHANGED = "site_changed"
    SITE_SECRET_MADE = "site_secret_made"  # noqa: S105 (it is none)
    TEAM_MADE = "team_made"
    TEAM_CHANGED = "team_changed"
    TEAM_REMOVED = "team_removed"
    TEAM_JOINED = "team_joined"
    TEAM_LEFT = "team_left"
    TOPIC_MADE = "topic_made"
    TOPIC_CHANGED = "topic_changed"
    TOPIC_REMOVED = "topic_removed"
    WORD_LIST_MADE = "word_list_made"
    WORD_LIST_CHANGED = "word_list_changed"
    WORD_LIST_REMOVED = "word_list_removed"
    CUSTOMER_REPORTED = "customer_reported"
    CHAT_WATCHED = "chat_watched"
    CHAT_TAKEN_OVER = "chat_taken_over"
    CHAT_TRANSFERRED = "chat_transferred"
    CHAT_WHISPERED = "chat_whispered"
    ORIGINAL_READ = "original_read"
    EARLIER_READ = "earlier_read"
    RETENTION_RAN = "retention_ran"
    RULE_MADE = "rule_made"
    RULE_CHANGED = "rule_changed"
    RULE_SWITCHED = "rule_switched"
    RULE_REMOVED = "rule_removed"
    WEBHOOK_MADE = "webhook_made"
    WEBHOOK_CHANGED = "webhook_changed"
    WEBHOOK_REMOVED = "webhook_removed"
    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"
    ARTICLE_MADE = "article_made"
    ARTICLE_CHANGED = "article_changed"
    ARTICLE_REMOVED = "article_removed"
    ANSWER_MADE = "answer_made"
    ANSWER_CHANGED = "answer_changed"
    ANSWER_REMOVED = "answer_removed"
    ANSWERS_IMPORTED = "answers_imported"
    TAG_RENAMED = "tag_renamed"
    TAG_REMOVED = "tag_removed"
    CAPACITY_SET = "capacity_set"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    INVITATION_MADE = "invitation_made"
    INVITATION_REVOKED = "invitation_revoked"
    INVITATION_ACCEPTED = "invitation_accepted"
    INCOMING_MADE = "incoming_made"
    INCOMING_CHANGED = "incoming_changed"
    INCOMING_KEY_MADE = "incoming_key_made"
    INCOMING_REMOVED = "incoming_removed"


class About(StrEnum):
    """What `subject_id` is the id of."""

    PERSON = "person"
    MESSAGE = "message"
    SITE = "site"
    TEAM = "team"
    NOTE = "note"
    WORD_LIST = "word_list"
    RULE = "rule"
    TOPIC = "topic"
    WEBHOOK = "webhook"
    KEY = "key"
    ARTICLE = "article"
    ANSWER = "answer"
    TAG = "tag"
    INVITATION = "invitation"
    INCOMING = "incoming_webhook"


# What has no subject is about its chat, or the desk.
ABOUT = {
    Action.MESSAGE_REDACTED: About.MESSAGE,
    Action.FILE_REDACTED: About.MESSAGE,
    Action.MESSAGE_RELEASED: About.MESSAGE,
    Action.MESSAGE_REJECTED: About.MESSAGE,
    Action.NOTE_REMOVED: About.NOTE,
    Action.CUSTOMER_ERASED: About.PERSON,
    Action.CUSTOMER_EXPORTED: About.PERSON,
    Action.CUSTOMERS_MERGED: About.PERSON,
    Action.CUSTOMER_REPORTED: About.PERSON,
    Action.CHAT_WHISPERED: About.NOTE,
    Action.ORIGINAL_READ: About.MESSAGE,
    Action.EARLIER_READ: About.MESSAGE,
    Action.PERSON_MADE: About.PERSON,
    Action.PERSON_CHANGED: About.PERSON,
    Action.PASSWORD_SET: About.PERSON,
    Action.ROLE_SET: About.PERSON,
    Action.PERSON_DEACTIVATED: About.PERSON,
    Action.PERSON_REACTIVATED: About.PERSON,
    Action.HOURS_SET: About.PERSON,
    Action.SITE_MADE: About.SITE,
    Action.SITE_CHANGED: About.SITE,
    Action.SITE_SECRET_MADE: About.SITE,
    Action.TEAM_MADE: About.TEAM,
    Action.TEAM_CHANGED: About.TEAM,
    Action.TEAM_REMOVED: About.TEAM,
    Action.TEAM_JOINED: About.TEAM,
    Action.TEAM_LEFT: About.TEAM,
    Action.TOPIC_MADE: About.TOPIC,
    Action.TOPIC_CHANGED: About.TOPIC,
    Action.TOPIC_REMOVED: About.TOPIC,
    Action.WORD_LIST_MADE: About.WORD_LIST,
    Action.WORD_LIST_CHANGED: About.WORD_LIST,
    Action.WORD_LIST_REMOVED: About.WORD_LIST,
    Action.RULE_MADE: About.RULE,
    Action.RULE_CHANGED: About.RULE,
    Action.RULE_SWITCHED: About.RULE,
    Action.RULE_REMOVED: About.RULE,
    Action.WEBHOOK_MADE: About.WEBHOOK,
    Action.WEBHOOK_CHANGED: About.WEBHOOK,
    Action.WEBHOOK_REMOVED: About.WEBHOOK,
    Action.KEY_MADE: About.KEY,
    Action.KEY_REVOKED: About.KEY,
    Action.ARTICLE_MADE: About.ARTICLE,
    Action.ARTICLE_CHANGED: About.ARTICLE,
    Action.ARTICLE_REMOVED: About.ARTICLE,
    Action.ANSWER_MADE: About.ANSWER,
    Action.ANSWER_CHANGED: About.ANSWER,
    Action.ANSWER_REMOVED: About.ANSWER,
    Action.TAG_RENAMED: About.TAG,
    Action.TAG_REMOVED: About.TAG,
    Action.CAPACITY_SET: About.PERSON,
    Action.SIGNED_IN: About.PERSON,
    Action.SIGN_IN_FAILED: About.PERSON,
    Action.INVITATION_MADE: About.INVITATION,
    Action.INVITATION_REVOKED: About.INVITATION,
    Action.INVITATION_ACCEPTED: About.PERSON,
    Action.INCOMING_MADE: About.INCOMING,
    Action.INCOMING_CHANGED: About.INCOMING,
    Action.INCOMING_KEY_MADE: About.INCOMING,
    Action.INCOMING_REMOVED: About.INCOMING,
}


class Audit(Model):
    __tablename__ = "audit"

    # No foreign keys: a row outlives what it names.
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    created_at: Mapped[int] = mapped_column(Id)
    actor_id: Mapped[int | None] = mapped_column(Id)  # nobody: the desk, its shell, a rule
    action: Mapped[str] = mapped_column(String(ACTION_LENGTH))
    chat_id: Mapped[int | None] = mapped_column(Id)
    subject_id: Mapped[int | None] = mapped_column(Id)
    details: Mapped[str] = mapped_column(Text)  # JSON: an object of ids, numbers and settings

    __table_args__ = (
        Index("ix_audit_actor", "actor_id", "id"),
        Index("ix_audit_chat", "chat_id", "id"),
        Index("ix_audit_subject", "subject_id", "id"),
        Index("ix_audit_action", "action", "id"),
    )


class AuditState(NamedTuple):
    id: int
    created_at: int
    actor_id: int | None
    action: str
    chat_id: int | None
    subject_id: int | None
    details: str

    @property
    def about(self) -> About | None:
        return ABOUT.get(Action(self.action)) if self.action in list(Action) else None

    @property
    def said(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.details)
        return found


table: Any = Audit.__table__
SELECT_AUDIT = select(*(table.c[name] for name in AuditState._fields))
