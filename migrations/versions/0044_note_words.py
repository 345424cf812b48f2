"""Notes are found: an index of them, made with each; of those that there are, by a job."""

import time

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE note_words USING "
            "fts5(words, tokenize='ascii', prefix='2 3', columnsize=0)"
        )
    else:
        op.create_table(
            "note_words",
            sa.Column("note_id", Id, autoincrement=False, nullable=False),
            sa.Column("words", TSVECTOR, nullable=False),
            sa.PrimaryKeyConstraint("note_id", name=op.f("pk_note_words")),
        )
        op.create_index("ix_note_words_words", "note_words", ["words"], postgresql_using="gin")
    now = int(time.time() * 1000)
    op.execute(
        sa.text(
            "INSERT INTO jobs (kind, payload, run_at, attempts, created_at) "
            "SELECT 'index_notes', '{}', :now, 0, :now WHERE EXISTS (SELECT 1 FROM notes)"
        ).bindparams(now=now)
    )


def downgrade():
    op.execute("DELETE FROM jobs WHERE kind = 'index_notes'")
    op.execute("DROP TABLE note_words")
