"""People: customers, providers and staff, and who acts."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Index, String, bindparam, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.extensions import Id, Model


class Role(StrEnum):
    CUSTOMER = "customer"
    PROVIDER = "provider"
    AGENT = "agent"
    MANAGER = "manager"
    ADMIN = "admin"


STAFF = frozenset({Role.AGENT, Role.MANAGER, Role.ADMIN})
MANAGERS = frozenset({Role.MANAGER, Role.ADMIN})  # who set up the desk
NAME_LENGTH = 80
EMAIL_LENGTH = 254


class User(Model):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # A visitor has none.
    email: Mapped[str | None] = mapped_column(String(EMAIL_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), index=True)
    role: Mapped[str] = mapped_column(String(16), index=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    # Counts up when a password, a role or the account itself changes: what was issued before,
    # session, token or socket, no longer holds.
    auth_version: Mapped[int] = mapped_column(default=1)
    rights_changed_at: Mapped[int | None] = mapped_column(Id, index=True)
    # When they were given another name or address: open pages are told in every process.
    renamed_at: Mapped[int | None] = mapped_column(Id, index=True)
    # Whether there is an address to which answers go (`models/mail.py`).
    takes_mail: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[int] = mapped_column(Id, default=clock.now)
    last_seen_at: Mapped[int | None] = mapped_column(Id)
    # A visitor who turned out to be this person. It is no foreign key: SQLite would write the
    # table anew to add one.
    merged_into_id: Mapped[int | None] = mapped_column(Id)
    # When somebody asked that they be erased. The row stays, naming nobody: its id is given to
    # nobody else, by whom what was issued to this one could be used.
    erased_at: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (
        Index(
            "ix_users_merged_into_id",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
        # Which reports leave out, without going through everybody.
        Index(
            "ix_users_erased_at",
            "erased_at",
            sqlite_where=text("erased_at IS NOT NULL"),
            postgresql_where=text("erased_at IS NOT NULL"),
        ),
    )


class Actor(NamedTuple):
    """Who acts: what a credential proved. Every operation takes one as its first argument.

    `email` is empty where somebody has none; `login` is the login that the credential comes from,
    where it comes from one; `identified_until` (ms) is how long it holds of somebody whom a site
    has named; `scopes` are those of an API key, and None of everybody else.
    """

    id: int
    name: str
    email: str
    role: str
    auth_version: int
    created_at: int
    login: str | None = None
    identified_until: int | None = None
    scopes: tuple[str, ...] | None = None

    @classmethod
    def of(
        cls, row: Iterable[Any], login: str | None = None, identified_until: int | None = None
    ) -> "Actor":
        """The actor of a row of `ACTOR_COLUMNS`."""
        return cls._make([*row, login, identified_until, None])

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF

    @property
    def is_manager(self) -> bool:
        return self.role in MANAGERS

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def is_customer(self) -> bool:
        return self.role == Role.CUSTOMER

    @property
    def is_provider(self) -> bool:
        return self.role == Role.PROVIDER

    @property
    def page_key(self) -> str:
        """By which a page says whose it is: the person and their login. It proves nothing."""
        return f"{self.id}.{sha256((self.login or '').encode()).hexdigest()[:16]}"

    # What Flask-Login asks of a user.
    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def is_active(self) -> bool:
        return True

    @property
    def is_anonymous(self) -> bool:
        return False

    def get_id(self) -> str:
        """The login session's key; it stops holding when `auth_version` moves or it is ended."""
        return f"{self.id}:{self.auth_version}:{self.login or ''}"


table: Any = User.__table__


def email_of(people: Any) -> Any:
    """The address in rows of these users, empty where they have none."""
    return func.coalesce(people.c.email, "").label("email")


ACTOR_COLUMNS = [
    email_of(table) if name == "email" else table.c[name]
    for name in Actor._fields
    if name not in ("login", "identified_until", "scopes")
]
ACTOR_BY_ID = select(*ACTOR_COLUMNS).where(
    table.c.id == bindparam("user_id"),
    table.c.is_active,
    table.c.auth_version == bindparam("auth_version"),
)
LOGIN_BY_EMAIL = select(*ACTOR_COLUMNS, table.c.password_hash).where(
    table.c.email == bindparam("email"), table.c.is_active
)
MERGED = select(table.c.id).where(table.c.merged_into_id.in_(bindparam("ids", expanding=True)))


def with_merged(user_id: int, read: Callable[..., Iterable[Any]]) -> list[int]:
    """A person, and the visitors who turned out to be them, by id; `read` runs `MERGED` of some."""
    ids, new = [user_id], [user_id]
    while new:
        new = [row.id for row in read(MERGED, {"ids": new}) if row.id not in ids]
        ids += new
    return ids
