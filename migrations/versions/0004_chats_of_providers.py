"""A provider's chats, newest activity first."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OF_PROVIDERS = sa.text("provider_id IS NOT NULL")


def upgrade():
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.create_index(
            "ix_chats_provider_active",
            ["provider_id", "active_at", "id"],
            unique=False,
            sqlite_where=OF_PROVIDERS,
            postgresql_where=OF_PROVIDERS,
        )


def downgrade():
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.drop_index("ix_chats_provider_active")
