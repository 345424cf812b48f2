"""When somebody was given another name or address."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.add_column("users", sa.Column("renamed_at", Id, nullable=True))
    op.create_index("ix_users_renamed_at", "users", ["renamed_at"])


def downgrade():
    op.drop_index("ix_users_renamed_at", "users")
    op.drop_column("users", "renamed_at")
