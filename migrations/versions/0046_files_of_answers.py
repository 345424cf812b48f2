"""Files of canned answers."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_OF_ANSWER = sa.text("answer_id IS NOT NULL")


def upgrade():
    op.add_column("files", sa.Column("answer_id", ID, nullable=True))
    op.create_index(
        "ix_files_answer_id",
        "files",
        ["answer_id", "id"],
        sqlite_where=IS_OF_ANSWER,
        postgresql_where=IS_OF_ANSWER,
    )


def downgrade():
    op.drop_index("ix_files_answer_id", "files")
    op.drop_column("files", "answer_id")
