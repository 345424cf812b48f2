"""Customers are found by what sites say of them: an index of that, made a moment later; of what was
said already, by a job."""

import time

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.add_column("visits", sa.Column("said_of", Id, nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE attribute_words USING "
            "fts5(words, tokenize='ascii', prefix='2 3', columnsize=0)"
        )
    else:
        op.create_table(
            "attribute_words",
            sa.Column("user_id", Id, autoincrement=False, nullable=False),
            sa.Column("words", TSVECTOR, nullable=False),
            sa.PrimaryKeyConstraint("user_id", name=op.f("pk_attribute_words")),
        )
        op.create_index(
            "ix_attribute_words_words", "attribute_words", ["words"], postgresql_using="gin"
        )
    now = int(time.time() * 1000)
    op.execute(
        sa.text(
            "INSERT INTO jobs (kind, payload, run_at, attempts, created_at) "
            "SELECT 'index_attributes', '{}', :now, 0, :now WHERE EXISTS (SELECT 1 FROM visits)"
        ).bindparams(now=now)
    )


def downgrade():
    op.execute("DELETE FROM jobs WHERE kind = 'index_attributes'")
    op.execute("DROP TABLE attribute_words")
    op.drop_column("visits", "said_of")
