"""A site may say the hours of the desk's own pages: one at most."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

OWN = sa.text("for_desk")


def upgrade():
    op.add_column(
        "sites", sa.Column("for_desk", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index(
        "uq_sites_desk", "sites", ["for_desk"], unique=True, sqlite_where=OWN, postgresql_where=OWN
    )


def downgrade():
    op.drop_index("uq_sites_desk", "sites")
    op.drop_column("sites", "for_desk")
