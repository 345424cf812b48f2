"""The site of a chat, a site's hours and languages, and what visitors say of themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_A_SITE = sa.text("site_id IS NOT NULL")


def upgrade():
    with op.batch_alter_table("chats") as batch_op:
        batch_op.add_column(sa.Column("site_id", Id, nullable=True))
        batch_op.create_foreign_key(op.f("fk_chats_site_id"), "sites", ["site_id"], ["id"])
    op.create_index(
        "ix_chats_site_status_active",
        "chats",
        ["site_id", "status", "active_at", "id"],
        sqlite_where=OF_A_SITE,
        postgresql_where=OF_A_SITE,
    )
    empty = sa.text("''")
    for name, kind, default in (
        ("wants_email", sa.Boolean(), sa.false()),
        ("time_zone", sa.String(64), sa.text("'UTC'")),
        ("hours", sa.Text(), empty),
        ("holidays", sa.Text(), sa.text("'[]'")),
        ("country", sa.String(2), empty),
        ("region", sa.String(32), empty),
        ("away_text", sa.String(500), empty),
        ("languages", sa.Text(), empty),
    ):
        op.add_column("sites", sa.Column(name, kind, nullable=False, server_default=default))
    for name, length in (("said_name", 80), ("said_email", 254)):
        kind = sa.String(length)
        op.add_column("visitors", sa.Column(name, kind, nullable=False, server_default=empty))
    op.execute(
        "UPDATE chats SET site_id = (SELECT site_id FROM visitors WHERE user_id = customer_id) "
        "WHERE provider_id IS NULL"
    )


def downgrade():
    for name in ("said_email", "said_name"):
        op.drop_column("visitors", name)
    for name in (
        "languages",
        "away_text",
        "region",
        "country",
        "holidays",
        "hours",
        "time_zone",
        "wants_email",
    ):
        op.drop_column("sites", name)
    op.drop_index("ix_chats_site_status_active", "chats")
    with op.batch_alter_table("chats") as batch_op:
        batch_op.drop_constraint(op.f("fk_chats_site_id"), type_="foreignkey")
        batch_op.drop_column("site_id")
