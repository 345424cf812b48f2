"""What became of the mails that came in."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "reply_counts",
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("outcome", name=op.f("pk_reply_counts")),
    )


def downgrade():
    op.drop_table("reply_counts")
