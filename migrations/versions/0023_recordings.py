"""Files that were recorded: how long they are, and how loud."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("files", sa.Column("voice", sa.Text(), nullable=True))


def downgrade():
    op.drop_column("files", "voice")
