"""When a chat's customer asked what its first reply answers."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ASKED_FIRST = """
UPDATE chats SET asked_at = (
    SELECT m.created_at FROM messages AS m
    WHERE m.chat_id = chats.id AND m.sender_id = chats.customer_id
    ORDER BY m.seq LIMIT 1
)
"""


def upgrade():
    op.add_column("chats", sa.Column("asked_at", Id, nullable=True))
    op.execute(ASKED_FIRST)
    # Staff who wrote first answered nobody.
    op.execute("UPDATE chats SET first_reply_at = NULL WHERE first_reply_at < asked_at")
    op.execute("UPDATE chats SET first_reply_at = NULL WHERE asked_at IS NULL")


def downgrade():
    op.drop_column("chats", "asked_at")  # not by a new table: messages point at this one
