"""Which version of a rule was tried last, and when: only that one is switched on."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.add_column("rules", sa.Column("tried_version", sa.Integer(), nullable=True))
    op.add_column("rules", sa.Column("tried_at", Id, nullable=True))
    # Those that are on were tried on their page, and may be switched off and on again.
    op.execute("UPDATE rules SET tried_version = version, tried_at = on_since WHERE is_on")


def downgrade():
    op.drop_column("rules", "tried_at")
    op.drop_column("rules", "tried_version")
