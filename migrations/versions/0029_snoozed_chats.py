"""Chats that staff has put aside until a time."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_SNOOZED = sa.text("snoozed_until IS NOT NULL")


def upgrade():
    op.add_column("chats", sa.Column("snoozed_until", Id, nullable=True))
    op.create_index(
        "ix_chats_snoozed",
        "chats",
        ["snoozed_until"],
        sqlite_where=IS_SNOOZED,
        postgresql_where=IS_SNOOZED,
    )


def downgrade():
    op.drop_index("ix_chats_snoozed", table_name="chats")
    op.drop_column("chats", "snoozed_until")
