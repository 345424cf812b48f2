"""Views: lists that staff looks at again and again, kept under a name."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_SHARED = sa.text("owner_id IS NULL")


def upgrade():
    op.create_table(
        "saved_views",
        sa.Column("id", Id, nullable=False),
        sa.Column("owner_id", Id, nullable=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("filter", sa.String(16), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("site_id", Id, nullable=True),
        sa.Column("created_at", Id, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_saved_views_owner_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_saved_views_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
    )
    op.create_index("uq_saved_views_own", "saved_views", ["owner_id", "folded"], unique=True)
    op.create_index(
        "uq_saved_views_shared",
        "saved_views",
        ["folded"],
        unique=True,
        sqlite_where=IS_SHARED,
        postgresql_where=IS_SHARED,
    )


def downgrade():
    op.drop_table("saved_views")
