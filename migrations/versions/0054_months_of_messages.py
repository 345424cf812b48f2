"""By month the newest message that has an entry in the index: from there on what was said before a
day is looked for."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

# As `app/models/search.py` names them; what is older than the index's first year counts as of that.
BY_MONTH = {
    "sqlite": "INSERT INTO indexed (name, upto) SELECT '§m' ||"
    " strftime('%Y%m', max(created_at, 946684800000) / 1000, 'unixepoch'), max(id)"
    " FROM messages GROUP BY 1",
    "postgresql": "INSERT INTO indexed (name, upto) SELECT '§m' ||"
    " to_char(to_timestamp(greatest(created_at, 946684800000) / 1000) AT TIME ZONE 'UTC',"
    " 'YYYYMM'), max(id) FROM messages GROUP BY 1",
}


def upgrade():
    op.get_bind().exec_driver_sql(BY_MONTH[op.get_bind().dialect.name])


def downgrade():
    op.execute(sa.text("DELETE FROM indexed WHERE name LIKE '§m%'"))
