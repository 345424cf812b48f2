"""Rules, and what each did."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_CLOSED = sa.text("closed_at IS NOT NULL")


def upgrade():
    op.create_table(
        "rules",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("on_since", Id, nullable=True),
        sa.Column("on_by_id", Id, nullable=True),
        sa.Column("event", sa.String(16), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("any_of", sa.Boolean(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("actions", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(64), nullable=True),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("changed_at", Id, nullable=False),
        sa.ForeignKeyConstraint(["on_by_id"], ["users.id"], name=op.f("fk_rules_on_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
    )
    op.create_index("ix_rules_position", "rules", ["position", "id"])
    op.create_table(
        "rule_runs",
        sa.Column("id", Id, nullable=False),
        sa.Column("rule_id", Id, nullable=False),
        sa.Column("chat_id", Id, nullable=False),
        sa.Column("cause", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", Id, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["rules.id"], name=op.f("fk_rule_runs_rule_id")),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_rule_runs_chat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_runs")),
    )
    op.create_index("uq_rule_runs_cause", "rule_runs", ["rule_id", "chat_id", "cause"], unique=True)
    op.create_index("ix_rule_runs_rule", "rule_runs", ["rule_id", "id"])
    op.create_index("ix_rule_runs_chat", "rule_runs", ["chat_id", "id"])
    op.create_index("ix_rule_runs_at", "rule_runs", ["at"])
    # Partial: a message in a chat that goes on has no part in it.
    op.create_index(
        "ix_chats_closed_at",
        "chats",
        ["closed_at"],
        sqlite_where=IS_CLOSED,
        postgresql_where=IS_CLOSED,
    )


def downgrade():
    op.drop_index("ix_chats_closed_at", "chats")
    op.drop_table("rule_runs")
    op.drop_table("rules")
