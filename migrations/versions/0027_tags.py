"""Tags of chats."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "tags",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("created_at", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("folded", name=op.f("uq_tags_folded")),
    )
    op.create_table(
        "chat_tags",
        sa.Column("chat_id", Id, autoincrement=False, nullable=False),
        sa.Column("tag_id", Id, autoincrement=False, nullable=False),
        sa.Column("by_id", Id, nullable=True),
        sa.Column("at", Id, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_chat_tags_by_id")),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_chat_tags_chat_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_chat_tags_tag_id")),
        sa.PrimaryKeyConstraint("chat_id", "tag_id", name=op.f("pk_chat_tags")),
    )
    op.create_index("ix_chat_tags_tag_id_chat_id", "chat_tags", ["tag_id", "chat_id"])


def downgrade():
    op.drop_index("ix_chat_tags_tag_id_chat_id", "chat_tags")
    op.drop_table("chat_tags")
    op.drop_table("tags")
