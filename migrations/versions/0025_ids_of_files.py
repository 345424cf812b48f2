"""No file is called as one that is gone.

SQLite gives the highest id anew once its row is gone, and what came of a file lies under its id:
until the job that removes it has run, the next one would have begun with another one's bytes.
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade():
    rebuild(counts=True)


def downgrade():
    rebuild(counts=False)


def rebuild(counts):
    """PostgreSQL's sequences give nothing twice as it is."""
    if op.get_bind().dialect.name == "sqlite":
        how = {"recreate": "always", "table_kwargs": {"sqlite_autoincrement": counts}}
        with op.batch_alter_table("files", **how):
            pass
