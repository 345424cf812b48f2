"""Which message of a chat is the newest that is held, so that a row of the inbox says that one is."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.add_column("chats", sa.Column("held_seq", Id, nullable=True))
    op.execute(
        "UPDATE chats SET held_seq = (SELECT max(seq) FROM messages WHERE chat_id = chats.id"
        " AND held_at IS NOT NULL AND deleted_at IS NULL) WHERE id IN (SELECT chat_id FROM messages"
        " WHERE held_at IS NOT NULL AND deleted_at IS NULL)"
    )


def downgrade():
    op.drop_column("chats", "held_seq")
