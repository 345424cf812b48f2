"""Working hours of staff, and when somebody has said that they are back."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.add_column("availability", sa.Column("back_since", ID, nullable=True))
    op.add_column("availability", sa.Column("time_zone", sa.String(64), nullable=True))
    op.add_column("availability", sa.Column("hours", sa.Text(), nullable=True))


def downgrade():
    op.drop_column("availability", "hours")
    op.drop_column("availability", "time_zone")
    op.drop_column("availability", "back_since")
