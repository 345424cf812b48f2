"""Messages that are held until staff decides, and such of which words were masked."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_HELD = sa.text("held_at IS NOT NULL AND deleted_at IS NULL")


def upgrade():
    op.add_column("messages", sa.Column("held_at", Id, nullable=True))
    op.add_column("messages", sa.Column("masked_at", Id, nullable=True))
    # Partial: of all messages few are held, and a plain one has no part in it.
    op.create_index(
        op.f("ix_messages_held"),
        "messages",
        ["chat_id", "id"],
        sqlite_where=IS_HELD,
        postgresql_where=IS_HELD,
    )


def downgrade():
    op.drop_index(op.f("ix_messages_held"), "messages")
    op.drop_column("messages", "masked_at")
    op.drop_column("messages", "held_at")
