"""What was said last in a chat, where that has no words."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("chats", sa.Column("last_gist", sa.String(40), nullable=True))


def downgrade():
    op.drop_column("chats", "last_gist")
