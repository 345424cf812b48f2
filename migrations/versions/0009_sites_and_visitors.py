"""Sites that embed the chat, and their visitors, who have no account."""

import secrets
import time

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    sites = op.create_table(
        "sites",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("origins", sa.Text(), nullable=False),
        sa.Column("colour", sa.String(7), nullable=False),
        sa.Column("edge", sa.String(8), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.Column("greeting", sa.String(200), nullable=False),
        sa.Column("asks_first", sa.Boolean(), nullable=False),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("updated_at", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("key", name=op.f("uq_sites_key")),
    )
    op.create_table(
        "site_sightings",
        sa.Column("site_id", Id, nullable=False),
        sa.Column("origin", sa.String(255), nullable=False),
        sa.Column("seen_at", Id, nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("problem", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "origin", name=op.f("pk_site_sightings")),
    )
    op.create_table(
        "visitors",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("created_at", Id, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_visitors_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_visitors_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_visitors")),
    )
    op.create_index("ix_visitors_site_id", "visitors", ["site_id"])
    op.create_table(
        "visitor_tokens",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("login", sa.String(32), nullable=False),
        sa.Column("expires_at", Id, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_visitor_tokens_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_visitor_tokens_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_visitor_tokens")),
    )
    op.create_index("ix_visitor_tokens_user_id", "visitor_tokens", ["user_id"])
    op.create_index("ix_visitor_tokens_expires_at", "visitor_tokens", ["expires_at"])
    with op.batch_alter_table("users") as batch_op:
        batch_op.alter_column("email", existing_type=sa.String(254), nullable=True)
    now = time.time_ns() // 1_000_000
    first = {"key": secrets.token_hex(8), "name": "", "origins": "[]", "colour": "#0f766e"}
    shown = {"edge": "end", "distance": 20, "greeting": "", "asks_first": False}
    op.bulk_insert(sites, [first | shown | {"created_at": now, "updated_at": now}])


def downgrade():
    op.execute("DELETE FROM visitor_tokens")
    op.drop_table("visitor_tokens")
    op.drop_table("visitors")
    op.drop_table("site_sightings")
    op.drop_table("sites")
    op.execute(
        "UPDATE users SET email = 'visitor-' || id || '@visitors.invalid' WHERE email IS NULL"
    )
    with op.batch_alter_table("users") as batch_op:
        batch_op.alter_column("email", existing_type=sa.String(254), nullable=False)
