"""When staff has rejected a message that was held: its customer is told another thing of it than of
one that they took back."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.add_column("messages", sa.Column("rejected_at", Id, nullable=True))
    # What was rejected before: the log says which those are.
    op.execute(
        "UPDATE messages SET rejected_at = deleted_at WHERE deleted_at IS NOT NULL AND id IN"
        " (SELECT subject_id FROM audit WHERE action = 'message_rejected')"
    )


def downgrade():
    op.drop_column("messages", "rejected_at")
