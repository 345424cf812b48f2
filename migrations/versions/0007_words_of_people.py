"""The words by which people are found, of all who are there."""

import sqlalchemy as sa
from alembic import op

# As words are made now: whoever makes them otherwise later makes all of them anew.
from app.folding import words_of

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Plain = sa.String(length=100).with_variant(sa.String(length=100, collation="C"), "postgresql")
BATCH = 1000


def upgrade():
    words = op.create_table(
        "user_words",
        sa.Column("user_id", Id, nullable=False, autoincrement=False),
        sa.Column("word", Plain, nullable=False),
        sa.Column("spelled", Plain, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_words_user_id")),
        sa.PrimaryKeyConstraint("user_id", "word", "spelled", name=op.f("pk_user_words")),
    )
    fill(op.get_bind(), words)
    op.create_index("ix_user_words_word", "user_words", ["word", "user_id"])
    op.create_index("ix_user_words_spelled", "user_words", ["spelled", "user_id"])


def fill(connection, words):
    users = sa.table("users", sa.column("id"), sa.column("name"), sa.column("email"))
    last = 0
    while True:
        some = sa.select(users).where(users.c.id > last).order_by(users.c.id).limit(BATCH)
        people = connection.execute(some).all()
        if not people:
            return
        rows = [
            {"user_id": person.id, "word": found.word, "spelled": found.spelled}
            for person in people
            for found in words_of(person.name, person.email)
        ]
        if rows:
            connection.execute(words.insert(), rows)
        last = people[-1].id


def downgrade():
    op.drop_table("user_words")
