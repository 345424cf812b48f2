"""Sites: where the chat is embedded, and how it looks there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic.alias_generators import to_camel

from app.api.endpoint import endpoint
from app.errors import Invalid, NotFound
from app.models.users import Actor
from app.operations import sites as operations
from app.queries import sites
from app.rest import MANAGERS
from app.schemas.sites import NewSite, SiteChanges, SiteOut, SitesOut, site_out, sites_out

ONE = "/sites/<id:site_id>"


@endpoint("GET", "/sites", answer=SitesOut, only=MANAGERS)
def list_sites(actor: Actor) -> dict[str, Any]:
    """All sites, the oldest first."""
    return sites_out(sites.every())


@endpoint("POST", "/sites", body=NewSite, answer=SiteOut, status=201, only=MANAGERS)
def make_site(actor: Actor, body: NewSite) -> dict[str, Any]:
    """Make a site. Its `key` goes into the pages that embed its chat."""
    with as_sent():
        return site_out(operations.create(actor, **body.wanted))


@endpoint("GET", ONE, answer=SiteOut, only=MANAGERS, raises=(NotFound,))
def show_site(actor: Actor, site_id: int) -> dict[str, Any]:
    """Show a site, with its opening hours."""
    found = sites.by_id(site_id)
    if found is None:
        raise NotFound
    return site_out(found)


@endpoint("PATCH", ONE, body=SiteChanges, answer=SiteOut, only=MANAGERS, raises=(NotFound,))
def change_site(actor: Actor, site_id: int, body: SiteChanges) -> dict[str, Any]:
    """Set what is named: who may embed the chat, how it looks, when somebody is there."""
    with as_sent():
        return site_out(operations.edit(actor, site_id, **body.wanted))


@endpoint("POST", f"{ONE}/key", answer=SiteOut, only=MANAGERS, raises=(NotFound,))
def change_key(actor: Actor, site_id: int) -> dict[str, Any]:
    """Give a site another key: pages that carry the old one show no chat."""
    return site_out(operations.rotate(actor, site_id))


@contextmanager
def as_sent() -> Iterator[None]:
    """What is wrong is told by the names that were sent."""
    try:
        yield
    except Invalid as error:
        raise Invalid(
            error.message,
            fields={to_camel(name): said for name, said in (error.fields or {}).items()},
        ) from None
