"""Visits of those who have opened the chat."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "visits",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("began_at", Id, nullable=False),
        sa.Column("seen_at", Id, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(60), nullable=False),
        sa.Column("system", sa.String(60), nullable=False),
        sa.Column("pages", sa.Text(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_visits_site_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_visits")),
    )
    op.create_index("ix_visits_seen_at", "visits", ["seen_at"])


def downgrade():
    op.drop_table("visits")
