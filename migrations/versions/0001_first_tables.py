"""People, chats, messages, presence, tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "users",
        sa.Column("id", Id, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("auth_version", sa.Integer(), nullable=False),
        sa.Column("rights_changed_at", Id, nullable=True),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("last_seen_at", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_users_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_users_rights_changed_at"), ["rights_changed_at"])
        batch_op.create_index(batch_op.f("ix_users_role"), ["role"], unique=False)

    op.create_table(
        "chats",
        sa.Column("id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("provider_id", Id, nullable=True),
        sa.Column("order_id", Id, nullable=True),
        sa.Column("agent_id", Id, nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("version", Id, nullable=False),
        sa.Column("last_text", sa.Text(), nullable=False),
        sa.Column("last_sender_id", Id, nullable=True),
        sa.Column("last_seq", Id, nullable=False),
        sa.Column("active_at", Id, nullable=False),
        sa.Column("needs_reply", sa.Boolean(), nullable=False),
        sa.Column("customer_delivered", Id, nullable=False),
        sa.Column("customer_read", Id, nullable=False),
        sa.Column("customer_unread", sa.Integer(), nullable=False),
        sa.Column("staff_delivered", Id, nullable=False),
        sa.Column("staff_read", Id, nullable=False),
        sa.Column("staff_unread", sa.Integer(), nullable=False),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("updated_at", Id, nullable=False),
        sa.Column("waiting_since", Id, nullable=True),
        sa.Column("first_reply_at", Id, nullable=True),
        sa.Column("closed_at", Id, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["users.id"], name=op.f("fk_chats_agent_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["users.id"], name=op.f("fk_chats_customer_id")),
        sa.ForeignKeyConstraint(
            ["last_sender_id"], ["users.id"], name=op.f("fk_chats_last_sender_id")
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["users.id"], name=op.f("fk_chats_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chats")),
    )
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.create_index(
            "ix_chats_agent_status_active", ["agent_id", "status", "active_at", "id"]
        )
        batch_op.create_index(
            "ix_chats_customer_active", ["customer_id", "active_at", "id"], unique=False
        )
        batch_op.create_index("ix_chats_first_reply", ["first_reply_at"], unique=False)
        batch_op.create_index(
            "ix_chats_needs_reply_active", ["needs_reply", "active_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_chats_provider_unread", ["provider_id", "staff_unread"], unique=False
        )
        batch_op.create_index("ix_chats_status_active", ["status", "active_at", "id"], unique=False)
        batch_op.create_index("ix_chats_waiting", ["waiting_since"], unique=False)
        batch_op.create_index(
            "uq_chats_parties", ["provider_id", "customer_id", "order_id"], unique=True
        )

    op.create_table(
        "presence",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("process", sa.String(length=40), nullable=False),
        sa.Column("expires_at", Id, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_presence_user_id")),
        sa.PrimaryKeyConstraint("user_id", "process", name=op.f("pk_presence")),
    )
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_presence_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "refresh_tokens",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("family", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("expires_at", Id, nullable=False),
        sa.Column("used_at", Id, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_refresh_tokens_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_tokens_token_hash")),
    )
    with op.batch_alter_table("refresh_tokens", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_refresh_tokens_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_refresh_tokens_family"), ["family"], unique=False)
        batch_op.create_index(batch_op.f("ix_refresh_tokens_user_id"), ["user_id"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", Id, nullable=False),
        sa.Column("chat_id", Id, nullable=False),
        sa.Column("seq", Id, nullable=False),
        sa.Column("version", Id, nullable=False),
        sa.Column("sender_id", Id, nullable=True),
        sa.Column("client_id", sa.String(length=64), nullable=True),
        sa.Column("message_type", sa.String(length=16), nullable=False),
        sa.Column("line", sa.String(length=16), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reply_to_id", Id, nullable=True),
        sa.Column("created_at", Id, nullable=False),
        sa.Column("delivered_at", Id, nullable=True),
        sa.Column("read_at", Id, nullable=True),
        sa.Column("edited_at", Id, nullable=True),
        sa.Column("deleted_at", Id, nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_messages_chat_id")),
        sa.ForeignKeyConstraint(
            ["reply_to_id"], ["messages.id"], name=op.f("fk_messages_reply_to_id")
        ),
        sa.ForeignKeyConstraint(["sender_id"], ["users.id"], name=op.f("fk_messages_sender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "chat_id",
            "sender_id",
            "client_id",
            name=op.f("uq_messages_chat_id_sender_id_client_id"),
        ),
        sa.UniqueConstraint("chat_id", "seq", name=op.f("uq_messages_chat_id_seq")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(
            "ix_messages_chat_version", ["chat_id", "version", "seq"], unique=False
        )


def downgrade():
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("ix_messages_chat_version")

    op.drop_table("messages")
    with op.batch_alter_table("refresh_tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refresh_tokens_user_id"))
        batch_op.drop_index(batch_op.f("ix_refresh_tokens_family"))
        batch_op.drop_index(batch_op.f("ix_refresh_tokens_expires_at"))

    op.drop_table("refresh_tokens")
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_presence_expires_at"))

    op.drop_table("presence")
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.drop_index("uq_chats_parties")
        batch_op.drop_index("ix_chats_waiting")
        batch_op.drop_index("ix_chats_status_active")
        batch_op.drop_index("ix_chats_provider_unread")
        batch_op.drop_index("ix_chats_needs_reply_active")
        batch_op.drop_index("ix_chats_first_reply")
        batch_op.drop_index("ix_chats_customer_active")
        batch_op.drop_index("ix_chats_agent_status_active")

    op.drop_table("chats")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_users_role"))
        batch_op.drop_index(batch_op.f("ix_users_rights_changed_at"))
        batch_op.drop_index(batch_op.f("ix_users_name"))

    op.drop_table("users")
