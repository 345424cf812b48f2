"""What messages say for reports is kept beside them, of each chat as it was at one version."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def of_chat():
    return sa.Column(
        "chat_id", Id, sa.ForeignKey("chats.id"), primary_key=True, autoincrement=False
    )


def key(name):
    return sa.Column(name, Id, primary_key=True, autoincrement=False)


def upgrade():
    # A job fills them; until then, numbers are counted from messages.
    op.create_table(
        "insight_chats",
        of_chat(),
        sa.Column("version", Id, nullable=False),
        sa.Column("theirs", sa.Integer(), nullable=False),
        sa.Column("ours", sa.Integer(), nullable=False),
        sa.Column("first_at", Id),
        sa.Column("last_at", Id),
    )
    op.create_table(
        "insight_messages",
        of_chat(),
        key("at"),
        key("by_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "insight_questions",
        of_chat(),
        key("seq"),
        sa.Column("asked_at", Id, nullable=False),
        sa.Column("answered_at", Id),
        sa.Column("answered_by", Id),
        sa.Column("closed_at", Id),
        sqlite_with_rowid=False,
    )


def downgrade():
    for name in ("insight_questions", "insight_messages", "insight_chats"):
        op.drop_table(name)
