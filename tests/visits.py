"""Somebody on a site, who has opened the chat."""

import secrets
from typing import Any

from app.models.sites import SiteState
from app.operations import visitors, visits
from app.operations.visits import Page

SHOP = "https://shop.example.com"


def on_a_page(site: SiteState, credential: str = "", path: str = "/chairs", **told: Any) -> str:
    """They show where they are, and it is written down; the hash of their credential."""
    credential = credential or secrets.token_urlsafe(32)
    about: dict[str, Any] = {
        "language": "en-GB",
        "time_zone": "Europe/Lisbon",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0",
        "attributes": {},
        "address": "10.0.0.1",
    }
    page = Page.of(f"{SHOP}{path}", f"Page {path}", told.pop("referrer", ""))
    visits.note(site, credential, page, **(about | told))
    visits.note_down()
    return visitors.digest(credential)
