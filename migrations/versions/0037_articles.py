"""Articles: what answers common questions, before one asks a person."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "articles",
        sa.Column("id", Id, nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("folder", sa.String(60), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("published_at", Id, nullable=True),
        sa.Column("title_words", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("updated_at", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
    )
    # Of one language are a few hundred: they are put in order when they are asked for.
    op.create_index(op.f("ix_articles_language"), "articles", ["language"])


def downgrade():
    op.drop_index(op.f("ix_articles_language"), "articles")
    op.drop_table("articles")
