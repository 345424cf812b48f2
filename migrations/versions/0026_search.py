"""What is said is found: an index of messages, which the desk fills once it runs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "indexed",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("upto", Id, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_indexed")),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE message_words USING "
            "fts5(words, tokenize='ascii', prefix='2 3', columnsize=0)"
        )
    else:
        op.create_table(
            "message_words",
            sa.Column("message_id", Id, autoincrement=False, nullable=False),
            sa.Column("words", TSVECTOR, nullable=False),
            sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message_words")),
        )
        op.create_index(
            "ix_message_words_words", "message_words", ["words"], postgresql_using="gin"
        )


def downgrade():
    op.execute("DROP TABLE message_words")
    op.drop_table("indexed")
