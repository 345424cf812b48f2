"""Logins that somebody ended."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "ended_logins",
        sa.Column("login", sa.String(length=32), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("ended_at", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_ended_logins_user_id_users")
        ),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_ended_logins")),
    )
    with op.batch_alter_table("ended_logins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ended_logins_ended_at"), ["ended_at"], unique=False)


def downgrade():
    op.drop_table("ended_logins")
