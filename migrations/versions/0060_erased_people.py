"""Who is erased is found without going through everybody."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

ERASED = sa.text("erased_at IS NOT NULL")


def upgrade():
    op.create_index(
        "ix_users_erased_at", "users", ["erased_at"], sqlite_where=ERASED, postgresql_where=ERASED
    )


def downgrade():
    op.drop_index("ix_users_erased_at", "users")
