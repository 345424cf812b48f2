"""Views: what the list shows is kept under a name, one's own or everybody's."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, exists, func, insert, select

from app import clock, criteria
from app.criteria import LONGEST_SEARCH
from app.errors import Invalid, NotFound
from app.events import SavedViewsChanged
from app.folding import fold
from app.models import saved_views, sites
from app.models.saved_views import NAME_LENGTH, ONE_AT_HAND, SavedViewState
from app.models.users import Actor
from app.operations import access, limits
from app.operations.keeping import by_names_of_their_own, owner_of
from app.operations.transaction import Transaction, transaction
from app.operations.users import on_one_line
from app.visible import shows

MOST = 8  # everybody's, and somebody's own: each is counted wherever the filters are
v = saved_views.table.c
INSERT = insert(saved_views.table)
REMOVE = delete(saved_views.table).where(v.id == bindparam("which"))
HOW_MANY = select(func.count()).where(v.owner_id.is_not_distinct_from(bindparam("owner")))
# Of two managers one waits, and counts what the other has added.
SHARED = select(v.id).where(v.owner_id.is_(None)).order_by(v.id).with_for_update()
LOCKED = ONE_AT_HAND.with_for_update()
SITE = select(exists().where(sites.table.c.id == bindparam("site_id")))


def save(
    staff: Actor,
    name: str,
    filter: str = "all",
    search: str = "",
    site_id: int | None = None,
    *,
    is_shared: bool = False,
) -> SavedViewState:
    """The list of a filter, of a search and of a site is kept under a name.

    Raises `Forbidden` where it is to be everybody's and a manager does not say so, `Invalid` with
    `fields` for a name that is empty, too long or there already, for a search that is none, for a
    site that is not there and for too many, `TooFast`.
    """
    access.require_staff(staff)
    name, search = checked(name), " ".join(search.split())
    check_search(search)
    owner_id = owner_of(staff, is_shared)
    limits.sends(staff)
    with by_names_of_their_own(), transaction() as tx:
        access.check_still_holds(staff, tx)
        if site_id is not None and not tx.run(SITE, {"site_id": site_id}).scalar():
            raise Invalid(fields={"siteId": _l("There is no such site.")})
        check_room(tx, staff, owner_id)
        view = SavedViewState(0, owner_id, name, filter, search, site_id, clock.now())
        values = view._asdict() | {"folded": fold(name)}
        del values["id"]
        view = view._replace(id=tx.add(INSERT, values))
        tx.say(SavedViewsChanged(owner_id))
        return view


def remove(staff: Actor, view_id: int) -> None:
    """It is gone, and no chat by it. Raises `Forbidden`, `NotFound`, `TooFast`."""
    access.require_staff(staff)
    limits.sends(staff)
    with transaction() as tx:
        view = writable(tx, staff, view_id)
        tx.run(REMOVE, {"which": view.id})
        tx.say(SavedViewsChanged(view.owner_id))


def checked(name: str) -> str:
    name = on_one_line(name)
    if not shows(name):
        raise Invalid(fields={"name": _l("It is empty.")})
    if len(name) > NAME_LENGTH:
        wrong = _l("It has at most %(limit)s characters.", limit=NAME_LENGTH)
        raise Invalid(fields={"name": wrong})
    return name


def check_search(search: str) -> None:
    """What narrows a search is looked for in messages: that is no list of chats."""
    if len(search) > LONGEST_SEARCH:
        wrong = _l("It has at most %(limit)s characters.", limit=LONGEST_SEARCH)
        raise Invalid(fields={"search": wrong})
    if criteria.of_chats(search) is None:
        raise Invalid(fields={"search": _l("What narrows the search is looked for in messages.")})


def check_room(tx: Transaction, staff: Actor, owner_id: int | None) -> None:
    """One more is not too many, and stays so until the end."""
    if owner_id is None:
        tx.run(SHARED, {}).all()
    else:
        access.locked_person(tx, staff.id)
    if tx.run(HOW_MANY, {"owner": owner_id}).scalar() >= MOST:
        raise Invalid(fields={"name": _l("There are %(count)s already.", count=MOST)})


def writable(tx: Transaction, staff: Actor, view_id: int) -> SavedViewState:
    access.check_still_holds(staff, tx)
    found = tx.run(LOCKED, {"staff_id": staff.id, "view_id": view_id}).first()
    if found is None:
        raise NotFound
    view = SavedViewState._make(found)
    owner_of(staff, view.is_shared)
    return view
