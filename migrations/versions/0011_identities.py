"""Whom a site knows: what it signs with, the people it has named, chats that became one."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "site_secrets",
        sa.Column("kid", sa.String(16), nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("ends_at", Id, nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_site_secrets_site_id")),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_site_secrets")),
    )
    op.create_index("ix_site_secrets_site_id", "site_secrets", ["site_id"])
    op.create_table(
        "identities",
        sa.Column("site_id", Id, nullable=False),
        sa.Column("sub", sa.String(128), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("created_at", Id, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_identities_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_identities_user_id")),
        sa.PrimaryKeyConstraint("site_id", "sub", name=op.f("pk_identities")),
        sa.UniqueConstraint("user_id", name=op.f("uq_identities_user_id")),
    )
    op.add_column("visitor_tokens", sa.Column("identified_until", Id, nullable=True))
    with op.batch_alter_table("chats") as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", Id, nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_chats_merged_into_id"), "chats", ["merged_into_id"], ["id"]
        )


def downgrade():
    with op.batch_alter_table("chats") as batch_op:
        batch_op.drop_constraint(op.f("fk_chats_merged_into_id"), type_="foreignkey")
        batch_op.drop_column("merged_into_id")
    with op.batch_alter_table("visitor_tokens") as batch_op:
        batch_op.drop_column("identified_until")
    op.drop_table("identities")
    op.drop_table("site_secrets")
