"""The chats that staff has not read, by activity: an index of these alone, in the place of one that
had every chat."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

IS_UNREAD = sa.text("staff_unread > 0")


def upgrade():
    op.create_index(
        "ix_chats_unread",
        "chats",
        ["provider_id", "active_at", "id", "staff_unread"],
        sqlite_where=IS_UNREAD,
        postgresql_where=IS_UNREAD,
    )
    op.drop_index("ix_chats_provider_unread", "chats")


def downgrade():
    op.create_index("ix_chats_provider_unread", "chats", ["provider_id", "staff_unread"])
    op.drop_index("ix_chats_unread", "chats")
