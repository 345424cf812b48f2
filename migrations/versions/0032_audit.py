"""The audit log, to which rows are added, and of which none is changed or removed."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REFUSED = "the audit log is added to, and nothing else"
# A row that takes the place of another one is no removal to SQLite, which tells no trigger of it.
SQLITE = [
    f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN "
    f"SELECT RAISE(ABORT, '{REFUSED}'); END",
    f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN "
    f"SELECT RAISE(ABORT, '{REFUSED}'); END",
    "CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit "
    "WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) BEGIN "
    "SELECT RAISE(ABORT, 'the audit log is added to, and nothing else'); END",
]
POSTGRESQL = [
    f"CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$",
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
    "FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
]


def upgrade():
    op.create_table(
        "audit",
        sa.Column("id", Id, nullable=False),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("actor_id", Id, nullable=True),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("chat_id", Id, nullable=True),
        sa.Column("subject_id", Id, nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_actor", "audit", ["actor_id", "id"])
    op.create_index("ix_audit_chat", "audit", ["chat_id", "id"])
    op.create_index("ix_audit_subject", "audit", ["subject_id", "id"])
    op.create_index("ix_audit_action", "audit", ["action", "id"])
    for statement in SQLITE if is_sqlite() else POSTGRESQL:
        op.execute(statement)


def downgrade():
    op.drop_table("audit")
    if not is_sqlite():
        op.execute("DROP FUNCTION audit_refuse()")


def is_sqlite():
    return op.get_bind().dialect.name == "sqlite"
