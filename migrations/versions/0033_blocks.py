"""Who has blocked a chat, why, and until when."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "blocks",
        sa.Column("chat_id", Id, autoincrement=False, nullable=False),
        sa.Column("by_id", Id, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("blocked_at", Id, nullable=False),
        sa.Column("ends_at", Id, nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_blocks_by_id")),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_blocks_chat_id")),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_blocks")),
    )


def downgrade():
    op.drop_table("blocks")
