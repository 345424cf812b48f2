"""Work that can wait."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "jobs",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("run_at", Id, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_id", sa.String(32), nullable=True),
        sa.Column("lease_until", Id, nullable=True),
        sa.Column("unique_key", sa.String(120), nullable=True),
        sa.Column("last_error", sa.String(200), nullable=True),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("begun_at", Id, nullable=True),
        sa.Column("dead_at", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    lives, dead = sa.text("dead_at IS NULL"), sa.text("dead_at IS NOT NULL")
    waits = sa.text("lease_id IS NULL AND dead_at IS NULL")
    op.create_index(
        "ix_jobs_run_at", "jobs", ["run_at", "id"], sqlite_where=lives, postgresql_where=lives
    )
    op.create_index(
        "ix_jobs_dead_at", "jobs", ["dead_at"], sqlite_where=dead, postgresql_where=dead
    )
    op.create_index(
        "uq_jobs_unique_key",
        "jobs",
        ["unique_key"],
        unique=True,
        sqlite_where=waits,
        postgresql_where=waits,
    )


def downgrade():
    op.drop_table("jobs")
