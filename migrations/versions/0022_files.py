"""Files that people send."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "files",
        sa.Column("id", Id, nullable=False),
        sa.Column("owner_id", Id, nullable=False),
        sa.Column("message_id", Id, nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("alt", sa.String(500), nullable=False),
        sa.Column("size", Id, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("refusal", sa.String(16), nullable=True),
        sa.Column("content_type", sa.String(100), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("content", sa.String(100), nullable=True),
        sa.Column("created_at", Id, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_files_owner_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_files_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_index("ix_files_content", "files", ["content"])
    op.create_index("ix_files_message_id", "files", ["message_id"])
    op.create_index("ix_files_owner_id_created_at", "files", ["owner_id", "created_at"])


def downgrade():
    op.drop_index("ix_files_owner_id_created_at", "files")
    op.drop_index("ix_files_message_id", "files")
    op.drop_index("ix_files_content", "files")
    op.drop_table("files")
