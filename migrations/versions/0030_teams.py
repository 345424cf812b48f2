"""Teams, whose a chat is, and who can be given one."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "teams",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("routing", sa.String(16), nullable=True),
        sa.Column("created_at", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("folded", name=op.f("uq_teams_folded")),
    )
    op.create_table(
        "team_members",
        sa.Column("team_id", Id, autoincrement=False, nullable=False),
        sa.Column("user_id", Id, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_team_members_team_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_team_members_user_id")),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_team_members")),
    )
    op.create_index("ix_team_members_user", "team_members", ["user_id"])
    op.create_table(
        "availability",
        sa.Column("user_id", Id, autoincrement=False, nullable=False),
        sa.Column("away_since", Id, nullable=True),
        sa.Column("active_at", Id, nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("given_at", Id, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_availability_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_availability")),
    )
    # No foreign key: on SQLite one would make the whole table anew.
    op.add_column("chats", sa.Column("team_id", Id, nullable=True))
    op.create_index(
        "ix_chats_team_waiting",
        "chats",
        ["team_id", "waiting_since", "id"],
        sqlite_where=sa.text("team_id IS NOT NULL"),
        postgresql_where=sa.text("team_id IS NOT NULL"),
    )


def downgrade():
    op.drop_index("ix_chats_team_waiting", "chats")
    op.drop_column("chats", "team_id")
    op.drop_table("availability")
    op.drop_table("team_members")
    op.drop_table("teams")
