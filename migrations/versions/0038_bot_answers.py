"""What the bot has answered, once a chat, and where it may."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "bot_answers",
        sa.Column("chat_id", Id, autoincrement=False, nullable=False),
        sa.Column("seq", Id, nullable=False),
        sa.Column("articles", sa.Text(), nullable=False),
        sa.Column("answered_at", Id, nullable=False),
        sa.Column("ended_at", Id, nullable=True),
        sa.Column("has_helped", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_bot_answers_chat_id")),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_bot_answers")),
    )
    op.add_column("sites", sa.Column("bot", sa.String(8), nullable=False, server_default="off"))


def downgrade():
    op.drop_column("sites", "bot")
    op.drop_table("bot_answers")
