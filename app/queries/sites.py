"""Sites, as they are embedded."""

from app.models import database, sites
from app.models.sites import SiteState


def first() -> SiteState | None:
    """The oldest one."""
    found = database.row(sites.SELECT_SITES.order_by(sites.table.c.id).limit(1))
    return found and SiteState._make(found)


def by_key(key: str) -> SiteState | None:
    found = database.row(sites.BY_KEY, key=key)
    return found and SiteState._make(found)
