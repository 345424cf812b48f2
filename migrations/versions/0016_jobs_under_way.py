"""What is under way is found by its key, so that no other of that key is begun beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

IS_UNDER_WAY = sa.text("lease_id IS NOT NULL")


def upgrade():
    op.create_index(
        "ix_jobs_under_way",
        "jobs",
        ["unique_key"],
        sqlite_where=IS_UNDER_WAY,
        postgresql_where=IS_UNDER_WAY,
    )


def downgrade():
    op.drop_index("ix_jobs_under_way", "jobs")
