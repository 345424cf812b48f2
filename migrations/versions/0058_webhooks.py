"""Webhooks of events, and their deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITS = sa.text("state = 'waits'")


def upgrade():
    op.create_table(
        "webhooks",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("old_secret", sa.String(64), nullable=True),
        sa.Column("failing_since", Id, nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("rests_until", Id, nullable=True),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("changed_at", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", Id, nullable=False),
        sa.Column("webhook_id", Id, nullable=False),
        sa.Column("event", sa.String(24), nullable=False),
        sa.Column("line", sa.String(24), nullable=False),
        sa.Column("chat_id", Id, nullable=True),
        sa.Column("subject_id", Id, nullable=True),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("begun_at", Id, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", Id, nullable=True),
        sa.Column("next_at", Id, nullable=False),
        sa.Column("answer", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index("ix_webhook_deliveries_webhook", "webhook_deliveries", ["webhook_id", "id"])
    op.create_index("ix_webhook_deliveries_chat", "webhook_deliveries", ["chat_id"])
    op.create_index("ix_webhook_deliveries_at", "webhook_deliveries", ["created_at"])
    op.create_index(
        "ix_webhook_deliveries_waiting",
        "webhook_deliveries",
        ["webhook_id", "line", "id"],
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )
    given_up = sa.text("state = 'given_up'")
    op.create_index(
        "ix_webhook_deliveries_given_up",
        "webhook_deliveries",
        ["webhook_id"],
        sqlite_where=given_up,
        postgresql_where=given_up,
    )


def downgrade():
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
