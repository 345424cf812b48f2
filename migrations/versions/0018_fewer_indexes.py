"""Fewer pages are written for a message: what does not change with it stands in no index of it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

IS_CHANGED = sa.text("version > seq")
IS_OVER = sa.text("status <> 'waiting' AND status <> 'open'")
IS_OF_SITE = sa.text("site_id IS NOT NULL")
BY_ACTIVITY = {
    "ix_chats_status_active": ["status"],
    "ix_chats_agent_status_active": ["agent_id", "status"],
    "ix_chats_customer_active": ["customer_id"],
    "ix_chats_needs_reply_active": ["needs_reply"],
}


def upgrade():
    op.drop_index("ix_messages_chat_version", "messages")
    op.create_index(
        "ix_messages_changed",
        "messages",
        ["chat_id", "version", "seq"],
        sqlite_where=IS_CHANGED,
        postgresql_where=IS_CHANGED,
    )
    for name in BY_ACTIVITY:
        op.drop_index(name, "chats")
    op.create_index(
        "ix_chats_status_reply_active", "chats", ["status", "needs_reply", "active_at", "id"]
    )
    op.create_index("ix_chats_customer", "chats", ["customer_id"])
    op.create_index("ix_chats_agent_status", "chats", ["agent_id", "status"])
    op.create_index(
        "ix_chats_agent_over",
        "chats",
        ["agent_id", "status", "active_at", "id"],
        sqlite_where=IS_OVER,
        postgresql_where=IS_OVER,
    )
    op.drop_index("ix_chats_site_status_active", "chats")
    of_site("ix_chats_site_status_reply_active", ["status", "needs_reply"])


def of_site(name, columns):
    op.create_index(
        name,
        "chats",
        ["site_id", *columns, "active_at", "id"],
        sqlite_where=IS_OF_SITE,
        postgresql_where=IS_OF_SITE,
    )


def downgrade():
    op.drop_index("ix_messages_changed", "messages")
    op.create_index("ix_messages_chat_version", "messages", ["chat_id", "version", "seq"])
    op.drop_index("ix_chats_site_status_reply_active", "chats")
    of_site("ix_chats_site_status_active", ["status"])
    for name in ("status_reply_active", "customer", "agent_status", "agent_over"):
        op.drop_index(f"ix_chats_{name}", "chats")
    for name, columns in BY_ACTIVITY.items():
        op.create_index(name, "chats", [*columns, "active_at", "id"])
