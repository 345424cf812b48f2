"""Messages of which words were hidden for good, and messages that come from another chat."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.add_column("messages", sa.Column("redacted_at", Id, nullable=True))
    op.add_column("messages", sa.Column("forwarded_from_id", Id, nullable=True))
    # What was said there has moved, and may have been taken back since.
    op.execute("UPDATE chats SET last_text = '' WHERE merged_into_id IS NOT NULL")


def downgrade():
    with op.batch_alter_table("messages") as batch_op:
        batch_op.drop_column("forwarded_from_id")
        batch_op.drop_column("redacted_at")
