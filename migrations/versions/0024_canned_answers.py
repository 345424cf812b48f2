"""Answers that staff has at hand."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "canned_answers",
        sa.Column("id", Id, nullable=False),
        sa.Column("owner_id", Id, nullable=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("folder", sa.String(60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("used_at", Id, nullable=True),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("updated_at", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_canned_answers_owner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_answers")),
    )
    names = ["owner_id", "folded"]
    op.create_index("uq_canned_answers_own", "canned_answers", names, unique=True)
    op.create_index(
        "uq_canned_answers_shared",
        "canned_answers",
        ["folded"],
        unique=True,
        sqlite_where=sa.text("owner_id IS NULL"),
        postgresql_where=sa.text("owner_id IS NULL"),
    )


def downgrade():
    op.drop_index("uq_canned_answers_shared", "canned_answers")
    op.drop_index("uq_canned_answers_own", "canned_answers")
    op.drop_table("canned_answers")
