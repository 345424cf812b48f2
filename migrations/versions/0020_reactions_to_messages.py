"""Who has reacted to a message, and with what."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("messages", sa.Column("reactions", sa.Text(), nullable=True))


def downgrade():
    op.drop_column("messages", "reactions")
