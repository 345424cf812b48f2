"""What a message said before it was edited, for staff."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "earlier_texts",
        sa.Column("id", Id, nullable=False),
        sa.Column("message_id", Id, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("until", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_earlier_texts_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earlier_texts")),
    )
    op.create_index("ix_earlier_texts_message_id", "earlier_texts", ["message_id"])


def downgrade():
    op.drop_index("ix_earlier_texts_message_id", "earlier_texts")
    op.drop_table("earlier_texts")
