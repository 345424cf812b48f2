"""Lists that were sorted whole are read by an index: what is snoozed, marked as unread or held, a
customer's notes and files. Of chats and messages partial ones, which no plain message writes."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

IS_SNOOZED = sa.text("snoozed_until IS NOT NULL")
IS_MARKED = sa.text("unread_mark IS NOT NULL")
IS_HELD = sa.text("held_at IS NOT NULL AND deleted_at IS NULL")
IS_SENT = sa.text("message_id IS NOT NULL")
INDEXES = [
    ("ix_chats_snoozed_active", "chats", ["active_at", "id"], IS_SNOOZED),
    ("ix_chats_marked", "chats", ["active_at", "id"], IS_MARKED),
    ("ix_messages_held_id", "messages", ["id"], IS_HELD),
    ("ix_files_sent", "files", ["owner_id", "id"], IS_SENT),
    ("ix_notes_newest", "notes", ["chat_id", "id", "deleted_at"], None),
]


def upgrade():
    for name, table, columns, which in INDEXES:
        op.create_index(name, table, columns, sqlite_where=which, postgresql_where=which)
    op.drop_index("ix_chats_unread_mark", "chats")


def downgrade():
    op.create_index(
        "ix_chats_unread_mark",
        "chats",
        ["unread_mark"],
        sqlite_where=IS_MARKED,
        postgresql_where=IS_MARKED,
    )
    for name, table, _columns, _which in reversed(INDEXES):
        op.drop_index(name, table)
