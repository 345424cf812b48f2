"""People: one of them, those that the API lists, staff, and the customers that staff look for."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, or_, select, union

from app.models import chats, database, users
from app.models.chats import LIVING
from app.models.presence import online
from app.models.users import STAFF, Actor, Role
from app.queries.presence import HERE

MATCHES = 500  # so many people a search looks at by their ids
CHOICES = 8
COLLEAGUES = 50
SEARCH_LENGTH = 100

c, u = chats.table.c, users.table.c
PEOPLE = select(u.id, u.name, u.email, u.role, u.created_at, u.last_seen_at, online(u.id))
BY_EMAIL = select(*users.ACTOR_COLUMNS).where(u.email == bindparam("email"), u.is_active)
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


def by_email(email: str) -> Actor | None:
    found = database.row(BY_EMAIL, email=email)
    return found and Actor.of(found)


def by_emails(emails: Collection[str]) -> dict[str, Actor]:
    """Those active people by e-mail address."""
    statement = select(*users.ACTOR_COLUMNS).where(u.email.in_(emails), u.is_active)
    return {row.email: Actor.of(row) for row in database.rows(statement)}


def by_ids(user_ids: Iterable[int | None]) -> dict[int, Actor]:
    """Those people by id, also who has left since: what they wrote still bears their name."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    found = database.rows(BY_IDS, user_ids=sorted(wanted)) if wanted else ()
    return {row.id: Actor.of(row) for row in found}


def person(user_id: int) -> Person | None:
    found = database.row(PEOPLE.where(u.id == user_id))
    return found and Person._make(found)


def page(
    role: str | None, search: str, after: int | None, limit: int
) -> tuple[list[Person], str | None]:
    """Active people by id from `after` on, and the id to go on from, if there are more."""
    wanted = PEOPLE.where(u.is_active, u.id > (after or 0)).order_by(u.id).limit(limit + 1)
    if role is not None:
        wanted = wanted.where(u.role == role)
    if search.strip():
        wanted = wanted.where(or_(named_like(search.strip()), address_begins(search.strip())))
    found = people(wanted)
    return found[:limit], str(found[limit - 1].id) if len(found) > limit else None


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
    if search:
        wanted = wanted.where(or_(named_like(search), address_begins(search)))
    return people(wanted.order_by(online(u.id).desc(), u.name).limit(COLLEAGUES))


def choices(search: str) -> list[Person]:
    """Active customers by name or by the beginning of their address, in order of names."""
    wanted = PEOPLE.where(u.role == Role.CUSTOMER.value, u.is_active)
    if search:
        # Each half by its own index: together, with OR, they would read the whole table.
        named = select(u.id).where(named_like(search)).order_by(u.name).limit(MATCHES)
        addressed = select(u.id).where(address_begins(search)).order_by(u.email).limit(MATCHES)
        either = union(select(named.subquery()), select(addressed.subquery())).subquery()
        wanted = wanted.where(u.id.in_(select(either.c.id)))
    return people(wanted.order_by(u.name).limit(CHOICES))


def few_named(search: str) -> list[int] | None:
    """Those whose name holds the words, in any case; None where they are too many to be listed."""
    # By name alone, the index on it answers without a look at the table.
    statement = select(u.id).where(named_like(search)).limit(MATCHES + 1)
    found = [user_id for (user_id,) in database.rows(statement)]
    return found if len(found) <= MATCHES else None


def is_named(who: Any, search: str) -> ColumnElement[bool]:
    """Whether the name of `who` holds the words: asked on a way on which one is soon met."""
    return exists().where(u.id == who, named_like(search))


def people(wanted: Any) -> list[Person]:
    return [Person._make(row) for row in database.rows(wanted)]


def sharing_a_chat_with(actor: Actor) -> Any:
    """The other party of each chat that goes on, or may at any time: the same who hear it live."""
    mine = or_(c.customer_id == actor.id, c.provider_id == actor.id)
    lasting = or_(c.status.in_(LIVING), c.provider_id.is_not(None))
    parties = (c.customer_id, c.provider_id, c.agent_id)
    return union(*(select(p).where(mine, lasting, p.is_not(None)) for p in parties))


def named_like(search: str) -> ColumnElement[bool]:
    # SQLite folds the case of ASCII alone; for other letters the usual spellings are tried.
    spelled = {search} if search.isascii() else {search, search.lower(), search.title()}
    return or_(*(u.name.icontains(spelling, autoescape=True) for spelling in sorted(spelled)))


def address_begins(search: str) -> ColumnElement[bool]:
    begins: ColumnElement[bool] = u.email.startswith(search.lower(), autoescape=True)
    return begins
