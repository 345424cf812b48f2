"""Mail that goes out: addresses of customers, what was mailed, links back into a chat."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "mail_addresses",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("verified_at", Id, nullable=True),
        sa.Column("unsubscribed_at", Id, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mail_addresses_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_mail_addresses")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_addresses_key")),
    )
    op.create_table(
        "unwanted_mail",
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("said_at", Id, nullable=False),
        sa.PrimaryKeyConstraint("email", name=op.f("pk_unwanted_mail")),
    )
    op.create_table(
        "chat_links",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("chat_id", Id, nullable=False),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("expires_at", Id, nullable=False),
        sa.Column("revoked_at", Id, nullable=True),
        sa.Column("code_hash", sa.String(64), nullable=True),
        sa.Column("code_expires_at", Id, nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_chat_links_user_id")),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_chat_links_chat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_links")),
        sa.UniqueConstraint("key", name=op.f("uq_chat_links_key")),
    )
    for column in ("user_id", "chat_id", "expires_at"):
        op.create_index(f"ix_chat_links_{column}", "chat_links", [column])
    op.create_table(
        "mails",
        sa.Column("id", Id, nullable=False),
        sa.Column("chat_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("link_id", Id, nullable=False),
        sa.Column("after_seq", Id, nullable=False),
        sa.Column("up_to", Id, nullable=False),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("sent_at", Id, nullable=True),
        sa.Column("refused_at", Id, nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_mails_chat_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mails_user_id")),
        sa.ForeignKeyConstraint(["link_id"], ["chat_links.id"], name=op.f("fk_mails_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
    )
    op.create_index("ix_mails_user_id", "mails", ["user_id"])
    op.create_index("ix_mails_refused_at", "mails", ["refused_at"])
    op.create_index("ix_mails_chat_up_to", "mails", ["chat_id", "up_to"])
    is_open = sa.text("sent_at IS NULL AND refused_at IS NULL")
    op.create_index(
        "uq_mails_open",
        "mails",
        ["chat_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.add_column(
        "users", sa.Column("takes_mail", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade():
    with op.batch_alter_table("users") as batch_op:
        batch_op.drop_column("takes_mail")
    op.drop_table("mails")
    op.drop_table("chat_links")
    op.drop_table("unwanted_mail")
    op.drop_table("mail_addresses")
