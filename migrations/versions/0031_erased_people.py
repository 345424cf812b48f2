"""Customers are erased and exported: which visitors became whom, and what finds all of theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Partial: a plain message has no part in them.
INDEXES = (
    ("messages", "reply_to_id"),
    ("messages", "forwarded_from_id"),
    ("chats", "merged_into_id"),
    ("users", "merged_into_id"),
)
# Whose chat was poured into another one, and whose was handed over as it was, if it was mailed.
BY_CHAT = """UPDATE users SET merged_into_id = (
        SELECT into_chat.customer_id FROM chats JOIN chats AS into_chat
        ON into_chat.id = chats.merged_into_id
        WHERE chats.customer_id = users.id AND into_chat.customer_id <> users.id LIMIT 1)
    WHERE id IN (SELECT customer_id FROM chats WHERE merged_into_id IS NOT NULL)"""
BY_LINK = """UPDATE users SET merged_into_id = (
        SELECT chats.customer_id FROM chat_links JOIN chats ON chats.id = chat_links.chat_id
        WHERE chat_links.user_id = users.id AND chats.customer_id <> users.id LIMIT 1)
    WHERE merged_into_id IS NULL
        AND id IN (SELECT user_id FROM visitors)
        AND id IN (SELECT user_id FROM chat_links)"""
# Visitors alone are deactivated without an address, as they become somebody else. Of whom nothing
# says who that is, nobody is shown what they said of themselves, and nobody could erase it.
FORGET = """UPDATE visitors SET said_name = '', said_email = '' WHERE user_id IN (
        SELECT id FROM users WHERE NOT is_active AND email IS NULL AND merged_into_id IS NULL)"""


def upgrade():
    op.add_column("users", sa.Column("merged_into_id", Id, nullable=True))
    op.add_column("users", sa.Column("erased_at", Id, nullable=True))
    for table, column in INDEXES:
        given = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            op.f(f"ix_{table}_{column}"),
            table,
            [column],
            sqlite_where=given,
            postgresql_where=given,
        )
    op.create_table(
        "exports",
        sa.Column("customer_id", Id, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("by_id", Id, nullable=True),
        sa.Column("asked_at", Id, nullable=False),
        sa.Column("ready_at", Id, nullable=True),
        sa.Column("size", Id, nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_exports_by_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["users.id"], name=op.f("fk_exports_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_exports")),
    )
    op.create_table(
        "ratings",
        sa.Column("chat_id", Id, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("asked_at", Id, nullable=False),
        sa.Column("ended_at", Id, nullable=True),
        sa.Column("rated_at", Id, nullable=True),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_ratings_chat_id")),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_ratings")),
    )
    op.add_column("sites", sa.Column("rating", sa.String(8), nullable=False, server_default="off"))
    for statement in (BY_CHAT, BY_LINK, FORGET):
        op.execute(statement)


def downgrade():
    op.drop_column("sites", "rating")
    op.drop_table("ratings")
    op.drop_table("exports")
    for table, column in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
    op.drop_column("users", "erased_at")
    op.drop_column("users", "merged_into_id")
