"""Lists of words that messages are masked or held for, and what masked ones said."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "word_lists",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("effect", sa.String(8), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("updated_at", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_word_lists")),
    )
    op.create_table(
        "originals",
        sa.Column("message_id", Id, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_originals_message_id")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_originals")),
    )


def downgrade():
    op.drop_table("originals")
    op.drop_table("word_lists")
