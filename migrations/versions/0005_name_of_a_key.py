"""The key from ended logins to people is named as every other key is."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NAME, NAME_OF_0003 = "fk_ended_logins_user_id", "fk_ended_logins_user_id_users"


def upgrade():
    rename(NAME_OF_0003, NAME)


def downgrade():
    rename(NAME, NAME_OF_0003)


def rename(before, after):
    with op.batch_alter_table("ended_logins", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(before), type_="foreignkey")
        batch_op.create_foreign_key(op.f(after), "users", ["user_id"], ["id"])
