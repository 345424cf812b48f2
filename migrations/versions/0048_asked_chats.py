"""An index of chats that wait for their first answer, alone."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

IS_ASKED = sa.text("provider_id IS NULL AND asked_at > COALESCE(first_reply_at, 0)")


def upgrade():
    op.create_index(
        "ix_chats_asked",
        "chats",
        ["status", "asked_at"],
        sqlite_where=IS_ASKED,
        postgresql_where=IS_ASKED,
    )


def downgrade():
    op.drop_index("ix_chats_asked", "chats")
