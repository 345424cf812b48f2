"""Which mail a link stands in is found by an index: a link goes once no mail is kept with it."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_mails_link_id", "mails", ["link_id"])


def downgrade():
    op.drop_index("ix_mails_link_id", "mails")
