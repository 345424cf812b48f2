"""Chats that staff has marked as unread."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_MARKED = sa.text("unread_mark IS NOT NULL")


def upgrade():
    op.add_column("chats", sa.Column("unread_mark", Id, nullable=True))
    op.create_index(
        "ix_chats_unread_mark",
        "chats",
        ["unread_mark"],
        sqlite_where=IS_MARKED,
        postgresql_where=IS_MARKED,
    )


def downgrade():
    op.drop_index("ix_chats_unread_mark", table_name="chats")
    op.drop_column("chats", "unread_mark")
