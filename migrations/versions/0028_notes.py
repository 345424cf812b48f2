"""Notes beside chats, and whom of staff they name."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "notes",
        sa.Column("id", Id, nullable=False),
        sa.Column("chat_id", Id, nullable=False),
        sa.Column("after_seq", Id, nullable=False),
        sa.Column("version", Id, nullable=False),
        sa.Column("author_id", Id, nullable=False),
        sa.Column("client_id", sa.String(64), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("changed_at", Id, nullable=False),
        sa.Column("edited_at", Id, nullable=True),
        sa.Column("deleted_at", Id, nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_notes_chat_id")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_notes_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sa.UniqueConstraint("chat_id", "version", name=op.f("uq_notes_chat_id_version")),
        sa.UniqueConstraint(
            "chat_id",
            "author_id",
            "client_id",
            name=op.f("uq_notes_chat_id_author_id_client_id"),
        ),
    )
    op.create_index("ix_notes_place", "notes", ["chat_id", "after_seq", "id"])
    op.create_index(op.f("ix_notes_changed_at"), "notes", ["changed_at"])
    op.create_table(
        "mentions",
        sa.Column("note_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("seen_at", Id, nullable=True),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name=op.f("fk_mentions_note_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mentions_user_id")),
        sa.PrimaryKeyConstraint("note_id", "user_id", name=op.f("pk_mentions")),
    )
    op.create_index("ix_mentions_user", "mentions", ["user_id", "note_id"])
    op.create_index(
        "ix_mentions_unseen",
        "mentions",
        ["user_id"],
        sqlite_where=sa.text("seen_at IS NULL"),
        postgresql_where=sa.text("seen_at IS NULL"),
    )


def downgrade():
    op.drop_table("mentions")
    op.drop_table("notes")
