"""The priority of a chat, where it is not the usual one."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

IS_SET = sa.text("priority IS NOT NULL")


def upgrade():
    op.add_column("chats", sa.Column("priority", sa.String(8), nullable=True))
    op.create_index(
        "ix_chats_priority",
        "chats",
        ["priority", "id"],
        sqlite_where=IS_SET,
        postgresql_where=IS_SET,
    )


def downgrade():
    op.drop_index("ix_chats_priority", "chats")
    op.drop_column("chats", "priority")
