"""Incoming webhooks: secret addresses at which other programs say what customers write."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "incoming_webhooks",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("topic_id", Id, nullable=True),
        sa.Column("marker", sa.String(16), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("ends_with", sa.String(4), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("is_signed", sa.Boolean(), nullable=False),
        sa.Column("taken", Id, nullable=False),
        sa.Column("last_used_at", Id, nullable=True),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("changed_at", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.id"], name=op.f("fk_incoming_webhooks_site_id")
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_incoming_webhooks_topic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_webhooks")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_incoming_webhooks_key_hash")),
    )


def downgrade():
    op.drop_table("incoming_webhooks")
