"""People: one of them, those that the API lists, staff, and the customers that staff look for."""

import re
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, or_, select, true, union

from app.addresses import normal
from app.models import chats, database, users
from app.models.chats import LIVING
from app.models.presence import online
from app.models.users import STAFF, Actor, Role
from app.queries.presence import HERE
from app.queries.words import ranked

CHOICES = 8
COLLEAGUES = 50
SEARCH_LENGTH = 100

c, u = chats.table.c, users.table.c
PEOPLE = select(
    u.id,
    u.name,
    users.email_of(users.table),
    u.role,
    u.created_at,
    u.last_seen_at,
    online(u.id),
    u.is_active,
    u.erased_at.is_not(None),
)
BY_EMAIL = select(*users.ACTOR_COLUMNS).where(u.email == bindparam("email"), u.is_active)
MERGED_INTO = select(u.merged_into_id).where(u.id == bindparam("user_id"))
BY_IDS = select(*users.ACTOR_COLUMNS).where(u.id.in_(bindparam("user_ids", expanding=True)))


class Person(NamedTuple):
    """Somebody as others see them."""

    id: int
    name: str
    email: str
    role: str
    created_at: int
    last_seen_at: int | None
    is_online: bool
    is_active: bool
    is_erased: bool


def by_email(email: str) -> Actor | None:
    found = database.row(BY_EMAIL, email=normal(email))
    return found and Actor.of(found)


def by_emails(emails: Collection[str]) -> dict[str, Actor]:
    """Those active people by e-mail address, as it is written here."""
    wanted = [normal(email) for email in emails]
    statement = select(*users.ACTOR_COLUMNS).where(u.email.in_(wanted), u.is_active)
    return {row.email: Actor.of(row) for row in database.rows(statement)}


def by_ids(user_ids: Iterable[int | None]) -> dict[int, Actor]:
    """Those people by id, also who has left since: what they wrote still bears their name."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    found = database.rows(BY_IDS, user_ids=sorted(wanted)) if wanted else ()
    return {row.id: Actor.of(row) for row in found}


def now_known_as(user_id: int) -> int:
    """Who that is who was merged into somebody, or the same person."""
    while (into := database.scalar(MERGED_INTO, user_id=user_id)) is not None:
        user_id = int(into)
    return user_id


def person(user_id: int) -> Person | None:
    found = database.row(PEOPLE.where(u.id == user_id))
    return found and Person._make(found)


CURSOR = re.compile("[0-9]{1,16}(-1)?")


class Cursor(NamedTuple):
    """Where a page of people ended; `rank` 0 are those who are spelled as the search is."""

    id: int
    rank: int = 0

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """What `str` made."""
        return cls(*map(int, text.split("-")))

    def __str__(self) -> str:
        return f"{self.id}-{self.rank}" if self.rank else str(self.id)


def page(
    role: str | None,
    search: str,
    after: Cursor | None,
    limit: int,
    *,
    only_active: bool = True,
) -> tuple[list[Person], str | None]:
    """People by id from `after` on, and the cursor to go on from, if there are more.

    Those whom a search finds come first where they are spelled as it is.
    """
    wanted = PEOPLE.where(u.erased_at.is_(None)).order_by(u.id)
    if only_active:
        wanted = wanted.where(u.is_active)
    if role is not None:
        wanted = wanted.where(u.role == role)
    after = after or Cursor(0)
    found: list[tuple[Person, Cursor]] = []
    for rank, condition in ranks(search):
        if rank < after.rank or len(found) > limit:
            continue
        begun = after.id if rank == after.rank else 0
        part = wanted.where(u.id > begun, condition).limit(limit + 1 - len(found))
        found += [(person, Cursor(person.id, rank)) for person in people(part)]
    has_more = len(found) > limit
    return [person for person, _ in found[:limit]], str(found[limit - 1][1]) if has_more else None


def ranks(search: str) -> list[tuple[int, ColumnElement[bool]]]:
    """What holds of people whom a search finds, by rank; without a search of all.

    A rank is the same on every page, whether or not there is anybody of another one.
    """
    if not search.strip():
        return [(0, true())]
    found = enumerate(ranked(search))
    return [(rank, match.holds(u.id)) for rank, match in found if not match.is_nobody]


def known_to(actor: Actor, user_ids: Collection[int]) -> list[Person]:
    """Those of the given people whose presence the actor may know, by id."""
    wanted = PEOPLE.where(u.id.in_(user_ids), u.is_active).order_by(u.id)
    if not actor.is_staff:
        wanted = wanted.where(or_(u.id == actor.id, u.id.in_(sharing_a_chat_with(actor))))
    return people(wanted)


def online_known_to(actor: Actor, page: int, limit: int) -> list[Person]:
    """A page of those who are online and share a chat with the actor, by id; for staff of all."""
    wanted = PEOPLE.where(u.id.in_(HERE), u.is_active).order_by(u.id)
    if not actor.is_staff:
        wanted = wanted.where(u.id != actor.id, u.id.in_(sharing_a_chat_with(actor)))
    return people(wanted.limit(limit).offset((page - 1) * limit))


def staff(search: str = "") -> list[Person]:
    """Active members of staff, who can take a chat: those who are here first, then by name."""
    wanted = PEOPLE.where(u.role.in_(sorted(STAFF)), u.is_active)
    wanted = wanted.order_by(online(u.id).desc(), u.name)
    return first([wanted.where(condition) for _, condition in ranks(search)], COLLEAGUES)


def choices(search: str) -> list[Person]:
    """Active customers in order of names; of a search, those who are spelled so first."""
    wanted = PEOPLE.where(u.role == Role.CUSTOMER.value, u.is_active).order_by(u.name)
    if not search:
        return people(wanted.limit(CHOICES))
    # Of too many some, whose words come first: who is meant has more letters.
    return first([wanted.where(u.id.in_(match.ids)) for match in ranked(search)], CHOICES)


def first(statements: Iterable[Any], limit: int) -> list[Person]:
    """The first people that these find, one after the other."""
    found: list[Person] = []
    for statement in statements:
        if len(found) < limit:
            found += people(statement.limit(limit - len(found)))
    return found


def people(wanted: Any) -> list[Person]:
    return [Person._make(row) for row in database.rows(wanted)]


def sharing_a_chat_with(actor: Actor) -> Any:
    """The other party of each chat that goes on, or may at any time: the same who hear it live."""
    mine = or_(c.customer_id == actor.id, c.provider_id == actor.id)
    lasting = or_(c.status.in_(LIVING), c.provider_id.is_not(None))
    parties = (c.customer_id, c.provider_id, c.agent_id)
    return union(*(select(p).where(mine, lasting, p.is_not(None)) for p in parties))
