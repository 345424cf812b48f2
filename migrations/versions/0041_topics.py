"""Topics, by which a chat begins and comes to a team; a site's team, and how soon it answers."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column typed INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "topics",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("site_id", Id, nullable=True),
        sa.Column("team_id", Id, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", Id, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_topics_site_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_topics_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
    )
    op.create_index("uq_topics_site", "topics", ["site_id", "folded"], unique=True)
    op.create_index(
        "uq_topics_all",
        "topics",
        ["folded"],
        unique=True,
        sqlite_where=sa.text("site_id IS NULL"),
        postgresql_where=sa.text("site_id IS NULL"),
    )
    # No foreign keys from here on: on SQLite one would make the whole table anew.
    op.add_column("chats", sa.Column("topic_id", Id, nullable=True))
    op.create_index(
        "ix_chats_topic",
        "chats",
        ["topic_id", "id"],
        sqlite_where=sa.text("topic_id IS NOT NULL"),
        postgresql_where=sa.text("topic_id IS NOT NULL"),
    )
    op.add_column(
        "sites", sa.Column("asks_topic", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("sites", sa.Column("team_id", Id, nullable=True))
    op.add_column("sites", sa.Column("answer_minutes", sa.Integer(), nullable=True))


def downgrade():
    op.drop_column("sites", "answer_minutes")
    op.drop_column("sites", "team_id")
    op.drop_column("sites", "asks_topic")
    op.drop_index("ix_chats_topic", "chats")
    op.drop_column("chats", "topic_id")
    op.drop_table("topics")
