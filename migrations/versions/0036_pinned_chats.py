"""Chats that members of staff keep on top of their lists."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "chat_pins",
        sa.Column("user_id", Id, autoincrement=False, nullable=False),
        sa.Column("chat_id", Id, autoincrement=False, nullable=False),
        sa.Column("at", Id, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_chat_pins_user_id")),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_chat_pins_chat_id")),
        sa.PrimaryKeyConstraint("user_id", "chat_id", name=op.f("pk_chat_pins")),
    )
    op.create_index("ix_chat_pins_chat_id", "chat_pins", ["chat_id"])


def downgrade():
    op.drop_table("chat_pins")
